"""The message of what new rules would have told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.alerts import catch_up_messages
from monitor.model import Because, Entry, Priority, StoredAlert

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


WEEK = {"waffen": timedelta(days=7), "andere": timedelta(hours=1)}


def alert(n: int, rule: str = "waffen", *because: Because, **entry: str) -> StoredAlert:
    one = Entry(f"g:{n}", **entry)
    at = NOW + timedelta(minutes=n)
    desk = ("desk",)
    return StoredAlert(
        n, rule, f"s{n}", Priority.LOW, desk, because, n, one, "faz", "FAZ", at, at
    )


def test_each_channel_hears_of_its_own_and_why() -> None:
    inflected = Because("title", "Baku", "Bakus", 0, 5)
    desk = alert(1, "waffen", inflected, title="Bakus Ziel")
    found = catch_up_messages([desk, alert(2, title="Kiew")], WEEK)

    ((channel, message),) = found
    assert channel == "desk"
    assert message.text == (
        "Kiew (FAZ)\nBakus Ziel (FAZ)\nbecause: title: Bakus ~ Baku"
    )
    assert message.alerts == (1, 2)
    assert message.priority is Priority.LOW
    assert message.title == (
        "catch-up: 2 entries of the last 7 days that a new or corrected rule matches"
    )


def test_an_entry_that_two_rules_are_true_of_stands_once_with_both() -> None:
    one = Because("title", "Baku", "Baku", 0, 4)
    both = [alert(1, "waffen", one, title="Baku"), alert(1, "andere", title="Baku")]
    ((_, message),) = catch_up_messages([*both, alert(2, "andere")], WEEK)

    assert message.rules == ("waffen", "andere")
    assert message.text == (
        "(without a title) (FAZ)\nbecause: andere\n"
        "Baku (FAZ)\nbecause: waffen, andere: title: Baku"
    )
    assert message.title.endswith("that new or corrected rules match")


def test_a_long_list_is_cut_and_says_where_the_rest_is() -> None:
    ((_, of_one),) = catch_up_messages([alert(n) for n in range(12)], WEEK)
    more = [*map(alert, range(11)), alert(11, "andere")]
    ((_, of_two),) = catch_up_messages(more, WEEK)

    assert of_one.text.endswith("and 2 more: monitor alerts list --rule waffen")
    assert of_two.text.endswith("and 2 more: monitor alerts list")


def test_short_spans_are_hours_or_minutes_and_links_stand_below() -> None:
    linked = alert(1, title="Baku", link="https://faz.example/1")
    ((_, message),) = catch_up_messages([linked], {"waffen": timedelta(minutes=20)})
    ((_, longer),) = catch_up_messages([linked], {"waffen": timedelta(minutes=90)})

    assert "catch-up: 1 entry of the last 20 min" in message.title
    assert "of the last 2 h" in longer.title
    assert message.text == "Baku (FAZ)\nhttps://faz.example/1"
