"""Addresses in a document: made absolute, and only those that a browser opens."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

HTML_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
"""The types of what a browser shows as a page; "" is one that nobody wrote."""

_LONGEST = 4_000
_USUAL = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?:/[\w!$&'()*+,=:@%./~-]*)?"
    r"(?:\?[\w!$&'()*+,=:@%./?~-]+)?",
    re.ASCII,
)
"""Most addresses: complete, and spelled as they will be when they are resolved."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def web_link(address: object, base: str = "") -> str | None:
    """Return an http(s) address, resolved against `base`; None if it is none."""
    if not isinstance(address, str):
        return None
    if len(address) <= _LONGEST and _USUAL.fullmatch(address):
        return address
    text = _UNSEEN.sub("", address).strip().replace(" ", "%20")
    if not text or len(text) > _LONGEST:
        return None
    try:
        link = urljoin(base, text)
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in {"http", "https"} and parts.hostname else None
