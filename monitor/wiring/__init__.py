"""Settings to running parts: the one place that knows every part."""

from __future__ import annotations

from monitor.wiring.runtime import Runtime, running
from monitor.wiring.surroundings import (
    Surroundings,
    in_force_of,
    make_channels,
    make_fetcher,
    require_usable,
)

__all__ = [
    "Runtime",
    "Surroundings",
    "in_force_of",
    "make_channels",
    "make_fetcher",
    "require_usable",
    "running",
]
