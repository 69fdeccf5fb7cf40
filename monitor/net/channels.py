"""Every configured place: one attempt at a time in each, each in its own thread.

The threads are daemons of our own. A pool would let six hanging places stop the
seventh, and its threads would keep the process from ending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from threading import Thread
from typing import TYPE_CHECKING, TextIO

from monitor.alerts import render
from monitor.errors import ChannelError, SecretError
from monitor.model import (
    ChannelSpec,
    Lane,
    Message,
    Rate,
    Rendered,
    SendOutcome,
    SendResult,
)
from monitor.net.console import ConsoleChannel, is_console
from monitor.net.paces import Pace
from monitor.ports import Clock

if TYPE_CHECKING:
    from monitor.net.apprise_channel import AppriseChannel

_DEADLINE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Task:
    """One message and all that its rendering needs."""

    message: Message
    created_at: datetime
    maybe_sent: bool = False
    bare: bool = False
    key: str = ""
    answers: str = ""


class ChannelSet:
    """The channels of one configuration."""

    def __init__(
        self,
        specs: Sequence[ChannelSpec],
        *,
        clock: Clock,
        zone: tzinfo,
        resolve: Callable[[str], str],
        redact: Callable[[str], str],
        console: TextIO,
        deadline: timedelta = _DEADLINE,
        after: ChannelSet | None = None,
    ) -> None:
        """Open nothing yet: a URL is read when something is sent to it.

        `resolve` expands ``${...}`` (SecretError where that is not possible),
        `redact` takes every secret out of a text, `console` is where ``console://``
        prints. An attempt that has no end after `deadline` counts as unknown. `after`
        is the set before an edit: what its places were given counts on.
        """
        self._urls = {
            Lane(spec.name, place): url
            for spec in specs
            for place, url in enumerate(spec.urls)
        }
        self._templates = {spec.name: spec.template for spec in specs}
        self._clock = clock
        self._zone = zone
        self._resolve = resolve
        self._redact = redact
        self._console = ConsoleChannel(console, zone=zone)
        self._deadline = deadline
        self._opened: dict[Lane, AppriseChannel] = {}
        self._in_flight: set[tuple[Lane, str]] = set()
        self._rates = {spec.name: spec.rates for spec in specs}
        self._paces = {
            lane: Pace(self._rates[lane.channel] or ()) for lane in self._urls
        }
        if after is not None:
            self._take_over(after)
        self._is_closed = False

    def lanes(self) -> Sequence[Lane]:
        """Return every lane, in the order of the configuration."""
        return tuple(self._urls)

    def _take_over(self, before: ChannelSet) -> None:
        """Go on from what the same URLs were given under the configuration before.

        What hangs there still hangs: two messages are never in flight in one place.
        """
        self._in_flight = before._in_flight
        for lane, url in self._urls.items():
            if before._urls.get(lane) == url:
                self._paces[lane] = before._paces[lane]
                rates = self._rates[lane.channel]
                if rates != before._rates[lane.channel]:
                    # Without a bound of the configuration the service's holds again.
                    opened = before._opened.get(lane)
                    known = () if opened is None else opened.rates
                    self._paces[lane].bound(known if rates is None else rates)

    def pause(self, lane: Lane) -> timedelta:
        """Return how long the lane takes no more than it was given; 0 if it does."""
        pace = self._paces.get(lane)
        return pace.pause(self._clock.monotonic()) if pace else timedelta(0)

    def rates(self, lane: Lane) -> tuple[Rate, ...]:
        """Return how much a lane takes; nothing is contacted.

        Raises:
            ChannelError: no service takes its URL.
            SecretError: its URL has a reference that cannot be resolved.
        """
        rates = self._rates[lane.channel]
        if rates is not None:
            return rates
        channel = self._channel(lane)
        return () if channel is None else channel.rates

    def close(self) -> None:
        """Begin nothing any more; what is in flight ends by itself or never."""
        self._is_closed = True

    async def send(
        self,
        lane: Lane,
        message: Message,
        *,
        created_at: datetime,
        maybe_sent: bool,
        bare: bool,
        key: str = "",
        answers: str = "",
    ) -> SendResult:
        """Try once to deliver; what a service does never raises."""
        if lane not in self._urls:
            return _broken(f"channel {lane.channel} is not configured")
        if self._is_closed:
            detail = "interrupted by a reload or a stop"
            return SendResult(SendOutcome.RETRY, detail=detail)
        if (lane, self._urls[lane]) in self._in_flight:
            detail = "an earlier attempt still hangs"
            return SendResult(SendOutcome.RETRY, detail=detail)
        task = _Task(message, created_at, maybe_sent, bare, key, answers)
        return await self._fly(lane, task)

    async def _fly(self, lane: Lane, task: _Task) -> SendResult:
        """Send in a thread of the lane's own, which is left behind if it hangs."""
        loop = asyncio.get_running_loop()
        landed: asyncio.Future[SendResult] = loop.create_future()
        flight = (lane, self._urls[lane])

        def fly() -> None:
            result = self._attempt(lane, task)
            self._in_flight.discard(flight)
            with suppress(RuntimeError):  # the loop ended before the attempt did
                loop.call_soon_threadsafe(_land, landed, result)

        name = f"channel {lane.channel} {lane.place}"
        self._in_flight.add(flight)
        Thread(target=fly, name=name, daemon=True).start()
        seconds = self._deadline.total_seconds()
        try:
            return await asyncio.wait_for(landed, seconds)
        except TimeoutError:
            detail = f"no answer for {seconds:g} s"
            return SendResult(SendOutcome.UNKNOWN, detail=detail)

    def _attempt(self, lane: Lane, task: _Task) -> SendResult:
        """Send, in the lane's thread."""
        try:
            channel = self._channel(lane)
            return self._print(task) if channel is None else self._send(lane, task)
        except (SecretError, ChannelError) as error:
            return _broken(self._redact(str(error)))
        except Exception as error:  # noqa: BLE001 - a lost result would lose the lane
            detail = f"the monitor failed to send: {type(error).__name__}"
            return SendResult(SendOutcome.RETRY, detail=detail)
        finally:
            self._paces[lane].note(self._clock.monotonic())

    def _print(self, task: _Task) -> SendResult:
        return self._console.send(
            task.message,
            created_at=task.created_at,
            now=self._clock.now(),
            maybe_sent=task.maybe_sent,
        )

    def _send(self, lane: Lane, task: _Task) -> SendResult:
        channel = self._opened[lane]
        rendered = self._rendered(lane, channel, task)
        # What was refused once is sent as simply as can be.
        answers = "" if task.bare else task.answers
        result = channel.send(replace(rendered, answers=answers))
        if result.outcome is SendOutcome.CHANNEL_BROKEN:
            # The next attempt reads the URL anew: its secret may be another one then.
            self._opened.pop(lane, None)
        return result

    def _rendered(self, lane: Lane, channel: AppriseChannel, task: _Task) -> Rendered:
        return render(
            task.message,
            channel.form,
            created_at=task.created_at,
            now=self._clock.now(),
            zone=self._zone,
            maybe_sent=task.maybe_sent,
            bare=task.bare,
            key=task.key,
            template=self._templates[lane.channel],
        )

    def rendered(self, lane: Lane, message: Message) -> Rendered | None:
        """Return a message as a lane would get it now; None for the console.

        Raises:
            ChannelError: no service takes its URL.
            SecretError: its URL has a reference that cannot be resolved.
        """
        task = _Task(message, self._clock.now())
        channel = self._channel(lane)
        return None if channel is None else self._rendered(lane, channel, task)

    def _channel(self, lane: Lane) -> AppriseChannel | None:
        """Return what a lane sends through, None for the console."""
        if lane in self._opened:
            return self._opened[lane]
        url = self._resolve(self._urls[lane]).strip()
        if is_console(url):
            return None
        # Apprise takes a third of a second to load; a console needs none of it.
        from monitor.net.apprise_channel import AppriseChannel  # noqa: PLC0415

        self._opened[lane] = channel = AppriseChannel(
            url, redact=self._redact, now=self._clock.now
        )
        if self._rates[lane.channel] is None:
            self._paces[lane].bound(channel.rates)
        return channel


def check_url(url: str) -> None:
    """Make sure that the console or a service takes the URL; nothing is contacted.

    Raises:
        ChannelError: nothing does; the text shows nothing of it but its kind.
    """
    if not is_console(url):
        from monitor.net import apprise_channel  # noqa: PLC0415 - slow to load

        apprise_channel.check_url(url)


def _broken(detail: str) -> SendResult:
    return SendResult(SendOutcome.CHANNEL_BROKEN, detail=detail)


def _land(landed: asyncio.Future[SendResult], result: SendResult) -> None:
    if not landed.done():
        landed.set_result(result)
