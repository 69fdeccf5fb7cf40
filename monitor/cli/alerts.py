"""``monitor alerts``: what was told, what waits and why, and what lets it go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli import alerts_export
from monitor.cli.alert_story import alert_object, print_alert, state_of
from monitor.cli.article_words import article_said
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    Command,
    group,
    open_store,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.moments import moment
from monitor.cli.names import require_alerts_of
from monitor.cli.output import print_json, print_rows, say
from monitor.cli.releasing import let_go, release_all
from monitor.model import HeldQuery, HoldReason, StoredAlert
from monitor.store.route_views import RouteView
from monitor.store.rows import batches
from monitor.store.transaction import SqlStore
from monitor.store.views import DeliveryView
from monitor.store.why_views import WhyViews
from monitor.wiring import in_force_of

app = group("The alerts and their deliveries.")
app.command("export", cls=Command)(alerts_export.export)

_ALL = 10_000
"""More alerts than any message tells of."""

_COLUMNS = ("id", "created_at", "rule", "priority", "title", "source", "state")


class State(StrEnum):
    """What `--state` narrows a list to."""

    HELD = "held"
    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"


@app.command("list", cls=Command)
def list_alerts(
    context: typer.Context,
    *,
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    feed: Annotated[str, typer.Option(help="Only of this feed.")] = "",
    state: Annotated[
        State | None, typer.Option(help="Only held ones, or with such a delivery.")
    ] = None,
    told_with: Annotated[
        int,
        typer.Option("--with", help="Only those told in one message with this ID."),
    ] = 0,
    since: Annotated[
        str, typer.Option(help="Only alerts made since then: 30d, 12h, 2026-01-31.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, help="How many at most; --with lists all.")
    ] = 50,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each alert.")
    ] = False,
) -> None:
    """Show the newest alerts first. Example: monitor alerts list --state held."""
    around = surroundings(context)
    loaded, settings = usable_files(around)
    begin = moment(around, settings, since, "--since")
    rows: list[dict[str, object]] = []
    with open_views(settings, around.config) as views:
        require_alerts_of(rule, feed, loaded, settings, views)
        if views is not None:
            found = views.alerts(
                rule=rule,
                feed=feed,
                state=state or "",
                told_with=told_with,
                since=begin,
                limit=_ALL if told_with else limit,
            )
            ids = [alert.id for alert in found]
            told, ways = views.deliveries(ids), views.routes(ids)
            rows = [_row(alert, told[alert.id], ways[alert.id]) for alert in found]
    print_rows(rows, _COLUMNS, as_json=as_json)


def _row(
    alert: StoredAlert,
    deliveries: Sequence[DeliveryView],
    routes: Sequence[RouteView],
) -> dict[str, object]:
    return {
        "id": alert.id,
        "rule": alert.rule,
        "priority": alert.priority,
        "title": alert.entry.title,
        "link": alert.entry.link,
        "feed": alert.feed,
        "source": alert.source,
        "channels": alert.channels,
        "hold": alert.hold,
        "state": state_of(alert, deliveries, routes),
        "created_at": alert.created_at,
        "deliveries": [
            {"id": d.id, "channel": d.channel, "state": d.state, "reason": d.reason}
            for d in deliveries
        ],
        "waiting": [
            {"channel": way.channel, "reason": wait.reason, "until": wait.until}
            for way in routes
            if (wait := way.waiting) is not None
        ],
    }


@app.command("show", cls=Command)
def show_alert(
    context: typer.Context,
    alert_id: Annotated[int, typer.Argument(metavar="ID")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Show one alert as it was made: why it fired, where it went, every attempt.

    Example: monitor alerts show 12
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    with open_views(settings, around.config) as views:
        found = None if views is None else WhyViews(views).alert(alert_id)
    if found is None:
        say(f"monitor: there is no alert {alert_id}; see `monitor alerts list`")
        raise typer.Exit(PROBLEM)
    feeds = {feed.name: feed for feed in settings.feeds}
    said = article_said(found.article, feeds.get(found.alert.feed))
    if as_json:
        print_json({**alert_object(found), "article_said": said})
    else:
        print_alert(found, article=said)


@app.command("retry", cls=Command)
def retry(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...")] = None,
    *,
    all_dead: Annotated[
        bool, typer.Option("--all", help="Every dead delivery.")
    ] = False,
) -> None:
    """Let dead deliveries try again. Example: monitor alerts retry 12 13."""
    if not ids and not all_dead:
        say("monitor: name the alerts, or type `monitor alerts retry --all`")
        raise typer.Exit(UNUSABLE)
    around = surroundings(context)
    _, settings = usable_files(around)
    now = around.clock.now()
    with open_store(settings, around.config) as store:
        count = store.run(lambda tx: tx.retry_dead(ids or (), now))
    say(f"{count} deliveries try again")
    raise typer.Exit(OK if count else PROBLEM)


@app.command("release", cls=Command)
def release_alerts(
    context: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...")] = None,
    *,
    reason: Annotated[
        HoldReason | None, typer.Option(help="Only what is held for this reason.")
    ] = None,
    feed: Annotated[str, typer.Option(help="Only of this feed.")] = "",
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    silence: Annotated[
        int, typer.Option(help="Only what the silence with this ID held.")
    ] = 0,
    to: Annotated[
        str,
        typer.Option(help="Send orphaned deliveries of the alerts to this channel."),
    ] = "",
    all_held: Annotated[bool, typer.Option("--all", help="Everything held.")] = False,
) -> None:
    """Let held alerts go out. Example: monitor alerts release --reason first_poll."""
    if not (ids or reason or feed or rule or silence or all_held):
        what = "a --reason, --feed, --rule or --silence"
        say(f"monitor: name the alerts, {what}, or type --all")
        raise typer.Exit(UNUSABLE)
    around = surroundings(context)
    loaded, settings = usable_files(around)
    in_force, now = in_force_of(loaded), around.clock.now()
    if to and to not in in_force.places:
        say(f"monitor: there is no channel {to!r}; see `monitor channels list`")
        raise typer.Exit(UNUSABLE)
    query = HeldQuery(tuple(ids or ()), reason or "", feed, rule, silence)
    with open_views(settings, around.config) as views:
        require_alerts_of(rule, feed, loaded, settings, views)
        orphans = () if views is None else views.orphaned_alerts(query)
    with open_store(settings, around.config) as store:
        released = release_all(store, in_force, query, now)
        deliveries = store.run(lambda tx: let_go(tx, in_force, orphans, to))
        if reason is HoldReason.TOLD_ELSEWHERE:
            more = store.run(lambda tx: tx.tell_after_all(orphans))
            deliveries = deliveries.and_more(more)
        also = _waiting(store, released)
    say(f"{len(released)} alerts released{also}{deliveries.words}")
    raise typer.Exit(PROBLEM if ids and not (released or deliveries.gone) else OK)


def _waiting(store: SqlStore, released: Sequence[StoredAlert]) -> str:
    """Return how many of the released alerts wait all the same, and why."""
    if not released:
        return ""
    these = [alert.id for alert in released]
    waits: Counter[str] = Counter()
    for some in batches(these):
        query = HeldQuery(tuple(some))
        waits.update(store.run(lambda tx, query=query: tx.waiting_counts(query)))  # type: ignore[misc]
    return "".join(f", {count} of them wait ({why})" for why, count in waits.items())
