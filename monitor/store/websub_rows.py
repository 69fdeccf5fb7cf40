"""The part of a transaction that keeps subscriptions at hubs."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, insert, select, update

from monitor.model import PushMode, PushReason, PushState, Subscription
from monitor.store import rows
from monitor.store.tables import feeds, websub

_NOT_STORED = frozenset({"id", "feed"})  # the name of the feed is in its own table


def _with_feeds() -> Select[tuple[object, ...]]:
    """Return the query whose rows `_subscription` reads."""
    name = feeds.c.name.label("feed")
    return select(websub, name).select_from(websub.join(feeds))


def _subscription(row: rows.Row) -> Subscription:
    """Return a row as the subscription it stores."""
    values = {field.name: row[field.name] for field in fields(Subscription)}
    values["state"] = PushState(row["state"])
    values["reason"] = PushReason(row["reason"])
    values["asking"] = None if row["asking"] is None else PushMode(row["asking"])
    return Subscription(**values)


class WebSubRows:
    """Subscriptions, by feed and by the token of their callback."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def subscription_of(self, feed_id: int) -> Subscription | None:
        """Return the subscription of a feed, not one that is being ended."""
        return self._one(
            websub.c.feed_id == feed_id, websub.c.state != PushState.LEAVING
        )

    def subscription(self, token: str) -> Subscription | None:
        """Return the subscription whose callback has this token."""
        return self._one(websub.c.token == token)

    def _one(self, *where: ColumnElement[bool]) -> Subscription | None:
        query = _with_feeds().where(*where)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _subscription(row)

    def due_subscriptions(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return at most `limit` subscriptions that there is something to do about."""
        due = _with_feeds().where(websub.c.due_at <= now)
        some = due.order_by(websub.c.due_at).limit(limit)
        return self._all(some)

    def _all(self, query: Select[tuple[object, ...]]) -> tuple[Subscription, ...]:
        found = self._connection.execute(query).mappings()
        return tuple(_subscription(row) for row in found)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return every subscription, also those that are being ended."""
        return self._all(_with_feeds())

    def save_subscription(self, subscription: Subscription) -> None:
        """Store a subscription, a new one if its id is 0."""
        values = {
            field.name: getattr(subscription, field.name)
            for field in fields(subscription)
            if field.name not in _NOT_STORED
        }
        if subscription.id:
            this = update(websub).where(websub.c.id == subscription.id)
            self._connection.execute(this.values(**values))
        else:
            self._connection.execute(insert(websub).values(**values))

    def forget_subscription(self, subscription_id: int) -> None:
        """Delete a subscription."""
        this = websub.c.id == subscription_id
        self._connection.execute(delete(websub).where(this))
