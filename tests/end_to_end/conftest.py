"""What the end-to-end tests share: servers on loopback and a project that uses them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from feedsite import FeedSite, LiveFeed
from harness import Project
from receivers import Mailbox, Webhook

WEAPONS = "Aserbaidschan AND Waffenlieferungen"


@pytest.fixture
def site() -> Iterator[FeedSite]:
    with FeedSite() as running:
        yield running


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as running:
        yield running


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


@pytest.fixture
def feed(site: FeedSite) -> LiveFeed:
    """The feed named `news`, empty."""
    return site.feed("news")


def configured(root: Path, channel: str, ops: str, *urls: str) -> Project:
    """Return a project: these feeds, the birth rule, one channel and one for ops."""
    project = Project(root)
    names = [url.rsplit("/", 1)[1] for url in urls]
    project.configure(
        poll={
            "floor": "0s",
            "per_host": {"connections": "20", "spacing": "0s"},
            "allow_networks": ["127.0.0.1/32"],
        },
        channels={"desk": channel, "ops": ops},
        ops=["ops"],
        defaults={
            "feed": {"every": "1s"},
            "rule": {"channels": ["desk"], "throttle": "none"},
        },
        feeds=[{"url": u, "name": n} for u, n in zip(urls, names, strict=True)],
    )
    project.write_rules(f"rules:\n  waffen: {WEAPONS}\n")
    return project


@pytest.fixture
def project(tmp_path: Path, webhook: Webhook, feed: LiveFeed) -> Project:
    """The project of the birth rule: the feed `news`, the channel `desk`."""
    return configured(
        tmp_path, webhook.channel("/desk"), webhook.channel("/ops"), feed.url
    )


@pytest.fixture
def primed(project: Project) -> Project:
    """The same after its first poll, of an empty feed: whatever comes now is new."""
    project.poll()
    return project


@pytest.fixture
def eager(project: Project) -> Project:
    """The same, whose first poll already alerts of what is young: one command less."""
    feed = {"every": "1s", "lookback": "1h"}
    project.configure(
        defaults={"feed": feed, "rule": {"channels": ["desk"], "throttle": "none"}}
    )
    return project
