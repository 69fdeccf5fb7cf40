"""What a message says, in which form, and what becomes of a delivery."""

from __future__ import annotations

from monitor.alerts.compose import PlannedAlert, compose, ops_message, test_message
from monitor.alerts.render import render

__all__ = ["PlannedAlert", "compose", "ops_message", "render", "test_message"]
