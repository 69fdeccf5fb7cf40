"""What a rule file may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from monitor.config.strict import Strict
from monitor.config.typed import (
    AtLeastOne,
    Cron,
    Day,
    Duration,
    FullTextName,
    KnownChannel,
    ListName,
    MinSources,
    Name,
    OldNames,
    PriorityName,
    RateOrNone,
    Selector,
    Text,
    YesNo,
)


class Example(Strict):
    """An entry made up for a test: its title, or a mapping with its fields."""

    short_for: ClassVar[str] = "title"

    title: Text = Field(default="", description="The title.")
    summary: Text = Field(default="", description="The summary.")
    content: Text = Field(default="", description="The text.")
    article: Text = Field(default="", description="The whole article.")
    author: Text = Field(default="", description="Who wrote it.")
    lang: Text = Field(default="", description="Its language, as de or en-GB.")
    url: Text = Field(default="", description="Its link.")
    feed: Text = Field(default="", description="The name of its feed.")
    tags: tuple[Text, ...] = Field(default=(), description="The tags of its feed.")
    categories: tuple[Text, ...] = Field(
        default=(), description="The publisher's categories."
    )


class RuleEntry(Strict):
    """A rule: its query, or a mapping with `query` and where it applies."""

    short_for: ClassVar[str] = "query"

    query: Text = Field(description="What an entry must say.")
    feeds: tuple[Selector, ...] = Field(
        default=(),
        description="Which feeds: names, tag:NAME, a minus means not; default: all.",
    )
    channels: Annotated[tuple[KnownChannel, ...], AtLeastOne()] | None = Field(
        default=None, description="Where its alerts go."
    )
    priority: PriorityName | None = Field(
        default=None, description="How urgent its alerts are."
    )
    enabled: YesNo = Field(
        default=True, description="false: it is checked and tested, and never alerts."
    )
    expires: Day | None = Field(
        default=None, description="The last day on which it alerts, as 2026-12-31."
    )
    lookback: Duration = Field(
        default=timedelta(hours=24),
        description="How far back a new or corrected rule looks, once: what it would "
        "have caught comes as one message. 0s: not at all.",
    )
    throttle: RateOrNone = Field(
        default=None,
        description="How many messages it sends to a channel in what time, as 20/1h; "
        "what is more comes together later. none: no bound.",
    )
    cooldown: Duration | None = Field(
        default=None,
        description="How long it is still after it told something; what comes "
        "meanwhile is told together.",
    )
    digest: Cron | None = Field(
        default=None, description="When its alerts come, together, as `0 8 * * *`."
    )
    min_sources: MinSources | None = Field(
        default=None,
        description="How many publishers must tell a story before it does.",
    )
    on_edit: YesNo | None = Field(
        default=None,
        description="true: an edit of what it told is told too, with what changed.",
    )
    full_text: FullTextName | None = Field(
        default=None,
        description="Whether it reads articles: those that have one of its terms in "
        "the feed (auto), all that could make it true (always), or never.",
    )
    renamed_from: OldNames = Field(
        default=(),
        description="What it was called before, a name or a list: what is stored "
        "under that name moves here.",
    )
    should_match: tuple[Example, ...] = Field(
        default=(), description="Entries that it must match; run by `monitor check`."
    )
    should_not_match: tuple[Example, ...] = Field(
        default=(), description="Entries that it must not match."
    )


Items = Annotated[tuple[Text, ...], AtLeastOne()]


class RuleFile(Strict):
    """A file of rules and of the lists that they use."""

    contact: KnownChannel | None = Field(
        default=None,
        description="A channel that hears of errors in this file, besides ops.",
    )
    lists: dict[ListName, Items] = Field(
        default={},
        description="Named lists, used as $name; several bare words in an item "
        "are a phrase.",
    )
    rules: dict[Name, RuleEntry] = Field(
        default={}, description="Rules by their names, unique over all files."
    )
