"""What the daemon tells systemd, by the protocol of ``sd_notify(3)``.

Each word is one datagram to the socket that ``NOTIFY_SOCKET`` names. Whoever starts
the daemon by hand has no such socket, and nothing happens.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

STATUS_LENGTH = 500
"""Characters of a status; systemd drops a datagram of more than 4,096 bytes."""


class Notifier:
    """The one-way line to the service manager; it never raises and never waits."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._monotonic_ns = monotonic_ns

    def ready(self, status: str = "") -> None:
        """Say that the daemon does its work, after a start or a reload."""
        self._send("READY=1", *_status(status))

    def reloading(self) -> None:
        """Say that the files are being read again; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={self._monotonic_ns() // 1000}")

    def stopping(self, status: str = "") -> None:
        """Say that the daemon is about to leave."""
        self._send("STOPPING=1", *_status(status))

    def watchdog(self) -> None:
        """Say that the daemon is alive."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Set the line that ``systemctl status`` shows."""
        self._send(*_status(text))

    def _send(self, *assignments: str) -> None:
        if self._address is None or not assignments:
            return
        word = "\n".join(assignments).encode(errors="replace")
        # Nobody listens, or nobody reads: the news must not wait for systemd.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.setblocking(False)  # noqa: FBT003 - the name says it
            s.sendto(word, self._address)


def watchdog_interval(environ: Mapping[str, str]) -> timedelta | None:
    """Return how often systemd wants to hear from this process at least.

    None where it does not watch it. To be safe, call twice as often.
    """
    if environ.get("WATCHDOG_PID", "") not in ("", str(os.getpid())):
        return None  # meant for the process that started us
    try:
        interval = timedelta(microseconds=int(environ.get("WATCHDOG_USEC", "0")))
    except (ValueError, OverflowError):
        return None
    return interval if interval > timedelta(0) else None


def _address(name: str) -> str | None:
    if name.startswith("@"):
        return "\0" + name[1:]  # a socket without a file
    return name if name.startswith("/") else None


def _status(text: str) -> tuple[str, ...]:
    # A line break, as in the text of an error, would begin another assignment.
    line = " ".join(text.split())[:STATUS_LENGTH]
    return (f"STATUS={line}",) if line else ()
