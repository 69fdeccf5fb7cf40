"""What a digest says of alerts that had to wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

from monitor.alerts.wording import at_local_time, counted, cut, one_line
from monitor.model import DigestItem, Entry, HoldReason, Route, StoredAlert

_LONGEST_TITLE: Final = 300
_LONGEST_NAME: Final = 80

_WHY: Final = MappingProxyType(
    {
        HoldReason.COOLDOWN: "while {rule} cooled down",
        HoldReason.THROTTLED: "of {rule}, more than it may tell at a time",
        HoldReason.QUIET_HOURS: "of the quiet hours",
        HoldReason.DIGEST: "of the digest",
    }
)


def digest_title(reason: HoldReason, rule: str, count: int) -> str:
    """Return "12 entries of the quiet hours"; `rule` counts where it is its own."""
    why = _WHY[reason].format(rule=rule)
    return f"{counted(count, 'entry', 'entries')} {why}"


def items_of(routes: Sequence[Route]) -> tuple[DigestItem, ...]:
    """Return an item for each text of an entry, in the order in which they were seen.

    An entry that was edited while it waited has two, or more.
    """
    of_texts: dict[tuple[datetime, int, Entry], list[Route]] = {}
    for route in sorted(routes, key=lambda r: r.alert.id):
        seen = (route.alert.first_seen_at, *text_of(route.alert))
        of_texts.setdefault(seen, []).append(route)
    in_order = sorted(of_texts, key=lambda seen: seen[:2])
    return tuple(_item(of_texts[seen]) for seen in in_order)


def text_of(alert: StoredAlert) -> tuple[int, Entry]:
    """Return what an alert tells of: alerts of one text make one message."""
    return alert.entry_id, alert.entry


def _item(routes: Sequence[Route]) -> DigestItem:
    first = routes[0]
    entry = first.alert.entry
    return DigestItem(
        alerts=tuple(route.alert.id for route in routes),
        rules=tuple(route.alert.rule for route in routes),
        title=cut(one_line(entry.title), _LONGEST_TITLE),
        source=cut(one_line(first.alert.source), _LONGEST_NAME),
        link=entry.link,
        at=entry.published_at or first.alert.first_seen_at,
        reason=first.hold.reason.value,
    )


def waited(route: Route, zone: tzinfo) -> str:
    """Return the remark on an alert that waited alone: since when, and why."""
    since = at_local_time(route.since, zone)
    return f"waited since {since} ({route.hold.reason})"
