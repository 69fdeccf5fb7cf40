"""Parsing in processes that can be killed: no body can stop or bloat the daemon."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Self

from pydantic import TypeAdapter

from monitor.errors import FeedError
from monitor.model import FeedKind, ParsedFeed
from monitor.net.parser_worker import FEED
from monitor.net.worker_pool import MEMORY, Failure, WorkerError, WorkerPool

_MODULE = "monitor.net.parser_worker"
_FEED = TypeAdapter(ParsedFeed)


class ParserProcess:
    """Parses in a few worker processes, started when needed and kept.

    `timeout` is for one body, `memory` (bytes of address space) for one worker. At
    most `workers` bodies are parsed at once, others wait. It is entered before use,
    and left to end the workers.
    """

    def __init__(
        self,
        timeout: timedelta = timedelta(seconds=10),
        *,
        workers: int = 2,
        memory: int = MEMORY,
    ) -> None:
        self._timeout = timeout
        self._pool = WorkerPool(_MODULE, timeout, workers=workers, memory=memory)

    async def __aenter__(self) -> Self:
        """Return the parser; nothing is started yet."""
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *reason: object) -> None:
        """End the workers."""
        await self._pool.__aexit__(*reason)

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
        try:
            answer = await self._pool.answer(body, head)
        except WorkerError as error:
            raise FeedError(self._words(error.failure)) from None
        if answer.startswith(FEED):
            return _FEED.validate_json(answer[len(FEED) :])
        raise FeedError(answer[len(FEED) :].decode())

    def _words(self, failure: Failure) -> str:
        match failure:
            case Failure.SLOW:
                return f"took longer than {self._timeout.total_seconds():g} s to read"
            case Failure.CRASHED:
                return "the feed crashes the parser"
            case Failure.NOT_STARTED:
                return "the parser's process does not start"
