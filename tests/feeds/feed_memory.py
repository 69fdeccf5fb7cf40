"""What a store does for identity, in a dictionary; and short ways to say an entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.feeds import decide, identify
from monitor.model import (
    Entry,
    Feed,
    FeedState,
    KnownEntry,
    Novelty,
    Verdict,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERY = timedelta(minutes=10)
SITE = "https://news.example.org"
FEED = Feed("news", f"{SITE}/rss", EVERY)
UNPOLLED = FeedState(id=1, name="news", url=f"{SITE}/rss")
TOLD = frozenset({Novelty.NEW, Novelty.REUSED, Novelty.EDITED, Novelty.ALIAS})


def entry(guid: str | None = None, title: str = "", **more: object) -> Entry:
    """Return an entry as a parser gives it, without a key."""
    return replace(Entry(key="", guid=guid, title=title), **more)


def ago(**duration: float) -> datetime:
    return NOW - timedelta(**duration)


@dataclass
class FeedMemory:
    """A feed that is polled, with everything kept of it.

    `told` counts the alerts of a rule that is true of everything, by story.
    """

    feed: Feed = FEED
    state: FeedState = UNPOLLED
    now: datetime = NOW
    kept: dict[int, KnownEntry] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    fired: set[int] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    suppressed: list[Verdict] = field(default_factory=list)
    counts: Counter[Novelty] = field(default_factory=Counter)

    def poll(
        self,
        *entries: Entry,
        after: timedelta = EVERY,
        home: str | None = SITE,
    ) -> tuple[Verdict, ...]:
        """Decide on a document that is served `after` the last one, and keep it."""
        self.now += after
        found = identify(entries, home=home)
        verdicts = decide(
            found, self.known(found), state=self.state, feed=self.feed, now=self.now
        )
        for verdict in verdicts:
            self.counts[verdict.novelty] += 1
            if verdict.novelty in TOLD:
                self._alert(self._keep(verdict), verdict)
        self.state = replace(self.state, succeeded_at=self.now, polled_at=self.now)
        return verdicts

    def known(self, found: Iterable[Entry]) -> list[KnownEntry]:
        keys = {e.key for e in found}
        links = {e.canonical_link for e in found} - {None}
        by_key = {self.keys[key] for key in keys & self.keys.keys()}
        by_link = {i for i, k in self.kept.items() if k.entry.canonical_link in links}
        names: dict[int, list[str]] = defaultdict(list)
        for key, number in self.keys.items():
            names[number].append(key)
        wanted = sorted(by_key | by_link)
        return [replace(self.kept[i], keys=tuple(names[i])) for i in wanted]

    def _keep(self, verdict: Verdict) -> int:
        known = None if verdict.novelty is Novelty.REUSED else verdict.known
        number = known.id if known else len(self.kept) + 1
        kept = replace(
            verdict.entry, key=known.entry.key if known else verdict.entry.key
        )
        self.kept[number] = KnownEntry(
            number, (), kept, verdict.fingerprint, last_seen_at=self.now
        )
        self.keys.setdefault(verdict.entry.key, number)
        if verdict.novelty is Novelty.REUSED:
            self.keys[verdict.entry.key.rpartition("#")[0]] = number
        return number

    def _alert(self, number: int, verdict: Verdict) -> None:
        if number in self.fired:
            return
        self.fired.add(number)
        if verdict.hold or verdict.story in self.told:
            self.suppressed.append(verdict)
        else:
            self.told[verdict.story] += 1


def started(**more: object) -> FeedMemory:
    """Return a feed whose first poll is behind it; it was empty."""
    memory = FeedMemory(**more)
    memory.poll()
    return memory
