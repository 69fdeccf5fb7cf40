"""The entries of a digest: by rule, each with what is known of it in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from monitor.alerts.wording import at_local_time, counted, cut, one_line
from monitor.model import DigestItem, Message

_MOST_RULES = 5


def rule_names(rules: Sequence[str]) -> str:
    """Return the names of rules, few and short, and how many more there are."""
    names = [cut(one_line(rule), 60) for rule in rules[:_MOST_RULES]]
    more = len(rules) - _MOST_RULES
    return ", ".join([*names, *([f"+{more}"] if more > 0 else [])])


def grouped(
    items: Sequence[DigestItem],
) -> tuple[tuple[str, tuple[DigestItem, ...]], ...]:
    """Return the items by the rules that they met, in the order of the first of each.

    One that met several rules stands once, under all of their names.
    """
    found: dict[tuple[str, ...], list[DigestItem]] = {}
    for item in items:
        found.setdefault(item.rules, []).append(item)
    return tuple((rule_names(names), tuple(group)) for names, group in found.items())


def item_facts(item: DigestItem, zone: tzinfo) -> Iterator[str]:
    """Yield when it was told, by whom, why it waited, its copies and its alerts."""
    if item.at is not None:
        yield at_local_time(item.at, zone)
    if item.source:
        yield one_line(item.source)
    if item.reason:
        yield "waited: " + one_line(item.reason.replace("_", " "))
    if item.also:
        yield "also: " + one_line(", ".join(item.also))
    if item.alerts:
        yield "alert " + ids(item.alerts, most=5)


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
