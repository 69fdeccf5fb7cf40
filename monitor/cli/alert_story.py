"""One alert as it is shown: its text, what held it back, every delivery and attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from monitor.alerts.reasons import reasons
from monitor.cli.output import cell, print_pairs, show
from monitor.model import DeliveryState, StoredAlert
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
        "held_back": view.held_back,
        "routes": view.routes,
        "copies": view.copies,
        "deliveries": view.deliveries,
    }


def print_alert(view: AlertView) -> None:
    """Print an alert as it was made, and what came of it."""
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
            ("remark", alert.label),
            ("because", "; ".join(reasons(alert.because))),
            ("key", entry.key),
            ("text", f"sha256 {view.text_sha256}" if view.text_sha256 else ""),
            ("channels", alert.channels),
            ("also", [f"{copy.feed} (entry {copy.entry})" for copy in view.copies]),
        ]
    )
    for held in view.held_back:
        show(f"\nheld back{_where(held)}: {held.reason}{_until(held)}")
    for delivery in view.deliveries:
        _print_delivery(delivery)


def _where(held: HeldBack) -> str:
    return f" on {held.channel}" if held.channel else ""


def _until(held: HeldBack) -> str:
    if held.ended_at is not None:
        since = f" from {cell(held.since)}" if held.since else ""
        return f"{since}, released {cell(held.ended_at)}"
    until = f", until {cell(held.until)}" if held.until else ""
    return f"{until}; to send, type `{held.way_out}`" if held.way_out else until


def _print_delivery(delivery: DeliveryView) -> None:
    repeat = ", possible repeat" if delivery.maybe_sent else ""
    state = f"{_state(delivery)}{repeat}"
    show(f"\ndelivery {delivery.id} to {delivery.channel}: {state}")
    for attempt in delivery.tries:
        status = "" if attempt.status is None else f" {attempt.status}"
        detail = f": {attempt.detail}" if attempt.detail else ""
        show(f"  {cell(attempt.ended_at)}  {attempt.outcome}{status}{detail}")
