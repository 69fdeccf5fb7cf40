"""What was served instead of a feed, in plain words."""

from __future__ import annotations

import re

from monitor.feeds.links import web_link
from monitor.feeds.xml_text import parts, visible
from monitor.text import plain_text

_HEAD = 200_000
_SHOWN = 80

_MAGIC = (
    (b"\x1f\x8b", "compressed data (gzip)"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF8", "an image (GIF)"),
)
_CLOUDFLARE = ("<title>just a moment", "_cf_chl_opt", "/cdn-cgi/challenge-platform/")
_WALLS = (
    ("Cloudflare's bot check", _CLOUDFLARE),
    ("Cloudflare's block page", ("required! | cloudflare", "cf-error-details")),
    ("DataDome's bot check", ("captcha-delivery.com", "datadome")),
    ("Imperva Incapsula's bot check", ("_incapsula_resource", "incapsula incident")),
    ("AWS WAF's bot check", ("awswafcookie", "token.awswaf.com", "awswafintegration")),
    ("HUMAN's (PerimeterX) bot check", ("px-captcha", "_pxappid")),
    ("Akamai's block page", ("errors.edgesuite.net", "sec-if-cpt-container")),
    ("Sucuri's firewall", ("sucuri website firewall", "sucuri_cloudproxy")),
    ("DDoS-Guard's bot check", ("ddos-guard",)),
    ("Anubis' bot check", ("within.website/x/cmd/anubis", "re not a bot")),
    ("a captcha", ("captcha", "cf-turnstile")),
)
"""Names, and what their pages hold in lower case; the first that fits is told."""

_PARKED = (
    "domain is for sale", "domain may be for sale", "buy this domain", "domain parking",
    "sedoparking", "parkingcrew", "bodis.com", "domain ist zu verkaufen", "hugedomains",
)  # fmt: skip
_LOGIN = re.compile(r"<input[^<>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_TITLE = re.compile(r"<title(?=[\s>])[^<>]*>([^<]*)", re.IGNORECASE)
_LINK = re.compile(r"<link\s[^<>]*>", re.IGNORECASE)
_FEED_TYPE = re.compile(
    r"type\s*=\s*[\"']?application/(?:rss|atom|feed)\+(?:xml|json)", re.IGNORECASE
)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.IGNORECASE)
_FIRST = re.compile(r"<([A-Za-z_][\w.:-]{0,60})")
_DOCTYPE_HTML = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_PAGE = frozenset({"html", "head", "body"})
_SCRAP = frozenset(
    {"title", "meta", "script", "style", "div", "p", "br", "b", "h1", "form"}
)
_KNOWN_ROOTS = {
    "opml": "an OPML list of feeds",
    "sitemapindex": "an index of sitemaps",
    "error": "an error message in XML",
}


def is_html(text: str) -> bool:
    """Say whether the document begins as an HTML page does."""
    shown = (part for part, hidden in parts(text[:_HEAD]) if not hidden)
    written = (part.lstrip() for part in shown if not part.isspace())
    for number, part in enumerate(filter(None, written)):
        if number == 0 and _DOCTYPE_HTML.match(part):
            return True
        if first := _FIRST.search(part):
            return first[1].lower() in _PAGE
    return False


def served_instead(body: bytes, text: str, *, url: str) -> str:
    """Return what the body is, with its title or beginning; `text` is it decoded."""
    if kind := binary_kind(body):
        return f"{kind}, not a feed"
    first = _FIRST.search(visible(text[:_HEAD]))
    if is_html(text) or (first and first[1].lower() in _SCRAP):
        return _page(text[:_HEAD], url)
    if first and text.lstrip().startswith("<"):
        return _other_xml(first[1], text[:_HEAD])
    return f'plain text, not a feed: "{_shortened(text[:_HEAD])}"'


def binary_kind(body: bytes) -> str:
    """Return what bytes are that are no text, "" if they may be one."""
    return next((kind for magic, kind in _MAGIC if body.startswith(magic)), "")


def _page(text: str, url: str) -> str:
    found = _TITLE.search(text)
    title = _shortened(found[1]) if found else ""
    offered = _offered_feed(text, url)
    told = f"an HTML page{_kind(text)}, not a feed"
    told += f': "{title}"' if title else ""
    return told + (f"; the page names this feed: {offered}" if offered else "")


def _kind(text: str) -> str:
    if wall := bot_wall_in(text):
        return f" ({wall})"
    if is_parked(text):
        return " (a parked domain)"
    return " (a login)" if has_login(text) else ""


def bot_wall_in(text: str) -> str:
    """Return whose check of its readers a page may be, "" if no mark tells of one."""
    lower = text.lower()
    return next((w for w, marks in _WALLS if any(m in lower for m in marks)), "")


def is_parked(text: str) -> bool:
    """Say whether a page may be one of a domain that is for sale."""
    lower = text.lower()
    return any(mark in lower for mark in _PARKED)


def has_login(text: str) -> bool:
    """Say whether a page asks for a password."""
    return _LOGIN.search(text) is not None


def _offered_feed(text: str, url: str) -> str | None:
    for link in _LINK.findall(text):
        address = _HREF.search(link)
        if address and _FEED_TYPE.search(link):
            return web_link(plain_text(address[1]), url)
    return None


def _other_xml(root: str, text: str) -> str:
    if root.lower() == "urlset":
        return _sitemap(text)
    kind = _KNOWN_ROOTS.get(root.lower())
    return (
        f"{kind}, not a feed" if kind else f"XML, but not a feed: its root is <{root}>"
    )


def _sitemap(text: str) -> str:
    if "sitemap-news" in text or "<news:title" in text:
        return "a news sitemap, not a feed: to poll it, write `kind: sitemap`"
    return "a sitemap, not a feed, and one without titles"


def _shortened(text: str) -> str:
    plain = plain_text(text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN].rstrip()} ..."
