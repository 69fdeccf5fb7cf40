"""The heartbeat's request: short, not led astray, and silent about its URL."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from net_site import Site, Talk, moved, reply

from monitor.errors import SecretError
from monitor.model import PollPolicy
from monitor.net.pinger import HttpPinger

PATH = "/ping/1234-abcd"


async def ping(
    url: str,
    *,
    seconds: float = 20,
    secrets: dict[str, str] | None = None,
    **policy: Any,
) -> str:
    """Return what a new pinger says of one URL."""
    known = secrets or {}

    def resolve(text: str) -> str:
        for name, value in known.items():
            text = text.replace(f"${{{name}}}", value)
        if "${" in text:
            raise SecretError(f"{text} is not set")
        return text

    def redact(text: str) -> str:
        for name, value in known.items():
            text = text.replace(value, f"${{{name}}}")
        return text

    pinger = HttpPinger(
        lambda: PollPolicy(**policy),
        resolve=resolve,
        redact=redact,
        timeout=timedelta(seconds=seconds),
    )
    return await pinger.ping(url)


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
async def test_a_good_answer_is_good(status: str) -> None:
    async with Site({PATH: reply(b"", status=status)}) as site:
        assert await ping(site.url + PATH, contact="me@example.org") == ""
        (asked,) = site.seen
    assert asked.line == f"GET {PATH} HTTP/1.1"
    assert "me@example.org" in (asked.header("User-Agent") or "")


async def test_what_it_says_then_does_not_matter() -> None:
    async with Site({PATH: reply(b"x" * 100_000)}) as site:
        assert await ping(site.url + PATH) == ""
    packed = reply(b"no gzip", Content_Encoding="gzip")
    async with Site({PATH: packed}) as site:
        assert await ping(site.url + PATH) == ""


async def test_it_may_live_in_a_private_network() -> None:
    async with Site({PATH: reply(b"OK")}) as site:
        assert await ping(site.url + PATH, allow_networks=()) == ""


async def test_no_redirect_is_followed() -> None:
    pages = {PATH: moved("/elsewhere"), "/elsewhere": reply(b"OK")}
    async with Site(pages) as site:
        said = await ping(site.url + PATH)
        assert said == "answered 302 Found; write the URL that it leads to"
        assert [asked.path for asked in site.seen] == [PATH]


async def test_what_is_refused_is_said() -> None:
    async with Site({}) as site:
        assert await ping(site.url + PATH) == "answered 404 Not Found"
        port = site.port
    said = await ping(f"http://127.0.0.1:{port}{PATH}")
    assert said == f"no connection to 127.0.0.1:{port}: Connection refused"


async def test_one_that_hangs_is_given_up() -> None:
    async def hang(talk: Talk) -> None:
        await talk.hung_up()

    async with Site({PATH: hang}) as site:
        said = await ping(site.url + PATH, seconds=0.2)
    assert said == "timeout: the answer took too long"


async def test_its_secrets_are_resolved_and_hidden() -> None:
    async with Site({PATH: reply(b"OK")}) as site:
        secrets = {"PING": site.url + PATH}
        assert await ping("${PING}", secrets=secrets) == ""
        assert await ping("${PONG}", secrets=secrets) == "${PONG} is not set"
    hidden = {"HOST": "127.0.0.1"}
    assert "127.0.0.1" not in await ping(f"http://${{HOST}}:1{PATH}", secrets=hidden)


async def test_no_part_of_a_broken_url_is_said() -> None:
    for url in ("ftp://hc.example/secret", "http://[secret", "secret"):
        assert await ping(url) == "the URL of the heartbeat cannot be asked for"


async def test_a_password_in_it_is_sent() -> None:
    async with Site({PATH: reply(b"OK")}) as site:
        url = site.url.replace("://", "://me:hunter2@")
        assert await ping(url + PATH) == ""
        wanted = "Basic " + base64.b64encode(b"me:hunter2").decode()
        assert site.seen[0].header("Authorization") == wanted


async def test_a_private_authority_is_trusted_if_it_is_named() -> None:
    async with Site({PATH: reply(b"OK")}, tls=True) as site:
        url = site.url.replace("127.0.0.1", "localhost") + PATH
        assert "is not trusted" in await ping(url)
        assert await ping(url, ca_file=site.certificate) == ""
        said = await ping(url, ca_file="/nowhere/ca.pem")
    assert "poll.ca_file /nowhere/ca.pem cannot be read" in said


async def test_it_goes_by_the_proxy() -> None:
    page = "http://hc.example/ping"
    async with Site({page: reply(b"OK")}) as proxy:
        assert await ping(page, proxy=proxy.url) == ""
        assert await ping(page, proxy="${PROXY}") == "${PROXY} is not set"
