"""The fields that a query may name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# In the order in which people read them.
ORDER: Final = (
    "title",
    "summary",
    "content",
    "article",
    "author",
    "feed",
    "tag",
    "category",
    "lang",
    "url",
    "site",
)
CONTENT: Final = ("content", "article")
"""What is read of the text: what the feed has of it, and all, where that was read."""

READ_BY_DEFAULT: Final = ("title", "summary", *CONTENT)
# Their value is taken as it stands, up to a space, not read as words.
RAW: Final = frozenset({"feed", "tag", "category", "lang", "url", "site"})
ADDRESSES: Final = frozenset({"url", "site"})
SPACELESS: Final = ADDRESSES | {"lang"}  # no space stands in their values
NAMES: Final = (*(name for name in ORDER if name != "article"), "text")
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {"intitle": "title", "inurl": "url"}
)
# What people write who think of another tool, or in German.
MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "article": "content",
        "artikel": "content",
        "autor": "author",
        "body": "content",
        "description": "summary",
        "domain": "site",
        "headline": "title",
        "host": "site",
        "inhalt": "content",
        "kategorie": "category",
        "language": "lang",
        "link": "url",
        "quelle": "feed",
        "schlagwort": "tag",
        "source": "feed",
        "sprache": "lang",
        "überschrift": "title",
    }
)


def searched(scope: str) -> tuple[str, ...]:
    """Return the fields whose words a term in that scope looks at."""
    if scope == "text":
        return READ_BY_DEFAULT
    return CONTENT if scope == "content" else (scope,)
