"""How the fields are compared whose value is no text: language, feed, address, tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from monitor.matching.wildcards import globs, is_wildcard, star_regex
from monitor.text.folding import keys

Place = tuple[int, int]
Compare = Callable[[str], Place | None]

_HOST = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/?#@\s]*@)?(\[[^\]]*\]|[^/?#:\s]*)", re.IGNORECASE
)


def _language(wanted: str) -> Compare:
    """Compare a language: ``de`` is met by ``de`` and ``de-AT``."""
    tag = wanted.replace("_", "-").lower()

    def compare(value: str) -> Place | None:
        own = value.replace("_", "-").lower()
        return (0, len(value)) if own == tag or own.startswith(f"{tag}-") else None

    return compare


def _feed(wanted: str) -> Compare:
    """Compare a feed's name, as a whole, case aside; ``*`` and ``?`` stand in."""
    regex = re.compile(star_regex(wanted.casefold()), re.DOTALL)

    def compare(value: str) -> Place | None:
        return (0, len(value)) if regex.fullmatch(value.casefold()) else None

    return compare


def _label(wanted: str) -> Compare:
    """Compare a tag or category, as a whole, spelling aside."""
    name = " ".join(wanted.split())
    regexes = globs(name) if is_wildcard(name) else ()
    names = frozenset(keys(name))

    def compare(value: str) -> Place | None:
        own = keys(" ".join(value.split()))
        met = any(regex.fullmatch(key) for regex in regexes for key in own)
        return (0, len(value)) if met or not names.isdisjoint(own) else None

    return compare


def _address(wanted: str) -> Compare:
    """Find a piece of the address, case aside."""
    regex = re.compile(re.escape(wanted), re.IGNORECASE)

    def compare(value: str) -> Place | None:
        found = regex.search(value)
        return found.span() if found else None

    return compare


def _site(wanted: str) -> Compare:
    """Compare the end of the address's host, at a dot."""
    given = _HOST.match(wanted)
    host = (given[1] if given else wanted.partition("/")[0]).strip("*.")
    regex = re.compile(rf"(?:.*\.)?({re.escape(host)})\.?", re.IGNORECASE)

    def compare(value: str) -> Place | None:
        own = _HOST.match(value)
        found = regex.fullmatch(own[1]) if own and host else None
        if own is None or found is None:
            return None
        return own.start(1) + found.start(1), own.start(1) + found.end(1)

    return compare


COMPARISONS: Final[Mapping[str, Callable[[str], Compare]]] = MappingProxyType(
    {
        "lang": _language,
        "feed": _feed,
        "tag": _label,
        "category": _label,
        "url": _address,
        "site": _site,
    }
)
