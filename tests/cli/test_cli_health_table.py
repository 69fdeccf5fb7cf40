"""The table of `monitor feeds health` fits a terminal, and cuts nothing."""

from __future__ import annotations

import pytest

from monitor.cli.health_table import Line, _behind, _below, sparkline

LONG = "www-example-org-politik-inland-index-rss2-xml"
URL = "https://www.example.org/" + "a/long/way/to/a/feed/" * 5
ADVICE = "Has it moved, or is there a login or a bot wall? Open its URL in a browser."


def line(name: str, **more: object) -> Line:
    values: dict[str, object] = {
        "name": name,
        "status": "ok",
        "is_well": True,
        "needs_person": False,
        "entries_per_day": [0, 1, 2, 4, 8, 7, 0, 3, 5, 8, 8, 1, 0, 2],
        "last_success": "59m ago",
        "next_poll": "in 10m",
        "every": "10m",
        "tier": "repaired",
        "delay": "12m",
        "pace": "",
        "remarks": (),
        "advice": "",
    }
    return Line(**{**values, **more})


LINES = [
    line("news"),
    line(
        LONG,
        status="no feed 3h",
        is_well=False,
        needs_person=True,
        pace="10m wanted, 2h: our back-off while it fails",
        remarks=("an HTML page, not a feed", URL),
        advice=ADVICE,
    ),
    line("late", status="failing 20m", is_well=False),
]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_a_terminal_is_filled_and_not_overrun(width: int) -> None:
    shown = _below(LINES, width)
    texts = [text.plain.rstrip() for text in shown]
    assert all(len(text) <= width for text in texts if URL not in text)
    assert [text for text in texts if LONG in text], "no name is cut"
    assert [text for text in texts if URL in text], "no address is cut"
    assert texts[0].split() == [
        "name", "status", "entries", "success", "next", "every", "tier", "delay",
    ]  # fmt: skip
    begins = {text.index("▂") for text in texts if "▂" in text}
    assert len(begins) == 1, "the columns are aligned"


def test_states_have_their_colours() -> None:
    styles = {span.style for text in _below(LINES, 80) for span in text.spans}
    assert {"green", "red", "yellow"} <= styles


def test_a_pipe_has_one_line_for_each_feed_with_all_of_it() -> None:
    head, news, long, late = (text.plain for text in _behind(LINES))
    assert head.split()[-3:] == ["what", "to", "do"]
    assert all(part in long for part in (LONG, URL, ADVICE, "our back-off"))
    assert news.startswith("news ")
    assert late.startswith("late ")


def test_sparkline_is_as_high_as_the_busiest_day() -> None:
    assert sparkline([0, 1, 4, 8]) == "·▁▄█"
    assert sparkline([0, 0]) == "··"
    assert sparkline([]) == ""
    assert sparkline([1000, 1]) == "█▁"
