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
    "author",
    "feed",
    "tag",
    "category",
    "lang",
    "url",
    "site",
)
READ_BY_DEFAULT: Final = ("title", "summary", "content")
# Their value is taken as it stands, up to a space, not read as words.
RAW: Final = frozenset({"feed", "tag", "category", "lang", "url", "site"})
ADDRESSES: Final = frozenset({"url", "site"})
SPACELESS: Final = ADDRESSES | {"lang"}  # no space stands in their values
NAMES: Final = (*ORDER, "text")
ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {"intitle": "title", "inurl": "url"}
)
# What people write who think of another tool, or in German.
MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
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
    return READ_BY_DEFAULT if scope == "text" else (scope,)
