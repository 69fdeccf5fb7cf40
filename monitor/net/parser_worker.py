"""The process that parses: bodies on its standard input, feeds on its output.

It ends by itself when the parent's pipe closes, when one body takes too long (an
alarm, which works even if the parent is gone), and when memory runs out.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from monitor.errors import FeedError
from monitor.feeds.parse import parse_feed
from monitor.model import FeedKind

LENGTH = struct.Struct("!I")
"""Before each part of a message: how many bytes follow."""

READY = b"ready"
FEED, ERROR = b"F", b"E"
"""How an answer begins: the feed as JSON, or an error's text."""

_WELL_FED = 250_000
"""In kB; a worker that once needed so much makes way for a fresh one."""


def main() -> None:
    """Answer until the input ends; the arguments are bytes of memory and seconds."""
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    _confine(memory)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    _write(output, READY)
    while (body := _read(sys.stdin.buffer)) is not None:
        head = _read(sys.stdin.buffer)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(body, **json.loads(head or b"{}"))
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(output, answer)
        if _most_memory() > _WELL_FED:
            return


def _confine(memory: int) -> None:
    """Limit the memory, and leave the parent's signals to the parent."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _most_memory() -> int:
    """Return the most memory that this process had at once, in kB.

    What getrusage says may be the parent's, from before this program was loaded.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split()[0])


def _answer(body: bytes, kind: str = FeedKind.FEED, **about: str) -> bytes:
    try:
        feed = parse_feed(body, kind=FeedKind(kind), **about)
        return FEED + json.dumps(asdict(feed), default=_plain).encode()
    except FeedError as error:
        return ERROR + str(error).encode("utf-8", "replace")
    except MemoryError:
        return ERROR + b"the feed needs more memory than one feed may use"
    except Exception as error:  # noqa: BLE001 - a fault of ours costs one feed only
        return ERROR + f"the feed cannot be read ({type(error).__name__})".encode()


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever JSON does not know
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return sorted(value)


def _read(source: BinaryIO) -> bytes | None:
    """Return the next part, None at the end."""
    length = source.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(length)
    part = source.read(size)
    return part if len(part) == size else None


def _write(output: BinaryIO, part: bytes) -> None:
    output.write(LENGTH.pack(len(part)) + part)
    output.flush()


if __name__ == "__main__":
    main()
