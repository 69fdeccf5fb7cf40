"""Hubs are asked, come back, and push (manners 41 to 45), over a real database."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from house import HIT, NEWS, OPS, FullDisk
from pushed_house import HERE, HUB, PushedHouse

from monitor.errors import StoreError
from monitor.jobs.pushes import Accepted, note_refused
from monitor.model import (
    Feed,
    HubAnswer,
    PollPolicy,
    Push,
    PushMode,
    PushReason,
    PushState,
    Subscription,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST, GUESS = "token1", "guess"
BUSY = HubAnswer(accepted=False, status=503, detail="answered 503")


@pytest.fixture
async def offered(tmp_path: Path) -> AsyncIterator[PushedHouse]:
    """A house whose feed was polled, and names a hub."""
    made = PushedHouse(tmp_path)
    made.offer()
    await made.poll()
    yield made
    made.store.close()


@pytest.fixture
async def live(offered: PushedHouse) -> PushedHouse:
    """A house with a subscription that its hub has confirmed."""
    await offered.tick()
    assert await offered.comes_back() == "proof"
    return offered


# --- asking -------------------------------------------------------------------------


async def test_the_hub_is_asked_with_everything_it_needs(offered: PushedHouse) -> None:
    assert await offered.tick() == 1
    (asked,) = offered.hubs.requests
    assert (asked.hub, asked.topic, asked.mode) == (HUB, NEWS, PushMode.SUBSCRIBE)
    assert asked.callback == "https://we.example.org/token1"
    assert (asked.secret, asked.lease) == ("token2", timedelta(days=10))
    (event,) = offered.journal.named("websub")
    assert event["outcome"] == "accepted"
    assert "token" not in str(event)


async def test_a_feed_is_asked_for_once(offered: PushedHouse) -> None:
    await offered.tick()
    assert await offered.tick() == 0
    await offered.comes_back()
    offered.offer("Schach")
    await offered.poll()
    assert await offered.tick() == 0


@pytest.mark.parametrize(
    ("links", "reason"),
    [
        ((("hub", HUB),), PushReason.NO_TOPIC),
        ((("hub", HUB), ("self", "https://other.org/")), PushReason.OTHER_TOPIC),
    ],
)
async def test_a_topic_that_does_not_match_is_not_asked_for(
    tmp_path: Path, links: tuple[tuple[str, str], ...], reason: PushReason
) -> None:
    """Manner 41."""
    house = PushedHouse(tmp_path)
    house.offer(links=links)
    await house.poll()
    assert await house.tick() == 0
    sub = house.subscription()
    assert (sub.state, sub.reason) == (PushState.OFF, reason)
    house.store.close()


async def test_without_websub_a_hub_is_noted_and_not_asked(tmp_path: Path) -> None:
    house = PushedHouse(tmp_path, websub=None, is_listening=False)
    house.publish()
    await house.poll()
    feed_id = house.state().id
    assert house.store.run(lambda tx: tx.subscription_of(feed_id)) is None
    house.offer("Schach")
    await house.poll()
    assert await house.tick() == 0
    assert house.subscription().reason is PushReason.SWITCHED_OFF
    house.websub, house.is_listening = HERE, True
    house.configure()
    assert await house.tick() == 1
    house.store.close()


async def test_what_is_to_be_asked_waits_for_the_address(offered: PushedHouse) -> None:
    offered.is_listening = False
    assert await offered.tick() == 0
    offered.is_listening = True
    assert await offered.tick() == 1


async def test_a_hub_that_fails_is_asked_again_later(offered: PushedHouse) -> None:
    offered.hubs.script.extend([BUSY, BUSY])
    await offered.tick()
    assert offered.subscription().reason is PushReason.HUB_FAILED
    assert await offered.tick() == 0
    offered.clock.advance(MINUTE)
    assert await offered.tick() == 1
    offered.clock.advance(MINUTE)
    assert await offered.tick() == 0
    offered.clock.advance(MINUTE)
    assert await offered.tick() == 1
    assert await offered.comes_back() == "proof"
    first, *_ = offered.journal.named("websub")
    assert (first["level"], first["error"]) == ("warning", "answered 503")


async def test_a_hub_may_come_back_before_it_answers(offered: PushedHouse) -> None:
    (sub,) = await offered.websub_job.due(20)
    assert await offered.comes_back() == "proof"
    offered.hubs.script.append(BUSY)
    await offered.websub_job.ask(sub)
    assert offered.subscription().state is PushState.ACTIVE


async def test_what_a_hub_says_of_a_subscription_that_went_is_nothing(
    offered: PushedHouse,
) -> None:
    (sub,) = await offered.websub_job.due(20)
    offered.store.run(lambda tx: tx.forget_subscription(sub.id))
    offered.hubs.script.append(BUSY)
    await offered.websub_job.ask(sub)


# --- the hub comes back -------------------------------------------------------------


async def test_only_what_is_pending_is_confirmed(offered: PushedHouse) -> None:
    """Manner 42."""
    await offered.tick()
    assert await offered.comes_back(token=GUESS) is None
    assert await offered.comes_back("unsubscribe") is None
    assert await offered.comes_back("nonsense") is None
    assert await offered.comes_back(topic="https://other.org/") is None
    assert await offered.comes_back() == "proof"
    assert await offered.comes_back() is None
    outcomes = [event["outcome"] for event in offered.journal.named("websub")]
    assert outcomes[-3:] == ["not_pending", PushReason.VERIFIED, "not_pending"]


async def test_a_lease_is_renewed_in_time(live: PushedHouse) -> None:
    """Manner 44."""
    live.clock.advance(7.9 * DAY)
    assert await live.tick() == 0
    live.clock.advance(0.2 * DAY)
    assert await live.tick() == 1
    first, second = live.hubs.requests
    assert first == second
    assert await live.comes_back() == "proof"
    assert live.subscription().lease_ends_at == live.clock.now() + 10 * DAY


async def test_a_denial_is_kept_and_tried_again_after_a_day(live: PushedHouse) -> None:
    """Manner 44."""
    assert await live.comes_back("denied", reason="no\nsuch  topic") == ""
    sub = live.subscription()
    assert (sub.state, sub.detail) == (PushState.DENIED, "no such topic")
    assert await live.tick() == 0
    live.clock.advance(DAY)
    assert await live.tick() == 1
    old, new = live.hubs.requests
    assert old.callback != new.callback


async def test_an_edit_that_changes_nothing_here_asks_nobody(live: PushedHouse) -> None:
    live.configure()
    assert await live.tick() == 0
    assert await live.comes_back("denied") == ""
    live.configure()
    assert await live.tick() == 0


async def leaves(house: PushedHouse) -> Subscription:
    """Let the house find that it has to leave; return what it left."""
    token = house.subscription().token or ""
    assert await house.tick() == 0
    assert await house.tick() == 1
    left = house.store.run(lambda tx: tx.subscription(token))
    assert left is not None
    asked = house.hubs.requests[-1]
    assert (asked.mode, asked.secret) == (PushMode.UNSUBSCRIBE, "")
    assert await house.comes_back("unsubscribe", token=token) == "proof"
    assert house.store.run(lambda tx: tx.subscription(token)) is None
    return left


async def test_a_feed_that_is_removed_is_unsubscribed(live: PushedHouse) -> None:
    live.feeds = ()
    live.configure()
    feed_id = live.store.run(lambda tx: tx.subscription(FIRST)).feed_id
    assert await live.tick() == 0
    assert await live.tick() == 1
    assert await live.comes_back("unsubscribe", token=FIRST) == "proof"
    assert live.store.run(lambda tx: tx.subscription_of(feed_id)) is None


async def test_websub_that_is_switched_off_is_unsubscribed(live: PushedHouse) -> None:
    live.websub = None
    live.configure()
    left = await leaves(live)
    assert left.reason is PushReason.SWITCHED_OFF
    assert live.subscription().state is PushState.OFF


async def test_another_hub_is_asked_and_the_old_one_left(live: PushedHouse) -> None:
    new = (("hub", "https://new.example.org/"), ("self", NEWS))
    live.offer("Schach", links=new)
    await live.poll()
    assert await live.tick() == 2
    asked = {(r.hub, r.mode) for r in live.hubs.requests[1:]}
    assert asked == {
        (HUB, PushMode.UNSUBSCRIBE),
        ("https://new.example.org/", PushMode.SUBSCRIBE),
    }


async def test_a_hub_that_does_not_let_go_is_forgotten(live: PushedHouse) -> None:
    live.websub = None
    live.configure()
    await live.tick()
    for _ in range(3):
        assert await live.tick() == 1
        live.clock.advance(10 * MINUTE)
    assert await live.tick() == 0
    assert live.store.run(lambda tx: tx.subscription(FIRST)) is None


# --- pushes -------------------------------------------------------------------------


async def test_a_push_takes_the_way_of_a_poll(live: PushedHouse) -> None:
    """Manner 45."""
    result = await live.pushed(HIT, "Schach")
    assert result is not None
    assert (result.entries_new, result.matches, result.alerts) == (2, 1, 1)
    live.offer(HIT, "Schach")
    counts = await live.poll()
    await live.deliver()
    assert (counts.entries_new, counts.alerts) == (0, 0)
    assert live.titles() == [HIT]
    (event,) = live.journal.named("push")
    assert (event["outcome"], event["entries"], event["new"]) == ("stored", 2, 2)
    assert live.subscription().pushes == 1


async def test_a_push_of_one_entry_changes_nothing_else(live: PushedHouse) -> None:
    """Manner 45."""
    live.offer("Schach", "Boxen")
    await live.poll()
    before = live.state()
    await live.pushed(HIT)
    assert live.state() == before
    counts = await live.poll()
    assert (counts.entries_new, counts.entries_changed, counts.alerts) == (0, 0, 0)


@pytest.mark.parametrize("signature", ["", "sha256=00", "sha1=", "md5=1"])
async def test_a_bad_signature_is_dropped_and_counted(
    live: PushedHouse, signature: str
) -> None:
    """Manner 43."""
    assert await live.pushed(HIT, signature=signature) is None
    assert live.subscription().refused == 1
    (event,) = live.journal.named("push")
    assert event["outcome"] == "bad_signature"
    assert live.counts() == {}


@pytest.mark.parametrize("body", [b"", b"hang", b"<html>hunter2</html>", b"\0\xff{"])
async def test_what_is_no_feed_harms_nothing(live: PushedHouse, body: bytes) -> None:
    before = live.state()
    assert await live.pushes_body(body) is None
    assert live.state() == before
    (event,) = live.journal.named("push")
    assert event["outcome"] == "no_feed"
    assert "hunter2" not in str(event)


async def test_a_bad_push_to_what_went_meanwhile_is_counted_nowhere(
    live: PushedHouse,
) -> None:
    live.store.run(lambda tx: note_refused(tx, GUESS))
    assert live.subscription().refused == 0


async def test_who_may_push(live: PushedHouse) -> None:
    assert await live.push_job.expects(GUESS) is Accepted.UNKNOWN
    assert await live.push_job.expects(FIRST) is Accepted.TAKEN
    live.websub = None
    live.configure()
    await live.tick()
    assert await live.push_job.expects(FIRST) is Accepted.ENDED


async def test_nothing_is_pushed_before_the_hub_came_back(offered: PushedHouse) -> None:
    await offered.tick()
    assert await offered.push_job.expects(FIRST) is Accepted.ENDED


async def test_what_waits_is_bounded(live: PushedHouse) -> None:
    push = Push(FIRST, b"x")
    for _ in range(64):
        assert live.push_job.accept(push)
    assert not live.push_job.accept(push)
    assert await live.push_job.expects(FIRST) is Accepted.BUSY
    await live.push_job.take(await live.push_job.next())
    assert live.push_job.accept(push)


async def test_the_bytes_that_wait_are_bounded(tmp_path: Path) -> None:
    house = PushedHouse(tmp_path, policy=PollPolicy(max_body=1000))
    for _ in range(4):
        assert house.push_job.accept(Push("token", b"x" * 1000))
    assert not house.push_job.accept(Push("token", b"x"))
    house.store.close()


async def test_a_push_to_what_went_meanwhile_is_dropped(live: PushedHouse) -> None:
    push = Push(FIRST, b"x")
    assert live.push_job.accept(push)
    live.store.run(lambda tx: tx.forget_subscription(1))
    assert await live.push_job.take(await live.push_job.next()) is None


async def test_a_push_for_a_feed_that_left_is_dropped(live: PushedHouse) -> None:
    push = live.subscription()
    live.feeds = (Feed("other", "https://other.org/", HOUR),)
    live.configure()
    items = b'<rss version="2.0"><channel><item><title>A</title></item></channel></rss>'
    mac = hmac.new(push.secret.encode(), items, "sha1").hexdigest()
    assert live.push_job.accept(Push(FIRST, items, signature=f"sha1={mac}"))
    assert await live.push_job.take(await live.push_job.next()) is None
    (event,) = live.journal.named("push")
    assert event["outcome"] == "not_polled"


async def test_a_push_before_the_first_poll_is_dropped(tmp_path: Path) -> None:
    house = PushedHouse(tmp_path)
    early = Subscription(
        0,
        house.state().id,
        "news",
        HUB,
        NEWS,
        NEWS,
        state=PushState.ACTIVE,
        token=FIRST,
        verified_at=house.clock.now(),
    )
    house.store.run(lambda tx: tx.save_subscription(early))
    assert await house.pushed(HIT) is None
    (event,) = house.journal.named("push")
    assert event["outcome"] == "not_polled"
    house.store.close()


async def test_a_push_that_cannot_be_stored_frees_its_place(live: PushedHouse) -> None:
    live.push_job._store = FullDisk(live.store, failures=5)  # type: ignore[assignment]
    for _ in range(5):
        assert live.push_job.accept(Push(FIRST, b"x" * 12_000_000))
        with pytest.raises(StoreError):
            await live.push_job.take(await live.push_job.next())


# --- polls beside the pushes --------------------------------------------------------


async def test_a_feed_that_is_pushed_is_polled_slowly(live: PushedHouse) -> None:
    """Manner 44."""
    live.offer("Schach")
    await live.poll()
    state = live.state()
    assert state.next_poll_at is not None
    assert state.next_poll_at - live.clock.now() >= HOUR


async def finds_late(house: PushedHouse, *titles: str) -> timedelta:
    """Let a poll find entries that no push had brought; return when the next is."""
    house.offer(*titles)
    house.clock.advance(HOUR)
    await house.poll()
    state = house.state()
    assert state.next_poll_at is not None
    return state.next_poll_at - house.clock.now()


async def test_a_hub_that_does_not_push_is_not_relied_upon(live: PushedHouse) -> None:
    """Manner 44."""
    live.clock.advance(HOUR)
    assert await finds_late(live, "Schach") < HOUR
    await live.deliver()
    assert live.titles(OPS) == []
    assert await finds_late(live, "Schach", "Boxen") < HOUR
    assert await live.tick() == 1
    await finds_late(live, "Schach", "Boxen", "Rudern")
    await live.deliver()
    assert live.titles(OPS) == ["feed news: its hub does not push"]
    await live.pushed("Segeln")
    await live.deliver()
    assert live.titles(OPS)[1:] == ["feed news: its hub pushes again"]
    live.offer("Segeln")
    await live.poll()
    assert live.subscription().is_trusted(live.clock.now())
