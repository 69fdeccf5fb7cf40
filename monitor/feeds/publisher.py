"""Who publishes an entry: the domain that somebody registered for it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from monitor.model import Entry


def publisher(entry: Entry, feed_url: str) -> str:
    """Return the registered domain of the entry's link, else of its feed; "" if none.

    What an aggregator copies counts as that of the publisher it links to. Sites that
    share a domain only because their host lends names (`x.github.io`) are several.
    """
    for url in (entry.canonical_link, entry.link, feed_url):
        if url and (name := domain(url)):
            return name
    return ""


def domain(url: str) -> str:
    """Return the registered domain of a URL, its host where that is none, else ""."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
    return "" if "$" in host else _registered(host.strip("."))


@lru_cache(2_000)
def _registered(host: str) -> str:
    """Return the domain under which a host stands, by the public suffix list."""
    last = host.rpartition(".")[2]
    if ":" in host or last.isdigit():  # an address has no domain
        return host
    return _suffixes().privatesuffix(host) or host


@lru_cache(1)
def _suffixes() -> PublicSuffixList:
    """Return the list that the library brings along: it asks no network."""
    return PublicSuffixList()
