"""Values for the store's tests: what a poll would decide, what a job would enqueue."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.outcome import settle
from monitor.model import (
    Because,
    Delivery,
    Entry,
    Feed,
    FeedTrouble,
    HoldReason,
    KnownEntry,
    Lane,
    Message,
    MessageKind,
    Novelty,
    Priority,
    Rule,
    SendOutcome,
    SendResult,
    StoredAlert,
    Trouble,
    Verdict,
)
from monitor.store.tables import metadata
from monitor.store.transaction import SqlTransaction

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=5)

DESK = Lane("desk", 0)
SENT = SendResult(SendOutcome.SENT, 200)
BUSY = SendResult(SendOutcome.RETRY, 503, detail="HTTP 503")
TIMEOUT = SendResult(SendOutcome.UNKNOWN, detail="timed out")
REFUSED = SendResult(SendOutcome.MESSAGE_REFUSED, 400, detail="HTTP 400")
UNAUTHORIZED = SendResult(SendOutcome.CHANNEL_BROKEN, 401, detail="HTTP 401")


def feed(name: str = "faz", url: str = "", every: timedelta = 10 * MINUTE) -> Feed:
    """Return a feed as configured."""
    return Feed(name, url or f"https://{name}.example/rss", every)


def rule(name: str = "waffen", channels: tuple[str, ...] = ("desk",)) -> Rule:
    """Return a rule."""
    return Rule(name, "Waffen", channels=channels, version="v1")


def entry(
    key: str = "g:1", title: str = "Baku liefert Waffen", **more: object
) -> Entry:
    """Return an entry of a document."""
    link = f"https://faz.example/{key}"
    return replace(
        Entry(key, title, guid=key[2:], link=link, canonical_link=link),
        **more,
    )


def new(
    one: Entry | None = None,
    hold: HoldReason | None = None,
    story: str = "",
    label: str = "",
) -> Verdict:
    """Return the verdict on an entry that nobody knew."""
    one = one or entry()
    mark = f"mark of {one.title}"
    return Verdict(
        one, Novelty.NEW, mark, story or f"story {one.key}", hold=hold, label=label
    )


def again(known: KnownEntry, novelty: Novelty, one: Entry) -> Verdict:
    """Return the verdict on an entry that is something to a known one."""
    return replace(new(one), novelty=novelty, known=known)


BECAUSE = (Because("title", "Waffen", "Waffen", 13, 19),)


def with_feed(tx: SqlTransaction, name: str = "faz") -> int:
    """Make the database know one feed more; return its id."""
    names = {state.name for state in tx.feed_states()} | {name}
    tx.sync_feeds([feed(one) for one in sorted(names)], NOW)
    return next(state.id for state in tx.feed_states() if state.name == name)


def alerted(
    tx: SqlTransaction,
    verdict: Verdict,
    of: Rule | None = None,
    feed_name: str = "faz",
    now: datetime = NOW,
    *,
    silence_id: int | None = None,
) -> StoredAlert:
    """Save an entry, its match and its alert, as a poll would; return the alert."""
    of = of or rule()
    entry_id = tx.save_entry(with_feed(tx, feed_name), verdict, now)
    match_id = tx.add_match(of, entry_id, BECAUSE, now)
    assert match_id is not None
    return tx.add_alert(match_id, of, verdict, now, silence_id=silence_id)


def trouble(
    name: str = "faz", kind: Trouble = Trouble.FAILING, **more: object
) -> FeedTrouble:
    """Return a trouble that was just noticed."""
    row = FeedTrouble(name, kind, f"{name}.example", NOW - DAY, NOW, "HTTP 404")
    return replace(row, **more)


def report(title: str = "a feed fails") -> Message:
    """Return a message that tells of no alert."""
    return Message(MessageKind.OPS, title, text="It has failed since noon.")


def told(
    tx: SqlTransaction,
    key: str = "g:1",
    channel: str = "desk",
    places: int = 1,
    *,
    rule_name: str = "waffen",
    feed_name: str = "faz",
) -> int:
    """Put an alert of its own entry into the outbox; return its id."""
    verdict = new(entry(key, title=f"Entry {key}"))
    alert = alerted(tx, verdict, rule(rule_name), feed_name)
    message = Message(
        MessageKind.ALERT,
        alert.entry.title,
        priority=Priority.HIGH,
        alerts=(alert.id,),
        rules=(alert.rule,),
    )
    tx.enqueue(channel, message, places, NOW, entry_id=alert.entry_id)
    return alert.id


def lease(tx: SqlTransaction, lane: Lane = DESK, now: datetime = NOW) -> Delivery:
    """Claim the head of a lane, which must be there."""
    found = tx.lease(lane, now, until=now + LEASE)
    assert found is not None
    return found


def ends(
    tx: SqlTransaction,
    delivery: Delivery,
    result: SendResult,
    now: datetime = NOW,
    jitter: float = 1.0,
) -> bool:
    """Record the end of an attempt; return whether the lane changed state."""
    settled = settle(delivery, result, now=now, jitter=jitter)
    return tx.settle(delivery, settled, result, now)


def deliver(
    tx: SqlTransaction, result: SendResult, lane: Lane = DESK, now: datetime = NOW
) -> Delivery:
    """Let one attempt begin and end; return the delivery as it was claimed."""
    delivery = lease(tx, lane, now)
    ends(tx, delivery, result, now)
    return delivery


def fill(tx: SqlTransaction, table: str, count: int, **columns: str) -> None:
    """Repeat a table's newest row, with some columns given as SQL over ``n``."""
    names = [
        column.name for column in metadata.tables[table].columns if column.name != "id"
    ]
    values = ", ".join(columns.get(name, name) for name in names)
    tx._connection.exec_driver_sql(
        f"""WITH RECURSIVE counted(n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count})
            INSERT INTO {table} ({", ".join(names)}) SELECT {values}
            FROM counted, (SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1)
        """  # noqa: S608 - our own names
    )


def allow_few_values(tx: SqlTransaction) -> None:
    """Let a statement take 999 values, as many as the oldest SQLite takes."""
    connection = tx._connection.connection.dbapi_connection
    assert isinstance(connection, sqlite3.Connection)
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
