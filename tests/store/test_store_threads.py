"""A later message of a story knows which one told the lane of it first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import NOW, SENT, deliver, lease, told

from monitor.model import Lane, Message, MessageKind, SendResult
from monitor.store.transaction import SqlTransaction

STORY = Message(MessageKind.ALERT, "Baku liefert", story="story 1")


def answered(receipt: str) -> SendResult:
    return replace(SENT, receipt=receipt)


def enqueue(tx: SqlTransaction, message: Message, channel: str = "desk") -> None:
    tx.enqueue(channel, message, 1, NOW)


def test_a_later_message_answers_the_first_of_its_story(tx: SqlTransaction) -> None:
    for receipt in ("77", "78"):
        enqueue(tx, STORY)
        deliver(tx, answered(receipt))
    enqueue(tx, STORY)
    assert lease(tx).answers == "77"


def test_the_first_message_answers_none(tx: SqlTransaction) -> None:
    enqueue(tx, STORY)
    assert lease(tx).answers == ""


@pytest.mark.parametrize("other", [replace(STORY, story="2"), replace(STORY, story="")])
def test_another_story_is_another_thread(tx: SqlTransaction, other: Message) -> None:
    enqueue(tx, other)
    deliver(tx, answered("77"))
    enqueue(tx, STORY)
    assert lease(tx).answers == ""


def test_another_lane_is_another_place(tx: SqlTransaction) -> None:
    enqueue(tx, STORY, "chief")
    deliver(tx, answered("77"), Lane("chief", 0))
    enqueue(tx, STORY)
    assert lease(tx).answers == ""


def test_a_story_without_a_receipt_is_answered_from_the_first_that_has_one(
    tx: SqlTransaction,
) -> None:
    enqueue(tx, STORY)
    deliver(tx, SENT)
    enqueue(tx, STORY)
    deliver(tx, answered("78"))
    enqueue(tx, STORY)
    assert lease(tx).answers == "78"


def test_the_same_event_answers_the_alert_that_told_it_first(
    tx: SqlTransaction,
) -> None:
    first = told(tx)
    deliver(tx, answered("77"))
    enqueue(tx, replace(STORY, first_alert=first))
    assert lease(tx).answers == "77"
