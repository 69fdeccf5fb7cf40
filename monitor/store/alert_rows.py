"""Matches, alerts, reports and rule files inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from monitor.model import (
    Because,
    HeldQuery,
    HoldReason,
    Rule,
    StoredAlert,
    Verdict,
)
from monitor.store import rows
from monitor.store.article_texts import article_text
from monitor.store.kept import kept
from monitor.store.prepared import Prepared
from monitor.store.story_tables import references
from monitor.store.tables import (
    alerts,
    entries,
    feeds,
    matches,
    message_alerts,
    reports,
    rule_files,
    rule_versions,
)

_ONLY_HELD = tuple(r.value for r in HoldReason if r.is_for_a_person)
"""Reasons for which nobody was told: a later entry of the story still may be."""

_MATCH = Prepared(
    insert(matches).on_conflict_do_nothing().returning(matches.c.id),
    ["rule", "rule_version", "entry_id", "because", "matched_at"],
)
_MATCHED = Prepared(
    select(matches.c.entry_id, matches.c.because).where(
        matches.c.id == bindparam("match")
    )
)
_ALERT = Prepared(
    insert(alerts).on_conflict_do_nothing().returning(alerts.c.id),
    [
        "rule",
        "story",
        "entry_id",
        "priority",
        "channels",
        "because",
        "hold",
        "silence_id",
        "created_at",
        "kept",
    ],
)
_ALERTED = Prepared(
    update(matches).where(matches.c.id == bindparam("match")),
    ["alert_id", "suppressed"],
)
_ALL_VERSIONS = select(rule_versions)
_SAVED = ""  # no rule's name: it says that versions were saved, be it of no rule


def alerts_with_entries() -> Select[tuple[object, ...]]:
    """Return the query whose rows `rows.stored_alert` reads."""
    alert = [alerts.c[name].label(f"alert_{name}") for name in alerts.c.keys()]  # noqa: SIM118 - a ColumnCollection is no dict
    feed = [feeds.c.name.label("feed_name"), feeds.c.title.label("feed_title")]
    joined = alerts.join(entries, alerts.c.entry_id == entries.c.id).join(feeds)
    return select(entries, *alert, *feed).select_from(joined)


def is_edit() -> ColumnElement[bool]:
    """Return which alerts tell of an edit of what was told."""
    change = references.c.change != ""
    this = select(references).where(references.c.alert_id == alerts.c.id, change)
    return this.exists()


def held_whole(query: HeldQuery) -> ColumnElement[bool]:
    """Return which alerts wait for every channel, of those that are meant."""
    narrowed = (
        (query.ids, alerts.c.id.in_(query.ids)),
        (query.reason, alerts.c.hold == query.reason),
        (query.feed, feeds.c.name == query.feed),
        (query.rule, alerts.c.rule == query.rule),
        (query.silence, alerts.c.silence_id == query.silence),
    )
    # Named one by one, or SQLite would read all alerts that ever were.
    is_held = alerts.c.hold.in_(tuple(HoldReason))
    return and_(is_held, *(which for given, which in narrowed if given))


_ONE_ALERT = Prepared(alerts_with_entries().where(alerts.c.id == bindparam("alert")))


class AlertRows:
    """The part of a transaction that reads and writes matches and alerts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_match(
        self, rule: Rule, entry_id: int, because: Sequence[Because], now: datetime
    ) -> int | None:
        """Store a match; return its id, None if the rule fired for it before."""
        made = _MATCH.first(
            self._connection,
            rule=rule.name,
            rule_version=rule.version,
            entry_id=entry_id,
            because=rows.because_values(tuple(because)),
            matched_at=now,
        )
        if made is None:
            self._point_anew(rule, entry_id, because)
            return None
        return int(made[0])

    def _point_anew(
        self, rule: Rule, entry_id: int, because: Sequence[Because]
    ) -> None:
        """Let an alert that nobody heard of keep, and point at, the entry as it is."""
        told = select(message_alerts).where(message_alerts.c.alert_id == alerts.c.id)
        waits = (
            alerts.c.rule == rule.name,
            alerts.c.entry_id == entry_id,
            ~told.exists(),
            ~is_edit(),
        )
        this = select(entries).join(alerts).where(*waits)
        row = self._connection.execute(this).mappings().first()
        if row is None:
            return
        article = article_text(self._connection, entry_id)
        values = {
            "because": rows.because_values(tuple(because)),
            "kept": kept(replace(rows.entry_of(row), article=article)),
        }
        self._connection.execute(update(alerts).where(*waits).values(**values))

    def add_alert(
        self,
        match_id: int,
        rule: Rule,
        verdict: Verdict,
        now: datetime,
        *,
        silence_id: int | None = None,
    ) -> StoredAlert:
        """Store the alert of a match, unless its story was told for the rule."""
        entry_id, because = _MATCHED.one(self._connection, match=match_id)
        hold = verdict.hold if silence_id is None else HoldReason.SILENCED
        values = {
            "rule": rule.name,
            "story": verdict.story,
            "entry_id": entry_id,
            "priority": int(rule.priority),
            "channels": list(rule.channels),
            "because": json.loads(because),
            "hold": hold,
            "silence_id": silence_id,
            "created_at": now,
            "kept": kept(verdict.entry),
        }
        made = _ALERT.first(self._connection, **values)
        if made is None:
            alert_id, suppressed = self._join_story(values)
        else:
            alert_id, suppressed = int(made[0]), hold
        _ALERTED.run(
            self._connection, match=match_id, alert_id=alert_id, suppressed=suppressed
        )
        return replace(self._alert(alert_id), hold=suppressed)

    def _join_story(
        self, values: Mapping[str, object]
    ) -> tuple[int, HoldReason | None]:
        story = (alerts.c.rule == values["rule"], alerts.c.story == values["story"])
        known = self._connection.execute(
            select(alerts.c.id, alerts.c.hold).where(*story)
        ).one()
        hold = values["hold"]
        waits_for_others = HoldReason.FEW_SOURCES
        if known.hold not in _ONLY_HELD or hold not in (None, waits_for_others):
            return known.id, HoldReason.SAME_STORY
        if known.hold == hold:
            return known.id, HoldReason.SAME_STORY
        told_now = {key: value for key, value in values.items() if key != "created_at"}
        self._connection.execute(
            update(alerts).where(alerts.c.id == known.id).values(**told_now)
        )
        return known.id, None if hold is None else waits_for_others

    def _alert(self, alert_id: int) -> StoredAlert:
        (row,) = _ONE_ALERT.rows(self._connection, alert=alert_id)
        return rows.stored_alert(row)

    def held_alerts(self, query: HeldQuery) -> tuple[StoredAlert, ...]:
        """Return the alerts that wait, oldest first."""
        wanted = alerts_with_entries().where(held_whole(query))
        found = self._connection.execute(wanted.order_by(alerts.c.id)).mappings()
        return tuple(rows.stored_alert(row) for row in found)

    def unhold(self, alert_ids: Sequence[int], now: datetime) -> None:
        """Note that the alerts wait no longer."""
        for some in rows.batches(alert_ids):
            these = update(alerts).where(alerts.c.id.in_(some))
            self._connection.execute(these.values(hold=None, released_at=now))

    def open_report(self, key: str, detail: str, now: datetime) -> bool:
        """Note a trouble; say whether it is news: not known, or of another kind."""
        values = {"key": key, "detail": detail, "since": now}
        statement = insert(reports).values(**values)
        noted = statement.on_conflict_do_update(
            index_elements=[reports.c.key],
            set_={"detail": detail},
            where=reports.c.detail != detail,
        )
        return self._connection.execute(noted).rowcount == 1

    def close_report(self, key: str) -> bool:
        """Note that a trouble ended; say whether it was known."""
        statement = delete(reports).where(reports.c.key == key)
        return self._connection.execute(statement).rowcount == 1

    def rule_files(self) -> Mapping[str, str]:
        """Return the last good text of each rule file, by its name."""
        found = self._connection.execute(select(rule_files))
        return {row.name: row.text for row in found}

    def save_rule_files(self, sources: Mapping[str, str], now: datetime) -> None:
        """Make these the last good texts."""
        if self.rule_files() == sources:
            return
        self._connection.execute(delete(rule_files))
        for name, text in sources.items():
            values = {"name": name, "text": text, "loaded_at": now}
            self._connection.execute(insert(rule_files).values(**values))

    def rule_versions(self) -> Mapping[str, str] | None:
        """Return the versions that were saved last, None if none ever were."""
        found = {r.name: r.version for r in self._connection.execute(_ALL_VERSIONS)}
        return None if found.pop(_SAVED, None) is None else found

    def save_rule_versions(self, versions: Mapping[str, str]) -> None:
        """Make these the versions of the rules in force."""
        self._connection.execute(delete(rule_versions))
        values = [{"name": n, "version": v} for n, v in versions.items()]
        self._connection.execute(
            insert(rule_versions), [*values, {"name": _SAVED, "version": _SAVED}]
        )
