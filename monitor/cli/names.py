"""Names that commands are given: of rules and feeds that are configured, or were."""

from __future__ import annotations

from collections.abc import Collection

import typer

from monitor.cli.frame import UNUSABLE
from monitor.cli.output import say
from monitor.config import Loaded
from monitor.config.near import did_you_mean
from monitor.model import Settings
from monitor.store.views import Views


def require_alerts_of(
    rule: str, feed: str, loaded: Loaded, settings: Settings, views: Views | None
) -> None:
    """End where a rule or feed is neither configured nor has an alert that is kept."""
    rules = [one.name for one in loaded.rules]
    feeds = [one.name for one in settings.feeds]
    if rule not in {"", *rules} and not (views and views.alerts(rule=rule, limit=1)):
        _refuse("rule", rule, rules)
    if feed not in {"", *feeds} and not (views and views.alerts(feed=feed, limit=1)):
        _refuse("feed", feed, feeds)


def _refuse(kind: str, name: str, known: Collection[str]) -> None:
    what = f"there is no {kind} {name!r}, and no alert of one is kept"
    say(f"monitor: {what}; {did_you_mean(name, known)}")
    raise typer.Exit(UNUSABLE)
