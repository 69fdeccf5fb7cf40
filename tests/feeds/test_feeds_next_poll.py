"""What a poll leaves behind, and when the next one is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from feed_memory import EVERY, FEED, NOW, UNPOLLED, ago, entry
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import after_poll, body_hash
from monitor.model import (
    Feed,
    FeedState,
    FeedStatus,
    Fetched,
    FetchOutcome,
    Habit,
    Novelty,
    ParsedFeed,
    PollPolicy,
    Tier,
    Traits,
    Validators,
    Verdict,
    Wait,
)

BODY = b"<rss/>"
OK = Fetched(FetchOutcome.OK, FEED.url, status=200, body=BODY)
NOT_MODIFIED = Fetched(FetchOutcome.NOT_MODIFIED, FEED.url, status=304)
PARSED = ParsedFeed(Tier.STRICT, title="Nachrichten")
BOTH = Validators('W/"a"', "Mon, 02 Mar 2026 11:00:00 GMT")
WELL = replace(
    UNPOLLED,
    title="Nachrichten",
    validators=BOTH,
    validators_at=ago(hours=1),
    body_hash=body_hash(b"before"),
    polled_at=ago(minutes=10),
    succeeded_at=ago(minutes=10),
    next_poll_at=NOW,
)
HOUR = timedelta(hours=1)


def http(status: int, **more: object) -> Fetched:
    return replace(
        Fetched(FetchOutcome.HTTP_ERROR, FEED.url, status, detail=f"HTTP {status}"),
        **more,
    )


def poll(
    state: FeedState,
    fetched: Fetched,
    parsed: ParsedFeed | None = None,
    *,
    verdicts: tuple[Verdict, ...] = (),
    error: str = "",
    is_offline: bool = False,
    is_pushed: bool = False,
    feed: Feed = FEED,
    policy: PollPolicy = PollPolicy(),  # noqa: B008 - frozen
    now: datetime = NOW,
    jitter: float = 0.0,
) -> FeedState:
    return after_poll(
        state,
        fetched,
        parsed,
        verdicts=verdicts,
        error=error,
        is_offline=is_offline,
        is_pushed=is_pushed,
        feed=feed,
        policy=policy,
        now=now,
        jitter=jitter,
    )


def wait(state: FeedState, now: datetime = NOW) -> timedelta:
    assert state.next_poll_at is not None
    return state.next_poll_at - now


def repeated(
    fetched: Fetched, times: int, state: FeedState = WELL, **more: object
) -> FeedState:
    for _ in range(times):
        state = poll(state, fetched, **more)
    return state


# --- validators ---------------------------------------------------------------


def test_good_answer_replaces_validators_and_hash() -> None:
    new = poll(WELL, replace(OK, validators=Validators('"b"')), PARSED)
    assert new.validators == Validators('"b"')
    assert (new.validators_at, new.body_hash) == (NOW, body_hash(BODY))


def test_good_answer_without_a_validator_clears_it() -> None:
    assert not poll(WELL, OK, PARSED).validators


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Validators(), BOTH),
        (Validators(etag='"b"'), replace(BOTH, etag='"b"')),
        (Validators(last_modified="x"), replace(BOTH, last_modified="x")),
    ],
)
def test_304_replaces_what_it_names_and_keeps_the_rest(
    said: Validators, kept: Validators
) -> None:
    new = poll(WELL, replace(NOT_MODIFIED, validators=said))
    assert new.validators == kept
    assert (new.validators_at, new.body_hash) == (WELL.validators_at, WELL.body_hash)


def test_server_stuck_on_304_is_asked_for_everything_after_eight_days() -> None:
    state = replace(WELL, validators_at=ago(days=8))
    assert poll(state, NOT_MODIFIED).validators == BOTH
    later = poll(state, NOT_MODIFIED, now=NOW + timedelta(seconds=1))
    assert not later.validators
    fresh = poll(later, replace(OK, validators=BOTH), PARSED)
    assert (fresh.validators, fresh.validators_at) == (BOTH, NOW)


@pytest.mark.parametrize(
    ("fetched", "error"),
    [
        (http(404), ""),
        (http(503), ""),
        (http(410), ""),
        (Fetched(FetchOutcome.TIMEOUT, FEED.url), ""),
        (Fetched(FetchOutcome.EMPTY, FEED.url, status=204), ""),
        (replace(OK, validators=Validators('"html"')), "an HTML page, not a feed"),
    ],
)
def test_failure_leaves_what_is_known_untouched(fetched: Fetched, error: str) -> None:
    new = poll(WELL, fetched, error=error)
    kept = (
        "validators",
        "validators_at",
        "body_hash",
        "succeeded_at",
        "title",
        "equal_bodies",
    )
    assert [getattr(new, k) for k in kept] == [getattr(WELL, k) for k in kept]
    assert new.polled_at == NOW


# --- health -------------------------------------------------------------------


def test_success_names_the_feed_and_ends_a_failure() -> None:
    failing = poll(replace(WELL, title=""), http(500))
    assert (failing.status, failing.errors) == (FeedStatus.FAILING, 1)
    assert (failing.error, failing.failing_since) == ("HTTP 500", NOW)
    well = poll(failing, OK, PARSED)
    assert (well.status, well.errors) == (FeedStatus.OK, 0)
    assert (well.error, well.failing_since) == ("", None)
    assert (well.title, well.succeeded_at, well.polled_at) == ("Nachrichten", NOW, NOW)


@pytest.mark.parametrize("parsed", [None, replace(PARSED, title="")])
def test_title_survives_a_poll_that_names_none(parsed: ParsedFeed | None) -> None:
    assert poll(WELL, OK, parsed).title == "Nachrichten"


def test_304_is_a_success() -> None:
    new = poll(replace(WELL, errors=3, status=FeedStatus.FAILING), NOT_MODIFIED)
    assert (new.succeeded_at, new.errors, new.status) == (NOW, 0, FeedStatus.OK)


def test_failure_remembers_its_beginning_and_says_the_latest_reason() -> None:
    first = poll(WELL, http(500))
    second = poll(first, OK, error="an HTML page, not a feed", now=NOW + HOUR)
    assert (second.errors, second.failing_since) == (2, NOW)
    assert second.error == "an HTML page, not a feed"


def test_failure_without_a_word_still_has_a_reason() -> None:
    new = poll(WELL, Fetched(FetchOutcome.BAD_ENCODING, FEED.url))
    assert new.error == "bad encoding"


def test_gone_feed_is_not_polled_again() -> None:
    new = poll(WELL, http(410))
    assert (new.status, new.next_poll_at, new.error) == (
        FeedStatus.GONE,
        None,
        "HTTP 410",
    )


# --- a healthy feed -----------------------------------------------------------


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_healthy_feed_is_polled_after_its_interval(jitter: float) -> None:
    new = poll(WELL, replace(OK, validators=BOTH), PARSED, jitter=jitter)
    assert EVERY <= wait(new) <= EVERY * 1.1


def test_floor_binds_below_the_interval() -> None:
    policy = PollPolicy(floor=HOUR)
    assert wait(poll(WELL, NOT_MODIFIED, policy=policy)) == HOUR


def test_interval_of_nothing_does_not_spin() -> None:
    feed, policy = replace(FEED, every=timedelta(0)), PollPolicy(floor=timedelta(0))
    assert wait(poll(WELL, NOT_MODIFIED, feed=feed, policy=policy)) == timedelta(
        seconds=1
    )


def test_feeds_that_begin_together_do_not_stay_together() -> None:
    urls = [f"https://{n}.example.org/rss" for n in range(200)]
    waits = [
        wait(poll(UNPOLLED, OK, PARSED, feed=replace(FEED, url=url))) for url in urls
    ]
    assert all(EVERY <= w < 2 * EVERY for w in waits)
    minutes = [int(w / timedelta(minutes=1)) for w in waits]
    assert max(minutes.count(m) for m in set(minutes)) < len(urls) / 4
    again = wait(poll(UNPOLLED, OK, PARSED, feed=replace(FEED, url=urls[0])))
    assert again == waits[0]


def test_equal_bodies_without_validators_slow_the_polls_down() -> None:
    states = [repeated(OK, n + 1) for n in range(5)]
    assert [s.equal_bodies for s in states] == [0, 1, 2, 3, 4]
    assert [wait(s) / EVERY for s in states] == [1, 1, 1, 2, 2]
    assert states[-1].traits.wait is Wait.EQUAL
    changed = poll(states[-1], replace(OK, body=b"new"), PARSED)
    assert (changed.equal_bodies, wait(changed)) == (0, EVERY)


def test_equal_bodies_slow_down_to_an_hour_at_most() -> None:
    slow, slower = replace(FEED, every=HOUR / 2), replace(FEED, every=2 * HOUR)
    assert wait(repeated(OK, 9, feed=slow)) == HOUR
    assert wait(repeated(OK, 9, feed=slower)) == 2 * HOUR


def test_equal_bodies_with_validators_change_nothing() -> None:
    with_etag = replace(OK, validators=BOTH)
    assert wait(repeated(with_etag, 5)) == EVERY
    assert poll(repeated(with_etag, 5), NOT_MODIFIED).equal_bodies == 0


@pytest.mark.parametrize(
    ("cacheable_for", "expected"),
    [
        (timedelta(minutes=30), timedelta(minutes=30)),
        (timedelta(days=1), HOUR),
        (timedelta(days=365), EVERY),
        (timedelta(0), EVERY),
        (timedelta(seconds=-5), EVERY),
        (None, EVERY),
    ],
)
def test_cache_headers_delay_within_reason(
    cacheable_for: timedelta | None, expected: timedelta
) -> None:
    fetched = replace(NOT_MODIFIED, cacheable_for=cacheable_for)
    assert wait(poll(WELL, fetched)) == expected


@pytest.mark.parametrize(
    ("asked", "own", "expected"),
    [
        (timedelta(minutes=30), False, timedelta(minutes=30)),
        (timedelta(minutes=30), True, EVERY),
        (timedelta(days=30), False, HOUR),
        (timedelta(minutes=1), False, EVERY),
        (None, False, EVERY),
    ],
)
def test_publisher_asks_for_an_interval(
    asked: timedelta | None, *, own: bool, expected: timedelta
) -> None:
    parsed = replace(PARSED, min_interval=asked)
    feed = replace(FEED, every_is_own=own)
    assert wait(poll(WELL, OK, parsed, feed=feed)) == expected


def test_wishes_of_the_document_hold_until_the_next_one() -> None:
    asking = replace(PARSED, min_interval=HOUR / 2)
    state = poll(WELL, OK, asking)
    assert wait(poll(state, NOT_MODIFIED)) == HOUR / 2
    assert state.traits.wait is Wait.TTL
    assert (state.traits.wanted, state.traits.interval) == (EVERY, HOUR / 2)
    assert wait(poll(state, replace(OK, body=b"new"), PARSED)) == EVERY


def test_wait_says_what_decided_it() -> None:
    floor = PollPolicy(floor=HOUR)
    assert poll(WELL, NOT_MODIFIED).traits.wait is Wait.EVERY
    assert poll(WELL, NOT_MODIFIED, policy=floor).traits.wait is Wait.FLOOR
    cached = replace(NOT_MODIFIED, cacheable_for=HOUR)
    assert poll(WELL, cached).traits.wait is Wait.CACHE
    at_noon = replace(PARSED, skip_hours=frozenset({12}))
    assert poll(WELL, OK, at_noon).traits.wait is Wait.SKIP
    assert poll(WELL, http(500)).traits.wait is Wait.BACKOFF
    busy = poll(WELL, http(429, retry_after=HOUR))
    assert busy.traits.wait is Wait.RETRY_AFTER
    assert poll(busy, NOT_MODIFIED).traits.wait is Wait.RETRY_AFTER


# --- habits and gaps ----------------------------------------------------------

SELDOM = replace(
    WELL,
    traits=Traits(habit=Habit(1.0, 10.0, learned_at=ago(minutes=10)), size=3),
)


def verdicts(*novelties: Novelty) -> tuple[Verdict, ...]:
    return tuple(
        Verdict(entry(str(n)), novelty, "", "") for n, novelty in enumerate(novelties)
    )


def test_feed_that_publishes_seldom_is_polled_less() -> None:
    new = poll(SELDOM, NOT_MODIFIED)
    assert wait(new) == HOUR
    assert new.traits.wait is Wait.SELDOM
    own = poll(SELDOM, NOT_MODIFIED, feed=replace(FEED, every_is_own=True))
    assert wait(own) == EVERY


def test_gap_halves_the_interval_for_a_week() -> None:
    found = verdicts(*[Novelty.NEW] * 3)
    lost = poll(SELDOM, OK, PARSED, verdicts=found)
    assert (lost.traits.gap_at, lost.traits.wait) == (NOW, Wait.GAP)
    assert wait(lost) == EVERY / 2
    at_floor = poll(SELDOM, OK, PARSED, verdicts=found, policy=PollPolicy(floor=EVERY))
    assert (wait(at_floor), at_floor.traits.wait) == (EVERY, Wait.FLOOR)
    later = NOW + timedelta(days=8)
    assert poll(lost, NOT_MODIFIED, now=later).traits.wait is not Wait.GAP


@pytest.mark.parametrize(
    "novelties",
    [
        (Novelty.NEW, Novelty.NEW, Novelty.UNCHANGED),
        (Novelty.NEW, Novelty.NEW),
        (Novelty.ALIAS, Novelty.NEW, Novelty.NEW),
    ],
)
def test_overlap_or_a_short_document_is_no_gap(novelties: tuple[Novelty, ...]) -> None:
    assert poll(SELDOM, OK, PARSED, verdicts=verdicts(*novelties)).traits.gap_at is None


def test_first_poll_and_one_after_a_short_document_are_no_gap() -> None:
    found = verdicts(*[Novelty.NEW] * 3)
    short = replace(SELDOM, traits=Traits(size=2))
    for before in (UNPOLLED, short):
        assert poll(before, OK, PARSED, verdicts=found).traits.gap_at is None


def test_feed_whose_entries_are_pushed_is_polled_each_hour() -> None:
    """Manner 44."""
    new = poll(WELL, NOT_MODIFIED, is_pushed=True)
    assert (wait(new), new.traits.wait) == (HOUR, Wait.PUSHED)
    slow = replace(FEED, every=3 * HOUR)
    assert wait(poll(WELL, NOT_MODIFIED, is_pushed=True, feed=slow)) == 3 * HOUR


# --- our own network ----------------------------------------------------------


def test_network_that_is_down_is_no_fault_of_a_feed() -> None:
    silent = Fetched(FetchOutcome.NETWORK, FEED.url)
    state = repeated(silent, 5, is_offline=True)
    assert (state.status, state.errors, state.error) == (FeedStatus.OK, 0, "")
    assert (state.polled_at, wait(state)) == (NOW, EVERY)
    assert state.succeeded_at == WELL.succeeded_at


# --- hours that are not welcome -----------------------------------------------


def at_hour(hour: int, *, day: int = 2) -> datetime:
    return NOW.replace(day=day, hour=hour, minute=0)


@pytest.mark.parametrize(
    ("hours", "days", "due"),
    [
        ({3}, set(), NOW + EVERY),
        ({12, 13}, set(), at_hour(14)),
        (set(range(24)) - {11}, set(), at_hour(11, day=3)),
        (set(), {0, 1}, at_hour(0, day=4)),
        ({0, 1}, {0}, at_hour(2, day=3)),
        (set(range(24)), set(), NOW + EVERY),
        (set(), set(range(7)), NOW + EVERY),
        (set(range(23)), {0, 1, 2, 3, 4, 5}, at_hour(23, day=8)),
    ],
)
def test_skipped_hours_and_days_are_kept_free(
    hours: set[int], days: set[int], due: datetime
) -> None:
    parsed = replace(PARSED, skip_hours=frozenset(hours), skip_days=frozenset(days))
    assert poll(WELL, OK, parsed).next_poll_at == due


def test_after_skipped_hours_not_all_come_at_once() -> None:
    parsed = replace(PARSED, skip_hours=frozenset({12}))
    first, last = (poll(WELL, OK, parsed, jitter=j).next_poll_at for j in (0.0, 0.9))
    assert first is not None
    assert last is not None
    assert at_hour(13) == first < last < at_hour(14)


# --- failures -----------------------------------------------------------------


def test_faults_back_off_to_two_hours() -> None:
    minutes = [wait(repeated(http(500), n)) / timedelta(minutes=1) for n in range(1, 8)]
    assert minutes == [10, 20, 40, 80, 120, 120, 120]


def test_missing_feed_backs_off_to_a_day() -> None:
    assert wait(repeated(http(404), 1)) == EVERY
    assert wait(repeated(http(404), 50)) == timedelta(hours=24)


@pytest.mark.parametrize(
    "fetched",
    [
        http(401),
        http(403),
        Fetched(FetchOutcome.SECRET, FEED.url),
        Fetched(FetchOutcome.BLOCKED, FEED.url),
    ],
)
def test_what_a_person_must_mend_is_tried_slowly(fetched: Fetched) -> None:
    assert wait(repeated(fetched, 1)) == HOUR
    assert wait(repeated(fetched, 50)) == timedelta(hours=24)


def test_page_that_is_no_feed_is_a_fault() -> None:
    assert wait(repeated(OK, 50, error="an HTML page")) == 2 * HOUR


def test_backoff_is_never_faster_than_the_interval() -> None:
    feed = replace(FEED, every=timedelta(days=2))
    assert wait(repeated(http(500), 9, feed=feed)) == timedelta(days=2)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(seconds=5), timedelta(seconds=5)),
        (timedelta(days=9), timedelta(hours=24)),
        (None, timedelta(minutes=15)),
    ],
)
def test_busy_server_is_left_alone(
    status: int, asked: timedelta | None, kept: timedelta
) -> None:
    new = poll(WELL, http(status, retry_after=asked))
    assert new.not_before_at == NOW + kept
    assert wait(new) == max(kept, EVERY)


def test_retry_after_of_another_answer_is_ignored() -> None:
    new = poll(WELL, http(500, retry_after=5 * HOUR))
    assert (new.not_before_at, wait(new)) == (None, EVERY)


def test_retry_after_outlives_another_failure_and_ends_by_itself() -> None:
    busy = poll(WELL, http(429, retry_after=HOUR))
    during = poll(busy, Fetched(FetchOutcome.NETWORK, FEED.url), now=NOW + HOUR / 2)
    assert during.not_before_at == NOW + HOUR
    well = poll(busy, NOT_MODIFIED, now=NOW + HOUR / 2)
    assert wait(well, NOW + HOUR / 2) == HOUR / 2
    assert poll(busy, NOT_MODIFIED, now=NOW + HOUR).not_before_at is None


# --- whatever comes -----------------------------------------------------------

durations = st.timedeltas(timedelta(0), timedelta(days=30))
answers = st.builds(
    Fetched,
    outcome=st.sampled_from(FetchOutcome),
    url=st.just(FEED.url),
    status=st.sampled_from([None, 200, 206, 304, 401, 404, 410, 418, 429, 500, 503]),
    body=st.sampled_from([b"", BODY]),
    validators=st.sampled_from([Validators(), BOTH]),
    retry_after=st.none() | durations,
    cacheable_for=st.none() | st.timedeltas(),
)
documents = st.none() | st.builds(
    ParsedFeed,
    tier=st.just(Tier.STRICT),
    min_interval=st.none() | durations,
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)


@given(
    st.lists(
        st.tuples(answers, documents, st.sampled_from(["", "no feed"])), max_size=6
    ),
    durations,
    st.booleans(),
    st.floats(0, 1, exclude_max=True),
)
def test_next_poll_is_later_and_bounded(
    polls: list[tuple[Fetched, ParsedFeed | None, str]],
    every: timedelta,
    own: bool,  # noqa: FBT001 - given by name
    jitter: float,
) -> None:
    feed = replace(FEED, every=every, every_is_own=own)
    state, now = UNPOLLED, NOW
    for fetched, parsed, error in polls:
        state = poll(
            state, fetched, parsed, error=error, feed=feed, now=now, jitter=jitter
        )
        assert state.polled_at == now
        if state.next_poll_at is None:
            assert state.status is FeedStatus.GONE
            continue
        least = max(every, PollPolicy().floor)
        most = 2.1 * max(least, timedelta(hours=24)) + timedelta(days=7)
        assert least <= wait(state, now) <= most
        if state.not_before_at is not None:
            assert state.next_poll_at >= state.not_before_at > now
        now = state.next_poll_at
