"""Subscriptions at hubs: kept by feed and by token, due when they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_values import DAY, HOUR, MINUTE, NOW, feed, with_feed

from monitor.errors import StoreError
from monitor.model import PushMode, PushReason, PushState, Subscription
from monitor.store.transaction import SqlStore, SqlTransaction
from monitor.store.views import PushView, Views

HUB = "https://hub.example/"
URL = "https://faz.example/rss"
TOKEN, SECRET = "unguessable", "hunter2"


def subscription(feed_id: int, **more: object) -> Subscription:
    return replace(Subscription(0, feed_id, "faz", HUB, URL, URL, due_at=NOW), **more)


def kept(tx: SqlTransaction, **more: object) -> Subscription:
    """Store a subscription; return it as it is stored."""
    feed_id = with_feed(tx)
    tx.save_subscription(subscription(feed_id, **more))
    found = tx.subscription_of(feed_id)
    assert found is not None
    return found


def test_a_subscription_comes_back_as_it_was(tx: SqlTransaction) -> None:
    first = kept(tx)
    assert first == subscription(first.feed_id, id=first.id)
    full = replace(
        first,
        hub="https://new.example/",
        state=PushState.ACTIVE,
        reason=PushReason.VERIFIED,
        detail="fine",
        callback=f"https://we.example/{TOKEN}",
        token=TOKEN,
        secret=SECRET,
        asking=PushMode.SUBSCRIBE,
        due_at=NOW + DAY,
        tries=2,
        verified_at=NOW,
        lease_ends_at=NOW + DAY,
        pushed_at=NOW + HOUR,
        pushes=3,
        refused=4,
        missed=5,
    )
    tx.save_subscription(full)
    assert tx.subscription_of(first.feed_id) == full
    assert tx.subscription(TOKEN) == full


def test_what_is_being_ended_is_found_by_its_token_alone(tx: SqlTransaction) -> None:
    old = kept(tx, token=TOKEN)
    tx.save_subscription(replace(old, state=PushState.LEAVING))
    assert tx.subscription_of(old.feed_id) is None
    assert tx.subscription(TOKEN) is not None
    assert tx.subscription("guess") is None
    assert kept(tx).id != old.id


def test_no_two_subscriptions_have_one_token(store: SqlStore) -> None:
    store.run(lambda tx: kept(tx, token=TOKEN))
    with pytest.raises(StoreError):
        store.run(lambda tx: kept(tx, token=TOKEN))


def test_what_is_due_comes_oldest_first_and_only_so_many(tx: SqlTransaction) -> None:
    first = kept(tx)
    late = replace(first, id=0, due_at=NOW - MINUTE, hub="late")
    never = replace(first, id=0, due_at=None, hub="never")
    later = replace(first, id=0, due_at=NOW + MINUTE, hub="later")
    for one in (late, never, later):
        tx.save_subscription(one)
    assert [one.hub for one in tx.due_subscriptions(NOW, 9)] == ["late", HUB]
    assert [one.hub for one in tx.due_subscriptions(NOW, 1)] == ["late"]
    assert len(tx.subscriptions()) == 4


def test_a_subscription_can_be_forgotten(tx: SqlTransaction) -> None:
    found = kept(tx)
    tx.forget_subscription(found.id)
    assert tx.subscription_of(found.feed_id) is None


def test_the_state_of_one_feed(tx: SqlTransaction) -> None:
    feed_id = with_feed(tx)
    assert tx.feed_state(feed_id) == tx.feed_states()[0]
    assert tx.feed_state(feed_id + 1) is None
    tx.sync_feeds([feed("dpa")], NOW)
    assert tx.feed_state(feed_id) is None


def test_the_view_shows_no_secret(tx: SqlTransaction) -> None:
    old = kept(tx, token=TOKEN, secret=SECRET, pushes=2, pushed_at=NOW)
    views = Views(tx._connection)
    found = {"faz": PushView("off", "not_asked", "", HUB, None, NOW, 2, 0, 0)}
    assert views.pushes() == found
    tx.save_subscription(replace(old, state=PushState.LEAVING))
    assert views.pushes() == {}
