"""URLs as they go out: exactly as written, but for what HTTP cannot carry."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from ipaddress import IPv4Address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from yarl import URL

from monitor.model import FetchOutcome
from monitor.net.failure import FetchError, one_line

Origin = tuple[str, str, int]

_UNSENDABLE = re.compile(r'[^!-~]|["<>`{}]')  # the URL standard's set for paths
_SCHEMES = frozenset({"http", "https"})
_LABEL = r"[A-Za-z0-9_-]{1,63}"
_HOST = re.compile(
    rf"{_LABEL}(\.{_LABEL})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._~-]+)?"
)
_NUMBER = re.compile(r"(^|\.)([0-9]+|0[xX][0-9A-Fa-f]*)\.?$")
_USER = re.compile(r"(?<=://)[^/?#@]*@")


def read_url(text: str, *, bad: FetchOutcome = FetchOutcome.BLOCKED) -> URL:
    """Return the URL to ask, without fragment and user name.

    Percent-encoding stays as it is; a space or a letter outside ASCII is encoded,
    a host in another script becomes its ASCII form.

    Raises:
        FetchError: it is not HTTP (BLOCKED), or not a usable URL (`bad`).
    """
    try:
        parts = urlsplit(text.strip())
        if parts.scheme in _SCHEMES:
            return _built(parts)
    except ValueError as error:
        raise _unusable(error, bad) from error
    scheme = one_line(parts.scheme) or "no scheme"
    raise FetchError(FetchOutcome.BLOCKED, f"{scheme}: only http and https are fetched")


def _unusable(error: ValueError, outcome: FetchOutcome) -> FetchError:
    return FetchError(outcome, f"this is not a usable URL: {one_line(str(error))}")


def _built(parts: SplitResult) -> URL:
    if "\\" in parts.netloc:
        raise ValueError("there is a backslash before the path")
    return URL.build(
        scheme=parts.scheme,
        host=_host(parts.hostname or ""),
        port=parts.port,
        path=_quoted(parts.path) or "/",
        query_string=_quoted(parts.query),
        encoded=True,
    )


def _host(name: str) -> str:
    """Return the host in ASCII; a number must be an address in its usual form."""
    host = name if name.isascii() else URL.build(scheme="http", host=name).raw_host
    if not host or not _HOST.fullmatch(host):
        raise ValueError(f"{name!r} is not a host" if name else "it names no host")
    if ":" in host:
        return f"[{host}]"
    if _NUMBER.search(host):
        IPv4Address(host)
    return host


def _quoted(text: str) -> str:
    return _UNSENDABLE.sub(_percent, text)


def _percent(found: re.Match[str]) -> str:
    octets = found[0].encode("utf-8", "surrogateescape")
    return "".join(f"%{octet:02X}" for octet in octets)


def redirect_target(base: URL, location: str) -> URL:
    """Return where a Location header leads from `base`.

    Raises:
        FetchError: nowhere (REDIRECT), or out of HTTP (BLOCKED).
    """
    try:
        target = urljoin(str(base), location.strip())
    except ValueError as error:
        raise _unusable(error, FetchOutcome.REDIRECT) from error
    return read_url(target, bad=FetchOutcome.REDIRECT)


def origin(url: URL) -> Origin:
    """Return scheme, host and port: what credentials are bound to."""
    return url.scheme, (url.raw_host or "").lower(), url.port or 0


def basic_credentials(text: str) -> str | None:
    """Return the Authorization that ``user:password@`` in a URL stands for."""
    user, at, _ = urlsplit(text.strip()).netloc.rpartition("@")
    if not at:
        return None
    return "Basic " + b64encode(unquote(user).encode()).decode("ascii")


def shown_configured(text: str) -> str:
    """Return a configured URL for people: ``${...}`` stays, a password does not."""
    return text if "${" in text else _USER.sub("", text)


def shown_redirected(url: URL, redact: Callable[[str], str]) -> str:
    """Return a URL that a server named, with every secret in it redacted.

    A secret that the server repeats percent-encoded is found as well.
    """
    text = redact(str(url))
    plain = unquote(text)
    return text if redact(plain) == plain else redact(plain)
