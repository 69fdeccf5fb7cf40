"""The commands; `main` is the program."""

from __future__ import annotations

from monitor.cli.quick_start import importing

__all__ = ["main"]


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    with importing():
        from monitor.cli import program  # noqa: PLC0415 - most of what there is
    program.main()
