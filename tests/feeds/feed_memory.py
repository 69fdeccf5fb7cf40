"""What a store does for identity, in a dictionary; and short ways to say an entry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.feeds import (
    decide,
    identify,
    identity_in_force,
    keyed,
    note_guids,
    sought_keys,
)
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

    `told` counts the alerts of a rule that is true of everything, by story; `named`
    by `Entry.language`, in which a history keeps the name of what really happened.
    """

    feed: Feed = FEED
    state: FeedState = UNPOLLED
    now: datetime = NOW
    kept: dict[int, KnownEntry] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    fired: set[int] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
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
        by = identity_in_force(self.feed, self.state.traits)
        found = keyed(identify(entries, home=home), by)
        verdicts = decide(
            found,
            self.known(found, sought_keys(found, by)),
            state=self.state,
            feed=self.feed,
            now=self.now,
            earlier=lambda limit: [k.entry for k in self.kept.values()][-limit:],
        )
        for verdict in verdicts:
            self.counts[verdict.novelty] += 1
            if verdict.novelty in TOLD:
                self._alert(self._keep(verdict), verdict)
        traits = note_guids(self.state.traits, verdicts, self.feed)
        self.state = replace(
            self.state, succeeded_at=self.now, polled_at=self.now, traits=traits
        )
        return verdicts

    def known(self, found: Iterable[Entry], keys: set[str]) -> list[KnownEntry]:
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
        if verdict.novelty is not Novelty.EDITED:
            self.keys[verdict.entry.key] = number
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
            self.named[verdict.entry.language] += 1


def started(**more: object) -> FeedMemory:
    """Return a feed whose first poll is behind it; it was empty."""
    memory = FeedMemory(**more)
    memory.poll()
    return memory
