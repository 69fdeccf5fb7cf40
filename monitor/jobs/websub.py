"""WebSub: hubs are asked to push, to go on pushing, and to stop.

::

    note     after a poll: the hub that the feed names now, and whether pushes came
    decide   what is due: subscribe, renew, leave, or let it rest, and why
    ask      the hub, which comes back by itself (see `jobs/pushes.py`)

What is decided is stored before the hub is asked, for it may come back at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.feeds.subscribing import (
    LEASE,
    MOST_MISSED,
    Step,
    answered,
    asked,
    next_step,
    noted,
    parted,
    polled,
    rested,
)
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.model import (
    Advert,
    FeedState,
    HubAnswer,
    HubRequest,
    PushMode,
    PushState,
    Subscription,
    Verdict,
)
from monitor.ports import Clock, Hubs, Journal, Store, Transaction

_ENDS = (Step.FORGET, Step.REST, Step.PART)


@dataclass(frozen=True, slots=True)
class WebSubJob:
    """Keeps the subscriptions as the configuration and the feeds want them.

    `token` returns a text that nobody can guess, another at each call.
    `is_listening` says whether a hub that comes back would reach us.
    """

    store: Store
    hubs: Hubs
    clock: Clock
    journal: Journal
    in_force: Callable[[], InForce]
    token: Callable[[], str]
    is_listening: Callable[[], bool]

    async def due(self, limit: int) -> tuple[Subscription, ...]:
        """Decide about what is due; return those whose hub is to be asked now.

        They are at most `limit`.

        Where the address is taken for now, what there is waits for it.
        """
        if self.in_force().settings.websub is not None and not self.is_listening():
            return ()
        now = self.clock.now()
        return await self.store.transact(lambda tx: self._decide(tx, now, limit))

    def _decide(
        self, tx: Transaction, now: datetime, limit: int
    ) -> tuple[Subscription, ...]:
        due = tx.due_subscriptions(now, limit)
        decided = [self._act(tx, sub, now) for sub in due]
        return tuple(sub for sub in decided if sub is not None)

    def _act(
        self, tx: Transaction, sub: Subscription, now: datetime
    ) -> Subscription | None:
        """Store what follows; return the subscription if its hub is to be asked."""
        in_force, is_listening = self.in_force(), self.is_listening()
        websub = in_force.settings.websub if is_listening else None
        feed = in_force.feeds.get(sub.feed)
        step, reason = next_step(sub, feed, websub, is_listening=is_listening)
        if step in _ENDS:
            tx.close_report(report_key(sub.feed))  # a new one would be news
        if step is Step.FORGET:
            tx.forget_subscription(sub.id)
        elif step is Step.REST:
            tx.save_subscription(rested(sub, reason))
        elif step is Step.PART:
            for one in parted(sub, reason, now):
                tx.save_subscription(one)
        else:
            token, secret = self.token(), self.token()
            mode = PushMode(step.value)
            sub = asked(sub, mode, websub, now, token=token, secret=secret)
            tx.save_subscription(sub)
            return sub
        return None

    async def ask(self, sub: Subscription) -> None:
        """Ask the hub of a subscription for what is pending; note how it took it.

        Raises:
            StoreError: what it said could not be stored; it is asked again later.
        """
        mode = sub.asking or PushMode.SUBSCRIBE
        request = HubRequest(
            feed_url=sub.served,
            hub=sub.hub,
            mode=mode,
            topic=sub.topic,
            callback=sub.callback,
            lease=LEASE if mode is PushMode.SUBSCRIBE else timedelta(0),
            secret=sub.secret if mode is PushMode.SUBSCRIBE else "",
        )
        answer = await self.hubs.ask(request)
        now = self.clock.now()
        await self.store.transact(lambda tx: note_answer(tx, sub, answer, now))
        self.journal.event(
            "websub",
            level="info" if answer.accepted else "warning",
            feed=sub.feed,
            hub=sub.hub,
            mode=mode,
            outcome="accepted" if answer.accepted else "refused",
            status=answer.status,
            tries=sub.tries,
            error=answer.detail,
        )


def review(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Make due what another configuration may have changed, and nothing else.

    A subscription that is wanted as it is must not be asked for at every edit.
    """
    websub = in_force.settings.websub
    for sub in tx.subscriptions():
        feed = in_force.feeds.get(sub.feed)
        step, _ = next_step(sub, feed, websub, is_listening=True)
        if sub.state is PushState.OFF or step in _ENDS:
            tx.save_subscription(replace(sub, due_at=now))


def note_answer(
    tx: Transaction, sub: Subscription, answer: HubAnswer, now: datetime
) -> None:
    """Store how a hub took a request, unless it has come back already."""
    current = tx.subscription(sub.token or "")
    after = answered(current, answer, now) if current is not None else None
    if after is not None:
        tx.save_subscription(after)


def note_poll(
    tx: Transaction,
    in_force: InForce,
    state: FeedState,
    said: Advert | None,
    verdicts: Sequence[Verdict],
    *,
    now: datetime,
) -> bool:
    """Store what a poll says of the feed's subscription; say whether it is trusted.

    `said` is what its document says of a hub, None where none was read.
    Where nothing is listened at, only a feed that names a hub costs a query.
    """
    if in_force.settings.websub is None and (said is None or said.hub is None):
        return False
    current = tx.subscription_of(state.id)
    changed = noted(current, state.id, state.name, said, now) if said else ()
    for one in changed:
        tx.save_subscription(one)
    if changed or current is None:
        return False
    after = polled(current, verdicts, now)
    if after != current:
        tx.save_subscription(after)
        _report_missed(tx, in_force, after, now)
    return after.is_trusted(now)


def report_key(feed: str) -> str:
    """Return under what the report on a feed's pushes is kept."""
    return f"push:{feed}"


def _report_missed(
    tx: Transaction, in_force: InForce, sub: Subscription, now: datetime
) -> None:
    title = f"feed {sub.feed}: its hub does not push"
    if sub.missed >= MOST_MISSED and tx.open_report(report_key(sub.feed), title, now):
        text = (
            f"Polls found entries that {sub.hub} had not pushed. The feed is polled "
            "as often as without it, and the hub is asked again."
        )
        tell_ops(tx, in_force, title, text, now)
