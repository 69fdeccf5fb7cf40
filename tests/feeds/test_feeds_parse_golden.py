"""Ugly feeds, each beside what must be read from it (`tests/golden`)."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.feeds import parse_feed, parse_sound
from monitor.model import Entry, FeedKind, ParsedFeed, Tier

GOLDEN = Path(__file__).parents[1] / "golden"
FEEDS = sorted(GOLDEN.glob("*.xml")) + sorted(GOLDEN.glob("*.jsonfeed"))
SITEMAPS = sorted(GOLDEN.glob("*.sitemap"))
OF_IDENTITY = {"key", "canonical_link"}


def plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value


def said(found: Entry | ParsedFeed) -> dict[str, object]:
    """Return what is not empty, as the golden files write it."""
    values = {one.name: plain(getattr(found, one.name)) for one in fields(found)}
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "", [], 0) and name not in OF_IDENTITY
    }


@pytest.mark.parametrize("path", FEEDS + SITEMAPS, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    kind = FeedKind.SITEMAP if path in SITEMAPS else FeedKind.FEED
    url = "https://origin.example/feed"
    parsed = parse_feed(path.read_bytes(), url=url, kind=kind)
    found = {**said(parsed), "entries": [said(entry) for entry in parsed.entries]}
    expected = json.loads(path.with_suffix(".entries.json").read_text("utf-8"))
    assert found == expected


def test_every_entry_has_a_key() -> None:
    for path in FEEDS:
        keys = [entry.key for entry in parse_feed(path.read_bytes()).entries]
        assert all(keys)
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("path", FEEDS + SITEMAPS, ids=lambda path: path.stem)
def test_sound_ones_are_read_the_same_at_once(path: Path) -> None:
    kind = FeedKind.SITEMAP if path in SITEMAPS else FeedKind.FEED
    body = path.read_bytes()
    whole = parse_feed(body, url="https://origin.example/feed", kind=kind)
    sound = parse_sound(body, url="https://origin.example/feed", kind=kind)
    assert sound == (whole if whole.tier is Tier.STRICT else None)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>Login</body></html>",
        b"<rss><channel><item></channel></rss>",
        b"<rss><channel><?x <item> ?></channel></rss>",
        b"",
    ],
)
def test_what_is_not_sound_is_not_read_at_once(body: bytes) -> None:
    assert parse_sound(body) is None
