"""The door for hubs, over real connections: what it answers, and what it bears."""

from __future__ import annotations

import asyncio
import gzip
import hmac
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest
from house import NEWS, FullDisk
from pushed_house import PushedHouse

from monitor.errors import ListenError
from monitor.model import PollPolicy, WebSub
from monitor.serve.callbacks import CallbackServer

TOKEN, ITEM = (
    "token1",
    b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>",
)
ASKED = {
    "hub.mode": "subscribe",
    "hub.topic": NEWS,
    "hub.challenge": "<b>proof",
    "hub.lease_seconds": "60",
}


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Door:
    """A callback server, the house behind it, and a client in front."""

    def __init__(self, house: PushedHouse, client: aiohttp.ClientSession) -> None:
        self.house = house
        self.client = client
        self.troubles: list[str] = []
        self.port = free_port()
        websub = WebSub("127.0.0.1", self.port, "https://we.example.org")
        self.server = CallbackServer(websub, house.push_job, self.troubles.append)

    def url(self, path: str = f"/websub/{TOKEN}") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def get(
        self, path: str = f"/websub/{TOKEN}", **query: str
    ) -> tuple[int, str]:
        asked = {**ASKED, **{f"hub.{name}": value for name, value in query.items()}}
        async with self.client.get(self.url(path), params=asked) as answer:
            return answer.status, await answer.text()

    async def post(
        self, body: bytes = ITEM, path: str = f"/{TOKEN}", **headers: str
    ) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(self.url(path), data=body, headers=sent) as answer:
            return answer.status


@asynccontextmanager
async def opened(folder: Path, **policy: int) -> AsyncIterator[Door]:
    house = PushedHouse(folder, policy=PollPolicy(**policy))
    house.offer()
    await house.poll()
    await house.tick()
    async with aiohttp.ClientSession() as client:
        door = Door(house, client)
        await door.server.open()
        yield door
        await door.server.close()
    house.store.close()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with opened(tmp_path) as found:
        yield found


@pytest.fixture
async def live(door: Door) -> Door:
    assert await door.get() == (200, "<b>proof")
    return door


async def test_the_challenge_is_answered_as_plain_text(door: Door) -> None:
    async with door.client.get(door.url(), params=ASKED) as answer:
        assert (answer.status, await answer.text()) == (200, "<b>proof")
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await door.get())[0] == 404


@pytest.mark.parametrize(
    "path", ["/", "/guess", f"/{TOKEN}/", f"/{TOKEN}/x", "//", "/%00"]
)
async def test_there_is_nothing_else(live: Door, path: str) -> None:
    assert (await live.get(path))[0] == 404
    assert await live.post(path=path) == 404


@pytest.mark.parametrize(
    "method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
)
async def test_other_methods_find_nothing(live: Door, method: str) -> None:
    async with live.client.request(method, live.url()) as answer:
        assert answer.status == 404


async def test_a_denial_is_heard(live: Door) -> None:
    assert await live.get(mode="denied") == (200, "")
    assert (await live.get(mode="denied"))[0] == 404


async def test_a_push_is_answered_at_once_and_kept_as_sent(live: Door) -> None:
    """Manner 45."""
    secret = live.house.subscription().secret
    mac = hmac.new(secret.encode(), ITEM, "sha512").hexdigest()
    signature = f"sha512={mac}"
    assert await live.post(X_Hub_Signature=signature, Content_Type="text/xml") == 202
    push = await live.house.push_job.next()
    assert (push.body, push.signature) == (ITEM, signature)
    result = await live.house.push_job.take(push)
    assert result is not None
    assert result.entries_new == 1


async def test_a_bad_signature_is_answered_as_a_good_one(live: Door) -> None:
    """Manner 43."""
    assert await live.post(X_Hub_Signature="sha1=00") == 202


async def test_a_hub_that_we_left_is_told_so(live: Door) -> None:
    live.house.websub = None
    live.house.configure()
    await live.house.tick()
    assert await live.post() == 410


async def test_a_packed_push_is_refused(live: Door) -> None:
    assert await live.post(gzip.compress(ITEM), Content_Encoding="gzip") == 415
    assert await live.post(Content_Encoding="gzip") == 202


async def test_a_body_is_bounded(tmp_path: Path) -> None:
    async with opened(tmp_path, max_body=1000) as door:
        await door.get()
        assert await door.post(b"x" * 1000) == 202
        assert await door.post(b"x" * 1001) == 413


async def test_a_body_without_a_length_is_bounded(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x" * 1000

    async with opened(tmp_path, max_body=1000) as door:
        await door.get()
        try:
            async with door.client.post(door.url(), data=endless()) as answer:
                assert answer.status == 413
        except aiohttp.ClientOSError:
            pass  # it hung up before all was sent


async def test_too_much_at_once_is_to_come_again(live: Door) -> None:
    for _ in range(64):
        assert await live.post() == 202
    async with live.client.post(live.url(), data=ITEM) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "60"


async def test_bodies_that_do_not_come_take_no_place_from_others(live: Door) -> None:
    head = (
        f"POST /{TOKEN} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"
    ).encode()
    writers = []
    for _ in range(8):
        _, writer = await asyncio.open_connection("127.0.0.1", live.port)
        writer.write(head)
        await writer.drain()
        writers.append(writer)
    packed = gzip.compress(b"")
    while await live.post(packed) != 503:
        pass
    for writer in writers:
        writer.write(b"cde")
        await writer.drain()
    while await live.post(packed) == 503:
        pass
    assert await live.post() == 202
    for writer in writers:
        writer.close()
        await writer.wait_closed()


async def test_the_oldest_of_too_many_connections_makes_way(door: Door) -> None:
    connections = [
        await asyncio.open_connection("127.0.0.1", door.port) for _ in range(201)
    ]
    reader, _ = connections[0]
    assert await reader.read() == b""
    assert (await door.get())[0] == 200
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"GET /" + b"y" * 20_000,
    ],
)
async def test_what_is_no_request_is_refused(door: Door, said: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(said)
    writer.write_eof()
    answer = await reader.read()
    assert not answer or answer.startswith(b"HTTP/1.0 400") or b" 400 " in answer
    writer.close()
    assert (await door.get())[0] == 200


async def test_a_full_disk_is_for_the_hub_to_wait_out(live: Door) -> None:
    store = live.house.push_job._store
    live.house.push_job._store = FullDisk(store, failures=2)  # type: ignore[arg-type]
    assert await live.post() == 503
    assert (await live.get())[0] == 503
    assert live.troubles == ["the disk is full"] * 2
    assert await live.post() == 202


async def test_an_address_that_is_taken_is_named(door: Door) -> None:
    other = Door(door.house, door.client)
    other.server.websub = door.server.websub
    with pytest.raises(ListenError, match=rf"127\.0\.0\.1 port {door.port} cannot"):
        await other.server.open()
    await other.server.close()


async def test_after_the_end_nobody_is_heard(door: Door) -> None:
    await door.server.close()
    with pytest.raises(aiohttp.ClientConnectorError):
        await door.get()
    await door.server.open()
    assert (await door.get())[0] == 200
