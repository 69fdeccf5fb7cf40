"""Logs on standard error: one wide event for each unit of work, without secrets.

What the jobs say through `LogJournal` and what libraries say through `logging` ends
in the same handler. Whatever a line holds, a traceback included, passes the redactor
last.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

from typing_extensions import override

_QUIET = ("aiohttp", "apprise", "apscheduler", "asyncio", "requests", "urllib3")
"""Libraries whose debug lines hold URLs with their tokens."""

_events = logging.getLogger("monitor")


class LogFormat(StrEnum):
    """How a line is written: for people, or one JSON object."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """How much is said."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogJournal:
    """The jobs' journal: an event becomes one log line."""

    def event(self, name: str, **fields: object) -> None:
        """Log `name` with its fields; a field `level` (``"warning"``) is its level."""
        level = logging.getLevelNamesMapping()[str(fields.pop("level", "info")).upper()]
        _events.log(level, name, extra={"fields": fields})


class _Line(logging.Formatter):
    """A record as one line; the redactor sees the finished text."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    @override
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")
        fields = getattr(record, "fields", {"logger": record.name})
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        line = self._line(
            at.replace("+00:00", "Z"), record, {k: _plain(v) for k, v in fields.items()}
        )
        return self._redact(self._with_trace(line, trace))

    def _line(
        self, at: str, record: logging.LogRecord, fields: Mapping[str, object]
    ) -> dict[str, object]:
        level, event = record.levelname.lower(), record.getMessage()
        return {"time": at, "level": level, "event": event, **fields}

    def _with_trace(self, line: dict[str, object], trace: str) -> str:
        said = {k: v for k, v in line.items() if v not in (None, "", [], {})}
        head = [str(said.pop(key)) for key in ("time", "level", "event")]
        pairs = [f"{key}={_word(value)}" for key, value in said.items()]
        return "\n".join([" ".join([*head, *pairs]), *([trace] if trace else [])])


class _JsonLine(_Line):
    """The same as one JSON object a line."""

    @override
    def _with_trace(self, line: dict[str, object], trace: str) -> str:
        whole = {**line, "trace": trace} if trace else line
        return json.dumps(whole, ensure_ascii=False)


def _plain(value: object) -> object:
    """Return a value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str | int | float | bool | list | dict | None):
        return value
    return str(value)


def _word(value: object) -> str:
    """Return a value so that it cannot be taken for the next field or line."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    is_plain = value.isprintable() and not set(value) & set(' "=')
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def set_up(
    form: LogFormat, level: LogLevel, stream: TextIO, redact: Callable[[str], str]
) -> None:
    """Send every log line of the process to `stream`, in `form`, from `level` up."""
    handler = logging.StreamHandler(stream)
    make = _JsonLine if form is LogFormat.JSON else _Line
    handler.setFormatter(make(redact))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _events.setLevel(level.value.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a full disk under the log must not stop the work
