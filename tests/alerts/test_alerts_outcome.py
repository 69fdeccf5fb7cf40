"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.outcome import PROBE_AFTER, settle
from monitor.model import (
    Delivery,
    DeliveryState,
    Lane,
    Message,
    MessageKind,
    SendOutcome,
    SendResult,
    Settled,
)

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
TRANSIENT = (SendOutcome.RETRY, SendOutcome.UNKNOWN)


def delivery(
    attempts: int = 1, *, age: timedelta = timedelta(0), bare: bool = False
) -> Delivery:
    return Delivery(
        id=1,
        lane=Lane("desk", 0),
        message=Message(MessageKind.ALERT, "Titel"),
        created_at=NOW - age,
        attempts=attempts,
        first_attempt_at=NOW - age,
        bare=bare,
        failed=attempts - 1,
    )


def settled(
    outcome: SendOutcome,
    of: Delivery | None = None,
    *,
    retry_after: timedelta | None = None,
    jitter: float = 0.5,
    detail: str = "HTTP 503",
) -> Settled:
    result = SendResult(outcome, retry_after=retry_after, detail=detail)
    return settle(of or delivery(), result, now=NOW, jitter=jitter)


def wait(made: Settled) -> timedelta:
    assert made.next_attempt_at is not None
    return made.next_attempt_at - NOW


def test_sent_is_the_end_and_mends_the_lane() -> None:
    made = settled(SendOutcome.SENT)
    assert made.state is DeliveryState.SENT
    assert made.mends_lane
    assert made.next_attempt_at is None


def test_broken_channel_holds_and_keeps_the_delivery() -> None:
    made = settled(SendOutcome.CHANNEL_BROKEN, delivery(age=timedelta(days=30)))
    assert made.state is DeliveryState.HELD
    assert made.reason == "channel_broken"
    assert made.breaks_lane


def test_refused_message_is_tried_once_more_bare_and_at_once() -> None:
    made = settled(SendOutcome.MESSAGE_REFUSED)
    assert made.state is DeliveryState.PENDING
    assert made.bare
    assert wait(made) == timedelta(0)


def test_bare_message_that_is_refused_is_dead_and_says_why() -> None:
    made = settled(SendOutcome.MESSAGE_REFUSED, delivery(bare=True), detail="HTTP 400")
    assert made.state is DeliveryState.DEAD
    assert made.reason == "refused: HTTP 400"
    assert settled(SendOutcome.MESSAGE_REFUSED, delivery(bare=True), detail="").reason


@pytest.mark.parametrize(
    ("attempts", "longest"),
    [(1, 5), (2, 10), (5, 80), (10, 2560), (11, 3600), (99, 3600)],
)
def test_backoff_doubles_from_five_seconds_to_an_hour(
    attempts: int, longest: int
) -> None:
    for jitter in (0.0, 0.25, 0.999):
        made = settled(SendOutcome.RETRY, delivery(attempts), jitter=jitter)
        assert wait(made) == jitter * timedelta(seconds=longest)


def test_only_a_try_that_may_have_arrived_marks_a_repeat() -> None:
    assert settled(SendOutcome.UNKNOWN).maybe_sent
    assert not settled(SendOutcome.RETRY).maybe_sent


@pytest.mark.parametrize("outcome", TRANSIENT)
def test_given_up_after_seven_days_with_the_last_detail(outcome: SendOutcome) -> None:
    almost = settled(outcome, delivery(200, age=timedelta(days=7, seconds=-1)))
    assert almost.state is DeliveryState.PENDING
    over = settled(outcome, delivery(200, age=timedelta(days=7)))
    assert over.state is DeliveryState.DEAD
    assert over.reason == "given up after 7 days: HTTP 503"


@given(
    outcome=st.sampled_from(TRANSIENT),
    attempts=st.integers(1, 10**6),
    jitter=st.floats(0, 1, exclude_max=True),
    asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_next_try_is_never_too_early_and_never_out_of_sight(
    outcome: SendOutcome, attempts: int, jitter: float, asked: timedelta | None
) -> None:
    made = settled(outcome, delivery(attempts), retry_after=asked, jitter=jitter)
    assert made.state is DeliveryState.PENDING
    waits = wait(made)
    assert waits >= min(asked or timedelta(0), timedelta(days=6))
    assert waits < timedelta(days=7)
    assert waits <= max(asked or timedelta(0), timedelta(hours=1))


@given(
    outcome=st.sampled_from(SendOutcome),
    attempts=st.integers(1, 1000),
    age=st.timedeltas(timedelta(0), timedelta(days=30)),
    bare=st.booleans(),
)
def test_every_end_is_one_that_the_outbox_knows(
    outcome: SendOutcome, attempts: int, age: timedelta, *, bare: bool
) -> None:
    made = settled(outcome, delivery(attempts, age=age, bare=bare))
    assert (made.next_attempt_at is not None) == (made.state is DeliveryState.PENDING)
    assert made.reason or made.state is DeliveryState.SENT
    assert made.breaks_lane == (made.state is DeliveryState.HELD)


def after(failures: int, status: int | None = 503, **more: object) -> Settled:
    """Return what one more failure makes of a lane that failed so often in a row."""
    of = replace(delivery(), failures=failures, **more)
    result = SendResult(SendOutcome.RETRY, status)
    return settle(of, result, now=NOW, jitter=0.5)


def test_the_fifth_failure_in_a_row_opens_the_circuit() -> None:
    fourth, fifth = after(3), after(4)
    assert (fourth.failures, fourth.opens_lane, fourth.probe_at) == (4, False, None)
    assert (fifth.failures, fifth.opens_lane) == (5, True)
    assert fifth.probe_at == NOW + timedelta(seconds=40), "it is the lane that rests"
    assert fifth.next_attempt_at == NOW


def test_a_retry_after_stays_with_the_delivery_when_the_circuit_is_open() -> None:
    of = replace(delivery(), failures=9)
    asked = timedelta(hours=3)
    result = SendResult(SendOutcome.RETRY, 429, retry_after=asked)
    made = settle(of, result, now=NOW, jitter=0.5)
    assert made.next_attempt_at == made.probe_at == NOW + asked


def test_what_was_overtaken_says_nothing_of_its_lane() -> None:
    made = after(0, overtaken=True, failed=13)
    assert (made.failures, made.opens_lane) == (0, False)
    assert wait(made) == timedelta(minutes=30)


def test_doubts_come_after_a_dozen_answers_and_not_from_silence() -> None:
    assert [n + 1 for n in range(20) if after(n).doubts] == [12, 15, 18]
    assert not any(after(n, None).doubts for n in range(20))


@pytest.mark.parametrize("outcome", [o for o in SendOutcome if o != SendOutcome.SENT])
def test_a_broken_lane_is_probed_again_unless_it_may_not_be(
    outcome: SendOutcome,
) -> None:
    of, result = replace(delivery(), lane_is_broken=True), SendResult(outcome)
    probed = settle(of, result, now=NOW, jitter=0.5)
    assert probed.probe_at == NOW + PROBE_AFTER
    left = settle(of, result, now=NOW, jitter=0.5, probes=False)
    assert left.probe_at is None
