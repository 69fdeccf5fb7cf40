"""Parsing in processes that can be killed: no body can stop or bloat the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from monitor.errors import FeedError
from monitor.model import FeedKind, ParsedFeed
from monitor.net.parser_worker import FEED, LENGTH, READY

_MODULE = "monitor.net.parser_worker"
_START_TIME = 30
_END_TIME = 2
_GRACE = 2
_TRIES = 2
_MEMORY = 1_000_000_000
_LONGEST_ANSWER = 500_000_000
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL")
"""Of the environment; its secrets are no business of what reads hostile input."""

_FEED = TypeAdapter(ParsedFeed)


class ParserProcess:
    """A small pool of worker processes, started when needed and kept.

    `timeout` is for one body, `memory` (bytes of address space) for one worker. At
    most `workers` bodies are parsed at once, others wait. It is entered before use,
    and left to end the workers.
    """

    def __init__(
        self,
        timeout: timedelta = timedelta(seconds=10),
        *,
        workers: int = 2,
        memory: int = _MEMORY,
    ) -> None:
        self._seconds = timeout.total_seconds()
        self._memory = memory
        self._slots = asyncio.Semaphore(workers)
        self._idle: list[_Worker] = []

    async def __aenter__(self) -> Self:
        """Return the pool; nothing is started yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the workers."""
        while self._idle:
            await self._idle.pop().end()

    async def parse(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        encoding: str = "",
        kind: FeedKind = FeedKind.FEED,
    ) -> ParsedFeed:
        """Return the feed; a worker that dies or takes too long is replaced.

        Raises:
            FeedError: the body is not a feed, took longer than the timeout, needed
                too much memory or crashed the parser; the text says which.
        """
        about = {"content_type": content_type, "url": url}
        head = json.dumps({**about, "encoding": encoding, "kind": kind}).encode()
        async with self._slots:
            answer = await self._answer(body, head)
        if answer.startswith(FEED):
            return _FEED.validate_json(answer[len(FEED) :])
        raise FeedError(answer[len(FEED) :].decode())

    async def _answer(self, *parts: bytes) -> bytes:
        """Ask a worker; where it was or falls dead, ask one more."""
        for _ in range(_TRIES):
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.ask(*parts)
            except TimeoutError:
                await worker.kill()
                raise FeedError(
                    f"took longer than {self._seconds:g} s to read"
                ) from None
            except (OSError, IncompleteReadError):
                await worker.kill()
            except BaseException:
                await worker.kill()
                raise
            else:
                self._idle.append(worker)
                return answer
        raise FeedError("the feed crashes the parser")

    async def _start(self) -> _Worker:
        """Return a new worker that is ready.

        Raises:
            FeedError: it does not start.
        """
        worker = await _Worker.spawn(self._memory, self._seconds + _GRACE)
        try:
            async with asyncio.timeout(_START_TIME):
                ready = await worker.ask() == READY
        except (OSError, IncompleteReadError):
            ready = False
        except BaseException:
            await worker.kill()
            raise
        if not ready:
            await worker.kill()
            raise FeedError("the parser's process does not start")
        return worker


class _Worker:
    """One process, and the socket to it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: StreamReader,
        writer: StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def spawn(cls, memory: int, seconds: float) -> Self:
        """Return a worker that is starting."""
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            process = subprocess.Popen(  # noqa: S603, ASYNC220 - ours, and quick to start
                [sys.executable, "-P", "-m", _MODULE, str(memory), str(seconds)],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C is for the parent
            )
        return cls(process, reader, writer)

    async def ask(self, *parts: bytes) -> bytes:
        """Send the parts and return the next answer.

        Raises:
            OSError: the process is dead, or answers nonsense.
            IncompleteReadError: it died.
        """
        for part in parts:
            self._writer.write(LENGTH.pack(len(part)))
            self._writer.write(part)
        await self._writer.drain()
        (size,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
        if size > _LONGEST_ANSWER:
            raise ConnectionError(f"an answer of {size} bytes")
        return await self._reader.readexactly(size)

    async def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        await self._close()

    async def end(self) -> None:
        """Let the process end by itself, by closing its input."""
        await self._close()

    async def _close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        try:
            await asyncio.to_thread(self._process.wait, _END_TIME)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)


def _environment() -> dict[str, str]:
    """Return what the worker needs to import what we import."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    folders = (folder or str(Path.cwd()) for folder in sys.path)
    return {**kept, "PYTHONPATH": os.pathsep.join(folders)}
