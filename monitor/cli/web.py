"""The web for commands that look at it: the configured manners, and a parser."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from monitor.cli.frame import given_config
from monitor.clock import SystemClock
from monitor.config import Secrets, find_config, load
from monitor.errors import ConfigError
from monitor.log import LogFormat, LogLevel, set_up
from monitor.model import PollPolicy
from monitor.net.channels import check_url
from monitor.net.fetcher import HttpFetcher
from monitor.net.parser import ParserProcess


@asynccontextmanager
async def web(policy: PollPolicy) -> AsyncIterator[tuple[HttpFetcher, ParserProcess]]:
    """Lend what fetches and what parses; warnings go to standard error."""
    secrets = Secrets(os.environ)
    stderr = typer.get_text_stream("stderr")
    set_up(LogFormat.TEXT, LogLevel.WARNING, stderr, secrets.redact)
    async with (
        HttpFetcher(
            policy, clock=SystemClock(), resolve=secrets.resolve, redact=secrets.redact
        ) as fetcher,
        ParserProcess() as parser,
    ):
        yield fetcher, parser


def configured_policy(context: typer.Context) -> PollPolicy:
    """Return the configured manners; the default ones without a configuration.

    Raises:
        ConfigError: one was named and cannot be used.
    """
    given = given_config(context)
    try:
        loaded = load(find_config(given, os.environ), check_url=check_url)
    except ConfigError:
        if given is not None:
            raise
        return PollPolicy()
    if loaded.settings is None:
        if given is not None:
            raise ConfigError(loaded.diagnostics)
        return PollPolicy()
    return loaded.settings.poll
