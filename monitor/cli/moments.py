"""Times as people give them to a command: a duration back from now, a day, a time."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from monitor.config import parse_duration
from monitor.wiring import Surroundings


def moment(around: Surroundings, text: str, option: str) -> datetime | None:
    """Return the time that is meant, None for an empty text.

    A day is its begin, and a time without a zone is one, in UTC: so are the days of
    the record.

    Raises:
        typer.BadParameter: it is none; `option` is where it was written.
    """
    if not text:
        return None
    back = parse_duration(text)
    if back is not None:
        return around.clock.now() - back
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        what = f"{text!r} is no time: write 30d, 2026-01-31 or 2026-01-31T12:00"
        raise typer.BadParameter(what, param_hint=option) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
