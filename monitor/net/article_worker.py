"""The process that reads articles: pages on its standard input, articles on its output.

A page of many megabytes, or one nested without end, costs this process and no other.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from monitor.articles.reading import read_article
from monitor.model import Article, ArticleReason
from monitor.net.worker_loop import plain, serve


def _answer(body: bytes, head: bytes) -> bytes:
    article = _article(body, **json.loads(head))
    return json.dumps(asdict(article), default=plain).encode()


def _article(body: bytes, *, content_type: str, url: str) -> Article:
    try:
        return read_article(body, content_type=content_type, url=url)
    except MemoryError:
        detail = "the page needs more memory than one page may use"
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one page only
        detail = f"the page cannot be read ({type(error).__name__})"
    return Article(ArticleReason.UNREADABLE, detail=detail)


if __name__ == "__main__":
    serve(_answer)
