"""The canary: an entry of our own, and what is said if it does not come through.

Like the bird in a mine it is sent ahead each day, to find out while nothing depends on
it whether an entry would come the whole way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime

from monitor.model import (
    CanaryStep,
    Feed,
    Message,
    MessageKind,
    Priority,
    Rule,
)

CANARY = "(canary)"
"""Feed, rule and channel of the canary: a name that nobody can give."""

URL = "https://canary.invalid/feed.xml"
WORD = "Kanarienvogelprobe"
PATIENCE = timedelta(minutes=15)
"""So long a channel has to take its message; then the canary has failed there."""

AGAIN_AFTER = timedelta(hours=1)
"""One that failed inside the monitor is sent once more before its time."""


def canary_feed(every: timedelta) -> Feed:
    """Return the feed that the canary comes from."""
    return Feed(CANARY, URL, every)


def canary_rule() -> Rule:
    """Return the rule that is true of the canary and of nothing else."""
    return Rule(
        CANARY, WORD, channels=(CANARY,), priority=Priority.URGENT, version=CANARY
    )


def canary_title(now: datetime) -> str:
    """Return the title of the canary of that moment."""
    return f"{WORD} {now:%Y-%m-%d %H:%M:%S}"


def canary_document(now: datetime) -> bytes:
    """Return the feed with the canary of that moment, as a publisher would serve it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Canary</title><link>{URL}</link>
<item>
  <title>{canary_title(now)}</title>
  <link>{URL}?at={now.timestamp()}</link>
  <guid isPermaLink="false">canary-{now.isoformat()}</guid>
  <pubDate>{format_datetime(now)}</pubDate>
  <description>Is the way open, from a publisher&#8217;s bytes to you?</description>
</item>
</channel></rss>
""".encode()


def canary_message(channel: str) -> Message:
    """Return what a channel hears of the canary."""
    return Message(
        kind=MessageKind.TEST,
        title=f"canary: alerts reach channel {channel}",
        text="An entry of the monitor's own came the whole way, as it does each "
        "time. There is nothing to do. (`canary` in monitor.yaml says who hears this.)",
        priority=Priority.LOW,
    )


def canary_failed(step: CanaryStep, what: str) -> str:
    """Return at which step the canary failed, in one line."""
    return f"{step}: {what}"


def not_taken(left: Mapping[str, str]) -> str:
    """Return which channels have not taken their message, each with the reason."""
    named = ", ".join(f"{channel} ({why})" for channel, why in left.items())
    has = "has not taken its message" if len(left) == 1 else "have not taken theirs"
    return f"{named} {has}"


def failed_at(detail: str) -> CanaryStep | None:
    """Return the step that `canary_failed` wrote down, None if nothing failed."""
    return CanaryStep(detail.partition(":")[0]) if detail else None
