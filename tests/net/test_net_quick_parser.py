"""Small bodies are read at once, for a moment; everything else goes to the process."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import ParsedFeed, Tier
from monitor.net.quick_parser import QuickParser, within

RSS = b"<rss><channel><title>T</title><item><title>a</title></item></channel></rss>"


@dataclass
class Process:
    """The process, without one."""

    bodies: list[bytes] = field(default_factory=list)

    async def parse(self, body: bytes, **how: Any) -> ParsedFeed:
        self.bodies.append(body)
        return parse_feed(body, **how)


def soundly(body: bytes, **_: object) -> ParsedFeed | None:
    return ParsedFeed(Tier.STRICT, title="quick") if body == RSS else None


def for_ever(_: bytes, **__: object) -> ParsedFeed | None:
    """Take hours inside one regular expression, and swallow what can be swallowed."""
    with suppress(Exception):  # as libraries do
        re.fullmatch(r"(a|a)*b", "a" * 200)
    return ParsedFeed(Tier.STRICT)


async def parse(parser: QuickParser, body: bytes) -> ParsedFeed:
    return await parser.parse(body, content_type="", url="https://o.example/f")


async def test_a_small_sound_body_is_read_at_once() -> None:
    process = Process()
    assert (await parse(QuickParser(soundly, process), RSS)).title == "quick"
    assert process.bodies == []


async def test_what_is_not_sound_goes_to_the_process() -> None:
    process = Process()
    with pytest.raises(FeedError, match="HTML"):
        await parse(QuickParser(soundly, process), b"<html><body>Login</body></html>")
    assert len(process.bodies) == 1


async def test_what_is_large_goes_to_the_process() -> None:
    process = Process()
    parser = QuickParser(soundly, process, small=len(RSS) - 1)
    assert (await parse(parser, RSS)).title == "T"


async def test_what_takes_long_is_stopped_and_goes_to_the_process() -> None:
    process = Process()
    before = signal.getsignal(signal.SIGVTALRM)

    parser = QuickParser(for_ever, process, moment=0.02)

    assert (await parse(parser, RSS)).title == "T"
    assert process.bodies == [RSS]
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGVTALRM) == before


def test_a_fault_of_ours_is_left_to_the_process() -> None:
    def fails() -> int:
        raise LookupError("a defect")

    assert within(1, fails) is None


async def test_nothing_is_tried_where_it_could_not_be_stopped() -> None:
    assert await asyncio.to_thread(within, 1, lambda: 1) is None
    assert within(1, lambda: within(1, lambda: 1) or 2) == 2
