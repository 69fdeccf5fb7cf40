"""The store as the jobs see it: what one transaction may read and write."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.matching.forms import WordForm
from monitor.model import (
    Backlog,
    Because,
    Delivery,
    Entry,
    Feed,
    FeedState,
    FeedTrouble,
    HeldQuery,
    Indexed,
    KnownEntry,
    Lane,
    LaneChange,
    Message,
    Rule,
    SendResult,
    Settled,
    StoredAlert,
    StoredEntry,
    Stranded,
    Subscription,
    Verdict,
    Waiting,
)
from monitor.ports.articles import ArticleTransaction
from monitor.ports.keeping import Keeping
from monitor.ports.routing import Routing
from monitor.ports.telling import Telling
from monitor.ports.watching import WatchTransaction


class Transaction(
    Keeping, Routing, Telling, WatchTransaction, ArticleTransaction, Protocol
):
    """What a job may read and write inside one transaction."""

    # feeds

    def sync_feeds(self, feeds: Sequence[Feed], now: datetime) -> None:
        """Make the stored feeds those of the configuration.

        A new URL drops the validators; a feed that left stays, inactive.
        """

    def feed_states(self) -> tuple[FeedState, ...]:
        """Return the state of every configured feed, by name."""

    def claim_due(
        self, now: datetime, *, until: datetime, limit: int, horizon: timedelta
    ) -> tuple[FeedState, ...]:
        """Claim at most `limit` feeds that are due until `until`; return them.

        A due time or claim beyond `now` + `horizon` (the clock went back) counts
        as past.
        """

    def claim(
        self, ids: Sequence[int], now: datetime, *, until: datetime
    ) -> tuple[FeedState, ...]:
        """Claim those of the feeds that nobody else has claimed; return them."""

    def make_due(self, ids: Sequence[int]) -> None:
        """Let the feeds be polled at the next tick, by a person's wish.

        Until then no poll is set for them: that is how such a wish is known.
        """

    def leave_alone(self, names: Sequence[str], until: datetime) -> None:
        """Let none of the feeds be asked before `until` (their host said so)."""

    def save_feed(self, state: FeedState) -> bool:
        """Store the state and end the claim; say whether the state still counts.

        It does not where the feed was given another URL while it was asked.
        """

    # troubles of feeds

    def feed_troubles(self, feed: str = "") -> tuple[FeedTrouble, ...]:
        """Return the troubles of one feed, or of all, by feed."""

    def has_untold_troubles(self) -> bool:
        """Say whether the begin or the end of a trouble may have to be told."""

    def save_troubles(self, troubles: Sequence[FeedTrouble]) -> None:
        """Store the troubles as they are now."""

    def drop_troubles(self, troubles: Sequence[FeedTrouble]) -> None:
        """Forget the troubles."""

    def are_awaited(
        self, names: Collection[str], since: datetime, now: datetime
    ) -> bool:
        """Say whether one of the feeds, not polled since then, is being asked now."""

    def feed_state(self, feed_id: int) -> FeedState | None:
        """Return the state of a feed that stands in the configuration, else None."""

    # subscriptions at hubs

    def subscription_of(self, feed_id: int) -> Subscription | None:
        """Return the subscription of a feed, not one that is being ended."""

    def subscription(self, token: str) -> Subscription | None:
        """Return the subscription whose callback has this token."""

    def due_subscriptions(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return at most `limit` subscriptions that there is something to do about."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return every subscription, also those that are being ended."""

    def save_subscription(self, subscription: Subscription) -> None:
        """Store a subscription, a new one if its id is 0."""

    def forget_subscription(self, subscription_id: int) -> None:
        """Delete a subscription."""

    # entries

    def known_entries(
        self, feed_id: int, keys: Collection[str], links: Collection[str]
    ) -> tuple[KnownEntry, ...]:
        """Return the feed's entries that have one of the keys or canonical links."""

    def save_entries(
        self, feed_id: int, verdicts: Sequence[Verdict], now: datetime
    ) -> list[int]:
        """Store new, edited and re-keyed entries; return their ids, in their order."""

    def latest_entries(self, feed_id: int, limit: int) -> tuple[Entry, ...]:
        """Return at most `limit` of the feed's entries, those stored last."""

    def touch_document(self, feed_id: int, since: datetime, now: datetime) -> None:
        """Note that the feed's entries seen since `since` are still there."""

    def touch_entries(self, ids: Sequence[int], now: datetime) -> None:
        """Note that the entries were seen (to the day)."""

    # matches and alerts

    def add_match(
        self, rule: Rule, entry_id: int, because: Sequence[Because], now: datetime
    ) -> int | None:
        """Store a match; return its id, None if the rule fired for it before."""

    def add_alert(
        self,
        match_id: int,
        rule: Rule,
        verdict: Verdict,
        now: datetime,
        *,
        silence_id: int | None = None,
    ) -> StoredAlert:
        """Store the alert of a match, unless its story was told for the rule.

        A silence that is named holds it.

        Returns the alert as it is now: `hold` None means it is to be told, with
        SAME_STORY that it joined an alert that was there. An alert that is only
        held gives way to one that may go out.
        """

    def held_alerts(self, query: HeldQuery) -> tuple[StoredAlert, ...]:
        """Return the alerts that wait, oldest first."""

    def unhold(self, alert_ids: Sequence[int], now: datetime) -> None:
        """Note that the alerts wait no longer."""

    # the outbox

    def enqueue(
        self,
        channel: str,
        message: Message,
        places: int,
        now: datetime,
        *,
        entry_id: int | None = None,
    ) -> int:
        """Put a message into the outbox, one delivery for each place; return its id."""

    def due_lanes(self, now: datetime) -> tuple[Lane, ...]:
        """Return the lanes with something to try now; expired leases are freed."""

    def lease(self, lane: Lane, now: datetime, *, until: datetime) -> Delivery | None:
        """Claim the head of the lane, None if nothing is to be tried now."""

    def settle(
        self, delivery: Delivery, settled: Settled, result: SendResult, now: datetime
    ) -> LaneChange | None:
        """Record an attempt and what follows; say how the lane changed, if it did."""

    def mend(self, lane: Lane) -> bool:
        """Let the deliveries of a lane go that is broken or whose circuit is open.

        Says whether it was. What its fallback could not tell by now goes out here.
        """

    def probe_broken(self, now: datetime) -> None:
        """Let every lane that is broken or rests be probed at the next sweep."""

    def backlog(self, lane: Lane) -> Backlog:
        """Return what waits in a lane, whether it is held there or not."""

    def stranded_lanes(self, open_before: datetime) -> tuple[Stranded, ...]:
        """Return the lanes that are broken, or whose circuit is open since before."""

    def stranded_deliveries(self, lane: Lane, limit: int) -> tuple[Waiting, ...]:
        """Return at most `limit` deliveries of a lane that nobody told elsewhere."""

    def tell_elsewhere(
        self, delivery_id: int, channel: str, message: Message, places: int
    ) -> None:
        """Hold a delivery, for a channel that gets `message` in its place.

        Where that channel is told all of its alerts anyhow, it gets nothing more.
        """

    def note_in(self, lane: Lane, message: Message, now: datetime) -> None:
        """Let the people of a stranded lane hear `message` when it is well again."""

    def free_leases(self) -> int:
        """End all leases and claims (their owner is gone); return how many leases.

        A claimed feed may have been asked: it is due as if it had been.
        """

    def next_attempts(self, now: datetime) -> Mapping[Lane, datetime]:
        """Return when each lane has something to try next; without it are absent."""

    def sync_outbox(self, lanes: Collection[Lane], rules: Collection[str]) -> int:
        """Hold what has lost its lane, rule or feed; let go what has it again.

        Returns how many deliveries wait as orphaned.
        """

    def redirect(
        self, alert_ids: Sequence[int], channel: str | None, places: int
    ) -> int:
        """Send orphaned deliveries of the alerts to another channel; count them.

        Without a channel they go where they were meant to go.
        """

    def tell_after_all(self, alert_ids: Sequence[int]) -> int:
        """Let go what was told elsewhere: it is told in its own channel as well."""

    def retry_dead(self, alert_ids: Sequence[int], now: datetime) -> int:
        """Let dead deliveries (of all alerts if none is named) try again."""

    def delivery_counts(self, *, of_alerts: bool = False) -> Mapping[str, int]:
        """Return how many deliveries are in each state; of alerts alone if asked."""

    def held_delivery_counts(self) -> Mapping[str, int]:
        """Return how many deliveries are held, for each reason."""

    # stored entries, and the rules as they were in force

    def some_entries(
        self, since: datetime | None, *, before: int | None, limit: int
    ) -> tuple[StoredEntry, ...]:
        """Return entries first seen since then, the newest below id `before` first."""

    def index_some(self, after: int, limit: int) -> Indexed:
        """Index the words of at most `limit` entries of higher ids that are not yet."""

    def rule_versions(self) -> Mapping[str, str] | None:
        """Return the versions that were saved last, None if none ever were."""

    def save_rule_versions(self, versions: Mapping[str, str]) -> None:
        """Make these the versions of the rules in force."""

    # new names

    def rename_feed(self, old: str, new: str) -> None:
        """Move what is stored of a feed to its new name; again changes nothing."""

    def rename_rule(self, old: str, new: str) -> None:
        """Move what is stored of a rule to its new name; again changes nothing."""

    def rename_channel(self, old: str, new: str) -> None:
        """Move what is stored of a channel to its new name; again changes nothing."""

    # word forms

    def known_forms(
        self, terms: Collection[str], languages: Sequence[str], version: str = ""
    ) -> Mapping[str, tuple[WordForm, ...]]:
        """Return the kept forms of terms that have some; "" is any version."""

    def save_forms(
        self,
        forms: Mapping[str, Sequence[WordForm]],
        languages: Sequence[str],
        version: str,
    ) -> None:
        """Keep the forms of terms; those of another version make way."""

    # reports and rule files

    def open_report(self, key: str, detail: str, now: datetime) -> bool:
        """Note a trouble; say whether it is news: not known, or of another kind."""

    def close_report(self, key: str) -> bool:
        """Note that a trouble ended; say whether it was known."""

    def rule_files(self) -> Mapping[str, str]:
        """Return the last good text of each rule file, by its name."""

    def save_rule_files(self, sources: Mapping[str, str], now: datetime) -> None:
        """Make these the last good texts."""

    # the clock

    def set_back(self, by: timedelta, now: datetime) -> None:
        """Let what waits for a time after `now` come sooner, by so much.

        Somebody set the clock back, and nothing is to wait longer than was meant.
        """
