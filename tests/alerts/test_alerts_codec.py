"""A message survives being kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts import codec
from monitor.model import DigestItem, Excerpt, Message, MessageKind, Priority

TEXT = st.text()
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
MARKS = st.lists(st.tuples(st.integers(0), st.integers(0)), max_size=2).map(tuple)
IDS = st.lists(st.integers(1), max_size=3).map(tuple)
LINKS = st.none() | st.text(min_size=1)
ITEMS = st.builds(DigestItem, IDS, TEXTS, TEXT, TEXT, LINKS, TIMES, TEXT, TEXTS)
MESSAGES = st.builds(
    Message,
    kind=st.sampled_from(MessageKind),
    title=TEXT,
    priority=st.sampled_from(Priority),
    alerts=IDS,
    rules=TEXTS,
    source=TEXT,
    link=LINKS,
    author=TEXT,
    published_at=TIMES,
    first_seen_at=TIMES,
    excerpts=st.lists(st.builds(Excerpt, TEXT, TEXT, MARKS), max_size=2).map(tuple),
    terms=TEXTS,
    labels=TEXTS,
    text=TEXT,
    story=TEXT,
    first_alert=st.integers(0),
    also=TEXTS,
    change=TEXT,
    items=st.lists(ITEMS, max_size=2).map(tuple),
)


@given(MESSAGES)
def test_what_is_kept_comes_back_the_same(message: Message) -> None:
    kept = codec.to_json(message)
    assert kept.isascii(), "a lone surrogate must not stop the database"
    assert codec.from_json(kept) == message


def test_what_a_later_version_added_is_ignored() -> None:
    kept = '{"kind": "ops", "title": "x", "colour": "red"}'
    assert codec.from_json(kept) == Message(MessageKind.OPS, "x")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"kind": "alert"}', '{"kind": "x", "title": ""}'],
)
def test_anything_else_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        codec.from_json(text)


def test_times_keep_their_zone() -> None:
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    message = Message(MessageKind.ALERT, "x", published_at=at)
    assert codec.from_json(codec.to_json(message)).published_at == at
