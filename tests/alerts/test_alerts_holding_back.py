"""What waits for a channel, and why: the reasons in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.holding_back import ORDER, Situation, hold_back, look_back
from monitor.config.quiet_hours import quiet_hours
from monitor.model import ChannelSpec, Hold, HoldReason, Priority, Rate, Rule

NOW = datetime(2026, 1, 5, 23, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLAIN = ChannelSpec("desk", ("x://",))
NIGHT = replace(PLAIN, quiet_hours=(quiet_hours("22:00-07:00"),))
DAILY = replace(PLAIN, digest="0 8 * * *")
RULE = Rule("waffen", "x", throttle=Rate(2, HOUR))


def situation(
    *told_ago: timedelta, waits: dict[HoldReason, datetime] | None = None
) -> Situation:
    told = tuple(NOW - ago for ago in told_ago)
    return Situation(NOW, UTC, told, waits or {})


def test_what_nothing_speaks_against_is_told() -> None:
    assert hold_back(RULE, PLAIN, Priority.NORMAL, situation(MINUTE)) is None
    assert hold_back(Rule("x", "x"), PLAIN, Priority.LOW, situation()) is None


def test_a_rule_that_told_too_much_waits_until_there_is_room() -> None:
    found = hold_back(RULE, PLAIN, Priority.URGENT, situation(MINUTE, 20 * MINUTE))
    assert found == Hold(HoldReason.THROTTLED, NOW + 40 * MINUTE)
    later = situation(MINUTE, HOUR)
    assert hold_back(RULE, PLAIN, Priority.NORMAL, later) is None


def test_messages_of_the_future_were_sent_before_the_clock_went_back() -> None:
    assert hold_back(RULE, PLAIN, Priority.LOW, situation(-HOUR, -2 * HOUR)) is None


def test_what_comes_while_others_wait_waits_with_them() -> None:
    at = NOW + 7 * MINUTE
    waiting = situation(waits={HoldReason.THROTTLED: at})
    found = hold_back(RULE, PLAIN, Priority.NORMAL, waiting)
    assert found == Hold(HoldReason.THROTTLED, at)


def test_a_rule_cools_down_after_its_last_message() -> None:
    rule = replace(RULE, cooldown=6 * HOUR)
    found = hold_back(rule, PLAIN, Priority.NORMAL, situation(HOUR))
    assert found == Hold(HoldReason.COOLDOWN, NOW + 5 * HOUR)
    assert hold_back(rule, PLAIN, Priority.NORMAL, situation(7 * HOUR)) is None
    assert hold_back(rule, PLAIN, Priority.NORMAL, situation()) is None


def test_in_quiet_hours_only_urgent_alerts_are_told() -> None:
    found = hold_back(RULE, NIGHT, Priority.HIGH, situation())
    assert found == Hold(HoldReason.QUIET_HOURS, datetime(2026, 1, 6, 7, tzinfo=UTC))
    assert hold_back(RULE, NIGHT, Priority.URGENT, situation()) is None


def test_a_channels_digest_takes_all_but_what_is_urgent() -> None:
    found = hold_back(RULE, DAILY, Priority.HIGH, situation())
    assert found == Hold(HoldReason.DIGEST, datetime(2026, 1, 6, 8, tzinfo=UTC))
    assert hold_back(RULE, DAILY, Priority.URGENT, situation()) is None


def test_a_rules_own_digest_takes_all_of_it() -> None:
    rule = replace(RULE, digest="30 23 * * *")
    found = hold_back(rule, DAILY, Priority.URGENT, situation())
    assert found == Hold(HoldReason.DIGEST, NOW + 30 * MINUTE)


def test_the_first_reason_counts_and_then_those_behind_it() -> None:
    rule = replace(RULE, cooldown=HOUR)
    channel = replace(NIGHT, digest="0 8 * * *")
    now = situation(MINUTE, MINUTE)
    reasons = []
    asked = ORDER
    while found := hold_back(rule, channel, Priority.NORMAL, now, asked=asked):
        reasons.append(found.reason)
        asked = ORDER[ORDER.index(found.reason) + 1 :]
    assert tuple(reasons) == ORDER


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (RULE, (HOUR, 2)),
        (replace(RULE, cooldown=6 * HOUR), (6 * HOUR, 2)),
        (Rule("x", "x", cooldown=MINUTE), (MINUTE, 1)),
        (Rule("x", "x"), (timedelta(0), 1)),
    ],
)
def test_only_so_much_of_the_past_is_of_interest(
    rule: Rule, expected: tuple[timedelta, int]
) -> None:
    assert look_back(rule) == expected
