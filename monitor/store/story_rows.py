"""Stories inside a transaction: which alerts tell of one event, and who told it too.

An alert may refer to another: to the first one of its event, or, if it tells of an
edit, to the one that told of the entry. What is reached this way is one thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from monitor.feeds.publisher import domain
from monitor.model import (
    Because,
    HoldReason,
    Rule,
    StoredAlert,
    StoredEntry,
    Thread,
    Verdict,
)
from monitor.store import rows
from monitor.store.alert_rows import alerts_with_entries, is_edit
from monitor.store.kept import kept
from monitor.store.prepared import Prepared
from monitor.store.story_tables import match_sources, references
from monitor.store.tables import alerts, entries, feeds, matches, message_alerts

_SOURCED = matches.join(match_sources).join(alerts, alerts.c.id == matches.c.alert_id)
"""What matched, with who published it and the alert that it became or joined."""

_ENTRIES = _SOURCED.join(entries, entries.c.id == matches.c.entry_id).join(feeds)

_SOURCE = Prepared(
    upsert(match_sources).on_conflict_do_nothing(), list(match_sources.c.keys())
)
_MARK = 16  # characters of a fingerprint: plenty among the edits of one entry


class StoryRows:
    """The part of a transaction that knows which alerts belong together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def recent_stories(
        self, since: datetime, limit: int
    ) -> tuple[tuple[StoredEntry, str], ...]:
        """Return the entries that began a story since then, with who published them.

        The oldest first, the newest `limit` of them; none that was edited since.
        """
        feed = [feeds.c.name.label("feed_name"), feeds.c.title.label("feed_title")]
        who = func.max(match_sources.c.publisher).label("publisher")
        query = (
            select(entries, *feed, who)
            .select_from(_ENTRIES)
            .where(
                entries.c.first_seen_at >= since,
                match_sources.c.fingerprint == entries.c.fingerprint,
                alerts.c.story == entries.c.story,
            )
            .group_by(entries.c.id)
            .order_by(entries.c.id.desc())
            .limit(limit)
        )
        found = self._connection.execute(query).mappings().all()
        return tuple((rows.stored_entry(r), r["publisher"]) for r in reversed(found))

    def note_publisher(self, match_id: int, publisher: str, fingerprint: str) -> None:
        """Note who published the text of a match, and which text that was."""
        _SOURCE.run(
            self._connection,
            match_id=match_id,
            publisher=publisher,
            fingerprint=fingerprint,
        )

    def first_of_event(self, rule: str, story: str) -> int | None:
        """Return the alert that began the event of which a story tells."""
        of_story = (alerts.c.rule == rule, alerts.c.story == story)
        found = self._connection.execute(select(alerts.c.id).where(*of_story)).scalar()
        return None if found is None else self._root(found)

    def refer(self, alert_id: int, first_id: int, change: str = "") -> None:
        """Note that an alert tells of what the first alert told, or of its change."""
        values = {"alert_id": alert_id, "first_id": first_id, "change": change}
        self._connection.execute(
            upsert(references).values(values).on_conflict_do_nothing()
        )

    def told_of_entry(self, rule: str, entry_id: int) -> StoredAlert | None:
        """Return the alert by which a rule told of an entry, None if none did."""
        query = alerts_with_entries().where(
            alerts.c.entry_id == entry_id,
            alerts.c.rule == rule,
            ~is_edit(),
            _was_told(),
        )
        row = self._connection.execute(query).mappings().first()
        return None if row is None else rows.stored_alert(row)

    def add_edit(
        self,
        told: StoredAlert,
        rule: Rule,
        verdict: Verdict,
        now: datetime,
        *,
        because: Sequence[Because],
        change: str,
        silence_id: int | None = None,
    ) -> StoredAlert | None:
        """Store the alert of an edit of what was told, None if it is there already.

        A text to which a publisher goes back was told before, and is not told again.
        """
        values = {
            "rule": rule.name,
            "story": f"{told.story} edit:{verdict.fingerprint[:_MARK]}",
            "entry_id": told.entry_id,
            "priority": int(rule.priority),
            "channels": list(rule.channels),
            "because": rows.because_values(tuple(because)),
            "created_at": now,
            "kept": kept(verdict.entry),
            "hold": None if silence_id is None else HoldReason.SILENCED,
            "silence_id": silence_id,
        }
        made = self._connection.execute(
            upsert(alerts)
            .values(**values)
            .on_conflict_do_nothing()
            .returning(alerts.c.id)
        ).scalar()
        if made is None:
            return None
        self.refer(made, told.id, change)
        query = alerts_with_entries().where(alerts.c.id == made)
        return rows.stored_alert(self._connection.execute(query).mappings().one())

    def thread(self, alert_ids: Sequence[int]) -> Thread:
        """Return what a message of these alerts says of their story."""
        if not alert_ids:
            return Thread()
        roots = sorted(set(self._roots(alert_ids).values()))
        # The first alert of a thread may be forgotten: then the next stands for it.
        first_left = alerts.c.id.in_([roots[0], min(alert_ids)])
        story = select(alerts.c.story).where(first_left).order_by(alerts.c.id)
        of_these = references.c.alert_id.in_(alert_ids)
        query = select(references).where(of_these).order_by(references.c.alert_id)
        found = self._connection.execute(query).all()
        lines = [line for row in found for line in row.change.splitlines()]
        return Thread(
            story=self._connection.execute(story).scalars().first() or "",
            first_alert=self._first_told([row.first_id for row in found]),
            sources=self._sources(roots, alert_ids),
            change="\n".join(dict.fromkeys(lines)),
        )

    def threaded(self, alert_ids: Sequence[int]) -> frozenset[int]:
        """Return those of the alerts of whose thread there is something to say.

        They tell of an edit, or there are copies: of few alerts, and for those alone
        the thread is worth its queries.
        """
        roots = self._roots(alert_ids)
        threads = {root: {root} for root in roots.values()}
        for alert_id, first_id in self._references(references.c.first_id, threads):
            threads[first_id].add(alert_id)
        copied = self._with_copies(chain.from_iterable(threads.values()))
        return frozenset(
            alert_id
            for alert_id, root in roots.items()
            if root != alert_id or threads[root] & copied
        )

    def _with_copies(self, alert_ids: Iterable[int]) -> frozenset[int]:
        is_copy = matches.c.suppressed == HoldReason.SAME_STORY
        found: set[int] = set()
        for some in rows.batches(alert_ids):
            these = matches.c.alert_id.in_(some)
            query = select(matches.c.alert_id).where(these, is_copy)
            found.update(self._connection.execute(query).scalars())
        return frozenset(found)

    def _root(self, alert_id: int) -> int:
        """Return the alert with which the thread of an alert begins."""
        return self._roots([alert_id])[alert_id]

    def _roots(self, alert_ids: Iterable[int]) -> dict[int, int]:
        """Return for each alert the one with which its thread begins."""
        roots = {alert_id: alert_id for alert_id in alert_ids}
        by_alert = references.c.alert_id
        while first := dict(self._references(by_alert, set(roots.values()))):
            roots = {one: first.get(root, root) for one, root in roots.items()}
        return roots

    def _references(
        self, column: ColumnElement[int], ids: Iterable[int]
    ) -> Iterator[tuple[int, int]]:
        """Yield each alert and the first one to which it refers, by one of both."""
        for some in rows.batches(ids):
            query = select(references.c.alert_id, references.c.first_id)
            for row in self._connection.execute(query.where(column.in_(some))):
                yield row.alert_id, row.first_id

    def _first_told(self, firsts: Sequence[int]) -> int:
        told = select(func.min(alerts.c.id)).where(alerts.c.id.in_(firsts), _was_told())
        return self._connection.execute(told).scalar() or 0

    def _sources(
        self, roots: Sequence[int], alert_ids: Sequence[int]
    ) -> tuple[str, ...]:
        """Return who else published copies of what the threads tell, in their order."""
        copies = (
            select(feeds.c.name, feeds.c.title, feeds.c.url, match_sources.c.publisher)
            .select_from(_ENTRIES)
            .where(
                _in_threads(roots),
                matches.c.suppressed == HoldReason.SAME_STORY,
                match_sources.c.publisher.not_in(_publishers_of([*roots, *alert_ids])),
            )
            .order_by(matches.c.id)
        )
        by_publisher = {
            row.publisher: _name(row.name, row.title, row.url, row.publisher)
            for row in self._connection.execute(copies)
        }
        return tuple(by_publisher.values())

    def few_sources_of(self, alert_id: int) -> tuple[StoredAlert, ...]:
        """Return what waits for more publishers in the thread of an alert."""
        waits = alerts.c.hold == HoldReason.FEW_SOURCES
        query = alerts_with_entries().where(_in_threads([self._root(alert_id)]), waits)
        found = self._connection.execute(query.order_by(alerts.c.id)).mappings()
        return tuple(map(rows.stored_alert, found))

    def sources_of_story(self, rule: str, story: str) -> tuple[str, ...]:
        """Return the publishers that told the rule of the event of which a story tells.

        It has whatever made the rule true: also what is held, and copies.
        """
        root = self.first_of_event(rule, story)
        if root is None:
            return ()
        who = match_sources.c.publisher
        query = select(who).distinct().select_from(_SOURCED)
        found = query.where(_in_threads([root]), who != "").order_by(who)
        return tuple(self._connection.execute(found).scalars())


def _was_told() -> ColumnElement[bool]:
    """Return whether a message of the alert was put into the outbox."""
    told = select(message_alerts.c.alert_id)
    return alerts.c.id.in_(told.where(message_alerts.c.alert_id == alerts.c.id))


def _in_threads(roots: Sequence[int]) -> ColumnElement[bool]:
    referring = select(references.c.alert_id).where(references.c.first_id.in_(roots))
    return or_(alerts.c.id.in_(roots), alerts.c.id.in_(referring))


def _publishers_of(alert_ids: Sequence[int]) -> Select[tuple[str]]:
    """Return who published the entries of which the alerts tell."""
    of_these = (alerts.c.id.in_(alert_ids), matches.c.entry_id == alerts.c.entry_id)
    return select(match_sources.c.publisher).select_from(_SOURCED).where(*of_these)


def _name(feed: str, title: str, url: str, publisher: str) -> str:
    """Return what people call who published: the feed, unless it only copied it."""
    return publisher if publisher != domain(url) else title or feed
