"""What `alerts show` and `why` say of deliveries, and in which zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.cli.alert_story import print_alert
from monitor.cli.output import cell, show_times_in
from monitor.model import Entry, Priority, Silence, StoredAlert
from monitor.store.views import AttemptView, DeliveryView
from monitor.store.why_views import AlertView, HeldBack
from monitor.testing import START

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def zone() -> Iterator[None]:
    show_times_in(ZoneInfo("Europe/Berlin"))
    yield
    show_times_in(UTC)


def delivery(number: int, state: str, reason: str = "", **more: object) -> DeliveryView:
    values = {"channel": "desk", "place": 0, "attempts": 0, "created_at": START}
    times = {"next_attempt_at": None, "sent_at": None, "maybe_sent": False}
    return DeliveryView(
        **{"id": number, "state": state, "reason": reason, **values, **times, **more}  # type: ignore[arg-type]
    )


def told(*deliveries: DeliveryView, silence: Silence | None = None) -> AlertView:
    alert = StoredAlert(
        id=12,
        rule="waffen",
        story="s",
        priority=Priority.NORMAL,
        channels=("desk",),
        because=(),
        entry_id=1,
        entry=Entry("g:1", "Titel"),
        feed="faz",
        source="FAZ",
        first_seen_at=START,
        created_at=START,
        label="",
    )
    return AlertView(
        alert=alert,
        rule_version="v1",
        released_at=None,
        text_sha256="",
        is_edited=False,
        held_back=(),
        copies=(),
        routes=(),
        deliveries=deliveries,
        silence=silence,
    )


def lines(view: AlertView, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_alert(view)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("state", "reason", "way_out"),
    [
        ("dead", "refused: HTTP 400", "monitor alerts retry 12"),
        ("held", "channel_broken", "monitor channels test desk"),
        ("held", "orphaned", "monitor alerts release 12 --to CHANNEL"),
    ],
)
def test_what_stands_has_a_way_out(
    state: str, reason: str, way_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = "\n".join(lines(told(delivery(1, state, reason)), capsys))
    assert f"to send, type `{way_out}`" in shown


def test_what_waits_for_publishers_says_who_told_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    held = HeldBack("few_sources", way_out="monitor alerts release 12")
    view = replace(told(), held_back=(held,), sources=("faz.example", "zeit.example"))

    assert lines(view, capsys)[-2:] == [
        "held back: few_sources; to send, type `monitor alerts release 12`",
        "  told so far by faz.example, zeit.example",
    ]


def test_what_was_told_elsewhere_needs_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = lines(told(delivery(1, "held", "told_elsewhere")), capsys)
    assert shown[-1] == "delivery 1 to desk: held: told_elsewhere"


def test_urls_of_one_channel_and_attempts_are_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tries = tuple(
        AttemptView(START + timedelta(seconds=n), "retry", 500, "HTTP 500")
        for n in (1, 6)
    )
    again = START + timedelta(seconds=16)
    waits = delivery(2, "pending", place=1, next_attempt_at=again, tries=tries)

    shown = lines(told(delivery(1, "sent"), waits), capsys)

    assert shown[-5:] == [
        "delivery 1 to desk (URL 1): sent",
        "",
        "delivery 2 to desk (URL 2): pending, next try 2026-01-05 13:00:16",
        "  2026-01-05 13:00:01  retry 500: HTTP 500",
        "  2026-01-05 13:00:06  retry 500: HTTP 500",
    ]


def test_a_silence_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    silence = Silence(3, START + HOUR, START, rule="waffen", author="anna", why="known")

    shown = lines(told(silence=silence), capsys)

    expected = "  silence 3 until 2026-01-05 14:00: rule waffen (anna: known)"
    assert shown[-1] == expected


def test_times_are_shown_in_the_configured_zone() -> None:
    assert cell(START) == "2026-01-05 13:00"
