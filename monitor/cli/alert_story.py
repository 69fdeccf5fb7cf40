"""One alert as it is shown: its text, what held it back, every delivery and attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from monitor.alerts.reasons import reasons
from monitor.cli.article_words import quotes
from monitor.cli.output import cell, print_pairs, show, to_the_second
from monitor.jobs.silences import described
from monitor.model import DeliveryState, HoldReason, StoredAlert
from monitor.store.route_views import RouteView
from monitor.store.views import DeliveryView
from monitor.store.why_views import AlertView, HeldBack


def state_of(
    alert: StoredAlert,
    deliveries: Sequence[DeliveryView],
    routes: Sequence[RouteView],
) -> str:
    """Return in a few words where an alert is: ``held: first_poll``, ``sent`` ..."""
    if alert.hold is not None:
        return f"held: {alert.hold.value}"
    states = Counter(_state(delivery) for delivery in deliveries)
    waits = [way.waiting for way in routes]
    states.update(f"held: {wait.reason}" for wait in waits if wait is not None)
    if len(states) == 1:
        return next(iter(states))
    return ", ".join(f"{count} {state}" for state, count in states.items())


def _state(delivery: DeliveryView) -> str:
    is_held = delivery.state == DeliveryState.HELD
    return f"held: {delivery.reason}" if is_held else delivery.state


def alert_object(view: AlertView) -> dict[str, object]:
    """Return an alert with all that came of it, for JSON."""
    return {
        **asdict(view.alert),
        "state": state_of(view.alert, view.deliveries, view.routes),
        "rule_version": view.rule_version,
        "released_at": view.released_at,
        "text_sha256": view.text_sha256,
        "is_edited": view.is_edited,
        "article_quotes": quotes(view.alert.entry, view.alert.because),
        "wish": view.article,
        "held_back": view.held_back,
        "silence": view.silence,
        "sources": view.sources,
        "routes": view.routes,
        "copies": view.copies,
        "deliveries": view.deliveries,
    }


def print_alert(view: AlertView, *, article: str = "") -> None:
    """Print an alert as it was made, and what came of it.

    `article` tells what became of its entry's article, where that is not told already.
    """
    alert, entry = view.alert, view.alert.entry
    edited = f"since then; see `monitor why {alert.entry_id}`" if view.is_edited else ""
    print_pairs(
        [
            ("alert", alert.id),
            ("rule", f"{alert.rule} (version {view.rule_version})"),
            ("priority", alert.priority),
            ("state", state_of(alert, view.deliveries, view.routes)),
            ("made", alert.created_at),
            ("title", entry.title),
            ("link", entry.link),
            ("source", f"{alert.source} ({alert.feed})"),
            ("published", entry.published_at),
            ("first seen", alert.first_seen_at),
            ("edited", edited),
            ("article", article),
            ("remark", alert.label),
            ("because", "; ".join(reasons(alert.because))),
            ("key", entry.key),
            ("text", f"sha256 {view.text_sha256}" if view.text_sha256 else ""),
            ("channels", alert.channels),
            ("also", [f"{copy.feed} (entry {copy.entry})" for copy in view.copies]),
        ]
    )
    if article:
        for quote in quotes(entry, alert.because):
            show(f"\nthe article says: {quote}")
    for held in view.held_back:
        show(f"\nheld back{_where(held)}: {held.reason}{_until(held)}")
    if view.sources:
        show(f"  told so far by {', '.join(view.sources)}")
    if view.silence is not None:
        silence = view.silence
        end = cell(silence.ended_at or silence.until)
        show(f"  silence {silence.id} until {end}: {described(silence)}")
    several = {delivery.channel for delivery in view.deliveries if delivery.place}
    for delivery in view.deliveries:
        place = f" (URL {delivery.place + 1})" if delivery.channel in several else ""
        where = f"{delivery.channel}{place}"
        _print_delivery(delivery, where, _way_out(delivery, alert.id))


def _where(held: HeldBack) -> str:
    return f" on {held.channel}" if held.channel else ""


def _until(held: HeldBack) -> str:
    if held.ended_at is not None:
        since = f" from {cell(held.since)}" if held.since else ""
        return f"{since}, released {cell(held.ended_at)}"
    until = f", until {cell(held.until)}" if held.until else ""
    return f"{until}; to send, type `{held.way_out}`" if held.way_out else until


def _way_out(delivery: DeliveryView, alert_id: int) -> str:
    """Return the command by which a delivery that stands goes on, "" if it moves."""
    if delivery.state == DeliveryState.DEAD:
        return f"monitor alerts retry {alert_id}"
    is_told = delivery.reason == HoldReason.TOLD_ELSEWHERE
    if delivery.state != DeliveryState.HELD or is_told:
        return ""
    if delivery.reason == HoldReason.CHANNEL_BROKEN:
        return f"monitor channels test {delivery.channel}"
    to = " --to CHANNEL" if delivery.reason == HoldReason.ORPHANED else ""
    return f"monitor alerts release {alert_id}{to}"


def _print_delivery(delivery: DeliveryView, where: str, way_out: str) -> None:
    repeat = ", possible repeat" if delivery.maybe_sent else ""
    end = f"; to send, type `{way_out}`" if way_out else ""
    state = f"{_state(delivery)}{repeat}{_next(delivery)}{end}"
    show(f"\ndelivery {delivery.id} to {where}: {state}")
    for attempt in delivery.tries:
        status = "" if attempt.status is None else f" {attempt.status}"
        detail = f": {attempt.detail}" if attempt.detail else ""
        at = to_the_second(attempt.ended_at)
        show(f"  {at}  {attempt.outcome}{status}{detail}")


def _next(delivery: DeliveryView) -> str:
    at = delivery.next_attempt_at
    if delivery.state != DeliveryState.PENDING or at is None:
        return ""
    return f", next try {to_the_second(at)}"
