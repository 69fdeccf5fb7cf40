"""What a new or corrected rule would have told: one message for a channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from monitor.alerts.reasons import reasons
from monitor.alerts.wording import counted, cut, in_words, one_line
from monitor.model import Message, MessageKind, Priority, StoredAlert

_MOST_SHOWN: Final = 10
_MOST_REASONS: Final = 4
_LONGEST_TITLE: Final = 200
_LONGEST_NAME: Final = 80


def catch_up_messages(
    found: Sequence[StoredAlert], lookbacks: Mapping[str, timedelta]
) -> tuple[tuple[str, Message], ...]:
    """Return channel and message for each channel that the alerts name.

    `lookbacks` is how far back each rule looked. The newest ten entries are shown,
    with the words that matched; the message is never more urgent than `normal`, for
    nothing of it is news.
    """
    channels = dict.fromkeys(name for alert in found for name in alert.channels)
    told = {name: [a for a in found if name in a.channels] for name in channels}
    return tuple((name, _message(alerts, lookbacks)) for name, alerts in told.items())


def _message(
    alerts: Sequence[StoredAlert], lookbacks: Mapping[str, timedelta]
) -> Message:
    rules = tuple(dict.fromkeys(alert.rule for alert in alerts))
    entries: dict[int, list[StoredAlert]] = {}
    for alert in sorted(alerts, key=lambda a: a.first_seen_at, reverse=True):
        entries.setdefault(alert.entry_id, []).append(alert)
    count, span = len(entries), in_words(max(lookbacks[rule] for rule in rules))
    who = "a new or corrected rule matches"
    if len(rules) > 1:
        who = "new or corrected rules match"
    return Message(
        kind=MessageKind.ALERT,
        title=f"catch-up: {counted(count, 'entry', 'entries')} "
        f"of the last {span} that {who}",
        priority=min(Priority.NORMAL, max(alert.priority for alert in alerts)),
        alerts=tuple(alert.id for alert in alerts),
        rules=rules,
        text="\n".join(_lines(list(entries.values()), rules)),
    )


def _lines(
    entries: Sequence[Sequence[StoredAlert]], rules: Sequence[str]
) -> Iterator[str]:
    for alerts in entries[:_MOST_SHOWN]:
        first = alerts[0]
        title = cut(one_line(first.entry.title), _LONGEST_TITLE)
        source = cut(one_line(first.source), _LONGEST_NAME)
        yield f"{title or '(without a title)'} ({source})"
        yield from _because(alerts, is_one_of_many=len(rules) > 1)
        if first.entry.link:
            yield one_line(first.entry.link)
    if (more := len(entries) - _MOST_SHOWN) > 0:
        which = f" --rule {rules[0]}" if len(rules) == 1 else ""
        yield f"and {more} more: monitor alerts list{which}"


def _because(alerts: Sequence[StoredAlert], *, is_one_of_many: bool) -> Iterator[str]:
    """Yield the words that matched, and the rules where that is not plain."""
    who = f"{', '.join(alert.rule for alert in alerts)}: " if is_one_of_many else ""
    found = reasons([each for alert in alerts for each in alert.because])
    why = "; ".join(found[:_MOST_REASONS])
    if who or why:
        yield f"because: {who}{why}".rstrip(": ")
