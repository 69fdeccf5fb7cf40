"""``monitor check`` and ``monitor schema``: what files may say, and what they say."""

from __future__ import annotations

import json
import os
from collections import Counter
from enum import StrEnum
from typing import Annotated

import typer

from monitor.alerts.wording import counted
from monitor.cli.frame import OK, PROBLEM, UNUSABLE, given_config
from monitor.cli.output import print_json, say, show
from monitor.clock import SystemClock
from monitor.config import (
    config_schema,
    find_config,
    format_diagnostic,
    format_for_github,
    load,
    rules_schema,
)
from monitor.model import Severity
from monitor.net.channels import check_url
from monitor.wiring.word_forms import WordForms


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    GITHUB = "github"


def check(
    context: typer.Context,
    *,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Refuse references that are not set.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each finding.")
    ] = False,
    form: Annotated[
        Format, typer.Option("--format", help="github: as its workflows show it.")
    ] = Format.TEXT,
) -> None:
    """Read all files and say everything that is wrong; nothing is contacted.

    Runs the should_match and should_not_match of every rule.
    Example: monitor check --secrets
    """
    config = find_config(given_config(context), os.environ)
    loaded = load(
        config,
        check_url=check_url,
        check_secrets=secrets,
        forms_of=WordForms(uses_database=False),
        now=SystemClock().now(),
        compares=True,
    )
    for found in loaded.diagnostics:
        if as_json:
            print_json(found)
        elif form is Format.GITHUB:
            show(format_for_github(found))
        else:
            show(format_diagnostic(found))
    counts = Counter(found.severity for found in loaded.diagnostics)
    feeds = len(loaded.settings.feeds) if loaded.settings else 0
    said = [counted(feeds, "feed"), counted(len(loaded.rules), "rule")]
    said += [counted(count, severity.value) for severity, count in counts.items()]
    say(f"{config}: {', '.join(said)}")
    if loaded.lexicon_error:
        say(f"monitor: {loaded.lexicon_error}; the examples in the rules were not run")
    problem = PROBLEM if loaded.lexicon_error else OK
    raise typer.Exit(UNUSABLE if counts[Severity.ERROR] else problem)


class SchemaName(StrEnum):
    """Which file a schema is for."""

    CONFIG = "config"
    RULES = "rules"


def schema(
    name: Annotated[SchemaName, typer.Argument(help="For which file.")],
) -> None:
    """Print the JSON Schema of a file, for completion in editors.

    Example: monitor schema rules > config/rules.schema.json
    """
    show(schema_text(name).rstrip())


def schema_text(name: SchemaName) -> str:
    """Return a schema as the file beside the configuration holds it."""
    found = config_schema() if name is SchemaName.CONFIG else rules_schema()
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
