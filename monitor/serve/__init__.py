"""What others ask of the daemon: hubs, at the callbacks of subscriptions."""

from __future__ import annotations
