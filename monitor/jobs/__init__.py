"""The units of work, on ports alone: poll, deliver, release, report."""

from __future__ import annotations
