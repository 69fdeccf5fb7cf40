"""``monitor feeds health``: how every feed is, what needs attention first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Annotated

import typer

from monitor.alerts.health_words import WORDS, pace_in_words
from monitor.alerts.wording import ago, ahead, short
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.health_table import Line, print_lines
from monitor.cli.output import print_json, say
from monitor.feeds.health import present_troubles, since_when
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    FeedTrouble,
    PushReason,
    Settings,
    Tier,
    Traits,
    Trouble,
)
from monitor.store.views import PushView, Views

DAYS = 14
_UNSAID = {PushReason.NOT_ASKED, PushReason.NO_HUB, PushReason.VERIFIED}


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One feed, as it is shown: what is configured, stored and counted of it."""

    feed: Feed
    state: FeedState | None
    records: Mapping[Trouble, FeedTrouble]
    entries_per_day: Sequence[int]
    now: datetime
    push: PushView | None = None

    @property
    def traits(self) -> Traits:
        """Return what was learned of it."""
        return Traits() if self.state is None else self.state.traits

    @property
    def status(self) -> str:
        """Return its state in a word."""
        state = self.state
        return state.status.value if state and state.polled_at else "never polled"

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Return what is wrong with it, the worst first."""
        return () if self.state is None else present_troubles(self.state)

    @property
    def trouble(self) -> Trouble | None:
        """Return the worst that is wrong with it."""
        return next(iter(self.troubles), None)

    @property
    def needs_person(self) -> bool:
        """Say whether it will not get well without one."""
        on_record = self.traits.health.troubles
        is_gone = self.status == FeedStatus.GONE
        return is_gone or any(WORDS[trouble].needs_person for trouble in on_record)

    @property
    def since(self) -> datetime | None:
        """Return since when the worst is wrong."""
        if self.trouble is None or self.state is None:
            return None
        record = self.records.get(self.trouble)
        return (
            record.since if record else since_when(self.trouble, self.state, self.now)
        )

    @property
    def detail(self) -> str:
        """Return what is to be known of the trouble: the error, the new address."""
        if self.state is not None and self.state.error:
            return self.state.error
        record = None if self.trouble is None else self.records.get(self.trouble)
        return record.detail if record else ""

    @property
    def advice(self) -> str:
        """Return what to do, empty if nothing."""
        if self.trouble is None:
            return ""
        if self.trouble is Trouble.FAILING and not self.needs_person:
            return "Nothing yet: it is tried again by itself."
        return WORDS[self.trouble].advice

    @property
    def median_delay(self) -> int | None:
        """Return the seconds from publication to the database, of a usual entry."""
        return round(median(self.traits.delays)) if self.traits.delays else None

    @property
    def pace(self) -> str:
        """Return how often it is polled, and why where that is not what is wanted."""
        if self.status == FeedStatus.GONE:
            return "polled no more"
        return pace_in_words(self.feed.every, self.traits.interval, self.traits.wait)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what else is to be known: other troubles, its identity, its hub."""
        others = [WORDS[trouble].one for trouble in self.troubles[1:]]
        if self.traits.keyed_by_link:
            others.append("its ids change: entries are known by their links")
        if self.push is not None and self.push.reason not in _UNSAID:
            why = self.push.reason.replace("_", " ")
            others.append(f"push {self.push.state} ({why})")
        return tuple(others)


def health(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", show_default=False)
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each feed.")
    ] = False,
) -> None:
    """Show how every feed is: what needs attention first, and what to do about it.

    Exits with 1 if a feed needs a person. Example: monitor feeds health
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    wanted = _named(settings, names or [])
    with open_views(settings, around.config) as views:
        found = _found(wanted, views, around.clock.now())
    found.sort(key=_attention)
    if as_json:
        for one in found:
            print_json(_row(one))
    else:
        print_lines([_line(one) for one in found])
        say(_sum(found))
    raise typer.Exit(PROBLEM if any(one.needs_person for one in found) else OK)


def _named(settings: Settings, names: Sequence[str]) -> list[Feed]:
    known = {feed.name: feed for feed in settings.feeds}
    for name in names:
        if name not in known:
            say(f"monitor: there is no feed {name!r}; there are: {', '.join(known)}")
            raise typer.Exit(UNUSABLE)
    return [known[name] for name in names or known]


def _found(
    feeds: Iterable[Feed], views: Views | None, now: datetime
) -> list[FeedHealth]:
    states = {} if views is None else views.feeds()
    counts = {} if views is None else views.entries_per_day(now, DAYS)
    pushes = {} if views is None else views.pushes()
    records: dict[str, dict[Trouble, FeedTrouble]] = {}
    for row in () if views is None else views.feed_troubles():
        if row.ended_at is None:
            records.setdefault(row.feed, {})[row.trouble] = row
    return [
        FeedHealth(
            feed=feed,
            state=states.get(feed.name),
            records=records.get(feed.name, {}),
            entries_per_day=counts.get(feed.name, [0] * DAYS),
            now=now,
            push=pushes.get(feed.name),
        )
        for feed in feeds
    ]


def _attention(one: FeedHealth) -> tuple[bool, int, bool, str]:
    """Return what sorts a feed: who needs a person, then the worse trouble, first."""
    worst = list(Trouble)
    place = len(worst) if one.trouble is None else worst.index(one.trouble)
    return not one.needs_person, place, one.status != "never polled", one.feed.name


def _row(one: FeedHealth) -> dict[str, object]:
    state = one.state
    interval, wait = one.traits.interval, one.traits.wait
    return {
        "name": one.feed.name,
        "url": one.feed.url,
        "status": one.status,
        "trouble": one.trouble,
        "since": one.since,
        "needs_person": one.needs_person,
        "detail": one.detail,
        "entries_per_day": one.entries_per_day,
        "last_success": state.succeeded_at if state else None,
        "next_poll": state.next_poll_at if state else None,
        "tier": one.traits.tier,
        "median_delay": one.median_delay,
        "wanted": one.feed.every.total_seconds(),
        "interval": interval.total_seconds() if interval else None,
        "wait": wait,
        "pace": one.pace,
        "push": None if one.push is None else one.push.state,
        "remarks": one.remarks,
        "advice": one.advice,
    }


def _line(one: FeedHealth) -> Line:
    state, delay = one.state, one.median_delay
    since = f" {short(one.now - one.since)}" if one.since else ""
    status = WORDS[one.trouble].short if one.trouble else one.status
    is_gone = one.status == FeedStatus.GONE
    is_told = not is_gone and one.pace != short(one.feed.every)
    return Line(
        name=one.feed.name,
        status=f"{status}{since}",
        is_well=one.trouble is None,
        needs_person=one.needs_person,
        entries_per_day=one.entries_per_day,
        last_success=ago(state.succeeded_at if state else None, one.now),
        next_poll=_next(one),
        every="" if is_gone else short(one.traits.interval or one.feed.every),
        tier=one.traits.tier or "",
        delay="" if delay is None else short(timedelta(seconds=delay)),
        pace=one.pace if is_told else "",
        remarks=tuple(filter(None, (one.detail, *one.remarks))),
        advice=one.advice,
    )


def _next(one: FeedHealth) -> str:
    state = one.state
    if state is None or state.status is FeedStatus.GONE:
        return "" if state else "due"
    return ahead(state.next_poll_at, one.now)


def tiers(states: Iterable[FeedState]) -> dict[str, int]:
    """Return how many feeds each parser served last, the usual one first."""
    found = Counter(state.traits.tier for state in states)
    return {tier.value: found[tier] for tier in Tier if found[tier]}


def _sum(found: Sequence[FeedHealth]) -> str:
    words = Counter(WORDS[o.trouble].short if o.trouble else o.status for o in found)
    states = [one.state for one in found if one.state is not None]
    read_by = ", ".join(f"{tier} {count}" for tier, count in tiers(states).items())
    counts = ", ".join(f"{count} {word}" for word, count in words.items())
    told = f"{len(found)} feeds: {counts or 'none'}"
    return f"{told}; read by {read_by}" if read_by else told
