"""Every configured place: alone in its thread, within its time."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apprise.plugins.telegram import NotifyTelegram
from net_senders import TELEGRAM
from net_services import Answer, Service

from monitor.clock import SystemClock
from monitor.errors import ChannelError, SecretError
from monitor.model import (
    ChannelSpec,
    Lane,
    Message,
    MessageKind,
    MessageTemplate,
    Rate,
    SendOutcome,
    SendResult,
)
from monitor.net.channels import ChannelSet, check_url
from monitor.ports import Channels, Clock

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MESSAGE = Message(MessageKind.ALERT, "Titel", rules=("waffen",), alerts=(12,))
DESK = Lane("desk", 0)


class StoppedClock(SystemClock):
    """Shows one time for ever, counts what somebody sleeps, and sleeps not at all."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 1000.0 + sum(self.slept)

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration.total_seconds())


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        yield running


def made(
    *specs: ChannelSpec,
    resolve: Callable[[str], str] = str,
    console: io.StringIO | None = None,
    deadline: float = 20,
    clock: Clock | None = None,
    after: ChannelSet | None = None,
) -> ChannelSet:
    return ChannelSet(
        specs,
        clock=clock or StoppedClock(),
        zone=ZoneInfo("Europe/Berlin"),
        resolve=resolve,
        redact=lambda text: text.replace("SECRET", "***"),
        console=console or io.StringIO(),
        deadline=timedelta(seconds=deadline),
        after=after,
    )


async def send(
    channels: Channels,
    lane: Lane = DESK,
    *,
    late: timedelta = timedelta(0),
    maybe_sent: bool = False,
    bare: bool = False,
) -> SendResult:
    return await channels.send(
        lane, MESSAGE, created_at=NOW - late, maybe_sent=maybe_sent, bare=bare
    )


def desk(service: Service, more: str = "") -> ChannelSpec:
    return ChannelSpec("desk", (service.channel() + more,))


def test_every_url_is_a_lane() -> None:
    specs = (
        ChannelSpec("a", ("console://", "json://h")),
        ChannelSpec("b", ("json://h",)),
    )
    assert made(*specs).lanes() == (Lane("a", 0), Lane("a", 1), Lane("b", 0))


async def test_a_message_arrives_and_says_what_it_knows(service: Service) -> None:
    channels = made(desk(service))
    late = timedelta(hours=2)
    result = await send(channels, late=late, maybe_sent=True)
    assert result == SendResult(SendOutcome.SENT, 200)
    said = str(service.received[0].json["message"])
    assert "2 h late" in said
    assert "possible repeat" in said


async def test_secrets_are_resolved_where_they_are_used(service: Service) -> None:
    asked = []

    def resolve(text: str) -> str:
        asked.append(text)
        return service.channel()

    channels = made(ChannelSpec("desk", ("${URL}",)), resolve=resolve)
    assert asked == []
    assert (await send(channels)).outcome is SendOutcome.SENT


async def test_a_secret_that_is_not_set_holds_the_channel() -> None:
    def resolve(_: str) -> str:
        raise SecretError("${URL} is not set (SECRET)")

    result = await send(made(ChannelSpec("desk", ("${URL}",)), resolve=resolve))
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert result.detail == "${URL} is not set (***)"


async def test_a_url_that_no_service_takes_holds_the_channel() -> None:
    result = await send(made(ChannelSpec("desk", ("slak://SECRET",))))
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert "did you mean slack://?" in result.detail


async def test_a_broken_channel_reads_its_secret_again(service: Service) -> None:
    paths = iter(["/old", "/new", "/newer"])
    service.script = [Answer(401)]
    channels = made(
        ChannelSpec("desk", ("${URL}",)), resolve=lambda _: service.channel(next(paths))
    )
    assert (await send(channels)).outcome is SendOutcome.CHANNEL_BROKEN
    assert (await send(channels)).outcome is SendOutcome.SENT
    assert [request.path for request in service.received] == ["/old", "/new"]


async def test_a_lane_that_is_not_configured_holds_what_is_for_it() -> None:
    result = await send(made(), Lane("gone", 3))
    assert result.outcome is SendOutcome.CHANNEL_BROKEN
    assert "gone is not configured" in result.detail


async def test_the_console_prints() -> None:
    console = io.StringIO()
    channels = made(ChannelSpec("desk", (" console:// ",)), console=console)
    assert (await send(channels, maybe_sent=True)).outcome is SendOutcome.SENT
    assert "Titel" in console.getvalue()
    assert "possible repeat" in console.getvalue()


async def test_bare_is_bare(service: Service) -> None:
    channels = made(desk(service))
    assert (await send(channels, bare=True)).outcome is SendOutcome.SENT
    assert "Titel" in str(service.received[0].json["title"])


async def test_traps_4_and_5_a_place_that_hangs_is_left_behind(
    service: Service,
) -> None:
    service.script = [Answer(hangs=True)]
    channels = made(desk(service, "?rto=30"), deadline=0.2)
    result = await send(channels)
    assert result == SendResult(SendOutcome.UNKNOWN, detail="no answer for 0.2 s")
    again = await send(channels)
    assert again.outcome is SendOutcome.RETRY
    assert "still hangs" in again.detail
    assert len(service.received) == 1, "one message in flight, never two"
    service.released.set()
    channels._deadline = timedelta(seconds=20)
    for flight in threading.enumerate():
        if flight.name == "channel desk 0":
            flight.join()
    assert (await send(channels)).outcome is SendOutcome.SENT


async def test_trap_4_many_hanging_places_stop_no_other(service: Service) -> None:
    service.script = [Answer(hangs=True)] * 20
    urls = tuple(service.channel(f"/{n}") + "?rto=30" for n in range(20))
    channels = made(
        ChannelSpec("slow", urls), ChannelSpec("desk", (service.channel(),))
    )
    async with hanging(channels, [Lane("slow", n) for n in range(20)], service):
        assert (await send(channels)).outcome is SendOutcome.SENT
    service.released.set()


class hanging:  # noqa: N801 - reads as a word
    """Sends to lanes that hang, and gives up on them at the end."""

    def __init__(
        self, channels: ChannelSet, lanes: list[Lane], service: Service
    ) -> None:
        self._channels, self._lanes, self._service = channels, lanes, service

    async def __aenter__(self) -> None:
        self._tasks = [
            asyncio.create_task(send(self._channels, lane)) for lane in self._lanes
        ]
        while len(self._service.received) < len(self._lanes):
            await asyncio.to_thread(self._service.got_one.wait, 10)
            self._service.got_one.clear()

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def test_lanes_of_one_url_are_apart(service: Service) -> None:
    service.script = [Answer(401)]
    spec = ChannelSpec("desk", (service.channel(), service.channel()))
    channels = made(spec)
    assert (await send(channels)).outcome is SendOutcome.CHANNEL_BROKEN
    assert (await send(channels, Lane("desk", 1))).outcome is SendOutcome.SENT


async def test_after_its_end_nothing_begins(service: Service) -> None:
    channels = made(desk(service))
    channels.close()
    assert (await send(channels)).outcome is SendOutcome.RETRY
    assert service.received == []


async def test_services_that_ask_for_a_distance_get_it(service: Service) -> None:
    clock = StoppedClock()
    spec = ChannelSpec("desk", ("tgram://123456789:abcdefg_hijklmnop/12315544/",))
    channels = made(spec, clock=clock)
    channels._channel(DESK)._sender.notify_url = f"{service.url}/bot"
    assert channels.pause(DESK) == timedelta(0)
    assert (await send(channels)).outcome is SendOutcome.SENT
    assert channels.pause(DESK) == timedelta(seconds=1)
    await clock.sleep(timedelta(seconds=1))
    assert channels.pause(DESK) == timedelta(0)


async def test_an_edit_does_not_forget_what_a_place_was_given(service: Service) -> None:
    rates = (Rate(2, timedelta(minutes=1)),)
    spec = replace(desk(service), rates=rates)
    before = made(spec)
    await send(before)
    await send(before)
    assert before.pause(DESK) == timedelta(minutes=1)
    assert made(spec, after=before).pause(DESK) == timedelta(minutes=1)
    elsewhere = replace(spec, urls=(service.channel("/else"),))
    assert made(elsewhere, after=before).pause(DESK) == timedelta(0)
    loose = replace(spec, rates=(Rate(3, timedelta(minutes=1)),))
    assert made(loose, after=before).pause(DESK) == timedelta(0)


async def test_a_bound_that_is_taken_away_holds_no_longer(service: Service) -> None:
    bound = (Rate(1, timedelta(hours=1)),)
    spec = replace(desk(service), rates=bound)
    before = made(spec)
    await send(before)
    unused = made(spec, after=before)
    assert unused.pause(DESK) == timedelta(hours=1)
    assert made(desk(service), after=unused).pause(DESK) == timedelta(0)


async def test_without_a_bound_of_ours_that_of_the_service_holds_again(
    service: Service,
) -> None:
    spec = ChannelSpec("desk", ("tgram://123456789:abcdefg_hijklmnop/-5/",))
    before = made(replace(spec, rates=(Rate(9, timedelta(seconds=1)),)))
    before._channel(DESK)._sender.notify_url = f"{service.url}/bot"
    await send(before)
    assert before.pause(DESK) == timedelta(0)
    assert made(spec, after=before).pause(DESK) == timedelta(seconds=1)


async def test_what_hangs_still_hangs_after_an_edit(service: Service) -> None:
    service.script = [Answer(hangs=True)]
    spec = desk(service, "?rto=30")
    before = made(spec, deadline=0.2)
    await send(before)
    result = await send(made(spec, after=before))
    assert "still hangs" in result.detail
    service.released.set()


async def test_none_is_no_bound_at_all(service: Service) -> None:
    spec = ChannelSpec("desk", ("tgram://123456789:abcdefg_hijklmnop/-5/",), rates=())
    channels = made(spec)
    channels._channel(DESK)._sender.notify_url = f"{service.url}/bot"
    assert (await send(channels)).outcome is SendOutcome.SENT
    assert channels.pause(DESK) == timedelta(0)
    assert channels.rates(DESK) == ()
    assert channels.pause(Lane("gone", 0)) == timedelta(0)


def test_a_message_can_be_seen_before_it_is_sent(service: Service) -> None:
    channels = made(desk(service), ChannelSpec("here", ("console://",)))
    rendered = channels.rendered(DESK, MESSAGE)
    assert rendered is not None
    assert "Titel" in rendered.title
    assert channels.rendered(Lane("here", 0), MESSAGE) is None
    assert channels.rates(Lane("here", 0)) == ()


async def test_a_fault_of_ours_is_tried_again() -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            raise ZeroDivisionError

    channels = made(ChannelSpec("desk", ("console://",)), console=Stream())
    result = await send(channels)
    assert result.outcome is SendOutcome.RETRY
    assert "ZeroDivisionError" in result.detail


def test_the_console_needs_no_service() -> None:
    check_url("console://")
    check_url("json://h")
    with pytest.raises(ChannelError, match="no known kind"):
        check_url("slak://x")


def test_the_console_needs_no_apprise() -> None:
    code = (
        "import sys; from monitor.net.channels import check_url;"
        "check_url('console://'); sys.exit('apprise' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603


def test_trap_4_a_hanging_place_does_not_keep_the_process(service: Service) -> None:
    service.script = [Answer(hangs=True)]
    code = f"""
import asyncio, io
from datetime import UTC, datetime, timedelta
from monitor.clock import SystemClock
from monitor.model import *
from monitor.net.channels import ChannelSet
async def main():
    channels = ChannelSet(
        [ChannelSpec("desk", ("{service.channel()}?rto=600",))], clock=SystemClock(),
        zone=UTC, resolve=str, redact=str, console=io.StringIO(),
        deadline=timedelta(seconds=1))
    message = Message(MessageKind.OPS, "x", text="y")
    print(await channels.send(Lane("desk", 0), message, maybe_sent=False, bare=False,
        created_at=datetime(2026, 1, 5, tzinfo=UTC)))
asyncio.run(main())
"""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "no answer for 1 s" in done.stdout
    assert done.stderr == ""


async def test_a_channel_has_its_template_and_a_delivery_its_key(
    service: Service,
) -> None:
    template = MessageTemplate("kurz", "{{ rule }}!", "{{ id }}")
    channels = made(ChannelSpec("desk", (service.channel(),), template=template))
    await channels.send(
        DESK, MESSAGE, created_at=NOW, maybe_sent=False, bare=False, key="delivery-1"
    )
    got = service.received[0].json
    assert (got["title"], got["message"]) == ("waffen!", "12")
    assert got["id"] == "delivery-1"


@pytest.mark.parametrize("bare", [False, True])
async def test_a_message_answers_another_unless_it_is_bare(
    monkeypatch: pytest.MonkeyPatch, service: Service, *, bare: bool
) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"{service.url}/bot")
    channels = made(ChannelSpec("desk", (TELEGRAM,)))
    await channels.send(
        DESK, MESSAGE, created_at=NOW, maybe_sent=False, bare=bare, answers="77"
    )
    assert ("reply_parameters" in service.received[0].json) is not bare
