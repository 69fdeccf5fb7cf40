"""Dates as publishers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.dates import parse_date


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        # RFC 822, and what is made of it
        ("Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23 10:00"),
        ("Mon, 23 Nov 2026 10:00 EST", "2026-11-23 15:00"),
        ("Mon, 23 Nov 2026 10:00:00 (CET)", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 10:00:00 UTC+2", "2026-11-23 08:00"),
        ("Mon, 23 Nov 2026 10:00:00 XYZ", "2026-11-23 10:00"),
        ("Mon, 23-Nov-2026 10:00:00 -0530", "2026-11-23 15:30"),
        ("23 November 2026", "2026-11-23"),
        ("1st Sept 2026 8:05 pm", "2026-09-01 20:05"),
        ("12 May 2026 12:00 AM", "2026-05-12 00:00"),
        ("November 23rd, 2026 12:30 p.m.", "2026-11-23 12:30"),
        ("Mon Nov 23 10:00:00 CET 2026", "2026-11-23 09:00"),
        ("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-24"),
        ("Mon, 23 Nov 2026 23:59:60 GMT", "2026-11-23 23:59:59"),
        # two digits of a year
        ("Mon, 23 Nov 26 10:00:00 GMT", "2026-11-23 10:00"),
        ("Tue, 23 Nov 99 10:00:00 GMT", "1999-11-23 10:00"),
        # German and others
        ("Mo, 23 Nov 2026 10:00:00 +0100", "2026-11-23 09:00"),
        ("Mo, 23 Nov 2026 10:00:00 MEZ", "2026-11-23 09:00"),
        ("Do, 23 Jul 2026 10:00:00 MESZ", "2026-07-23 08:00"),
        ("23. März 2026, 10:00 Uhr", "2026-03-23 10:00"),
        ("Mittwoch, 7. Jänner 2026 07:05 Uhr MEZ", "2026-01-07 06:05"),
        ("Di, 1 Dez 2026 10:00:00 +0100", "2026-12-01 09:00"),
        ("Sa, 2 Mai 2026 10:00:00 Z", "2026-05-02 10:00"),
        ("23.11.2026 10:00", "2026-11-23 10:00"),
        ("23.11.26", "2026-11-23"),
        ("lun., 23 févr. 2026 10:00:00 +0100", "2026-02-23 09:00"),
        ("14 juillet 2026", "2026-07-14"),
        ("12 juin 2026", "2026-06-12"),
        ("3 de diciembre de 2026", "2026-12-03"),
        ("5 ottobre 2026", "2026-10-05"),
        # ISO 8601
        ("2026-11-23T10:00:00+01:00", "2026-11-23 09:00"),
        ("2026-11-23T10:00:00.123456Z", "2026-11-23 10:00"),
        ("2026-11-23t10:00:00z", "2026-11-23 10:00"),
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026/11/23 10:00", "2026-11-23 10:00"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11", "2026-11-01"),
        ("2026", "2026-01-01"),
        ("20261123", "2026-11-23"),
        ("20261123T1011", "2026-11-23 10:11"),
        ("20261123T101112Z", "2026-11-23 10:11:12"),
        ("  2026-11-23\n", "2026-11-23"),
    ],
)
def test_read(written: str, meant: str) -> None:
    assert parse_date(written) == moment(meant)


@pytest.mark.parametrize(
    "written",
    [
        "", "x", "gestern", "Mon, 01 Jan 0001 00:00:00 GMT", "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z", "31 Dec 1989", "2026-13-01", "30.02.2026", "99.99.2026",
        "2026-11-23 25:00", "2026-11-23 10:75", "Mon, 23 Nov 2026 10:00 +9999",
        "9999-12-31T23:59:59-12:00", "23 Foo 2026", "23 ноября 2026", "12:30",
    ],
)  # fmt: skip
def test_undated(written: str) -> None:
    assert parse_date(written) is None


def test_a_date_in_the_future_is_kept() -> None:
    assert parse_date("2099-01-01") == moment("2099-01-01")


@given(st.text() | st.text("0123456789 :.-/+TZJanuar,"))
def test_never_raises(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.utcoffset() == timedelta()


@given(st.datetimes(datetime(1990, 1, 2), datetime(2069, 12, 30)))  # noqa: DTZ001 - made aware
def test_both_standards_are_read_back(naive: datetime) -> None:
    at = naive.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(at.isoformat()) == at
    assert parse_date(f"{at:%a, %d %b %Y %H:%M:%S} +0000") == at
    assert parse_date(f"{at:%d.%m.%Y %H:%M:%S}") == at
