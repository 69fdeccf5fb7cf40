"""URLs of feeds: what may stand there, and the name that a feed has by its URL."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from urllib.parse import SplitResult, urldefrag, urlsplit

from monitor.config.masking import REFERENCE
from monitor.config.secrets import malformed

_STAND_IN = "x"
_LONGEST = 60


@lru_cache(4096)
def split_url(text: str) -> SplitResult:
    """Return the parts of an http(s) URL, with `x` for each ``${...}``.

    Raises:
        ValueError: it is no such URL; the text says why.
    """
    wrong = malformed(text)
    if wrong:
        raise ValueError(
            f"`{wrong[:40]}` is no reference; "
            "write ${NAME}, ${file:/path} or ${credential:name}"
        )
    if re.search(r"\s", text):
        raise ValueError("a URL holds no spaces; write %20")
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    if not text.startswith("${") and (
        not scheme or scheme[1].lower() not in ("http", "https")
    ):
        raise ValueError(
            f"`{text}` is no URL of the web; write http://... or https://..."
        )
    parts = urlsplit(REFERENCE.sub(_STAND_IN, text))
    if not text.startswith("${") and not parts.hostname:
        raise ValueError(f"`{text}` names no host; write https://example.org/feed")
    if parts.port == 0:
        raise ValueError("there is no port 0")
    return parts


def feed_url(text: str) -> str:
    """Return a feed's URL as it is asked for: without a fragment.

    Raises:
        ValueError: it is no http(s) URL.
    """
    split_url(text)
    return urldefrag(text).url if "#" in text else text


def has_literal_password(text: str) -> bool:
    """Say whether a password stands in the URL itself."""
    kept = REFERENCE.sub("", text)
    return bool(urlsplit(kept).password)


@lru_cache(4096)
def slug(url: str) -> str:
    """Return the name of a feed that has none: host and path, in a stable form.

    What a query says is not shown (it may be a key); a short hash stands for it.
    """
    parts = split_url(url)
    host = (parts.hostname or "feed").removeprefix("www.")
    path = re.sub(r"\.(xml|rss|atom|json|php|html?)$", "", parts.path)
    if url.startswith("${"):
        host, path = "feed", ""
    name = re.sub(r"[^\w.]+", "-", f"{host}{path}".lower()).strip("-._")
    if parts.query or len(name) > _LONGEST or url.startswith("${"):
        digest = hashlib.sha256(url.encode()).hexdigest()[:6]
        name = f"{name[:_LONGEST]}-{digest}"
    return name
