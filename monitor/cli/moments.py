"""Times as people give them to a command: a duration back from now, a day, a time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import typer

from monitor.config import parse_duration
from monitor.model import Settings
from monitor.wiring import Surroundings


def moment(
    around: Surroundings, settings: Settings, text: str, option: str
) -> datetime | None:
    """Return the time that is meant, None for an empty text.

    Raises:
        typer.BadParameter: it is none; `option` is where it was written.
    """
    if not text:
        return None
    back = parse_duration(text)
    if back is not None:
        return around.clock.now() - back
    at = time_of(text, settings)
    if at is None:
        what = f"{text!r} is no time: write 30d, 2026-01-31 or 2026-01-31T12:00"
        raise typer.BadParameter(what, param_hint=option)
    return at


def time_of(text: str, settings: Settings) -> datetime | None:
    """Return a time as it is written, in UTC; None if it is none.

    A day is its begin, and a time without a zone is one of the configured zone, as
    those that commands show.
    """
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(settings.timezone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError):  # nobody can say the first hour of all in UTC
        return None
