"""Which entry is which: keys within a feed, and the fingerprint of a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import count

from monitor.feeds.canonical import canonical_link
from monitor.model import Entry, Feed, Identity, Traits

_DIGEST_LENGTH = 32  # hexadecimal digits: half of SHA-256, plenty within one feed


def identify(entries: Sequence[Entry], *, home: str | None = None) -> tuple[Entry, ...]:
    """Return the entries with `key` and `canonical_link` set, in their order.

    `home` is the address that the feed gives as its own page: an entry that links
    there, or to the root of a site, has no canonical link. No two entries of the
    result have the same key.
    """
    front_page = canonical_link(home) if home else None
    links = [_article(entry, front_page) for entry in entries]
    keys = _keys_in(entries, links)
    return tuple(map(Entry.known_as, entries, keys, links))


def keyed(entries: Sequence[Entry], by: Identity) -> tuple[Entry, ...]:
    """Return entries from `identify` with the keys that a feed's identity gives them.

    Where entries are known by their link, no guid is part of a key. An entry that is
    repeated word for word, with guid and link, is there once.
    """
    first: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        first.setdefault(_whole(entry), entry)
    once = tuple(first.values())
    if by is Identity.LINK:
        links = [entry.canonical_link for entry in once]
        keys = _keys_in([replace(entry, guid=None) for entry in once], links)
        return tuple(map(Entry.known_as, once, keys, links))
    return once


def _whole(entry: Entry) -> tuple[object, ...]:
    """Return all that tells an entry from one that is listed twice."""
    texts = (entry.title, entry.summary, entry.content, entry.author)
    return entry.guid, entry.canonical_link, entry.enclosure, texts, entry.categories


def sought_keys(entries: Iterable[Entry], by: Identity) -> set[str]:
    """Return the keys under which entries from `keyed` may be stored.

    Before a feed was known by its links its entries were stored by their guids.
    """
    keys = {entry.key for entry in entries}
    if by is Identity.LINK:
        keys |= {guid_key(entry.guid) for entry in entries if entry.guid}
    return keys


def identity_in_force(feed: Feed, traits: Traits) -> Identity:
    """Return what the feed's entries are known by: as configured, or as learned."""
    if feed.identity is Identity.AUTO and traits.keyed_by_link:
        return Identity.LINK
    return feed.identity


def guid_key(guid: str) -> str:
    """Return the key that a guid gives."""
    return f"g:{guid}"


def fingerprint(entry: Entry) -> str:
    """Return a hash of what rules can read in the entry: it changes with an edit."""
    categories = sorted(set(entry.categories))
    return _digest(entry.title, entry.summary, entry.content, entry.author, *categories)


def _keys_in(entries: Sequence[Entry], links: Sequence[str | None]) -> list[str]:
    """Return a key for each entry, no key twice; `links` are the canonical ones."""
    shared = _shared_links(entries, links)
    taken: dict[str, None] = {}
    numbers: dict[str, Iterator[int]] = {}  # of entries that are repeated whole
    for entry, link in zip(entries, links, strict=True):
        key = _first_key(entry, link, shared)
        if key in taken:
            others = _other_keys(entry, link, key, numbers)
            key = next(other for other in others if other not in taken)
        taken[key] = None
    return list(taken)


def _article(entry: Entry, front_page: str | None) -> str | None:
    """Return the canonical link if it can tell one entry from another."""
    link = canonical_link(entry.link) if entry.link else None
    if link is None or link == front_page or _is_root(link):
        return None
    return link


def _is_root(link: str) -> bool:
    _, _, after_scheme = link.partition("://")
    return after_scheme.find("/") == len(after_scheme) - 1


def _shared_links(
    entries: Sequence[Entry], links: Sequence[str | None]
) -> frozenset[str]:
    """Return the links under which entries without a guid tell different things."""
    titles: dict[str, set[str]] = defaultdict(set)
    for entry, link in zip(entries, links, strict=True):
        if link and not entry.guid:
            titles[link].add(entry.title)
    return frozenset(link for link, told in titles.items() if len(told) > 1)


def _other_keys(
    entry: Entry, link: str | None, key: str, numbers: dict[str, Iterator[int]]
) -> Iterator[str]:
    """Yield the keys an entry may have beside the first, best first, without end.

    They are for the document that repeats a guid, a link or an entry.
    """
    if link:
        yield f"{key} l:{link}"
    text_key = _text_key(entry)
    by_text = key if key == text_key else f"{key} {text_key}"
    yield by_text
    left = numbers.setdefault(by_text, count(2))
    yield from (f"{by_text} {number}" for number in left)


def _first_key(entry: Entry, link: str | None, shared: Collection[str]) -> str:
    if entry.guid:
        return guid_key(entry.guid)
    if link and link not in shared:
        return f"l:{link}"
    if entry.enclosure:
        return f"e:{entry.enclosure}"
    return _text_key(entry)


def _text_key(entry: Entry) -> str:
    return f"h:{_digest(entry.title, entry.content or entry.summary)}"


def _digest(*texts: str) -> str:
    # A text cannot hold the separator unnoticed: its length is written before it.
    whole = "".join(f"{len(text)}:{text}" for text in texts)
    return sha256(whole.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
