"""What ``monitor.yaml`` may say of how the monitor watches itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field
from typing_extensions import override

from monitor.config.names import CONSOLE
from monitor.config.strict import Strict
from monitor.config.typed import (
    CronOrOff,
    Interval,
    IntervalOrOff,
    KnownChannel,
    PingUrl,
)
from monitor.model import HeartbeatSpec

_HEARTBEAT = HeartbeatSpec("")


class Heartbeat(Strict):
    """A URL that hears from us while all is well, or a mapping with `url`."""

    short_for: ClassVar[str] = "url"

    url: PingUrl = Field(
        description="Asked for with GET; ${NAME} may stand anywhere and is never shown."
    )
    every: Interval = Field(
        default=_HEARTBEAT.every, description="How often, while all is well."
    )


class Ops(Strict):
    """Where the monitor reports its own troubles: a list of channels, or a mapping."""

    short_for: ClassVar[str] = "channels"

    channels: tuple[KnownChannel, ...] = Field(
        default=(CONSOLE,),
        description="The channels in which the monitor reports its own troubles.",
    )
    heartbeat: Heartbeat | None = Field(
        default=None,
        description="A URL that is asked for while the whole way works, and not else.",
    )
    report: CronOrOff = Field(
        default="",
        description="When a report on the last week is sent, as 0 8 * * mon; or off.",
    )

    @classmethod
    @override
    def lengthened(cls, value: object) -> object:
        """Return the mapping that a list of channels stands for.

        Raises:
            ValueError: it is a single text.
        """
        if isinstance(value, str):
            raise ValueError("a list of channels belongs here, as `[console]`")  # noqa: TRY004 - what pydantic reports
        return {"channels": value} if isinstance(value, list) else value

    @classmethod
    @override
    def short_schema(cls) -> list[dict[str, Any]]:
        """Return the schema of a list of channels."""
        return [{"type": "array", "items": {"type": "string"}}]


class Canary(Strict):
    """How often an entry of our own goes the whole way: daily, off, or a mapping."""

    short_for: ClassVar[str] = "every"

    every: IntervalOrOff = Field(
        default=timedelta(days=1), description="daily, off, or a duration."
    )
    channels: tuple[KnownChannel, ...] = Field(
        default=(),
        description="The channels that get a message of it each time.",
    )
