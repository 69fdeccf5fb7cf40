"""What `channels list` shows of a channel and of each of its URLs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.cli.channel_table import ChannelLines, lines_of, rates_in_words
from monitor.model import ChannelSpec, Lane, Rate
from monitor.store.lane_views import LaneView
from monitor.testing import START

MINUTE = timedelta(minutes=1)
SPEC = ChannelSpec("desk", ("json://a", "json://b"), fallback="chief")
FIRST, SECOND = Lane("desk", 0), Lane("desk", 1)
URLS = {FIRST: "json://***", SECOND: "${MAIL}"}
WAITS = LaneView(waiting=2, sent_at=START - MINUTE, oldest_at=START - 3 * MINUTE)
BROKEN = LaneView(
    held={"channel_broken": 1, "told_elsewhere": 4},
    oldest_at=START - 5 * MINUTE,
    error="HTTP 404",
    error_at=START - 2 * MINUTE,
    broken_since=START - 7 * MINUTE,
    probe_at=START + 8 * MINUTE,
)


def shown(views: dict[Lane, LaneView], spec: ChannelSpec = SPEC) -> ChannelLines:
    rates = {FIRST: "1/1s", SECOND: "no bound"}
    (line,) = lines_of([spec], views, rates, ops=["desk"], urls=URLS)
    return line


def test_urls_that_are_alike_share_a_line() -> None:
    (line,) = shown({FIRST: WAITS, SECOND: WAITS}).as_lines(START)
    assert line["urls"] == ["json://***", "${MAIL}"]
    assert (line["state"], line["waiting"], line["dead"]) == ("ok", 4, None)
    assert (line["oldest"], line["sent"]) == ("3m ago", "60s ago") or line[
        "sent"
    ] == "1m ago"
    assert (line["rate"], line["fallback"]) == ("1/1s, no bound", "chief")


def test_urls_that_differ_have_a_line_each() -> None:
    first, second = shown({FIRST: WAITS, SECOND: BROKEN}).as_lines(START)
    assert (first["urls"], first["state"]) == (["1: json://***"], "ok")
    assert second["urls"] == ["2: ${MAIL}"]
    assert second["state"] == "broken since 7m ago, next try in 8m"
    assert second["error"] == "2m ago: HTTP 404"
    assert second["held"] == {"channel_broken": 1, "told_elsewhere": 4}


def test_states_are_told_in_words() -> None:
    opened = LaneView(failures=7, open_since=START - 9 * MINUTE, probe_at=START)
    failing = LaneView(failures=2)
    first, second = shown({FIRST: opened, SECOND: failing}).as_lines(START)
    assert first["state"] == "no answer since 9m ago, next try due"
    assert second["state"] == "failed 2 times in a row"
    left = replace(BROKEN, probe_at=None)
    (_, last) = shown({SECOND: left}, replace(SPEC, probe=False)).as_lines(START)
    assert last["state"] == "broken since 7m ago, not tried by itself"


def test_the_object_sums_up_and_keeps_each_place() -> None:
    data = shown({FIRST: WAITS, SECOND: BROKEN}).as_data()
    assert (data["waiting"], data["held"], data["state"]) == (2, 5, "broken")
    assert data["held_by"] == {"channel_broken": 1, "told_elsewhere": 4}
    assert data["oldest_at"] == START - 5 * MINUTE
    assert (data["error"], data["fallback"], data["is_ops"]) == (
        "HTTP 404",
        "chief",
        True,
    )
    places = data["places"]
    assert isinstance(places, list)
    assert [place["state"] for place in places] == ["ok", "broken"]
    assert places[1]["next_probe_at"] == START + 8 * MINUTE


def test_a_channel_that_left_is_shown_for_as_long_as_something_waits() -> None:
    gone = {Lane("alt", 0): LaneView(held={"orphaned": 2})}
    (line,) = lines_of([], gone, {}, ops=[], urls={})
    assert line.as_data()["urls"] == ["not configured any more"]
    assert line.as_lines(START)[0]["urls"] == ["not configured any more"]
    assert lines_of([], {Lane("alt", 0): LaneView()}, {}, ops=[], urls={}) == []


def test_rates_in_words() -> None:
    assert rates_in_words(()) == "no bound"
    bounds = (Rate(1, timedelta(seconds=1.2)), Rate(20, MINUTE), Rate(5, 60 * MINUTE))
    assert rates_in_words(bounds) == "1/1200ms, 20/1m, 5/1h"
