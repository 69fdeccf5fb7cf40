"""What was, inside a transaction: days of feeds, versions of rules, work done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.model import FeedDay, RuleVersion
from monitor.store import rows
from monitor.store.history_tables import feed_days, rule_history, work
from monitor.store.prepared import Prepared

_SUMMED = (
    "polls",
    "ok",
    "not_modified",
    "failed",
    "pushes",
    "entries_new",
    "gap_events",
)
_new = upsert(feed_days)
_NOTE_DAY = Prepared(
    _new.on_conflict_do_update(
        index_elements=["day", "feed_id"],
        set_={
            **{name: feed_days.c[name] + _new.excluded[name] for name in _SUMMED},
            "longest_gap": func.max(feed_days.c.longest_gap, _new.excluded.longest_gap),
        },
    ),
    [column.name for column in feed_days.c],
)
_IN_FORCE = rule_history.c.until_at.is_(None)


class HistoryRows:
    """The part of a transaction that keeps what was."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note_day(self, feed_id: int, day: FeedDay) -> None:
        """Add to what is kept of a feed's day; the longest gap stays the longest."""
        _NOTE_DAY.run(
            self._connection,
            feed_id=feed_id,
            day=day.day.isoformat(),
            longest_gap=int(day.longest_gap.total_seconds()),
            **{name: getattr(day, name) for name in _SUMMED},
        )

    def rules_in_history(self) -> Mapping[str, str]:
        """Return the versions of the rules that are in force by the history."""
        query = select(rule_history.c.name, rule_history.c.version).where(_IN_FORCE)
        return {row.name: row.version for row in self._connection.execute(query)}

    def save_rule_history(
        self, begun: Sequence[RuleVersion], ended: Collection[str], now: datetime
    ) -> None:
        """Note that versions came into force, and that those of `ended` are over."""
        for some in rows.batches(ended):
            these = (_IN_FORCE, rule_history.c.name.in_(some))
            self._connection.execute(
                update(rule_history).where(*these).values(until_at=now)
            )
        columns = ("name", "version", "text", "from_at")
        values = [{name: getattr(one, name) for name in columns} for one in begun]
        if values:
            self._connection.execute(insert(rule_history), values)

    def done_at(self, name: str) -> datetime | None:
        """Return when some work was done last, None if it never was."""
        query = select(work.c.done_at).where(work.c.name == name)
        found: datetime | None = self._connection.execute(query).scalar_one_or_none()
        return found

    def note_done(self, name: str, now: datetime) -> None:
        """Note that some work is done."""
        noted = upsert(work).values(name=name, done_at=now)
        self._connection.execute(
            noted.on_conflict_do_update(
                index_elements=["name"], set_={"done_at": noted.excluded.done_at}
            )
        )

    def done_works(self, prefix: str) -> Mapping[str, datetime]:
        """Return when each work was done last whose name begins like this."""
        these = select(work).where(work.c.name.startswith(prefix, autoescape=True))
        return {row.name: row.done_at for row in self._connection.execute(these)}

    def forget_work(self, name: str) -> None:
        """Forget that some work was ever done."""
        self._connection.execute(delete(work).where(work.c.name == name))

    def forget_history(self, before: datetime) -> int:
        """Delete days and versions of rules that were over before then; count them."""
        old = (
            delete(feed_days).where(feed_days.c.day < before.date()),
            delete(rule_history).where(rule_history.c.until_at < before),
        )
        return sum(self._connection.execute(each).rowcount for each in old)
