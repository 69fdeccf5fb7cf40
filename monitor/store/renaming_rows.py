"""What is stored under an old name moves to the new one, inside a transaction.

Nothing is left under an old name but what exists under the new one too. To run it
again changes nothing.
"""

from __future__ import annotations

import json

from sqlalchemy import (
    Connection,
    String,
    Table,
    and_,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from monitor.model import DeliveryState
from monitor.store.article_tables import article_wishes
from monitor.store.lane_rows import BROKEN, waiting
from monitor.store.route_tables import routes, silences
from monitor.store.tables import (
    alerts,
    deliveries,
    entries,
    entry_keys,
    feed_troubles,
    feeds,
    lanes,
    matches,
    messages,
    reports,
    rule_versions,
)

_REPORTS_OF_FEEDS = ("push", "reset")


class RenamingRows:
    """The part of a transaction that follows ``renamed_from``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rename_feed(self, old: str, new: str) -> None:
        """Give a feed its new name; if both are known, all entries are the new one's.

        A key that both know leads to the new one's entry.
        """
        found = {
            row.name: row.id
            for row in self._connection.execute(
                select(feeds.c.name, feeds.c.id).where(feeds.c.name.in_((old, new)))
            )
        }
        if old not in found:
            return
        if new in found:
            self._merge_feeds(found[old], found[new])
        else:
            self._rename(feeds, "name", old, new)
        self._rename(feed_troubles, "feed", old, new, beside="trouble")
        self._rename(silences, "feed", old, new)
        for kind in _REPORTS_OF_FEEDS:
            self._rename(reports, "key", f"{kind}:{old}", f"{kind}:{new}", beside="")

    def _merge_feeds(self, old: int, new: int) -> None:
        known = select(entry_keys.c.key).where(entry_keys.c.feed_id == new)
        of_old = entry_keys.c.feed_id == old
        both = delete(entry_keys).where(of_old, entry_keys.c.key.in_(known))
        self._connection.execute(both)
        self._connection.execute(update(entry_keys).where(of_old).values(feed_id=new))
        moved = update(entries).where(entries.c.feed_id == old)
        self._connection.execute(moved.values(feed_id=new))

    def rename_rule(self, old: str, new: str) -> None:
        """Give all that names a rule its new name: matches, alerts, wishes."""
        self._rename(matches, "rule", old, new, beside="entry_id")
        self._rename(alerts, "rule", old, new, beside="story")
        self._rename(rule_versions, "name", old, new, beside="")
        self._rename(routes, "rule", old, new)
        self._rename(silences, "rule", old, new)
        self._rename(article_wishes, "rule", old, new)

    def rename_channel(self, old: str, new: str) -> None:
        """Give deliveries, messages, lanes and alerts the channel's new name."""
        self._rename(deliveries, "channel", old, new)
        self._rename(messages, "channel", old, new)
        self._rename(routes, "channel", old, new, beside="alert_id")
        self._rename(lanes, "channel", old, new, beside="place")
        self._connection.execute(delete(lanes).where(lanes.c.channel == old))
        self._settle_anew(new)
        named = func.instr(alerts.c.channels, literal(json.dumps(old), String))
        query = select(alerts.c.id, alerts.c.channels).where(named > 0)
        for row in self._connection.execute(query).all():
            names = [new if name == old else name for name in row.channels]
            this = update(alerts).where(alerts.c.id == row.id)
            values = {"channels": list(dict.fromkeys(names))}
            self._connection.execute(this.values(**values))

    def _settle_anew(self, channel: str) -> None:
        """Let what waits in a channel wait as its lanes are now, broken or not."""
        is_held = and_(
            deliveries.c.state == DeliveryState.HELD, deliveries.c.reason == BROKEN
        )
        waits = or_(deliveries.c.state == DeliveryState.PENDING, is_held)
        these = update(deliveries).where(deliveries.c.channel == channel, waits)
        self._connection.execute(these.values(**waiting()))

    def _rename(
        self,
        table: Table,
        column: str,
        old: str,
        new: str,
        *,
        beside: str | None = None,
    ) -> None:
        """Change a name in a table.

        With `beside`, the name and that column (or it alone, if "") are unique: a row
        that is there under the new name stays, and so does its twin under the old.
        """
        named = table.c[column]
        statement = update(table).where(named == old).values({column: new})
        if beside is not None:
            twin = table.alias()
            same = twin.c[beside] == table.c[beside] if beside else literal(True)  # noqa: FBT003
            found = select(twin.c[column]).where(twin.c[column] == new, same)
            statement = statement.where(~found.correlate(table).exists())
        self._connection.execute(statement)
