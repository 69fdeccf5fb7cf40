"""From poll to record, dying at every moment: nothing lost, invented or unmarked."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from crashing import Answer, Arrival, Mortal
from house import NEWS, rule
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from hypothesis.stateful import rule as step

from monitor.jobs.release import release
from monitor.model import Feed, HeldQuery, Lane

EXAMPLES = int(os.environ.get("MONITOR_CRASHES", "5"))
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
LATER = "https://later.example.org/feed"
FEEDS = (Feed("news", NEWS, 10 * MINUTE), Feed("later", LATER, 10 * MINUTE))
RULES = (
    rule(),
    rule("zweite", "erwägt"),
    rule("chef", "Waffen", channels=("chief", "desk")),
)
CHANNELS = {"desk": 2, "chief": 1, "ops": 1}
WORDS = ("Aserbaidschan", "erwägt", "Waffen", "Schach")

Told = tuple[str, int]  # a rule and the number of an entry

_moments = st.integers(0, 14)
_answers = st.lists(st.sampled_from(list(Answer)), max_size=6)

_STATES = """
    SELECT a.rule, e.guid, a.hold, d.id, d.channel, d.place, d.state, d.reason, d.bare
    FROM alerts a JOIN entries e ON e.id = a.entry_id
    LEFT JOIN message_alerts t ON t.alert_id = a.id
    LEFT JOIN deliveries d ON d.message_id = t.message_id
    ORDER BY d.id
"""


class FromPollToRecord(RuleBasedStateMachine):
    """Publishes, polls, delivers, edits and sets the clock, and dies all the while."""

    def __init__(self) -> None:
        super().__init__()
        self.mortal = Mortal(
            feeds=FEEDS[:1], rules=RULES, channels=dict(CHANNELS), ops=("ops",)
        )
        self.titles: dict[str, list[str]] = {NEWS: [], LATER: []}
        self.stored: set[str] = set()
        self.due: set[Told] = set()
        self.overtaken: set[int] = set()
        self._serve(NEWS)
        self._poll(None)

    # what happens

    @step(words=st.sets(st.sampled_from(WORDS)), url=st.sampled_from([NEWS, LATER]))
    def publish(self, words: set[str], url: str) -> None:
        self._publish(words, url)

    def _publish(self, words: set[str], url: str) -> None:
        number = 1 + sum(map(len, self.titles.values()))
        self.titles[url].append(" ".join([*sorted(words), "Nummer", str(number)]))
        self._serve(url)

    def _serve(self, url: str) -> None:
        self.mortal.house.publish(*reversed(self.titles[url]), url=url)

    @step(moments=st.one_of(st.none(), _moments))
    def poll(self, moments: int | None) -> None:
        self._poll(moments)

    def _poll(self, moments: int | None) -> bool:
        self.mortal.house.clock.advance(11 * MINUTE)
        job = self.mortal.house.poll_job

        async def poll() -> None:
            for state in await job.claim_due(10):
                await job.poll(state)

        return self.mortal.dies(poll(), moments)

    @step(moments=st.one_of(st.none(), _moments), answers=_answers)
    def deliver(self, moments: int | None, answers: list[Answer]) -> None:
        self._deliver(moments, answers)

    def _deliver(self, moments: int | None, answers: Sequence[Answer] = ()) -> bool:
        self.mortal.receivers.answers.extend(answers)
        has_died = self.mortal.dies(self.mortal.house.deliver(), moments)
        self.mortal.receivers.answers.clear()
        return has_died

    @step(words=st.sets(st.sampled_from(WORDS)), moments=_moments, answers=_answers)
    def tell(self, words: set[str], moments: int, answers: list[Answer]) -> None:
        self._publish(words, NEWS)
        self._poll(None)
        self._deliver(moments, answers)

    @step()
    def crash(self) -> None:
        self.mortal.crash()

    @step(
        channels=st.sampled_from([CHANNELS, {"desk": 1, "ops": 1}, {"ops": 1}]),
        names=st.sets(st.sampled_from([r.name for r in RULES])),
        feeds=st.sampled_from([FEEDS, FEEDS[:1], FEEDS[1:]]),
    )
    def reload(
        self, channels: dict[str, int], names: set[str], feeds: tuple[Feed, ...]
    ) -> None:
        self._configure(channels, names, feeds)

    def _configure(
        self, channels: Mapping[str, int], names: Iterable[str], feeds: tuple[Feed, ...]
    ) -> None:
        house = self.mortal.house
        house.channels, house.feeds = dict(channels), feeds
        house.rules = tuple(
            rule(
                r.name, r.query, channels=tuple(c for c in r.channels if c in channels)
            )
            for r in RULES
            if r.name in names and set(r.channels) & channels.keys()
        )
        self.mortal.settle_in()

    @step(name=st.sampled_from(["desk", "chief"]))
    def good_test_of_a_channel(self, name: str) -> None:
        places = range(CHANNELS[name])
        self.mortal.house.store.run(lambda tx: [tx.mend(Lane(name, p)) for p in places])

    @step()
    def release_what_is_held(self) -> None:
        self._release()

    def _release(self) -> None:
        house, now = self.mortal.house, self.mortal.house.clock.now()
        house.store.run(lambda tx: release(tx, house.in_force, HeldQuery(), now))

    @step()
    def retry_what_is_dead(self) -> None:
        self._retry_dead()

    def _retry_dead(self) -> None:
        now = self.mortal.house.clock.now()
        self.mortal.house.store.run(lambda tx: tx.retry_dead([], now))

    @step(time=st.sampled_from([SECOND, MINUTE, 16 * MINUTE, 2 * HOUR, 8 * DAY]))
    def time_passes(self, time: timedelta) -> None:
        self.mortal.house.clock.advance(time)

    @step(by=st.sampled_from([HOUR, -HOUR, 365 * DAY, -365 * DAY]))
    def somebody_sets_the_clock(self, by: timedelta) -> None:
        self.mortal.house.clock.jump(by)

    # what must always be so

    @invariant()
    def what_is_stored_is_told_or_waits(self) -> None:
        """A poll is whole: an entry that is stored has the alert of each rule."""
        rows = self.mortal.rows(_STATES)
        self._learn_what_is_due()
        states: dict[Told, list[Mapping[str, Any]]] = defaultdict(list)
        for row in rows:
            states[row["rule"], _number(row["guid"])].append(row)
            if row["reason"] == "orphaned" or row["state"] == "dead" or row["bare"]:
                self.overtaken.add(row["id"])
        assert states.keys() == self.due, "lost, or invented"
        took = {(a.lane, key) for a in self._took() for key in _told(a)}
        for told, found in states.items():
            for row in found:
                assert row["hold"] or row["id"], f"{told} is nowhere"
                if row["state"] == "sent":
                    assert (Lane(row["channel"], row["place"]), told) in took

    def _learn_what_is_due(self) -> None:
        """Note the alerts of entries that were stored since the last look."""
        stored = {row["guid"] for row in self.mortal.rows("SELECT guid FROM entries")}
        for title in stored - self.stored:
            self.due |= {
                (r.name, _number(title))
                for r in self.mortal.house.rules
                if r.query in title
            }
        self.stored |= stored

    def _took(self) -> list[Arrival]:
        return [a for a in self.mortal.receivers.took if a.message.alerts]

    @invariant()
    def nothing_is_invented_and_every_repeat_is_marked(self) -> None:
        self._learn_what_is_due()
        seen: Counter[tuple[Lane, Told]] = Counter()
        for arrival in self._took():
            for told in _told(arrival):
                assert told in self.due, "invented"
                assert arrival.maybe_sent or not seen[arrival.lane, told], told
                seen[arrival.lane, told] += 1

    def teardown(self) -> None:
        try:
            self.all_arrives_in_the_end()
        finally:
            self.mortal.close()

    def all_arrives_in_the_end(self) -> None:
        """Repair everything, poll and deliver: nothing is left, order was kept."""
        self.mortal.crash()
        self._configure(CHANNELS, [r.name for r in RULES], FEEDS)
        for _ in range(3):
            self.mortal.house.clock.advance(2 * DAY)
            self._poll(None)
            self._release()
            self._retry_dead()
            self._deliver(None)
            self.what_is_stored_is_told_or_waits()
        self.nothing_is_invented_and_every_repeat_is_marked()
        published = {t for titles in self.titles.values() for t in titles}
        assert self.stored == published
        rows = self.mortal.rows(_STATES)
        assert {row["state"] for row in rows} <= {"sent"}
        self._order_was_kept(rows)
        assert self.mortal.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]

    def _order_was_kept(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Only what was refused, dead or orphaned came after a younger message."""
        first: dict[tuple[Lane, Told], int] = {}
        for place, arrival in enumerate(self._took()):
            for told in _told(arrival):
                first.setdefault((arrival.lane, told), place)
        came: dict[Lane, list[int]] = defaultdict(list)
        for row in rows:
            if row["id"] not in self.overtaken:
                lane = Lane(row["channel"], row["place"])
                came[lane].append(first[lane, (row["rule"], _number(row["guid"]))])
        for places in came.values():
            assert places == sorted(places)


def _told(arrival: Arrival) -> list[Told]:
    """Return which alerts a message tells, by rule and number of the entry."""
    return [(name, _number(arrival.message.title)) for name in arrival.message.rules]


def _number(title: str) -> int:
    return int(title.rsplit(" ", 1)[1])


FromPollToRecord.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate],  # a failure is short enough; to shrink it takes minutes
    report_multiple_bugs=False,
)
test_nothing_is_lost_between_poll_and_record = FromPollToRecord.TestCase


def test_each_moment_once_with_each_answer() -> None:
    """The same without dice: an entry for each moment of a poll and of a delivery."""
    world = FromPollToRecord()
    answered = [(moment, answer) for answer in Answer for moment in (5, 6, 7)]
    try:
        for moment in range(5):  # claim, fetch, record
            world._publish({"Waffen"}, NEWS)
            assert world._poll(moment)
            world.what_is_stored_is_told_or_waits()
            world._poll(None)
        for moment, answer in [*((m, Answer.GOOD) for m in range(5)), *answered]:
            world._publish({"Aserbaidschan"}, NEWS)
            world._poll(None)
            assert world._deliver(moment, [answer])
            world.what_is_stored_is_told_or_waits()
            world.nothing_is_invented_and_every_repeat_is_marked()
            world.mortal.house.clock.advance(16 * MINUTE)
            world._deliver(None)
    finally:
        world.teardown()
