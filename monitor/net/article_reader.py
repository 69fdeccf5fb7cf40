"""Pages to articles, in a process that can be killed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Self

from pydantic import TypeAdapter

from monitor.model import Article, ArticleReason
from monitor.net.worker_pool import MEMORY, Failure, WorkerError, WorkerPool

_MODULE = "monitor.net.article_worker"
_ARTICLE = TypeAdapter(Article)


class ArticleReader:
    """Reads pages in one worker process, started with the first page and kept.

    `timeout` is for one page, `memory` (bytes of address space) for the worker. Pages
    are read one after the other. It is entered before use, and left to end the worker.
    """

    def __init__(
        self,
        timeout: timedelta = timedelta(seconds=15),
        *,
        workers: int = 1,
        memory: int = MEMORY,
    ) -> None:
        self._timeout = timeout
        self._pool = WorkerPool(_MODULE, timeout, workers=workers, memory=memory)

    async def __aenter__(self) -> Self:
        """Return the reader; nothing is started yet."""
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *reason: object) -> None:
        """End the worker."""
        await self._pool.__aexit__(*reason)

    async def read(self, body: bytes, *, content_type: str, url: str) -> Article:
        """Return the article of a page, or why there is none; nothing is raised."""
        head = json.dumps({"content_type": content_type, "url": url}).encode()
        try:
            answer = await self._pool.answer(body, head)
        except WorkerError as error:
            return self._unread(error.failure)
        return _ARTICLE.validate_json(answer)

    def _unread(self, failure: Failure) -> Article:
        match failure:
            case Failure.SLOW:
                seconds = f"{self._timeout.total_seconds():g} s"
                detail = f"the page took longer than {seconds} to read"
                return Article(ArticleReason.SLOW, detail=detail)
            case Failure.CRASHED:
                detail = "the page crashes what reads it"
                return Article(ArticleReason.UNREADABLE, detail=detail)
            case Failure.NOT_STARTED:
                detail = "the process that reads articles does not start"
                return Article(ArticleReason.NO_READER, detail=detail)
