"""The process that parses: bodies on its standard input, feeds on its output."""

from __future__ import annotations

import json
from dataclasses import asdict

from monitor.errors import FeedError
from monitor.feeds.parse import parse_feed
from monitor.model import FeedKind
from monitor.net.worker_loop import plain, serve

FEED, ERROR = b"F", b"E"
"""How an answer begins: the feed as JSON, or an error's text."""


def _answer(body: bytes, head: bytes) -> bytes:
    about = json.loads(head)
    try:
        feed = parse_feed(body, **{**about, "kind": FeedKind(about["kind"])})
        return FEED + json.dumps(asdict(feed), default=plain).encode()
    except FeedError as error:
        return ERROR + str(error).encode("utf-8", "replace")
    except MemoryError:
        return ERROR + b"the feed needs more memory than one feed may use"
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one feed only
        return ERROR + f"the feed cannot be read ({type(error).__name__})".encode()


if __name__ == "__main__":
    serve(_answer)
