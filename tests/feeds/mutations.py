"""What publishers do to the entries of their feeds, short of publishing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from histories import Snapshot

from monitor.model import Entry

Mutation = Callable[[Sequence[Snapshot]], list[Snapshot]]


def each(change: Callable[[Entry, int], Entry]) -> Mutation:
    """Return the mutation that changes every entry, told the number of the poll."""

    def mutate(history: Sequence[Snapshot]) -> list[Snapshot]:
        return [
            replace(shot, entries=tuple(change(e, number) for e in shot.entries))
            for number, shot in enumerate(history)
        ]

    return mutate


def from_middle(change: Callable[[Entry], Entry]) -> Mutation:
    """Return the mutation that changes every entry from the middle of a history on."""

    def mutate(history: Sequence[Snapshot]) -> list[Snapshot]:
        middle = len(history) // 2
        return each(lambda e, poll: change(e) if poll >= middle else e)(history)

    return mutate


def of_document(
    change: Callable[[list[Entry], random.Random], Sequence[Entry]],
) -> Mutation:
    """Return the mutation that rearranges every document, by dice of its own."""

    def mutate(history: Sequence[Snapshot]) -> list[Snapshot]:
        dice = random.Random(11)  # noqa: S311 - the same at every run
        return [
            replace(shot, entries=tuple(change(list(shot.entries), dice)))
            for shot in history
        ]

    return mutate


def _number(text: str | None) -> int:
    return crc32(str(text).encode())


as_served = each(lambda entry, _: entry)


def _guid_of_poll(entry: Entry, poll: int) -> Entry:
    return replace(entry, guid=f"{entry.guid or entry.link}?{poll}")


guids_of_each_poll = each(_guid_of_poll)
guids_changed_once = from_middle(
    lambda e: replace(e, guid=f"tag:neu,2026:{_number(e.guid or e.link)}")
)
guids_removed = from_middle(lambda e: replace(e, guid=None))
no_guids = each(lambda e, _: replace(e, guid=None))
guids_with_scheme = from_middle(
    lambda e: replace(e, guid=_secure(e.guid) or _secure(e.link))
)


def _tracked(entry: Entry, poll: int) -> Entry:
    if entry.link is None:
        return entry
    mark = f"utm_source=rss&utm_content={poll}&fbclid=x{poll}"
    return replace(entry, link=f"{entry.link}{'&' if '?' in entry.link else '?'}{mark}")


links_tracked = each(_tracked)
guid_is_tracked_link = each(
    lambda e, poll: replace(t := _tracked(e, poll), guid=t.link or t.guid)
)


def _secure(address: str | None) -> str | None:
    """Return the address with the other scheme."""
    if address and address.startswith("https://"):
        return "http://" + address.removeprefix("https://")
    return address and address.replace("http://", "https://", 1)


moved_to_https = from_middle(
    lambda e: replace(e, link=_secure(e.link), guid=_secure(e.guid))
)


def migrated(history: Sequence[Snapshot]) -> list[Snapshot]:
    """Give all entries new guids, links and dates, from the middle on."""
    middle = len(history) // 2
    at = history[middle].at
    old = {e.language for shot in history[:middle] for e in shot.entries}
    return [
        *history[:middle],
        *(
            replace(
                shot,
                entries=tuple(_migrated(e, at, old) for e in shot.entries),
                home="https://neu.example/",
            )
            for shot in history[middle:]
        ),
    ]


def _migrated(entry: Entry, at: datetime, old: set[str]) -> Entry:
    number = _number(entry.language)
    dated = entry.published_at
    if entry.language in old:
        dated = at - timedelta(minutes=number % 30)
    return replace(
        entry,
        guid=f"urn:node:{number}",
        link=f"https://neu.example/artikel/{number}",
        published_at=dated,
        updated_at=dated,
    )


def _shuffled(entries: list[Entry], dice: random.Random) -> list[Entry]:
    dice.shuffle(entries)
    return entries


reordered = of_document(_shuffled)
repeated = of_document(
    lambda entries, dice: [*entries, *dice.choices(entries, k=min(4, len(entries)))]
)
vanishing = of_document(
    lambda entries, dice: [e for e in entries if dice.random() > 0.3]
)


def _edited(entries: list[Entry], dice: random.Random) -> list[Entry]:
    return [
        replace(e, title=f"{e.title} {dice.choice(('+++', '(Update)', 'im Video'))}")
        if dice.random() < 0.1
        else e
        for e in entries
    ]


titles_edited = of_document(_edited)
