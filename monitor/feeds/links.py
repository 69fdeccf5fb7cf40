"""Addresses in a document: made absolute, and only those that a browser opens."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

_LONGEST = 4_000
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


def web_link(address: object, base: str = "") -> str | None:
    """Return an http(s) address, resolved against `base`; None if it is none."""
    if not isinstance(address, str):
        return None
    text = _UNSEEN.sub("", address).strip().replace(" ", "%20")
    if not text or len(text) > _LONGEST:
        return None
    try:
        link = urljoin(base, text)
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in {"http", "https"} and parts.hostname else None
