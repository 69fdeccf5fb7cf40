"""Retention inside a transaction: what is over goes, a few rows at a time.

An alert goes with its messages, deliveries and attempts; an entry with its keys, its
matches, its wish for an article and its place in the index of words. Entries that a
rule was true of stay for as long as the alert that they belong to, so that each alert
can be explained. The text of an article goes with its words in the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    delete,
    func,
    not_,
    or_,
    select,
    update,
)

from monitor.model import DeliveryState, Forgotten, HoldReason, WishState
from monitor.store import rows
from monitor.store.article_tables import article_texts, article_wishes, articles
from monitor.store.route_tables import routes
from monitor.store.search_rows import forget_article_words, forget_words
from monitor.store.tables import (
    alerts,
    attempts,
    deliveries,
    entries,
    entry_keys,
    entry_words,
    feeds,
    matches,
    message_alerts,
    messages,
)

_UNSENT = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.HELD)

_A_DAY_OR_TWO = 2
"""Days: what is in a document counts as seen to the day, when it was read last."""


class ForgettingRows:
    """The part of a transaction that takes away what is over."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def forget_alerts(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete alerts made before then, with their messages; look at `limit` of them.

        None that waits, and none whose entry may still be in its feed. The matches
        stay with their entries: the rules do not fire for them again.
        """
        page, place = self._page(alerts, before, after, limit)
        over = (
            select(alerts.c.id)
            .select_from(alerts.join(entries, entries.c.id == alerts.c.entry_id))
            .join(feeds, feeds.c.id == entries.c.feed_id)
            .where(alerts.c.id.in_(page), not_(_waits()), _has_left())
        )
        ids = self._ids(over)
        told = select(message_alerts.c.message_id).where(
            message_alerts.c.alert_id.in_(ids)
        )
        message_ids = self._ids(told.distinct())
        self._delete(message_alerts, message_alerts.c.alert_id.in_(ids))
        self._delete(routes, routes.c.alert_id.in_(ids))
        self._connection.execute(
            update(matches).where(matches.c.alert_id.in_(ids)).values(alert_id=None)
        )
        self._delete(alerts, alerts.c.id.in_(ids))
        self._forget_messages(message_ids)
        return Forgotten(place, len(ids))

    def forget_messages(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete reports made before then that do not wait; look at `limit`."""
        page, place = self._page(messages, before, after, limit)
        return Forgotten(place, self._forget_messages(page))

    def _forget_messages(self, ids: Sequence[int]) -> int:
        """Delete those of the messages that tell no alert and do not wait."""
        of_message = deliveries.c.message_id == messages.c.id
        unsent = _is_unsent()
        tells = message_alerts.c.message_id == messages.c.id
        over = self._ids(
            select(messages.c.id).where(
                messages.c.id.in_(ids),
                not_(_is_there(deliveries, of_message, unsent)),
                not_(_is_there(message_alerts, tells)),
            )
        )
        of_these = deliveries.c.message_id.in_(over)
        sent = self._ids(select(deliveries.c.id).where(of_these))
        for some in rows.batches(sent):
            self._delete(attempts, attempts.c.delivery_id.in_(some))
        self._delete(deliveries, of_these)
        self._delete(messages, messages.c.id.in_(over))
        return len(over)

    def forget_entries(self, before: datetime, *, after: int, limit: int) -> Forgotten:
        """Delete entries last seen before then, with keys and words; look at `limit`.

        None that may still be in its feed, and none that an alert tells of.
        """
        page, place = self._entries_page(before, after, limit)
        this = entries.c.id
        over = (
            select(entries)
            .join(feeds, feeds.c.id == entries.c.feed_id)
            .where(
                this.in_(page),
                entries.c.last_seen_at < before,
                _has_left(),
                not_(_is_there(alerts, alerts.c.entry_id == this)),
                not_(_is_there(matches, matches.c.entry_id == this, _is_alerted())),
                not_(_is_there(messages, messages.c.entry_id == this)),
            )
        )
        found = self._connection.execute(over).mappings().all()
        forget_words(
            self._connection, [(row["id"], rows.entry_of(row)) for row in found]
        )
        ids = [row["id"] for row in found]
        for table in (entry_keys, matches, article_wishes):
            self._delete(table, table.c.entry_id.in_(ids))
        self._delete(entries, entries.c.id.in_(ids))
        return Forgotten(place, len(ids))

    def forget_article_texts(
        self, before: datetime | None, space: int, *, limit: int
    ) -> int:
        """Delete texts of articles, the oldest first, at most `limit`; count them.

        They are those read before then, and as many more as take the others beyond
        `space` bytes.
        """
        text_of = article_texts.c
        taken = select(func.coalesce(func.sum(text_of.size), 0))
        room = int(self._connection.execute(taken).scalar_one())
        columns = select(text_of.article_id, text_of.size, text_of.read_at)
        oldest = columns.order_by(text_of.read_at, text_of.size).limit(limit)
        ids = []
        for row in self._connection.execute(oldest):
            is_old = before is not None and row.read_at < before
            if not is_old and room <= space:
                break
            ids.append(row.article_id)
            room -= row.size
        forget_article_words(self._connection, entry_words.c.article_id.in_(ids))
        self._delete(article_texts, text_of.article_id.in_(ids))
        return len(ids)

    def forget_articles(self, *, after: int, limit: int) -> Forgotten:
        """Delete articles without a text that no entry wants; look at `limit`."""
        this = articles.c.id
        page = select(this).where(this > after).order_by(this).limit(limit)
        ids = self._ids(page)
        over = self._ids(
            select(this).where(
                this.in_(ids),
                articles.c.state != WishState.WAITING,
                not_(_is_there(article_texts, article_texts.c.article_id == this)),
                not_(_is_there(article_wishes, article_wishes.c.article_id == this)),
            )
        )
        self._delete(articles, this.in_(over))
        return Forgotten(ids[-1] if ids else None, len(over))

    def _entries_page(
        self, before: datetime, after: int, limit: int
    ) -> tuple[list[int], int | None]:
        """Return the next ids of entries that were there before then.

        Ids grow with time. The newest entry is none of them: its id is not to be
        given to another.
        """
        was_there = select(entries.c.id).where(entries.c.first_seen_at < before)
        newest = was_there.order_by(entries.c.first_seen_at.desc()).limit(1)
        last = self._connection.execute(newest).scalar() or 0
        highest = select(func.max(entries.c.id)).scalar_subquery()
        page = select(entries.c.id).where(
            entries.c.id > after, entries.c.id <= last, entries.c.id < highest
        )
        ids = self._ids(page.order_by(entries.c.id).limit(limit))
        return ids, ids[-1] if ids else None

    def _page(
        self, table: Table, before: datetime, after: int, limit: int
    ) -> tuple[list[int], int | None]:
        """Return the next ids of rows made before then, and where to go on."""
        query = select(table.c.id, table.c.created_at).where(table.c.id > after)
        found = self._connection.execute(query.order_by(table.c.id).limit(limit)).all()
        ids = [row.id for row in found if row.created_at < before]
        is_more = bool(found) and found[-1].created_at < before
        return ids, found[-1].id if is_more else None

    def _ids(self, query: Select[Any]) -> list[int]:
        return list(self._connection.execute(query).scalars())

    def _delete(self, table: Table, *which: ColumnElement[bool]) -> None:
        self._connection.execute(delete(table).where(*which))


def _is_there(table: Table, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(table).where(*which).exists()


def _is_alerted() -> ColumnElement[bool]:
    return matches.c.alert_id.is_not(None)


def _is_unsent() -> ColumnElement[bool]:
    """Return whether a delivery is not over; what was told elsewhere waits there."""
    is_here = deliveries.c.reason != HoldReason.TOLD_ELSEWHERE
    return and_(deliveries.c.state.in_(_UNSENT), is_here)


def _waits() -> ColumnElement[bool]:
    """Return whether an alert waits, on its way or in the outbox."""
    told = message_alerts.join(
        deliveries, deliveries.c.message_id == message_alerts.c.message_id
    )
    unsent = (
        select(message_alerts.c.alert_id)
        .select_from(told)
        .where(message_alerts.c.alert_id == alerts.c.id, _is_unsent())
    )
    is_on_its_way = _is_there(
        routes, routes.c.alert_id == alerts.c.id, routes.c.until.is_not(None)
    )
    return or_(alerts.c.hold.is_not(None), is_on_its_way, unsent.exists())


def _has_left() -> ColumnElement[bool]:
    """Return whether an entry has left its feed's document, as it was read last.

    A feed that cannot be read for long keeps what it had: with its first good answer
    all of that comes back, and is no news.
    """
    read = func.julianday(func.json_extract(feeds.c.traits, "$.seen_at"))
    seen = func.julianday(entries.c.last_seen_at)
    return or_(not_(feeds.c.active), and_(seen < read - _A_DAY_OR_TWO))
