"""What names a delivery, what it belongs to, and its parts as data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts import render
from monitor.alerts.codec import from_json, to_json
from monitor.alerts.threads import delivery_key, references
from monitor.model import DigestItem, Form, Lane, Message, MessageKind, Priority

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LANE = Lane("desk", 0)
MESSAGE = Message(
    MessageKind.ALERT,
    "Baku prüft",
    Priority.HIGH,
    alerts=(12, 13),
    rules=("waffen",),
    source="Die Nachrichten",
    link="https://news.example.org/7",
    published_at=NOW - timedelta(hours=1),
    terms=("title: Baku",),
    story="s\ud800\n7",
    also=("FAZ",),
)


def test_a_repeat_has_the_same_key_and_nothing_else_has() -> None:
    key = delivery_key(7, LANE, NOW)
    assert key == delivery_key(7, LANE, NOW)
    others = {
        delivery_key(8, LANE, NOW),
        delivery_key(7, Lane("desk", 1), NOW),
        delivery_key(7, LANE, NOW + timedelta(seconds=1)),
    }
    assert len(others | {key}) == 4


def test_messages_of_one_story_share_a_reference() -> None:
    first, second = references(MESSAGE), references(replace(MESSAGE, alerts=(19,)))
    assert first[0] == second[0]
    assert first[1:] == ("alert-12", "alert-13")


def test_the_same_event_refers_to_the_alert_that_told_it_first() -> None:
    later = replace(MESSAGE, story="", alerts=(19,), first_alert=12)
    assert references(later) == ("alert-12", "alert-19")
    own = replace(MESSAGE, story="", first_alert=13)
    assert references(own) == ("alert-12", "alert-13")


def test_the_parts_of_a_message_are_data() -> None:
    made = render(
        MESSAGE,
        Form.JSON,
        created_at=NOW,
        now=NOW + timedelta(minutes=3),
        zone=UTC,
        maybe_sent=True,
        key="delivery-1",
    )
    assert json.loads(json.dumps(made.fields)) == {
        "schema": 1,
        "id": "delivery-1",
        "kind": "alert",
        "priority": "high",
        "alerts": [12, 13],
        "rules": ["waffen"],
        "entry_title": "Baku prüft",
        "source": "Die Nachrichten",
        "author": "",
        "link": "https://news.example.org/7",
        "published_at": "2026-01-05T11:00:00+00:00",
        "first_seen_at": None,
        "late_seconds": 180,
        "possible_repeat": True,
        "because": ["title: Baku"],
        "excerpts": [],
        "labels": [],
        "story": "s\ufffd 7",
        "first_alert": None,
        "also": ["FAZ"],
        "change": "",
        "items": [],
    }


def test_the_items_of_a_digest_are_data_too() -> None:
    item = DigestItem((31,), ("waffen",), "T", at=NOW, reason="digest")
    message = Message(MessageKind.DIGEST, "1 alert", items=(item,))
    made = render(message, Form.JSON, created_at=NOW, now=NOW, zone=UTC)
    assert made.fields["items"] == [
        {
            "alerts": [31],
            "rules": ["waffen"],
            "entry_title": "T",
            "source": "",
            "link": None,
            "at": "2026-01-05T12:00:00+00:00",
            "waited": "digest",
            "also": [],
            "change": "",
        }
    ]


def test_an_edit_in_a_digest_says_what_changed() -> None:
    item = DigestItem((31,), ("waffen",), "T", change="title: a [+b+]\nlink: c")
    message = Message(MessageKind.DIGEST, "1 alert", items=(item,))
    assert from_json(to_json(message)) == message
    made = render(message, Form.PLAIN, created_at=NOW, now=NOW, zone=UTC)
    assert "T\nchanged: title: a [+b+]; link: c\nalert 31" in made.body
