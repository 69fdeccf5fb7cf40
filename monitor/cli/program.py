"""The program: its commands put together, and its errors said in one way."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any, Final, TextIO

import typer
from typer.main import get_command, get_group
from typing_extensions import override

from monitor import __version__
from monitor.cli.frame import PROBLEM, UNUSABLE, Command, Group
from monitor.cli.output import say, show
from monitor.cli.quick_start import importing
from monitor.config import format_diagnostic
from monitor.errors import ConfigError, ListenError, MonitorError, SecretError

COMMANDS: Final = {
    "run": "run",
    "poll": "poll",
    "check": "check",
    "grep": "grep",
    "search": "search",
    "why": "why",
    "status": "status",
    "demo": "demo",
    "schema": "check",
    "feeds": "feeds",
    "rules": "rules",
    "channels": "channels",
    "alerts": "alerts",
    "silence": "silence",
}
"""The module of each command and group, which is imported when it is asked for."""

_NEED_NO_CONFIGURATION = frozenset({"demo", "schema"})


class Program(Group):
    """The group of all commands: each is there when it is named."""

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; for a name that is none all are made, to suggest one."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _made(name)
        return self.commands.get(cmd_name)

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order in which help shows them."""
        return list(COMMANDS)


def _made(name: str) -> Any:  # noqa: ANN401 - the class of a command is typer's own
    with importing():
        module = import_module(f"monitor.cli.{COMMANDS[name]}")
    if hasattr(module, "app"):
        made: Any = get_group(module.app)
    else:
        alone = typer.Typer(add_completion=False)
        kind = None if name in _NEED_NO_CONFIGURATION else Command
        alone.command(cls=kind)(getattr(module, name))
        made = get_command(alone)
    made.name = name
    return made


app = typer.Typer(
    name="monitor",
    cls=Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks show local variables: secrets
    help="Polls news feeds, matches them against rules, and delivers alerts.",
    epilog="Begin with: monitor demo",
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback
    if value:
        show(f"monitor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        _print_what_can_be_printed(stream)
    try:
        app()
    except ConfigError as error:
        for found in error.diagnostics:
            say(format_diagnostic(found))
        sys.exit(UNUSABLE)
    except (SecretError, ListenError) as error:
        say(f"monitor: {error}")
        sys.exit(UNUSABLE)
    except MonitorError as error:
        say(f"monitor: {error}")
        sys.exit(PROBLEM)
    except BrokenPipeError:
        # Whoever read us has seen enough (`| head`); nothing more can be said to it.
        sys.stderr.close()
        sys.exit(PROBLEM)


def _print_what_can_be_printed(stream: TextIO) -> None:
    """Let a terminal that knows no umlauts show a question mark, not a traceback."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
