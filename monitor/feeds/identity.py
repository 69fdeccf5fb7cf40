"""Which entry is which: keys within a feed, and the fingerprint of a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import count

from monitor.feeds.canonical import canonical_link
from monitor.model import Entry

_DIGEST_LENGTH = 32  # hexadecimal digits: half of SHA-256, plenty within one feed


def identify(entries: Sequence[Entry], *, home: str | None = None) -> tuple[Entry, ...]:
    """Return the entries with `key` and `canonical_link` set, in their order.

    `home` is the address that the feed gives as its own page: an entry that links
    there, or to the root of a site, has no canonical link. No two entries of the
    result have the same key.
    """
    front_page = canonical_link(home) if home else None
    linked = [replace(e, canonical_link=_article(e, front_page)) for e in entries]
    shared = _shared_links(linked)
    taken: set[str] = set()
    identified = []
    for entry in linked:
        key = next(k for k in _keys(entry, shared) if k not in taken)
        taken.add(key)
        identified.append(replace(entry, key=key))
    return tuple(identified)


def fingerprint(entry: Entry) -> str:
    """Return a hash of what rules can read in the entry: it changes with an edit."""
    categories = sorted(set(entry.categories))
    return _digest(entry.title, entry.summary, entry.content, entry.author, *categories)


def _article(entry: Entry, front_page: str | None) -> str | None:
    """Return the canonical link if it can tell one entry from another."""
    link = canonical_link(entry.link) if entry.link else None
    if link is None or link == front_page or _is_root(link):
        return None
    return link


def _is_root(link: str) -> bool:
    _, _, after_scheme = link.partition("://")
    return after_scheme.find("/") == len(after_scheme) - 1


def _shared_links(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the links under which entries without a guid tell different things."""
    titles: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if not entry.guid and entry.canonical_link:
            titles[entry.canonical_link].add(entry.title)
    return frozenset(link for link, told in titles.items() if len(told) > 1)


def _keys(entry: Entry, shared: Collection[str]) -> Iterator[str]:
    """Yield the keys an entry may have, best first, without end.

    All but the first are for the document that repeats a guid, a link or an entry.
    """
    key = _first_key(entry, shared)
    yield key
    if entry.canonical_link:
        yield f"{key} l:{entry.canonical_link}"
    text_key = _text_key(entry)
    by_text = key if key == text_key else f"{key} {text_key}"
    yield by_text
    yield from (f"{by_text} {number}" for number in count(2))


def _first_key(entry: Entry, shared: Collection[str]) -> str:
    if entry.guid:
        return f"g:{entry.guid}"
    if entry.canonical_link and entry.canonical_link not in shared:
        return f"l:{entry.canonical_link}"
    if entry.enclosure:
        return f"e:{entry.enclosure}"
    return _text_key(entry)


def _text_key(entry: Entry) -> str:
    return f"h:{_digest(entry.title, entry.content or entry.summary)}"


def _digest(*texts: str) -> str:
    # A text cannot hold the separator unnoticed: its length is written before it.
    whole = "".join(f"{len(text)}:{text}" for text in texts)
    return sha256(whole.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
