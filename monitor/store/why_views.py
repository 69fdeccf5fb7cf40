"""Everything that happened to an entry, and to an alert: read-only queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from monitor.model import Because, Entry, HoldReason, Silence, StoredAlert
from monitor.store import rows
from monitor.store.article_views import ArticleView, ArticleViews
from monitor.store.kept import kept, text_hash
from monitor.store.route_rows import stored_silence
from monitor.store.route_views import RouteView
from monitor.store.story_rows import StoryRows
from monitor.store.tables import alerts, entries, entry_keys, feeds, matches
from monitor.store.views import DeliveryView, Views

_MOST = 100
"""So many entries of one story, or with one link, are more than anybody reads."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as it is stored; `keys` are all that lead to it.

    `article` is what became of its article, None if nobody was asked about it.
    """

    id: int
    entry: Entry
    keys: tuple[str, ...]
    feed: str
    url: str
    source: str
    story: str
    is_keyed_by_link: bool
    first_seen_at: datetime
    last_seen_at: datetime
    edits: int
    edited_at: datetime | None
    label: str
    article: ArticleView | None = None


@dataclass(frozen=True, slots=True)
class MatchView:
    """A rule that was true of an entry, as it was recorded then."""

    rule: str
    rule_version: str
    because: tuple[Because, ...]
    matched_at: datetime
    alert: int | None
    suppressed: str


@dataclass(frozen=True, slots=True)
class CopyView:
    """Another entry with the same story; `alert` is the one that it joined."""

    entry: int
    feed: str
    title: str
    link: str | None
    first_seen_at: datetime
    alert: int | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Why something waits or waited, on which channel (empty: all), until when.

    `until` is None where nobody knows; `way_out` is the command that lets it go. One
    that is over has its `ended_at`.
    """

    reason: str
    channel: str = ""
    since: datetime | None = None
    ended_at: datetime | None = None
    until: datetime | None = None
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert with all that came of it; `alert.entry` is the text that it keeps.

    `text_sha256` is empty for an alert that keeps none. `is_edited` says that the
    entry has another text by now. `silence` is the one that held it, be it over;
    `sources` are the publishers of the event, where they are too few.
    `article` is what became of that of its entry.
    """

    alert: StoredAlert
    rule_version: str
    released_at: datetime | None
    text_sha256: str
    is_edited: bool
    held_back: tuple[HeldBack, ...]
    copies: tuple[CopyView, ...]
    routes: tuple[RouteView, ...]
    deliveries: tuple[DeliveryView, ...]
    silence: Silence | None = None
    sources: tuple[str, ...] = ()
    article: ArticleView | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A feed that had entries from the host of a link."""

    feed: str
    is_active: bool
    entries: int


class WhyViews:
    """Read-only queries on what happened, on the connection of `views`."""

    def __init__(self, views: Views) -> None:
        self._views = views
        self._connection = views.connection
        self._articles = ArticleViews(views.connection)

    def find(self, wanted: str, canonical: str | None) -> tuple[int, ...]:
        """Return the ids of the entries that are meant, the oldest first.

        `wanted` is an id, a key, a guid, or a link whose canonical form is `canonical`:
        the entry's own, or that of its article.
        """
        keys = [wanted, f"g:{wanted}", f"e:{wanted}"]
        keys += [] if canonical is None else [f"l:{canonical}"]
        # Each feed by itself, as the indexes are made; there is none over all feeds.
        every = select(feeds.c.id)
        by_key = select(entry_keys.c.entry_id).where(
            entry_keys.c.feed_id.in_(every), entry_keys.c.key.in_(keys)
        )
        found = set(self._connection.execute(by_key).scalars())
        if canonical is not None:
            by_link = select(entries.c.id).where(
                entries.c.feed_id.in_(every), entries.c.canonical_link == canonical
            )
            found.update(self._connection.execute(by_link.limit(_MOST)).scalars())
            found.update(self._articles.entries_by(canonical))
        if wanted.isdecimal() and wanted.isascii():
            by_id = select(entries.c.id).where(entries.c.id == _number(wanted))
            found.update(self._connection.execute(by_id).scalars())
        return tuple(sorted(found))

    def newest_id(self) -> int:
        """Return the highest id that an entry has, 0 without any."""
        newest = select(func.max(entries.c.id))
        return int(self._connection.execute(newest).scalar() or 0)

    def entry(self, entry_id: int) -> EntryView:
        """Return an entry that is there."""
        columns = [feeds.c.name, feeds.c.url, feeds.c.title.label("feed_title")]
        query = select(entries, *columns, feeds.c.traits).join(feeds)
        this = query.where(entries.c.id == entry_id)
        row = self._connection.execute(this).mappings().one()
        keys = select(entry_keys.c.key).where(entry_keys.c.entry_id == entry_id)
        article, text = self._articles.article_of(entry_id)
        return EntryView(
            id=entry_id,
            entry=replace(rows.entry_of(row), article=text),
            keys=tuple(sorted(self._connection.execute(keys).scalars())),
            feed=row["name"],
            url=row["url"],
            source=row["feed_title"] or row["name"],
            story=row["story"],
            is_keyed_by_link=rows.traits_of(row).keyed_by_link,
            first_seen_at=row["first_seen_at"],
            last_seen_at=row["last_seen_at"],
            edits=row["edits"],
            edited_at=row["edited_at"],
            label=row["label"],
            article=article,
        )

    def matches(self, entry_id: int) -> tuple[MatchView, ...]:
        """Return the rules that were true of an entry, the first ones first."""
        query = select(matches).where(matches.c.entry_id == entry_id)
        found = self._connection.execute(query.order_by(matches.c.id))
        return tuple(
            MatchView(
                rule=row.rule,
                rule_version=row.rule_version,
                because=rows.because_of(row.because),
                matched_at=row.matched_at,
                alert=row.alert_id,
                suppressed=row.suppressed or "",
            )
            for row in found
        )

    def alerts_of(self, entry_id: int) -> tuple[int, ...]:
        """Return the ids of the alerts that an entry made or joined."""
        joined = select(matches.c.alert_id).where(matches.c.entry_id == entry_id)
        made = select(alerts.c.id).where(alerts.c.entry_id == entry_id)
        found = self._connection.execute(made.union(joined)).scalars()
        return tuple(sorted(alert_id for alert_id in found if alert_id is not None))

    def alert(self, alert_id: int) -> AlertView | None:
        """Return an alert with all that came of it, None if there is none."""
        alert = self._views.alert(alert_id)
        if alert is None:
            return None
        more = select(
            alerts.c.released_at,
            alerts.c.kept,
            entries,
            matches.c.rule_version,
            matches.c.suppressed,
        )
        joined = alerts.join(entries, entries.c.id == alerts.c.entry_id)
        recorded = and_(
            matches.c.entry_id == entries.c.id, matches.c.rule == alerts.c.rule
        )
        query = more.select_from(joined.outerjoin(matches, recorded))
        this = query.where(alerts.c.id == alert_id)
        row = self._connection.execute(this).mappings().one()
        routes = tuple(self._views.routes([alert_id])[alert_id])
        return AlertView(
            alert=alert,
            rule_version=row["rule_version"] or "",
            released_at=row["released_at"],
            text_sha256="" if row["kept"] is None else text_hash(row["kept"]),
            is_edited=_as_fed(rows.entry_of(row)) != _as_fed(alert.entry),
            held_back=held_back(alert, row["suppressed"], row["released_at"], routes),
            copies=self._copies(alert),
            routes=routes,
            deliveries=tuple(
                replace(delivery, tries=self._views.tries(delivery.id))
                for delivery in self._views.deliveries([alert_id])[alert_id]
            ),
            silence=stored_silence(self._connection, alert.silence_id),
            sources=self._sources(alert),
            article=self._articles.article_of(alert.entry_id)[0],
        )

    def _sources(self, alert: StoredAlert) -> tuple[str, ...]:
        if alert.hold is not HoldReason.FEW_SOURCES:
            return ()
        return StoryRows(self._connection).sources_of_story(alert.rule, alert.story)

    def _copies(self, alert: StoredAlert) -> tuple[CopyView, ...]:
        joined = select(matches.c.entry_id).where(matches.c.alert_id == alert.id)
        is_other = entries.c.id != alert.entry_id
        return tuple(self._others(entries.c.id.in_(joined), is_other))

    def same_story(self, entry: EntryView) -> tuple[CopyView, ...]:
        """Return the other entries that are the same story."""
        is_same = entries.c.story == entry.story
        return tuple(self._others(is_same, entries.c.id != entry.id))

    def _others(self, *which: ColumnElement[bool]) -> Iterator[CopyView]:
        query = _other_entries().where(*which).order_by(entries.c.id).limit(_MOST)
        for row in self._connection.execute(query):
            yield CopyView(
                entry=row.id,
                feed=row.name,
                title=row.title,
                link=row.link,
                first_seen_at=row.first_seen_at,
                alert=row.alert_id,
            )

    def carriers(self, prefixes: Sequence[str]) -> tuple[Carrier, ...]:
        """Return the feeds with entries whose canonical link begins like this."""
        link = entries.c.canonical_link
        ranges = [(link >= each) & (link < f"{each}\U0010ffff") for each in prefixes]
        of_feed = entries.c.feed_id == feeds.c.id
        count = select(func.count()).where(of_feed, or_(*ranges)).scalar_subquery()
        query = select(feeds.c.name, feeds.c.active, count.label("entries"))
        found = self._connection.execute(query.order_by(feeds.c.name))
        return tuple(
            Carrier(row.name, bool(row.active), row.entries)
            for row in found
            if row.entries
        )


def _as_fed(entry: Entry) -> str:
    """Return what the feed says of an entry, without what its article may say too."""
    return kept(replace(entry, key="", article="", language="", published_at=None))


def held_back(
    alert: StoredAlert,
    suppressed: str | None,
    released_at: datetime | None,
    routes: Sequence[RouteView],
) -> tuple[HeldBack, ...]:
    """Return what holds or held an alert back, each reason with its way out.

    `suppressed` is what held it when it was made. A delivery that is held says so
    itself.
    """
    way_out = f"monitor alerts release {alert.id}"
    whole: tuple[HeldBack, ...] = ()
    if alert.hold is not None:
        whole = (HeldBack(alert.hold.value, way_out=way_out),)
    elif suppressed and released_at is not None:
        whole = (HeldBack(suppressed, ended_at=released_at),)
    return whole + tuple(
        HeldBack(
            wait.reason.value,
            route.channel,
            wait.since,
            wait.ended_at,
            until=wait.until,
            way_out="" if wait.ended_at else way_out,
        )
        for route in routes
        for wait in route.waits
    )


def _number(text: str) -> int:
    """Return an id, 0 for what SQLite has no room for."""
    return int(text) if len(text) < 19 else 0  # noqa: PLR2004 - digits of 2**63


def _other_entries() -> Select[Any]:
    joined = select(func.max(matches.c.alert_id)).where(
        matches.c.entry_id == entries.c.id
    )
    return select(
        entries.c.id,
        entries.c.title,
        entries.c.link,
        entries.c.first_seen_at,
        feeds.c.name,
        joined.scalar_subquery().label("alert_id"),
    ).join(feeds)
