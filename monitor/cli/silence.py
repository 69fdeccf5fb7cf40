"""``monitor silence``: hold what would be told, for a while."""

from __future__ import annotations

import getpass
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    Command,
    group,
    open_store,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.grep import compiled_or_exit
from monitor.cli.moments import time_of
from monitor.cli.output import cell, print_json, print_rows, say, show
from monitor.cli.releasing import release_all
from monitor.config import parse_duration
from monitor.config.near import did_you_mean
from monitor.jobs.silences import described
from monitor.matching.needs import needed_terms
from monitor.model import Feed, HeldQuery, Rule, Settings, Silence
from monitor.ports import Transaction
from monitor.wiring import in_force_of
from monitor.wiring.word_forms import WordForms

app = group("What is held for a while because a person says so.")

_COLUMNS = ("id", "state", "until", "rule", "feed", "words", "author", "why", "held")


@app.command("add", cls=Command)
def add_silence(
    context: typer.Context,
    *,
    rule: Annotated[str, typer.Option(help="What this rule would tell.")] = "",
    feed: Annotated[
        str, typer.Option(help="What is in this feed, or in those of tag:NAME.")
    ] = "",
    words: Annotated[
        str, typer.Option(help="What this query is true of.", metavar="QUERY")
    ] = "",
    for_: Annotated[
        str, typer.Option("--for", help="For how long, as 30m, 2h or 1d.")
    ] = "",
    until: Annotated[
        str, typer.Option(help="Until when, as 2026-01-05T14:00, in your time zone.")
    ] = "",
    why: Annotated[str, typer.Option(help="The reason, for those who ask.")] = "",
    author: Annotated[str, typer.Option("--by", help="Who says so.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one object.")] = False,
) -> None:
    """Hold what the rule, feed and words (all that are named) would tell.

    What it held stays held at its end, and can be released.
    Example: monitor silence add --rule waffen --for 2h --why "known, on it"
    """
    if not (rule or feed or words):
        say("monitor: name what to silence: a --rule, a --feed or --words")
        raise typer.Exit(UNUSABLE)
    around = surroundings(context)
    loaded, settings = usable_files(around)
    # A message that is older than the new name still says the old one.
    rule, feed = _now(rule, loaded.rules), _now(feed, settings.feeds)
    _require("rule", rule, {one.name for one in loaded.rules})
    _require("feed", feed, _feeds(settings))
    if words:
        forms = around.forms(needed_terms([words], loaded.lists), settings)
        compiled_or_exit(words, loaded.lists, forms)
    now = around.clock.now()
    silence = Silence(
        id=0,
        until=_end(for_, until, now, settings),
        created_at=now,
        rule=rule,
        feed=feed,
        words=words,
        author=author or _user(),
        why=why,
    )
    with open_store(settings, around.config) as store:
        made = store.run(lambda tx: _add(tx, silence, around.forms))
    silence = replace(silence, id=made)
    if as_json:
        print_json(silence)
    else:
        show(f"silence {made} until {cell(silence.until)}: {described(silence)}")


def _add(tx: Transaction, silence: Silence, forms: WordForms) -> int:
    """Store a silence and the forms of its words; return its id."""
    forms.save(tx)
    return tx.add_silence(silence)


def _now(name: str, known: Iterable[Rule | Feed]) -> str:
    """Return what a rule or feed is called now that once had this name."""
    new = {old: one.name for one in known for old in one.renamed_from}
    return new.get(name, name)


def _require(kind: str, name: str, known: Collection[str]) -> None:
    if name and name not in known:
        say(f"monitor: there is no {kind} {name!r}; {did_you_mean(name, known)}")
        raise typer.Exit(UNUSABLE)


def _feeds(settings: Settings) -> set[str]:
    tags = {f"tag:{tag}" for feed in settings.feeds for tag in feed.tags}
    return {feed.name for feed in settings.feeds} | tags


def _end(for_: str, until: str, now: datetime, settings: Settings) -> datetime:
    """Return when a silence ends; exactly one of the two says so."""
    if bool(for_) == bool(until):
        say("monitor: say how long, with --for 2h or with --until 2026-01-05T14:00")
        raise typer.Exit(UNUSABLE)
    if for_:
        span = parse_duration(for_)
        if not span:
            say(f"monitor: {for_!r} is no duration; write 30m, 2h or 1d")
            raise typer.Exit(UNUSABLE)
        return now + span
    at = time_of(until, settings)
    if at is None:
        say(f"monitor: {until!r} is no time; write it as 2026-01-05T14:00")
        raise typer.Exit(UNUSABLE)
    if at <= now:
        say(f"monitor: {until} is over")
        raise typer.Exit(UNUSABLE)
    return at


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id that no name belongs to
        return ""


@app.command("list", cls=Command)
def list_silences(
    context: typer.Context,
    *,
    all_of_them: Annotated[
        bool, typer.Option("--all", help="Also those that are over.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each silence.")
    ] = False,
) -> None:
    """Show the silences in force, and how many alerts each holds.

    One that is over is shown for as long as it holds any.
    Example: monitor silence list --all
    """
    around = surroundings(context)
    _, settings = usable_files(around)
    now = around.clock.now()
    rows: list[dict[str, object]] = []
    with open_views(settings, around.config) as views:
        if views is not None:
            held = views.silenced_counts()
            rows = [
                _row(one, held.get(one.id, 0), now)
                for one in views.silences()
                if all_of_them or one.is_in_force(now) or one.id in held
            ]
    print_rows(rows, _COLUMNS, as_json=as_json)


def _row(silence: Silence, held: int, now: datetime) -> dict[str, object]:
    return {
        "id": silence.id,
        "state": "in force" if silence.is_in_force(now) else "over",
        "until": silence.ended_at or silence.until,
        "rule": silence.rule,
        "feed": silence.feed,
        "words": silence.words,
        "author": silence.author,
        "why": silence.why,
        "created_at": silence.created_at,
        "held": held,
    }


@app.command("expire", cls=Command)
def expire(
    context: typer.Context,
    ids: Annotated[list[int], typer.Argument(metavar="ID...")],
    *,
    let_go: Annotated[
        bool, typer.Option("--release", help="Send what it holds, too.")
    ] = False,
) -> None:
    """End silences before their time. Example: monitor silence expire 1 --release."""
    around = surroundings(context)
    loaded, settings = usable_files(around)
    in_force, now = in_force_of(loaded), around.clock.now()
    is_found = True
    with open_store(settings, around.config) as store:
        for one in ids:
            known = {silence.id for silence in store.run(lambda tx: tx.silences())}
            if one not in known:
                say(f"monitor: there is no silence {one}; see `monitor silence list`")
                is_found = False
                continue
            ended = store.run(lambda tx, one=one: tx.end_silence(one, now))  # type: ignore[misc]
            say(f"silence {one} " + ("ended" if ended else "was over"))
            if let_go:
                sent = release_all(store, in_force, HeldQuery(silence=one), now)
                say(f"{len(sent)} alerts released")
    raise typer.Exit(OK if is_found else PROBLEM)
