"""The commands; `main` is the program."""

from __future__ import annotations

from monitor.cli.program import main

__all__ = ["main"]
