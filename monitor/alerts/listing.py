"""Lists in a few words: rules, ids, copies, the entries of a digest, and commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import tzinfo

from monitor.alerts.wording import at_local_time, counted, cut, one_line
from monitor.model import DigestItem, Message

_MOST_NAMES = 5
_MOST_COMMANDS = 3
_LONGEST_NAME = 60
_LONGEST_TYPED = 100


def grouped(
    items: Sequence[DigestItem],
) -> tuple[tuple[str, tuple[DigestItem, ...]], ...]:
    """Return the items by the rules that they met, in the order of the first of each.

    One that met several rules stands once, under all of their names.
    """
    found: dict[tuple[str, ...], list[DigestItem]] = {}
    for item in items:
        found.setdefault(item.rules, []).append(item)
    return tuple((listed(names), tuple(group)) for names, group in found.items())


def item_time(item: DigestItem, zone: tzinfo) -> str:
    """Return when an entry came out, empty if that is not known."""
    return "" if item.at is None else at_local_time(item.at, zone)


def item_facts(item: DigestItem, zone: tzinfo) -> Iterator[str]:
    """Yield when it was told, by whom, why it waited, its copies and its alerts."""
    if time := item_time(item, zone):
        yield time
    if item.source:
        yield one_line(item.source)
    if item.reason:
        yield "waited: " + one_line(item.reason.replace("_", " "))
    if item.also:
        yield f"also: {listed(item.also)}"
    if item.alerts:
        yield "alert " + ids(item.alerts, most=5)


def item_change(item: DigestItem, room: int) -> str:
    """Return what an edit changed on one line, empty if it is no edit."""
    return cut("; ".join(map(one_line, item.change.splitlines())), room)


def listed(names: Sequence[str]) -> str:
    """Return "FAZ, dpa", and of many the first and how many more: "FAZ, dpa, +3"."""
    shown = [cut(one_line(name), _LONGEST_NAME) for name in names[:_MOST_NAMES]]
    more = len(names) - _MOST_NAMES
    return ", ".join([*shown, *([f"+{more}"] if more > 0 else [])])


def silencing(message: Message) -> tuple[str, ...]:
    """Return the commands that silence its first rules for a while."""
    if not message.alerts:
        return ()
    names = [name for name in message.rules if len(name) <= _LONGEST_TYPED]
    return tuple(
        f"monitor silence add --rule {shlex.quote(one_line(name))} --for 2h"
        for name in names[:_MOST_COMMANDS]
    )


def ids(alerts: Sequence[int], *, most: int) -> str:
    """Return "12 13", and of very many the first and how many more."""
    more = f" and {len(alerts) - most} more" if len(alerts) > most else ""
    return " ".join(map(str, alerts[:most])) + more


def rest(message: Message, shown: int) -> str:
    """Return how many items are not shown and the command that lists them all."""
    more = len(message.items) - shown
    if more <= 0:
        return ""
    first = "".join(f" --with {alert}" for alert in message.alerts[:1])
    return (
        f"and {counted(more, 'more entry', 'more entries')}: monitor alerts list{first}"
    )
