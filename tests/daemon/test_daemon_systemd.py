"""The word to systemd, heard on real sockets."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.daemon.systemd import Notifier, watchdog_interval


def listener(address: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(address)
    line.settimeout(5)
    return line


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with listener(str(tmp_path / "notify")) as line:
        yield line


@pytest.fixture
def notifier(manager: socket.socket) -> Notifier:
    return Notifier({"NOTIFY_SOCKET": manager.getsockname()})


def heard(line: socket.socket) -> list[str]:
    return line.recv(4096).decode().split("\n")


def test_ready_carries_the_status(notifier: Notifier, manager: socket.socket) -> None:
    notifier.ready("12 feeds, 4 rules")

    assert heard(manager) == ["READY=1", "STATUS=12 feeds, 4 rules"]


def test_a_reload_says_when_it_began(manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname()}

    Notifier(environ, monotonic_ns=lambda: 5_000_001_999).reloading()

    assert heard(manager) == ["RELOADING=1", "MONOTONIC_USEC=5000001"]


def test_a_reload_is_dated_by_the_clock_of_the_machine(
    notifier: Notifier, manager: socket.socket
) -> None:
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    after = time.monotonic_ns() // 1000

    name, value = heard(manager)[1].split("=")

    assert name == "MONOTONIC_USEC"
    assert before <= int(value) <= after


def test_the_other_words(notifier: Notifier, manager: socket.socket) -> None:
    notifier.watchdog()
    notifier.status("all quiet")
    notifier.stopping()

    words = [heard(manager) for _ in range(3)]

    assert words == [["WATCHDOG=1"], ["STATUS=all quiet"], ["STOPPING=1"]]


def test_a_socket_without_a_file() -> None:
    name = f"monitor-test-{os.getpid()}"
    with listener("\0" + name) as manager:
        Notifier({"NOTIFY_SOCKET": "@" + name}).watchdog()

        assert heard(manager) == ["WATCHDOG=1"]


@given(st.text(st.characters(codec=None)))
def test_no_status_smuggles_in_another_word(text: str) -> None:
    name = f"monitor-status-{os.getpid()}"
    with listener("\0" + name) as manager:
        Notifier({"NOTIFY_SOCKET": "@" + name}).ready(text)

        words = heard(manager)

    assert words[0] == "READY=1"
    assert len(words) == (2 if text.split() else 1)


def test_a_long_status_still_fits_into_a_datagram(
    notifier: Notifier, manager: socket.socket
) -> None:
    notifier.status("😀" * 10_000)

    assert len(manager.recv(65_536)) < 4096


def test_an_empty_status_says_nothing(
    notifier: Notifier, manager: socket.socket
) -> None:
    notifier.status(" \n ")
    notifier.watchdog()

    assert heard(manager) == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"NOTIFY_SOCKET": ""},
        {"NOTIFY_SOCKET": "vsock:2:1234"},
        {"NOTIFY_SOCKET": "/nowhere/notify"},
        {"NOTIFY_SOCKET": "@monitor-nobody-listens"},
        {"NOTIFY_SOCKET": "/" + "x" * 300},
    ],
)
def test_without_a_manager_nothing_happens(environ: dict[str, str]) -> None:
    notifier = Notifier(environ)

    notifier.ready("started")
    notifier.reloading()
    notifier.watchdog()
    notifier.stopping("bye")


def test_a_manager_that_does_not_read_blocks_nobody(
    notifier: Notifier, manager: socket.socket
) -> None:
    for _ in range(2000):  # far more than the socket holds
        notifier.watchdog()

    assert heard(manager) == ["WATCHDOG=1"]


OWN = str(os.getpid())


@pytest.mark.parametrize(
    ("environ", "interval"),
    [
        ({"WATCHDOG_USEC": "60000000"}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": OWN}, timedelta(minutes=1)),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": OWN + "0"}, None),
        ({}, None),
        ({"WATCHDOG_USEC": ""}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "9" * 40}, None),
    ],
)
def test_how_often_the_manager_wants_to_hear(
    environ: dict[str, str], interval: timedelta | None
) -> None:
    assert watchdog_interval(environ) == interval
