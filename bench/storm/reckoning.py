"""What was due, what arrived and what the database says, entry by entry."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from storm.receiver import UNANSWERED, Arrival

Key = tuple[str, int]

_STATES = """
    SELECT d.channel, e.guid, d.state FROM deliveries d
    JOIN messages m ON m.id = d.message_id JOIN entries e ON e.id = m.entry_id
"""
_IN_ORDER = """
    SELECT d.channel, e.guid FROM deliveries d
    JOIN messages m ON m.id = d.message_id JOIN entries e ON e.id = m.entry_id
    WHERE NOT EXISTS (SELECT 1 FROM attempts a WHERE a.delivery_id = d.id
                      AND a.outcome = 'message_refused')
    ORDER BY d.id
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """The whole of it, in numbers; `broken` names each bound that did not hold."""

    alerts: int
    messages: int
    lost: int
    never_arrived: int
    invented: int
    repeats: int
    most_repeats: int
    unmarked: int
    unknown_to_receiver: int
    shared_ids: int
    marked_in_vain: int
    out_of_order: int
    missing_alerts: int
    surplus_alerts: int
    accepted_unanswered: int
    integrity: str

    @property
    def broken(self) -> tuple[str, ...]:
        """Return the bounds that did not hold."""
        zeros = (
            "lost",
            "never_arrived",
            "invented",
            "unmarked",
            "unknown_to_receiver",
            "shared_ids",
            "out_of_order",
            "missing_alerts",
            "surplus_alerts",
        )
        found = [name for name in zeros if getattr(self, name)]
        found += ["repeats"] if self.repeats > self.most_repeats else []
        return (*found, *(["integrity"] if self.integrity != "ok" else []))

    def rows(self) -> Mapping[str, object]:
        """Return the numbers by name."""
        return asdict(self)


def states(database: Path) -> Mapping[Key, str]:
    """Return where each message is that the database knows."""
    found = _rows(database, _STATES)
    return {(channel, _number(guid)): state for channel, guid, state in found}


def count(database: Path, query: str) -> int:
    """Return the one number that a query asks for."""
    return int(_rows(database, query)[0][0])


def by_name(database: Path, query: str) -> dict[str, int]:
    """Return the numbers that a query asks for, by the names beside them."""
    return {str(name): int(number) for name, number in _rows(database, query)}


def integrity(database: Path, how: str = "integrity_check") -> str:
    """Return ``ok``, or what SQLite finds wrong with the file."""
    found = _rows(database, f"PRAGMA {how}") + _rows(
        database, "PRAGMA foreign_key_check"
    )
    return "ok" if found == [("ok",)] else str(found[:5])


def lost(
    due: Iterable[Key], arrivals: Sequence[Arrival], known: Mapping[Key, str]
) -> set[Key]:
    """Return what neither arrived nor is pending, leased, held or dead."""
    arrived = {arrival.key for arrival in arrivals}
    still = {key for key, state in known.items() if state != "sent"}
    return set(due) - arrived - still


def reckon(
    due: Mapping[Key, frozenset[str]],
    arrivals: Sequence[Arrival],
    database: Path,
    listed: str,
    *,
    were_lost: int,
    most_in_flight: int,
) -> Sum:
    """Compare everything with everything.

    `listed` is what `monitor alerts list --json` printed, `were_lost` what was lost
    before dead deliveries were tried again, `most_in_flight` how many messages can
    have been in flight at a kill, in all.
    """
    times = Counter(arrival.key for arrival in arrivals)
    alerts = Counter(_alert(line) for line in listed.splitlines())
    wanted = Counter({(rule, n): 1 for (_, n), rules in due.items() for rule in rules})
    unanswered = sum(arrival.way in UNANSWERED for arrival in arrivals)
    repeats = _repeats(arrivals)
    return Sum(
        alerts=len(wanted),
        messages=len(due),
        lost=were_lost,
        never_arrived=len(due.keys() - times.keys()),
        invented=sum(due.get(one.key) != one.rules for one in arrivals),
        repeats=len(repeats),
        most_repeats=most_in_flight + unanswered,
        unmarked=sum(not again.is_marked for _, again in repeats),
        unknown_to_receiver=sum(
            first.mark != again.mark or not first.mark for first, again in repeats
        ),
        shared_ids=_shared_ids(arrivals),
        marked_in_vain=sum(one.is_marked for one in arrivals)
        - sum(again.is_marked for _, again in repeats),
        out_of_order=_out_of_order(arrivals, database),
        missing_alerts=(wanted - alerts).total(),
        surplus_alerts=(alerts - wanted).total(),
        accepted_unanswered=unanswered,
        integrity=integrity(database),
    )


def _shared_ids(arrivals: Sequence[Arrival]) -> int:
    """Return how many ids of a channel name more than one message."""
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for one in arrivals:
        numbers[one.channel, one.mark].add(one.number)
    return sum(len(found) > 1 for found in numbers.values())


def _repeats(arrivals: Sequence[Arrival]) -> list[tuple[Arrival, Arrival]]:
    """Return each repeat beside the first that came."""
    first: dict[Key, Arrival] = {}
    found = []
    for one in arrivals:
        before = first.setdefault(one.key, one)
        if before is not one:
            found.append((before, one))
    return found


def _out_of_order(arrivals: Sequence[Arrival], database: Path) -> int:
    """Return how many came before an older one of their channel."""
    places: dict[Key, int] = {}
    for place, one in enumerate(arrivals):
        places.setdefault(one.key, place)
    lanes: dict[str, list[int]] = defaultdict(list)
    for channel, guid in _rows(database, _IN_ORDER):
        if (channel, _number(guid)) in places:
            lanes[channel].append(places[channel, _number(guid)])
    return sum(
        later < earlier for lane in lanes.values() for earlier, later in pairwise(lane)
    )


def _alert(line: str) -> tuple[str, int]:
    alert = json.loads(line)
    return alert["rule"], _number(alert["link"].replace("/", "-"))


def _number(guid: str) -> int:
    return int(guid.rsplit("-", 1)[1])


def _rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return connection.execute(query).fetchall()
