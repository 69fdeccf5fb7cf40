"""What ``defaults`` may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from monitor.config.names import CONSOLE
from monitor.config.strict import Strict
from monitor.config.typed import (
    AtLeastOne,
    Cron,
    Duration,
    FullTextName,
    Interval,
    KnownChannel,
    MinSources,
    PriorityName,
    RateOrNone,
    YesNo,
)
from monitor.model import FullText, Priority, Rate


class FeedDefaults(Strict):
    """What holds for every feed that does not say otherwise."""

    every: Interval = Field(
        default=timedelta(minutes=10), description="How often a feed is polled."
    )
    lookback: Duration = Field(
        default=timedelta(0),
        description="On a feed's first poll, entries younger than this may alert.",
    )
    full_text: FullTextName = Field(
        default=FullText.AUTO,
        description="Whether the articles behind entries are read: where a rule may "
        "become true by it (auto), always, or never.",
    )


class RuleDefaults(Strict):
    """What holds for every rule that does not say otherwise."""

    throttle: RateOrNone = Field(
        default=Rate(20, timedelta(hours=1)),
        description="How many messages a rule sends to a channel in what time, as "
        "20/1h; what is more comes together later. none: no bound.",
    )
    cooldown: Duration = Field(
        default=timedelta(0),
        description="How long a rule is still after it told something; what comes "
        "meanwhile is told together.",
    )
    digest: Cron | None = Field(
        default=None, description="When its alerts come, together, as `0 8 * * *`."
    )
    min_sources: MinSources = Field(
        default=1, description="How many publishers must tell a story before it does."
    )

    channels: Annotated[tuple[KnownChannel, ...], AtLeastOne()] = Field(
        default=(CONSOLE,), description="Where alerts go."
    )
    priority: PriorityName = Field(
        default=Priority.NORMAL, description="How urgent alerts are."
    )
    on_edit: YesNo = Field(
        default=False,
        description="true: an edit of what was told is told too, with what changed.",
    )
    full_text: FullTextName = Field(
        default=FullText.AUTO,
        description="Whether a rule reads articles: those that have one of its terms "
        "in the feed (auto), all that could make it true (always), or never.",
    )


class Defaults(Strict):
    """What holds where a feed or a rule does not say otherwise."""

    feed: FeedDefaults = Field(default=FeedDefaults())
    rule: RuleDefaults = Field(default=RuleDefaults())
    full_text: FullTextName | None = Field(
        default=None, description="The same as `full_text` under `feed`."
    )
