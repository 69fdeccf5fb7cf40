"""Parsing at once what is small, in this thread; what takes long goes to a process.

Nearly all feeds are read in a few milliseconds, and to send them to a process and
back costs as much again. A body is only tried for a moment: the alarm that ends it
reaches Python code and regular expressions alike (both ask for signals as they go),
and what libxml2 does with so small a body takes milliseconds. See decision 24.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Protocol, TypedDict, TypeVar

from monitor.model import FeedKind, ParsedFeed
from monitor.ports import Parser

T = TypeVar("T")

SMALL = 500_000
"""In bytes; real feeds are seldom larger."""

_MOMENT = 0.25


class Quickly(Protocol):
    """What reads a sound feed whole, and gives None where another has to try."""

    def __call__(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        encoding: str,
        kind: FeedKind,
    ) -> ParsedFeed | None:
        """Return the feed, or None."""


class _TooLongError(BaseException):
    """The moment is over; no `except Exception` on the way is to stop it."""


class QuickParser:
    """A parser that tries small bodies by `quickly`, and gives others to `process`.

    `small` is in bytes, `moment` in seconds of processor time.
    """

    def __init__(
        self,
        quickly: Quickly,
        process: Parser,
        *,
        small: int = SMALL,
        moment: float = _MOMENT,
    ) -> None:
        self._quickly = quickly
        self._process = process
        self._small = small
        self._moment = moment

    async def parse(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        encoding: str = "",
        kind: FeedKind = FeedKind.FEED,
    ) -> ParsedFeed:
        """Return the feed.

        Raises:
            FeedError: it is not one.
        """
        parsed = None
        how = _How(content_type=content_type, url=url, encoding=encoding, kind=kind)
        if len(body) <= self._small:
            parsed = within(self._moment, lambda: self._quickly(body, **how))
        if parsed is not None:
            return parsed
        return await self._process.parse(body, **how)


class _How(TypedDict):
    content_type: str
    url: str
    encoding: str
    kind: FeedKind


def within(seconds: float, work: Callable[[], T | None]) -> T | None:
    """Return what `work` returns, None if it fails or takes longer.

    The seconds are this process's own, so that a busy machine ends nothing. None too
    where no alarm can be set: outside the main thread, or under another.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getitimer(signal.ITIMER_VIRTUAL) != (0.0, 0.0):
        return None
    before = signal.signal(signal.SIGVTALRM, _end)
    try:
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
            return work()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except (Exception, _TooLongError):  # noqa: BLE001 - the process meets and says it
        return None
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise _TooLongError
