"""The program: its commands put together, and its errors said in one way."""

from __future__ import annotations

import sys
from typing import Annotated, TextIO

import typer

from monitor import __version__
from monitor.cli import (
    alerts,
    channels,
    check,
    demo,
    feeds,
    grep,
    poll,
    rules,
    run,
    search,
    silence,
    status,
    why,
)
from monitor.cli.frame import PROBLEM, UNUSABLE, Command, Group
from monitor.cli.output import say, show
from monitor.config import format_diagnostic
from monitor.errors import ConfigError, ListenError, MonitorError, SecretError

app = typer.Typer(
    name="monitor",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its tracebacks show local variables: secrets
    help="Polls news feeds, matches them against rules, and delivers alerts.",
    epilog="Begin with: monitor demo",
)

for _command in (
    run.run,
    poll.poll,
    check.check,
    grep.grep,
    search.search,
    why.why,
    status.status,
):
    app.command(cls=Command)(_command)
app.command()(demo.demo)  # these two need no configuration
app.command()(check.schema)
app.add_typer(feeds.app, name="feeds")
app.add_typer(rules.app, name="rules")
app.add_typer(channels.app, name="channels")
app.add_typer(alerts.app, name="alerts")
app.add_typer(silence.app, name="silence")


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
