"""Troubles and paces of feeds in words: what is wrong, what to do, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from monitor.alerts.wording import short
from monitor.model import Trouble, Wait


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """Words for one kind of trouble; `one` and `many` follow "feed x", "3 feeds".

    `short` is for a table. `over_one` and `over_many` say that it ended, and are
    empty where that goes without saying. `needs_person` says that it will not mend
    without one.
    """

    short: str
    one: str
    many: str
    advice: str
    over_one: str = "works again"
    over_many: str = "work again"
    needs_person: bool = True


WORDS: Mapping[Trouble, TroubleWords] = MappingProxyType(
    {
        Trouble.GONE: TroubleWords(
            "gone",
            "is gone",
            "are gone",
            "It is polled no more: remove it, or give it a new URL.",
        ),
        Trouble.REFUSED: TroubleWords(
            "refused",
            "is failing: it refuses to answer",
            "are failing: they refuse to answer",
            "It is asked seldom now. Does it need credentials? "
            "Try its URL in a browser.",
        ),
        Trouble.NOT_A_FEED: TroubleWords(
            "no feed",
            "is failing: what it serves is no feed",
            "are failing: what they serve is no feed",
            "Has it moved, or is there a login or a bot wall? "
            "Open its URL in a browser.",
        ),
        Trouble.FAILING: TroubleWords(
            "failing",
            "is failing",
            "are failing",
            "It is still tried. Does its URL open in a browser?",
        ),
        Trouble.SILENT: TroubleWords(
            "silent",
            "is silent, against its habit",
            "are silent, against their habit",
            "Does the publisher still write to this feed? Compare it with the site.",
            "publishes again",
            "publish again",
        ),
        Trouble.MOVED: TroubleWords(
            "moved",
            "has moved for good",
            "have moved for good",
            "It is polled there: write the new URL into monitor.yaml.",
            "",
            "",
        ),
        Trouble.UNREADABLE: TroubleWords(
            "cut",
            "has entries that cannot be read",
            "have entries that cannot be read",
            "See what can be read: monitor feeds preview URL",
            "can be read whole again",
            "can be read whole again",
            needs_person=False,
        ),
        Trouble.GAP: TroubleWords(
            "gap",
            "lost entries between two polls",
            "lost entries between two polls",
            "If it goes on, write a shorter `every` on the feed.",
            "lost no more entries for a day",
            "lost no more entries for a day",
            needs_person=False,
        ),
    }
)

_WAITS: Mapping[Wait, str] = MappingProxyType(
    {
        Wait.EVERY: "as configured",
        Wait.FLOOR: "poll.floor allows no less",
        Wait.TTL: "the feed's ttl",
        Wait.CACHE: "the server calls its answer fresh for so long",
        Wait.EQUAL: "always the same, and served whole each time",
        Wait.SELDOM: "it publishes seldom",
        Wait.SKIP: "the feed's skipHours or skipDays",
        Wait.RETRY_AFTER: "the server asked us to wait",
        Wait.BACKOFF: "our back-off while it fails",
        Wait.GAP: "oftener, for it lost entries",
        Wait.PUSHED: "a hub pushes its entries",
    }
)


def pace_in_words(
    wanted: timedelta, interval: timedelta | None, wait: Wait | None
) -> str:
    """Return how often a feed is polled; why, where that is not what is wanted.

    For example "10m", or "10m wanted, 60m: the feed's ttl".
    """
    asked, chosen = short(wanted), short(interval or wanted)
    if asked == chosen or wait in (None, Wait.EVERY):
        return chosen
    return f"{asked} wanted, {chosen}: {_WAITS[wait]}"
