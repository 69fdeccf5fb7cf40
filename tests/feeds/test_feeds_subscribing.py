"""The life of a subscription (manners 42 to 44), step by step."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.feeds.subscribing import (
    LEASE,
    Step,
    answered,
    asked,
    confirmed,
    denied,
    is_signed,
    next_step,
    noted,
    parted,
    polled,
    pushed,
    rested,
)
from monitor.model import (
    Advert,
    Entry,
    Feed,
    HubAnswer,
    Novelty,
    PushMode,
    PushReason,
    PushState,
    Subscription,
    Verdict,
    WebSub,
)
from monitor.testing import START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ONE, TWO = TOKENS = ("token1", "token2")
URL, HUB = "https://news.example/feed", "https://hub.example/"
HERE = WebSub("127.0.0.1", 8090, "https://we.example/websub")
FEED = Feed("news", URL, 10 * MINUTE)
SAID = Advert(HUB, URL, URL)
NEW = Subscription(0, 7, "news", HUB, URL, URL, due_at=START)
NO = HubAnswer(accepted=False, status=503, detail="answered 503")


def ask(sub: Subscription, now: datetime = START, number: int = 1) -> Subscription:
    return asked(
        sub,
        PushMode.SUBSCRIBE,
        HERE,
        now,
        token=TOKENS[number - 1],
        secret=f"secret{number}",
    )


def confirm(
    sub: Subscription, now: datetime = START, lease: str = "1000"
) -> Subscription | None:
    return confirmed(sub, "subscribe", URL, lease, now)


def active(lease: str = "864000") -> Subscription:
    found = confirm(ask(replace(NEW, id=1)), lease=lease)
    assert found is not None
    return found


# --- what a poll says ---------------------------------------------------------------


def test_a_hub_that_is_named_is_noted_once() -> None:
    assert noted(None, 7, "news", SAID, START) == (NEW,)
    assert noted(NEW, 7, "news", SAID, START) == ()
    assert noted(None, 7, "news", Advert(None, URL, URL), START) == ()


def test_another_place_that_serves_it_may_make_it_wanted() -> None:
    elsewhere = replace(SAID, served="https://cdn.example/")
    off = rested(NEW, PushReason.OTHER_TOPIC)
    (moved,) = noted(off, 7, "news", elsewhere, START)
    assert (moved.served, moved.due_at) == ("https://cdn.example/", START)
    (kept,) = noted(active(), 7, "news", elsewhere, START)
    assert kept.due_at == active().due_at


def test_another_hub_ends_what_was_and_begins_anew() -> None:
    said = Advert("https://new.example/", URL, URL)
    leaving, fresh = noted(active(), 7, "news", said, START + HOUR)
    assert (leaving.id, leaving.state, leaving.hub) == (1, PushState.LEAVING, HUB)
    assert leaving.token == ONE
    assert (fresh.id, fresh.state, fresh.hub) == (0, PushState.OFF, said.hub)
    assert (fresh.token, fresh.due_at) == (None, START + HOUR)


def test_another_hub_for_what_never_was_takes_its_place() -> None:
    said = Advert("https://new.example/", URL, URL)
    (fresh,) = noted(ask(replace(NEW, id=1)), 7, "news", said, START)
    assert (fresh.id, fresh.hub, fresh.token) == (1, said.hub, None)


def test_what_works_outlives_a_new_spelling_of_its_topic() -> None:
    http = Advert(HUB, URL.replace("https", "http"), URL)
    assert noted(active(), 7, "news", http, START) == ()
    assert len(noted(NEW, 7, "news", http, START)) == 1


# --- what is to be done -------------------------------------------------------------


def step(
    sub: Subscription,
    feed: Feed | None = FEED,
    websub: WebSub | None = HERE,
    *,
    is_listening: bool = True,
) -> tuple[Step, PushReason]:
    return next_step(sub, feed, websub, is_listening=is_listening)


def test_a_feed_with_a_hub_is_subscribed_to_and_renewed() -> None:
    assert step(NEW) == (Step.SUBSCRIBE, PushReason.ASKED)
    assert step(active()) == (Step.SUBSCRIBE, PushReason.ASKED)


def test_what_may_not_be_subscribed_to_rests_and_says_why() -> None:
    other = replace(NEW, topic="https://other.example/")
    assert step(other) == (Step.REST, PushReason.OTHER_TOPIC)
    assert step(NEW, websub=None) == (Step.REST, PushReason.SWITCHED_OFF)


def test_what_is_wanted_no_more_is_left() -> None:
    assert step(active(), websub=None) == (Step.PART, PushReason.SWITCHED_OFF)
    assert step(active(), None) == (Step.PART, PushReason.REMOVED)
    assert step(NEW, None) == (Step.FORGET, PushReason.REMOVED)


def test_an_address_of_our_own_that_moved_is_subscribed_anew() -> None:
    moved = replace(HERE, public_url="https://new.example")
    assert step(active(), websub=moved) == (Step.PART, PushReason.MOVED)
    old = replace(NEW, token=ONE, callback=f"https://we.example/websub/{ONE}")
    mode = PushMode.SUBSCRIBE
    again = asked(old, mode, moved, START, token=TWO, secret="")
    assert again.callback == f"https://new.example/{TWO}"


def test_a_hub_is_told_three_times_that_we_leave() -> None:
    leaving, fresh = parted(active(), PushReason.REMOVED, START)
    assert fresh.state is PushState.OFF
    for _ in range(3):
        assert step(leaving, None) == (Step.UNSUBSCRIBE, PushReason.REMOVED)
        leaving = asked(leaving, PushMode.UNSUBSCRIBE, None, START, token="", secret="")
        assert leaving.token == ONE
    assert step(leaving, None)[0] is Step.FORGET


def test_nobody_is_told_who_could_not_ask_back() -> None:
    leaving, _ = parted(active(), PushReason.SWITCHED_OFF, START)
    assert step(leaving, websub=None, is_listening=False)[0] is Step.FORGET


# --- asking -------------------------------------------------------------------------


def test_each_subscription_has_a_callback_and_a_secret_of_its_own() -> None:
    """Manner 42."""
    sub = ask(NEW)
    assert sub.callback == "https://we.example/websub/token1"
    assert (sub.token, sub.secret) == (ONE, "secret1")
    assert (sub.state, sub.asking) == (PushState.PENDING, PushMode.SUBSCRIBE)
    again = ask(sub, number=2)
    assert (again.token, again.secret) == (ONE, "secret1")


def test_a_hub_without_tls_is_given_no_secret() -> None:
    assert ask(replace(NEW, hub="http://hub.example/")).secret == ""


def test_a_hub_that_does_not_come_back_is_asked_less_and_less() -> None:
    sub, waits = NEW, []
    for _ in range(14):
        sub = ask(sub)
        assert sub.due_at is not None
        waits.append(sub.due_at - START)
    assert waits[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert waits[-1] == DAY


def test_it_says_that_a_hub_did_not_come_back() -> None:
    assert ask(NEW).reason is PushReason.ASKED
    assert ask(ask(NEW)).reason is PushReason.UNANSWERED
    assert ask(ask(ask(NEW))).reason is PushReason.UNANSWERED


def test_a_hub_that_says_no_is_expected_no_more() -> None:
    sub = answered(ask(NEW), NO, START)
    assert sub is not None
    assert (sub.asking, sub.reason) == (None, PushReason.HUB_FAILED)
    assert sub.detail == "answered 503"
    again = ask(sub)
    assert again.reason is PushReason.HUB_FAILED
    mended = answered(again, HubAnswer(accepted=True, status=202), START)
    assert mended is not None
    assert (mended.reason, mended.detail) == (PushReason.ASKED, "")


def test_a_hub_that_was_not_heard_may_still_come() -> None:
    sub = answered(ask(NEW), replace(NO, status=None), START)
    assert sub is not None
    assert confirm(sub) is not None


def test_a_hub_may_ask_for_time() -> None:
    sub = answered(ask(NEW), replace(NO, retry_after=HOUR), START)
    assert sub is not None
    assert sub.due_at == START + HOUR
    for_years = answered(ask(NEW), replace(NO, retry_after=400 * DAY), START)
    assert for_years is not None
    assert for_years.due_at == START + DAY


def test_a_renewal_that_fails_changes_nothing_yet() -> None:
    sub = answered(ask(active(), START + HOUR), NO, START + HOUR)
    assert sub is not None
    assert (sub.state, sub.reason) == (PushState.ACTIVE, PushReason.VERIFIED)


def test_nothing_follows_from_a_yes_or_after_the_hub_came_back() -> None:
    yes = HubAnswer(accepted=True, status=202)
    assert answered(ask(NEW), yes, START) is None
    assert answered(active(), NO, START) is None


# --- the hub comes back -------------------------------------------------------------


def test_only_what_is_pending_is_confirmed() -> None:
    """Manner 42."""
    sub = ask(NEW)
    assert confirmed(sub, "unsubscribe", URL, "", START) is None
    assert confirmed(sub, "subscribe", "https://other.example/", "9", START) is None
    assert confirmed(NEW, "subscribe", URL, "9", START) is None
    assert confirm(active()) is None


def test_a_lease_is_renewed_at_four_fifths() -> None:
    """Manner 44."""
    sub = confirm(ask(NEW), lease="1000")
    assert sub is not None
    assert sub.lease_ends_at == START + timedelta(seconds=1000)
    assert sub.due_at == START + timedelta(seconds=800)
    assert (sub.state, sub.tries) == (PushState.ACTIVE, 0)


@pytest.mark.parametrize(
    ("said", "lasts"),
    [
        ("", LEASE),
        ("0", LEASE),
        ("-5", LEASE),
        ("soon", LEASE),
        ("9999999999", 30 * DAY),
        ("9" * 5000, LEASE),
        ("1", timedelta(seconds=1)),
    ],
)
def test_a_lease_is_a_sane_number(said: str, lasts: timedelta) -> None:
    sub = confirm(ask(NEW), lease=said)
    assert sub is not None
    assert sub.lease_ends_at == START + lasts
    assert sub.due_at is not None
    assert sub.due_at >= START + timedelta(seconds=0.8)


def test_a_renewal_keeps_callback_secret_and_since_when() -> None:
    first = active()
    later = confirm(ask(first, START + DAY, number=2), START + DAY)
    assert later is not None
    assert (later.callback, later.secret) == (first.callback, first.secret)
    assert later.verified_at == START


def test_a_lease_that_ran_out_is_pending_and_counts_anew() -> None:
    lapsed = ask(active("60"), START + HOUR)
    assert (lapsed.state, lapsed.reason) == (PushState.PENDING, PushReason.LAPSED)
    again = confirm(lapsed, START + HOUR)
    assert again is not None
    assert again.verified_at == START + HOUR


def test_an_unsubscription_leaves_nothing() -> None:
    leaving, _ = parted(active(), PushReason.REMOVED, START)
    leaving = asked(leaving, PushMode.UNSUBSCRIBE, None, START, token="", secret="")
    over = confirmed(leaving, "unsubscribe", URL, "", START)
    assert over is not None
    assert over.state is PushState.OFF


@pytest.mark.parametrize("sub", [ask(NEW), active()])
def test_a_denial_is_kept_with_its_reason_for_a_day(sub: Subscription) -> None:
    """Manner 44."""
    found = denied(sub, URL, "no such topic", START)
    assert found is not None
    assert (found.state, found.reason) == (PushState.DENIED, PushReason.DENIED_BY_HUB)
    assert (found.detail, found.due_at) == ("no such topic", START + DAY)
    assert found.token is None
    assert ask(found, START + DAY, number=2).token == TWO


def test_a_denial_of_something_else_is_none() -> None:
    assert denied(active(), "https://other.example/", "", START) is None
    assert denied(NEW, URL, "", START) is None


def test_a_hub_that_denies_that_we_leave_is_left() -> None:
    leaving, _ = parted(active(), PushReason.REMOVED, START)
    over = denied(leaving, URL, "", START)
    assert over is not None
    assert over.state is PushState.OFF


# --- pushes, and polls beside them ----------------------------------------------------


def verdict(age: timedelta | None, novelty: Novelty = Novelty.NEW) -> Verdict:
    at = None if age is None else START + DAY - age
    return Verdict(Entry("g:1", published_at=at), novelty, "mark", "story")


def after(sub: Subscription, *verdicts: Verdict) -> Subscription:
    return polled(sub, verdicts, START + DAY)


def test_a_subscription_that_pushes_is_trusted() -> None:
    """Manner 44."""
    assert active().is_trusted(START + HOUR)


@pytest.mark.parametrize(
    "found",
    [
        verdict(5 * MINUTE),  # it may be on its way
        verdict(2 * DAY),  # older than the subscription
        verdict(None),
        verdict(HOUR, Novelty.UNCHANGED),
    ],
)
def test_what_no_push_need_have_brought(found: Verdict) -> None:
    assert after(active(), found) == active()


def test_what_a_push_failed_to_bring_costs_its_trust() -> None:
    missed = after(active(), verdict(HOUR))
    assert not missed.is_trusted(START + DAY)
    assert missed.due_at == active().due_at
    twice = after(missed, verdict(HOUR))
    assert (twice.missed, twice.due_at) == (2, START + DAY)
    thrice = after(replace(twice, due_at=None), verdict(HOUR))
    assert thrice.due_at is None


def test_a_subscription_that_is_not_live_fails_to_bring_nothing() -> None:
    assert after(NEW, verdict(HOUR)) == NEW
    assert after(active("60"), verdict(HOUR)) == active("60")


def test_a_push_restores_the_trust() -> None:
    missed = after(active(), verdict(HOUR))
    again = pushed(missed, START + DAY)
    assert again.is_trusted(START + DAY)
    assert (again.pushes, again.pushed_at) == (1, START + DAY)


# --- signatures ---------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signature_is_checked_over_the_body(method: str) -> None:
    """Manner 43."""
    mac = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert is_signed("secret", f"{method}={mac}", b"body")
    assert is_signed("secret", f"{method.upper()}={mac.upper()} ", b"body")
    assert not is_signed("secret", f"{method}={mac}", b"body ")
    assert not is_signed("other", f"{method}={mac}", b"body")


@pytest.mark.parametrize(
    "signature", ["", "sha256", "sha256=", "md5=00", "=", "sha1=ümlaut", "sha1=\ud800"]
)
def test_what_is_no_signature(signature: str) -> None:
    assert not is_signed("secret", signature, b"body")
    assert is_signed("", signature, b"body")
