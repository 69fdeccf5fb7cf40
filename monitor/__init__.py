"""Feed monitor: polls news feeds, matches rules, and delivers alerts."""

from __future__ import annotations

__version__ = "0.1.0"
