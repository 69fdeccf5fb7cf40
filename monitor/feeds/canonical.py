"""The address for comparing: one spelling for all the addresses of one page."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import SplitResult, parse_qs, urlsplit

_DEFAULT_PORTS = frozenset({80, 443})
_VARIANTS = ("www.", "m.", "amp.")
_MAX_WRAPPERS = 5
_GOOGLE = re.compile(r"(www\.)?google\.[a-z]{2,3}(\.[a-z]{2})?")

_USUAL = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(/[\w!$&'()*+,=:@%./~;-]*)"
    r"(?:\?([\w!$&'()*+,=:@%./~;?-]*))?",
    re.ASCII,
)
"""Most addresses: of a host in small letters, without a port, fragment or name."""

# What is known to say only how a reader came; anything else may choose the page.
_TRACKING = re.compile(
    "(utm|mtm|pk|piwik|hsa)_.*"
    "|at_(medium|campaign.*|custom[0-9]|format|link_.*|ptr_.*|bbc_team|creation|variant)"
    "|ns_(mchannel|source|campaign|linkname|fee)|sara_(ecid|ref|icid)"
    "|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|_ga|_gl|msclkid|yclid|twclid|ttclid"
    "|igsh|igshid|__twitter_impression|guccounter|guce_referrer(_sig)?"
    "|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|hsctatracking|vero_conv|vero_id"
    "|oly_anon_id|oly_enc_id|wt_z?mc|wtmc|xtor|cmp|cmpid|s_cid|icid|ncid|ocid|mbid"
    "|phpsessid|jsessionid|aspsessionid[a-z]*|oscsid"
    "|ftag|ito|maca|smid|spref|srnd|dicbo|traffic_source",
    re.IGNORECASE,
)


def canonical_link(url: str) -> str | None:
    """Return the one spelling of a web address, None if it is not one.

    The result is for comparing, not for opening: http counts as https, and mobile
    and AMP twins as their page.
    """
    if usual := _USUAL.fullmatch(url):
        host, path, query = usual.groups()
        if path != "/url" and not host.startswith(_VARIANTS):
            return f"https://{host}{_path(path)}{_query(query)}"
    return _taken_apart(url)


def _taken_apart(url: str) -> str | None:
    try:
        parts = _unwrapped(url)
        host = _host(parts)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return f"https://{host}{_path(parts.path)}{_query(parts.query)}{_view(parts)}"


def _unwrapped(url: str) -> SplitResult:
    """Return the address that a Google redirect leads to, else the address itself."""
    parts = urlsplit(url.strip())
    for _ in range(_MAX_WRAPPERS):
        inner = _wrapped_in(parts)
        if inner is None:
            break
        parts = urlsplit(inner)
    return parts


def _wrapped_in(parts: SplitResult) -> str | None:
    if parts.path != "/url" or not _GOOGLE.fullmatch(parts.hostname or ""):
        return None
    arguments = parse_qs(parts.query)
    targets = arguments.get("url", []) + arguments.get("q", [])
    return next((t for t in targets if t.startswith(("http://", "https://"))), None)


def _host(parts: SplitResult) -> str:
    """Return the host as it is compared, with a port that is not the usual one.

    Raises:
        ValueError: the port is not a number of a port.
    """
    host = _ascii((parts.hostname or "").rstrip("."))
    while host.startswith(_VARIANTS) and "." in (rest := host.partition(".")[2]):
        host = rest
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    return host if port is None or port in _DEFAULT_PORTS else f"{host}:{port}"


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    with suppress(UnicodeError):  # what DNS cannot spell stays as it was written
        return host.encode("idna").decode("ascii")
    return host


def _path(path: str) -> str:
    """Return the path without the segment that marks an AMP twin."""
    while path.startswith("/amp/"):
        path = path.removeprefix("/amp")
    while path.endswith(("/amp", "/amp/")):
        path = path.removesuffix("/").removesuffix("/amp")
    return path or "/"


def _query(query: str | None) -> str:
    """Return the query in order, without what only counts readers."""
    if not query:
        return ""
    arguments = (argument.removeprefix("amp;") for argument in query.split("&"))
    kept = sorted(a for a in arguments if a and not _is_tracking(a))
    return "?" + "&".join(kept) if kept else ""


def _is_tracking(argument: str) -> bool:
    return _TRACKING.fullmatch(argument.partition("=")[0]) is not None


def _view(parts: SplitResult) -> str:
    """Return the fragment where it chooses the page, as ``#!`` does."""
    return f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
