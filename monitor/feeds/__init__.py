"""Feeds: bytes to entries, which entry is which, what is new, when to poll next."""

from __future__ import annotations

from monitor.feeds.address import address_of, is_read, usable_validators
from monitor.feeds.canonical import canonical_link
from monitor.feeds.guids import note_guids
from monitor.feeds.identity import (
    fingerprint,
    identify,
    identity_in_force,
    keyed,
    sought_keys,
)
from monitor.feeds.next_poll import after_poll, body_hash, is_failure
from monitor.feeds.novelty import decide
from monitor.feeds.parse import likely_kind, parse_feed, parse_sound

__all__ = [
    "address_of",
    "after_poll",
    "body_hash",
    "canonical_link",
    "decide",
    "fingerprint",
    "identify",
    "identity_in_force",
    "is_failure",
    "is_read",
    "keyed",
    "likely_kind",
    "note_guids",
    "parse_feed",
    "parse_sound",
    "sought_keys",
    "usable_validators",
]
