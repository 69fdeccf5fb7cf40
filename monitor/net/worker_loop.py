"""The loop of a process that works on hostile input: one after the other, confined.

It ends by itself when the parent's pipe closes, when one input takes too long (an
alarm, which works even if the parent is gone), and when memory runs out.
"""

from __future__ import annotations

import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

LENGTH = struct.Struct("!I")
"""Before each part of a message: how many bytes follow."""

READY = b"ready"

_WELL_FED = 250_000
"""In kB; a worker that once needed so much makes way for a fresh one."""


def serve(answer: Callable[[bytes, bytes], bytes]) -> None:
    """Answer until the input ends; the arguments are bytes of memory and seconds.

    `answer` makes an answer of a body and what its head says of it.
    """
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    _confine(memory)
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    _write(output, READY)
    while (body := _read(sys.stdin.buffer)) is not None:
        head = _read(sys.stdin.buffer) or b"{}"
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answered = answer(body, head)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(output, answered)
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


def plain(value: Any) -> object:  # noqa: ANN401 - whatever JSON does not know
    """Return what JSON has for a value of ours that it does not know."""
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
