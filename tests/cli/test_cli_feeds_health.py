"""What `feeds health` says of a feed beside its troubles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.cli.feeds_health import FeedHealth
from monitor.model import Feed, FeedState, PushReason, PushState, Traits
from monitor.store.views import PushView
from monitor.testing import START

URL = "https://news.example.org/feed"


def health(traits: Traits, push: PushView | None = None) -> FeedHealth:
    state = FeedState(1, "news", URL, polled_at=START, traits=traits)
    feed = Feed("news", URL, timedelta(minutes=10))
    return FeedHealth(feed, state, {}, (), START, push)


def pushed(state: PushState, reason: PushReason) -> PushView:
    return PushView(state, reason, "", "https://hub.example", None, None, 0, 0, 0)


def test_ids_that_change_are_remarked() -> None:
    assert health(Traits()).remarks == ()
    (remark,) = health(Traits(keyed_by_link=True)).remarks
    assert "known by their links" in remark


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (PushState.DENIED, PushReason.DENIED_BY_HUB, "push denied (denied by hub)"),
        (PushState.OFF, PushReason.OTHER_TOPIC, "push off (other topic)"),
        (PushState.ACTIVE, PushReason.VERIFIED, None),
        (PushState.OFF, PushReason.NO_HUB, None),
    ],
)
def test_push_that_does_not_come_is_remarked(
    state: PushState, reason: PushReason, said: str | None
) -> None:
    remarks = health(Traits(), pushed(state, reason)).remarks
    assert remarks == (() if said is None else (said,))
