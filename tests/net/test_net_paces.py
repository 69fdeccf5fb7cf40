"""How much a place takes: never more than it says in any such time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Form, Rate
from monitor.net.apprise_channel import AppriseChannel
from monitor.net.paces import Pace, service_rates
from monitor.testing import FakeClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

rates = st.lists(
    st.builds(Rate, st.integers(1, 9), st.integers(1, 90).map(lambda n: n * SECOND)),
    max_size=3,
)


@given(bounds=rates, waits=st.lists(st.floats(0, 30), max_size=60))
def test_no_span_holds_more_than_its_bound(
    bounds: list[Rate], waits: list[float]
) -> None:
    pace, at, came = Pace(bounds), 1000.0, []
    for wait in waits:
        at += wait + pace.pause(at + wait).total_seconds()
        assert pace.pause(at) < timedelta(milliseconds=1)
        pace.note(at)
        came.append(at)
    for rate in bounds:
        span = rate.per.total_seconds() - 0.001
        for first, last in zip(came, came[rate.count :], strict=False):
            assert last - first >= span


def test_a_burst_is_free_and_then_waits() -> None:
    pace = Pace([Rate(2, MINUTE)])
    pace.note(0.0)
    assert pace.pause(1.0) == timedelta(0)
    pace.note(1.0)
    assert pace.pause(1.0) == 59 * SECOND
    assert pace.pause(60.0) == timedelta(0)


def test_without_a_bound_nothing_waits() -> None:
    pace = Pace()
    pace.note(1.0)
    assert pace.pause(1.0) == timedelta(0)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", [(1, 1)]),
        ("tgram://123456789:abcdefg_hijklmnop/-1001/", [(1, 1), (20, 60)]),
        ("tgram://123456789:abcdefg_hijklmnop/@desk/", [(1, 1), (20, 60)]),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk", [(1, 1)]),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", [(5, 2)]),
        ("mailto://u:p@example.org?to=a@example.org", []),
        ("json://localhost", []),
        ("ntfy://localhost/desk", []),
        ("matrixs://token@example.org/#room", [(1, 0.5)]),
        ("pover://u" + "x" * 29 + "@" + "a" * 30, []),
    ],
)
def test_services_have_their_own_bounds(
    url: str, expected: list[tuple[int, float]]
) -> None:
    found = AppriseChannel(url, redact=str, now=FakeClock().now).rates
    assert [(rate.count, rate.per.total_seconds()) for rate in found] == expected


def test_a_figure_that_is_everybodys_is_nobodys() -> None:
    assert service_rates(Form.PLAIN, declared=5.5) == ()
    assert service_rates(Form.PLAIN, declared=0) == ()
    assert service_rates(Form.PLAIN, declared=0.2) == (
        Rate(1, timedelta(milliseconds=200)),
    )
