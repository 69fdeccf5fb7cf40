"""What a message says, in which form, and what becomes of a delivery."""

from __future__ import annotations

from monitor.alerts.catch_up import catch_up_messages
from monitor.alerts.compose import (
    PlannedAlert,
    compose,
    digest,
    ops_message,
    test_message,
)
from monitor.alerts.detours import detour_note, sent_instead
from monitor.alerts.render import render

__all__ = [
    "PlannedAlert",
    "catch_up_messages",
    "compose",
    "detour_note",
    "digest",
    "ops_message",
    "render",
    "sent_instead",
    "test_message",
]
