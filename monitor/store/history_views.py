"""What was, for those who have to prove it: days of feeds, rules, and alerts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, and_, func, select

from monitor.model import FeedDay, RuleVersion
from monitor.store import rows
from monitor.store.alert_rows import alerts_with_entries
from monitor.store.history_tables import feed_days, rule_history
from monitor.store.kept import text_hash
from monitor.store.route_tables import routes
from monitor.store.tables import (
    alerts,
    deliveries,
    feeds,
    matches,
    message_alerts,
)

_COLUMNS = [field.name for field in fields(FeedDay)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One delivery of one alert; the delivery's part is None where there is none.

    `hold` is why the alert waits, or what its channels wait for, None if nothing does.
    """

    alert: int
    rule: str
    rule_version: str | None
    feed: str
    source: str
    entry_key: str
    link: str | None
    title: str
    published_at: datetime | None
    first_seen_at: datetime
    alerted_at: datetime
    hold: str | None
    text_sha256: str | None
    delivery: int | None
    channel: str | None
    place: int | None
    state: str | None
    reason: str | None
    sent_at: datetime | None
    attempts: int | None
    possible_repeat: bool | None


class HistoryViews:
    """Read-only queries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def feed_days(
        self, since: date, names: frozenset[str]
    ) -> Mapping[str, tuple[FeedDay, ...]]:
        """Return the days since then of the feeds named, of all without names."""
        query = (
            select(feeds.c.name, *(feed_days.c[name] for name in _COLUMNS))
            .select_from(feed_days.join(feeds))
            .where(feed_days.c.day >= since)
            .order_by(feed_days.c.day)
        )
        if names:
            query = query.where(feeds.c.name.in_(names))
        found: dict[str, list[FeedDay]] = {}
        for row in self._connection.execute(query).mappings():
            values = {name: row[name] for name in _COLUMNS}
            values["longest_gap"] = timedelta(seconds=row["longest_gap"])
            found.setdefault(row["name"], []).append(FeedDay(**values))
        return {name: tuple(days) for name, days in found.items()}

    def first_days(self) -> Mapping[str, date]:
        """Return the first day that is kept of each feed, by its name."""
        of_feed = feed_days.c.feed_id == feeds.c.id
        first = select(func.min(feed_days.c.day)).where(of_feed).scalar_subquery()
        query = select(feeds.c.name, first.label("first"))
        found = self._connection.execute(query)
        return {row.name: row.first for row in found if row.first is not None}

    def rule_versions(self, name: str = "") -> tuple[RuleVersion, ...]:
        """Return every version of a rule, or of all, the oldest of each first."""
        query = select(rule_history).order_by(
            rule_history.c.name, rule_history.c.from_at, rule_history.c.id
        )
        if name:
            query = query.where(rule_history.c.name == name)
        return tuple(
            RuleVersion(row.name, row.version, row.text, row.from_at, row.until_at)
            for row in self._connection.execute(query)
        )

    def evidence(
        self, rule: str, since: datetime | None, until: datetime | None
    ) -> Iterator[Evidence]:
        """Yield each delivery of each alert made from `since` and before `until`."""
        query = _evidence()
        if rule:
            query = query.where(alerts.c.rule == rule)
        if since is not None:
            query = query.where(alerts.c.created_at >= since)
        if until is not None:
            query = query.where(alerts.c.created_at < until)
        for row in self._connection.execute(query).mappings():
            yield _evidence_of(row)


def _evidence() -> Select[Any]:
    """Return the query: alerts, each with its deliveries, in their order."""
    of_match = and_(
        matches.c.entry_id == alerts.c.entry_id, matches.c.rule == alerts.c.rule
    )
    told = message_alerts.c.alert_id == alerts.c.id
    sent = deliveries.c.message_id == message_alerts.c.message_id
    more = [
        column.label(f"delivery_{column.name}")
        for column in (
            deliveries.c.id,
            deliveries.c.channel,
            deliveries.c.place,
            deliveries.c.state,
            deliveries.c.reason,
            deliveries.c.sent_at,
            deliveries.c.attempts,
            deliveries.c.maybe_sent,
        )
    ]
    base = alerts_with_entries().add_columns(
        matches.c.rule_version, _waits().label("waits"), *more
    )
    return (
        base.outerjoin(matches, of_match)
        .outerjoin(message_alerts, told)
        .outerjoin(deliveries, sent)
        .order_by(alerts.c.id, deliveries.c.id)
    )


def _waits() -> ScalarSelect[str]:
    """Return what an alert's channels wait for, each reason once."""
    is_waiting = (routes.c.alert_id == alerts.c.id, routes.c.until.is_not(None))
    reasons = func.group_concat(routes.c.reason.distinct())
    return select(reasons).where(*is_waiting).scalar_subquery()


def _evidence_of(row: rows.Row) -> Evidence:
    alert = rows.stored_alert(row)
    entry, text = alert.entry, row["alert_kept"]
    return Evidence(
        alert=alert.id,
        rule=alert.rule,
        rule_version=row["rule_version"],
        feed=alert.feed,
        source=alert.source,
        entry_key=entry.key,
        link=entry.link,
        title=entry.title,
        published_at=entry.published_at,
        first_seen_at=alert.first_seen_at,
        alerted_at=alert.created_at,
        hold=alert.hold or row["waits"],
        text_sha256=None if text is None else text_hash(text),
        delivery=row["delivery_id"],
        channel=row["delivery_channel"],
        place=row["delivery_place"],
        state=row["delivery_state"],
        reason=row["delivery_reason"],
        sent_at=row["delivery_sent_at"],
        attempts=row["delivery_attempts"],
        possible_repeat=row["delivery_maybe_sent"],
    )
