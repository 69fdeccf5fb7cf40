"""Asking a hub: the form, its redirects, the guard, and what a hub answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from net_site import Names, Site, Talk, a_fetcher, moved, reply

from monitor.clock import SystemClock
from monitor.errors import SecretError
from monitor.model import HubAnswer, HubRequest, PollPolicy, PushMode
from monitor.net.fetcher import HttpFetcher
from monitor.net.hub import HubClient

SECRET, YES = "s3cret&", HubAnswer(accepted=True, status=202)
TOPIC = "https://news.example/feed?a=1&b=ü"
REQUEST = HubRequest(
    feed_url="",
    hub="",
    mode=PushMode.SUBSCRIBE,
    topic=TOPIC,
    callback="https://we.example/token",
    lease=timedelta(days=10),
    secret=SECRET,
)


class Forms:
    """A page that reads the form, keeps it, and gives an answer."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.seen: list[dict[str, str]] = []

    async def __call__(self, talk: Talk) -> None:
        length = int(talk.asked.header("Content-Length") or "0")
        body = await talk.reader.readexactly(length)
        self.seen.append(dict(parse_qsl(body.decode(), strict_parsing=True)))
        await talk.say(self.answer)


def accepted(body: bytes = b"") -> Callable[[Talk], Awaitable[None]]:
    return Forms(reply(body, status="202 Accepted"))


async def ask(hub: str, *, feed_url: str = "", **options: Any) -> HubAnswer:
    """Return what a new client makes of one request, for a feed beside the hub."""
    more = {name: options.pop(name) for name in ("secret",) if name in options}
    request = replace(REQUEST, hub=hub, feed_url=feed_url or hub, **more)
    async with a_fetcher(**options) as fetcher:
        client = HubClient(
            lambda: fetcher, SystemClock(), lambda text: text.replace("hunter2", "***")
        )
        return await client.ask(request)


async def test_the_form_holds_what_the_recommendation_asks_for():
    page = Forms(reply(b"", status="202 Accepted"))
    async with Site({"/hub": page}) as site:
        assert await ask(f"{site.url}/hub", contact="us@example.org") == YES
    (asked,) = site.seen
    assert asked.line == "POST /hub HTTP/1.1"
    assert asked.header("Content-Type") == "application/x-www-form-urlencoded"
    assert "us@example.org" in (asked.header("User-Agent") or "")
    assert asked.header("Cookie") is None
    assert page.seen == [
        {
            "hub.callback": "https://we.example/token",
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.lease_seconds": "864000",
            "hub.secret": SECRET,
        }
    ]


async def test_what_is_not_asked_for_is_not_in_the_form():
    page = Forms(reply(b"", status="202 Accepted"))
    plain = replace(REQUEST, mode=PushMode.UNSUBSCRIBE, lease=timedelta(0), secret="")
    async with Site({"/hub": page}) as site, a_fetcher() as fetcher:
        hub = f"{site.url}/hub"
        client = HubClient(lambda: fetcher, SystemClock(), str)
        assert await client.ask(replace(plain, hub=hub, feed_url=hub)) == YES
    assert set(page.seen[0]) == {"hub.callback", "hub.mode", "hub.topic"}


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_followed_with_the_form(status: str):
    page = Forms(reply(b"", status="202 Accepted"))
    async with Site({"/old": Forms(moved("/new", status)), "/new": page}) as site:
        assert await ask(f"{site.url}/old") == YES
    assert page.seen[0]["hub.topic"] == TOPIC


async def test_a_redirect_that_would_lose_the_form_is_none():
    async with Site({"/old": Forms(moved("/new")), "/new": accepted()}) as site:
        answer = await ask(f"{site.url}/old")
    assert answer == HubAnswer(accepted=False, status=302, detail="answered 302 Found")
    assert len(site.seen) == 1


async def test_a_secret_is_not_redirected_to_where_it_can_be_read():
    to = "http://hub.example:9/"
    page = Forms(moved(to, "307 Temporary Redirect"))
    async with Site({"/old": page}) as site:
        answer = await ask(f"{site.url}/old", resolver=Names())
        other = await ask(f"{site.url}/old", resolver=Names(), secret="")
    assert (answer.accepted, answer.status) == (False, None)
    assert "may not go" in answer.detail
    assert "cannot be resolved" in other.detail


async def test_circles_end():
    async with Site({"/a": Forms(moved("/a", "308 Permanent Redirect"))}) as site:
        answer = await ask(f"{site.url}/a")
    assert "circle" in answer.detail


async def test_a_hub_that_a_public_feed_names_is_not_looked_for_inside():
    names = Names(public_example="93.184.216.34")
    async with Site({"/hub": accepted()}) as site:
        answer = await ask(
            f"{site.url}/hub", feed_url="http://public.example/", resolver=names
        )
    assert (answer.accepted, site.seen) == (False, [])
    assert "not a public address" in answer.detail


async def test_nothing_in_the_address_of_a_hub_is_expanded():
    async with Site({}) as site:
        answer = await ask(f"{site.url}/${{KEY}}", secrets={"KEY": "hunter2"})
    assert not answer.accepted
    assert [asked.path for asked in site.seen] == ["/$%7BKEY%7D"]


async def test_a_hub_that_refuses_says_why_and_until_when():
    busy = reply(b"", status="503 Service Unavailable", Retry_After="120")
    async with Site({"/hub": Forms(busy)}) as site:
        answer = await ask(f"{site.url}/hub")
    wait = timedelta(minutes=2)
    assert answer == HubAnswer(
        accepted=False,
        status=503,
        detail="answered 503 Service Unavailable",
        retry_after=wait,
    )


async def test_a_hub_that_says_yes_and_then_too_much_said_yes():
    async with Site({"/hub": Forms(reply(b"x" * 5000))}) as site:
        answer = await ask(f"{site.url}/hub", max_body=1000)
    assert (answer.accepted, answer.status) == (True, 200)


@pytest.mark.parametrize(
    "hub", ["ftp://hub.example/", "http://", "no url", "http://x y/"]
)
async def test_what_is_no_address_of_a_hub(hub: str):
    async with Site({}) as site:
        answer = await ask(hub, feed_url=site.url)
    assert (answer.accepted, answer.status) == (False, None)
    assert answer.detail


async def test_a_hub_that_is_not_there():
    async with Site({}) as site:
        hub = site.url
    answer = await ask(hub)
    assert (answer.accepted, answer.status) == (False, None)
    assert "no connection" in answer.detail


async def test_a_secret_proxy_that_is_not_set_is_said():
    def resolve(_: str) -> str:
        raise SecretError("${PROXY} is not set")

    policy = PollPolicy(proxy="http://${PROXY}/")
    made = HttpFetcher(policy, clock=SystemClock(), resolve=resolve, redact=str)
    async with made as fetcher:
        client = HubClient(lambda: fetcher, SystemClock(), str)
        answer = await client.ask(
            replace(REQUEST, hub="https://h/", feed_url="https://h/")
        )
    assert answer == HubAnswer(
        accepted=False, status=None, detail="${PROXY} is not set"
    )
