"""Parsing in another process: bounded, replaced when it dies, never left behind."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import FeedKind, ParsedFeed
from monitor.net.parser import ParserProcess

GOLDEN = Path(__file__).parents[1] / "golden"
RSS = b"<rss><channel><title>T</title><item><title>%s</title></item></channel></rss>"
LARGE = b"<rss><channel>%s</channel></rss>" % b"".join(
    b"<item><title>a</title><guid>%d</guid></item>" % number for number in range(10_000)
)
HUGE = RSS % (b"Wort  " * 3_000_000)  # it has to be taken apart into words
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def parser() -> AsyncIterator[ParserProcess]:
    async with ParserProcess() as running:
        yield running


async def parse(parser: ParserProcess, body: bytes) -> ParsedFeed:
    return await parser.parse(body, content_type="", url="https://o.example/f")


def children() -> dict[int, str]:
    """Return the workers of this process that live, by process id."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end meanwhile
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_bytes().decode()
            if int(parent) == os.getpid() and "parser_worker" in command:
                found[int(process.name)] = command
    return found


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.xml")), ids=lambda p: p.stem)
async def test_nothing_changes_on_the_way(parser: ParserProcess, path: Path) -> None:
    body = path.read_bytes()  # noqa: ASYNC240 - a small file of ours
    assert await parse(parser, body) == parse_feed(body, url="https://o.example/f")


async def test_what_the_user_says_of_a_feed_arrives(parser: ParserProcess) -> None:
    told = {"content_type": "text/xml; charset=utf-8", "url": "https://o.example/f"}
    body = RSS % "Баку".encode("cp1251")
    parsed = await parser.parse(body, **told, encoding="windows-1251")
    assert parsed.entries[0].title == "Баку"
    sitemap = (GOLDEN / "sitemap-news.sitemap").read_bytes()
    parsed = await parser.parse(sitemap, **told, kind=FeedKind.SITEMAP)
    assert parsed.entries[0].title == "Kräne stehen still"


async def test_an_error_keeps_its_words(parser: ParserProcess) -> None:
    with pytest.raises(FeedError, match=r'^an HTML page, not a feed: "Ü"$'):
        await parse(parser, "<html><title>Ü</title>".encode())


async def test_one_worker_serves_many_bodies(parser: ParserProcess) -> None:
    for number in range(5):
        parsed = await parse(parser, RSS % str(number).encode())
        assert parsed.entries[0].title == str(number)
    assert len(children()) == 1


async def test_a_large_parent_is_no_reason_to_make_way(parser: ParserProcess) -> None:
    ballast = b"x" * 400_000_000
    pid = await idle_worker(parser)
    await parse(parser, RSS % b"second")
    assert list(children()) == [pid]
    assert ballast


async def test_many_at_once_share_two_workers(parser: ParserProcess) -> None:
    bodies = [RSS % str(number).encode() for number in range(20)]
    parsed = await asyncio.gather(*(parse(parser, body) for body in bodies))
    assert [feed.entries[0].title for feed in parsed] == [str(n) for n in range(20)]
    assert len(children()) == 2


async def test_taking_too_long_ends_the_worker_alone() -> None:
    async with ParserProcess(timedelta(seconds=0.2)) as hurried:
        with pytest.raises(FeedError, match=r"^took longer than 0\.2 s to read$"):
            await parse(hurried, LARGE)
        assert not children()
        parsed = await parse(hurried, RSS % b"next")
        assert parsed.entries[0].title == "next"


async def test_needing_too_much_memory_is_an_error() -> None:
    async with ParserProcess(memory=150_000_000) as small:
        with pytest.raises(FeedError, match="needs more memory"):
            await parse(small, HUGE)
        assert (await parse(small, RSS % b"next")).entries[0].title == "next"


async def test_a_worker_that_grew_makes_way(parser: ParserProcess) -> None:
    await parse(parser, HUGE)
    assert all(ended(pid) for pid in children())
    assert (await parse(parser, RSS % b"next")).entries[0].title == "next"


def ended(pid: int) -> bool:
    """Wait at most ten seconds for the end of a process; say whether it came."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 10)[0])
    finally:
        os.close(watched)


async def idle_worker(parser: ParserProcess) -> int:
    await parse(parser, RSS % b"first")
    (pid,) = children()
    return pid


async def test_a_worker_killed_while_idle_is_replaced(parser: ParserProcess) -> None:
    pid = await idle_worker(parser)
    os.kill(pid, signal.SIGKILL)
    assert ended(pid)
    assert (await parse(parser, RSS % b"second")).entries[0].title == "second"
    assert pid not in children()


async def test_a_worker_killed_at_work_is_replaced(parser: ParserProcess) -> None:
    pid = await idle_worker(parser)
    os.kill(pid, signal.SIGSTOP)
    working = asyncio.create_task(parse(parser, RSS % b"second"))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    assert (await working).entries[0].title == "second"


async def test_a_body_that_kills_every_worker_is_an_error(
    parser: ParserProcess,
) -> None:
    killed: set[int] = set()
    working = asyncio.create_task(parse(parser, LARGE))
    while not working.done():
        await asyncio.sleep(0)
        for pid in children().keys() - killed:
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
    with pytest.raises(FeedError, match=r"crashes the parser|does not start"):
        await working
    assert (await parse(parser, RSS % b"next")).entries[0].title == "next"


async def test_a_cancelled_parse_leaves_no_worker(parser: ParserProcess) -> None:
    pid = await idle_worker(parser)
    os.kill(pid, signal.SIGSTOP)
    working = asyncio.create_task(parse(parser, RSS % b"second"))
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert not children()
    assert (await parse(parser, RSS % b"third")).entries[0].title == "third"


async def test_signals_for_the_parent_are_left_to_it(parser: ParserProcess) -> None:
    pid = await idle_worker(parser)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, sent)
    assert (await parse(parser, RSS % b"second")).entries[0].title == "second"
    assert list(children()) == [pid]


async def test_leaving_ends_every_worker() -> None:
    async with ParserProcess() as parser:
        await asyncio.gather(*(parse(parser, RSS % b"x") for _ in range(4)))
        assert children()
    assert not children()


async def test_a_worker_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARSER_TEST_TOKEN", "hunter2")
    async with ParserProcess() as parser:
        pid = await idle_worker(parser)
        environment = Path(f"/proc/{pid}/environ")
        assert b"hunter2" not in environment.read_bytes()  # noqa: ASYNC240 - no disk


PARENT = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from monitor.net.parser import ParserProcess

async def main():
    async with ParserProcess() as parser:
        body = b"<rss><channel><item><title>x</title></item></channel></rss>"
        await parser.parse(body, content_type="", url="")
        print(parser._pool._idle[0]._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_killed_parent_leaves_no_worker(tmp_path: Path) -> None:
    script = tmp_path / "odd name.txt"
    script.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen(  # noqa: S603 - the script above
        [sys.executable, str(script), str(ROOT)], cwd=tmp_path, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
        assert ended(pid)
