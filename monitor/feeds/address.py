"""Where a feed lives: its configured URL, or where that has moved for good."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from monitor.model import Feed, FeedState, Fetched, Traits, Validators, changed

_SIGHTINGS = 3
_SETBACKS = 3  # failures in a row after which the configured URL is asked again

READER: Final = "2"
"""The version of the parser: raised when it reads the same document otherwise."""


def reader_of(feed: Feed) -> str:
    """Return what reads the feed's documents, and how: another one starts afresh."""
    return " ".join(filter(None, (READER, feed.kind, feed.encoding)))


def address_of(feed: Feed, state: FeedState) -> str:
    """Return the URL to ask, ``${...}`` unexpanded."""
    return (state.traits.address if state.url == feed.url else "") or feed.url


def usable_validators(feed: Feed, state: FeedState) -> Validators:
    """Return what a conditional request may be made with; nothing if all changed.

    What another URL said of itself, or what another parser read, is no use.
    """
    is_same = state.url == feed.url and state.traits.reader == reader_of(feed)
    return state.validators if is_same else Validators()


def is_read(feed: Feed, state: FeedState, seen: str) -> bool:
    """Say whether the body with the hash `seen` was read before, as it would be now."""
    return seen == state.body_hash and state.traits.reader == reader_of(feed)


def moved(traits: Traits, fetched: Fetched, feed: Feed) -> Traits:
    """Return the traits after an answer that is a feed, or was before.

    The address changes once permanent redirects alone have led to the same place on
    three polls in a row: never to one that secrets were shown to reach, nor from
    https to http, nor where own headers may not follow.
    """
    target = fetched.moved_to
    if not target or not _may_move(feed, target):
        return changed(traits, moved_to="", moved_seen=0)
    seen = traits.moved_seen + 1 if target == traits.moved_to else 1
    if seen < _SIGHTINGS:
        return replace(traits, moved_to=target, moved_seen=seen)
    old = traits.address or feed.url
    return replace(
        traits,
        address=target,
        moved_to="",
        moved_seen=0,
        formerly=(*(one for one in traits.formerly if one != old), old),
    )


def holds_secret(url: str) -> bool:
    """Say whether a configured URL holds a secret, or a name to log in with."""
    return "${" in url or "@" in urlsplit(url).netloc


def _may_move(feed: Feed, target: str) -> bool:
    old, new = urlsplit(feed.url), urlsplit(target)
    if holds_secret(feed.url):
        return False
    if old.scheme == "https" and new.scheme != "https":
        return False
    return not feed.headers or old.netloc.lower() == new.netloc.lower()


def returned(traits: Traits, errors: int) -> Traits:
    """Return the traits after so many failures in a row: a new address may be lost."""
    if traits.address and errors >= _SETBACKS:
        return replace(traits, address="", moved_to="", moved_seen=0)
    return traits
