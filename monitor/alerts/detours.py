"""What a fallback says, and what the channel hears that it stood in for."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Message, MessageKind


def sent_instead(message: Message, channel: str, *, is_broken: bool) -> Message:
    """Return a message of `channel` as its fallback gets it, marked as such."""
    why = "is broken" if is_broken else "does not answer"
    label = f"{channel} {why}: sent here instead"
    return replace(message, labels=(*message.labels, label))


def detour_note(channel: str, fallback: str, since: str) -> Message:
    """Return what a channel hears first when it works again; `since` is a time."""
    return Message(
        kind=MessageKind.OPS,
        title=f"channel {channel} works again",
        text=f"It did not since {since}. What could not be delivered here went to "
        f"channel {fallback} instead. Look: monitor alerts list",
    )
