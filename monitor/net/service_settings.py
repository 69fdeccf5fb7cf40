"""What a message sets in the sender of its service, where the URL is silent.

Senders take a priority, a silence or further fields from their URL alone: here each
message gives them its own. What the URL says stays as it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from monitor.model import Form, Priority, Rendered


@dataclass(frozen=True, slots=True)
class _Scale:
    """How a service says how urgent a message is; what is not named is its normal."""

    attribute: str
    levels: Mapping[Priority, object]
    argument: str = "priority"


_SILENT_TO_DISCORD = 1 << 12

_SCALES: Mapping[str, _Scale] = MappingProxyType(
    {
        "NotifyNtfy": _Scale(
            "priority",
            {Priority.LOW: "low", Priority.HIGH: "high", Priority.URGENT: "max"},
        ),
        "NotifyTelegram": _Scale("silent", {Priority.LOW: True}, "silent"),
        "NotifyDiscord": _Scale("flags", {Priority.LOW: _SILENT_TO_DISCORD}, "flags"),
        "NotifyGotify": _Scale(
            "priority", {Priority.LOW: 3, Priority.HIGH: 8, Priority.URGENT: 10}
        ),
        # Its 2 rings until somebody confirms, and only a URL can ask for that.
        "NotifyPushover": _Scale(
            "priority", {Priority.LOW: -1, Priority.HIGH: 1, Priority.URGENT: 1}
        ),
        "NotifyProwl": _Scale(
            "priority", {Priority.LOW: -1, Priority.HIGH: 1, Priority.URGENT: 2}
        ),
        "NotifyJoin": _Scale(
            "priority", {Priority.LOW: -1, Priority.HIGH: 1, Priority.URGENT: 2}
        ),
        "NotifyOpsgenie": _Scale(
            "priority", {Priority.LOW: 2, Priority.HIGH: 4, Priority.URGENT: 5}
        ),
        "NotifyBark": _Scale(
            "level",
            {
                Priority.LOW: "passive",
                Priority.HIGH: "timeSensitive",
                Priority.URGENT: "timeSensitive",
            },
            "level",
        ),
    }
)


class ServiceSettings:
    """The settings of one sender that a message may change."""

    def __init__(
        self,
        sender: Any,  # noqa: ANN401 - each sender has settings of its own
        form: Form,
        said: Collection[str],
    ) -> None:
        """`said` are the names of the arguments in the sender's URL."""
        self._sender = sender
        scale = _SCALES.get(type(sender).__name__)
        self._scale = None if scale is None or scale.argument in said else scale
        self._normal = getattr(sender, scale.attribute) if scale else None
        self._has_click = form is Form.NTFY and "click" not in said
        self._extras = dict(self._sender.payload_extras) if form is Form.JSON else None

    def adjust(self, rendered: Rendered) -> None:
        """Set the sender to what the message asks for."""
        if self._scale is not None:
            level = self._scale.levels.get(rendered.priority, self._normal)
            setattr(self._sender, self._scale.attribute, level)
        if self._has_click:
            link = rendered.link
            # A percent sign would be escaped again; the body holds the link anyhow.
            self._sender.click = link if link and "%" not in link else None
        if self._extras is not None:
            # A field that the URL names itself is the receiver's own affair.
            ours = {n: v for n, v in rendered.fields.items() if n not in self._extras}
            self._sender.payload_extras = ours | self._extras
