"""Work on hostile input, in processes that can be killed: none can stop the daemon."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Self

from monitor.net.worker_loop import LENGTH, READY

_START_TIME = 30
_END_TIME = 2
_GRACE = 2
_TRIES = 2
MEMORY = 1_000_000_000
"""Bytes of address space for one worker."""

_LONGEST_ANSWER = 500_000_000
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "PYTHONHOME", "LANG", "LC_ALL")
"""Of the environment; its secrets are no business of what reads hostile input."""


class Failure(Enum):
    """Why there is no answer."""

    SLOW = "slow"
    CRASHED = "crashed"  # the input crashes every worker
    NOT_STARTED = "not_started"


class WorkerError(Exception):
    """There is no answer, and a process fewer; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class WorkerPool:
    """A small pool of worker processes, started when needed and kept.

    `module` is what they run: a `worker_loop`. `timeout` is for one input, `memory`
    (bytes of address space) for one worker. At most `workers` inputs are worked on at
    once, others wait. It is entered before use, and left to end the workers.
    """

    def __init__(
        self,
        module: str,
        timeout: timedelta,
        *,
        workers: int,
        memory: int = MEMORY,
    ) -> None:
        self._module = module
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

    async def answer(self, body: bytes, head: bytes) -> bytes:
        """Return what a worker makes of an input; one that dies is replaced.

        Raises:
            WorkerError: it took longer than the timeout, or crashed the worker twice.
        """
        async with self._slots:
            return await self._answer(body, head)

    async def _answer(self, *parts: bytes) -> bytes:
        """Ask a worker; where it was or falls dead, ask one more."""
        for _ in range(_TRIES):
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.ask(*parts)
            except TimeoutError:
                await worker.kill()
                raise WorkerError(Failure.SLOW) from None
            except (OSError, IncompleteReadError):
                await worker.kill()
            except BaseException:
                await worker.kill()
                raise
            else:
                self._idle.append(worker)
                return answer
        raise WorkerError(Failure.CRASHED)

    async def _start(self) -> _Worker:
        """Return a new worker that is ready.

        Raises:
            WorkerError: it does not start.
        """
        worker = await _Worker.spawn(self._module, self._memory, self._seconds + _GRACE)
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
            raise WorkerError(Failure.NOT_STARTED)
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
    async def spawn(cls, module: str, memory: int, seconds: float) -> Self:
        """Return a worker that is starting."""
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours)
            process = subprocess.Popen(  # noqa: S603, ASYNC220 - ours, and quick to start
                [sys.executable, "-P", "-m", module, str(memory), str(seconds)],
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
