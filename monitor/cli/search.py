"""``monitor search``: stored entries that a query matches, or just misses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Annotated

import typer
from rich.progress import Progress
from rich.text import Text

from monitor.alerts.excerpts import excerpts, merged
from monitor.alerts.reasons import reasons
from monitor.alerts.wording import counted, legible, one_line
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.grep import compiled_or_exit
from monitor.cli.output import cell, console, print_json, say, show
from monitor.config import Loaded, parse_duration
from monitor.jobs.searching import (
    Hit,
    Missing,
    NearMisses,
    can_be_missed,
    feed_of,
    hits,
    near_keys,
)
from monitor.matching import Query, selects
from monitor.matching.narrowing import anchor_keys
from monitor.matching.needs import needed_terms
from monitor.model import Feed, FullText, Rule, Settings, StoredEntry
from monitor.store.search_rows import SearchRows
from monitor.wiring import Surroundings

_USUAL = 1000  # entries that tell which words stand everywhere


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="What to look for, as in a rule.")] = "",
    *,
    rule: Annotated[str, typer.Option(help="The query of this rule.")] = "",
    since: Annotated[
        str, typer.Option(help="Only entries first seen since then: 30d, 12h.")
    ] = "",
    near: Annotated[
        bool,
        typer.Option("--near", help="Entries that lack one required term alone."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each entry or term.")
    ] = False,
) -> None:
    """Show the stored entries that a query matches, newest first, and why.

    Example: monitor search 'Aserbaidschan AND Waffen' --since 30d
    """
    around = surroundings(context)
    loaded, settings = usable_files(around)
    begin = since_when(around, since)
    asked = _Asked.of(around, loaded, settings, query, rule)
    with open_views(settings, around.config) as views:
        if views is None:
            say("monitor: nothing is stored yet; start `monitor run` first")
            raise typer.Exit(PROBLEM)
        stored = SearchRows(views.connection)
        if near:
            found = _near(asked, stored, begin, as_json=as_json)
        else:
            found = _search(asked, stored, begin, as_json=as_json)
    raise typer.Exit(OK if found else PROBLEM)


def since_when(around: Surroundings, text: str) -> datetime | None:
    """Return the time that a duration leads back to, None for an empty text."""
    if not text:
        return None
    duration = parse_duration(text)
    if duration is None:
        raise typer.BadParameter(
            f"{text!r} is no duration: write 30d or 12h", param_hint="--since"
        )
    return around.clock.now() - duration


class _Asked:
    """The query that is meant, and the feeds it is asked of."""

    def __init__(self, query: Query, feeds: dict[str, Feed], rule: Rule | None) -> None:
        self.query = query
        self.feeds = feeds
        self.rule = rule

    @classmethod
    def of(
        cls,
        around: Surroundings,
        loaded: Loaded,
        settings: Settings,
        query: str,
        rule: str,
    ) -> _Asked:
        known = {each.name: each for each in loaded.rules}
        if bool(query) is bool(rule):
            say("monitor: write a query, or --rule NAME")
            raise typer.Exit(UNUSABLE)
        if rule and rule not in known:
            say(f"monitor: there is no rule {rule!r}; there are: {', '.join(known)}")
            raise typer.Exit(UNUSABLE)
        named = known.get(rule)
        text = named.query if named else query
        is_bound = bool(named and named.feeds)
        forms = around.forms(needed_terms([text], loaded.lists), settings)
        compiled = compiled_or_exit(text, loaded.lists, forms, is_bound=is_bound)
        return cls(compiled, {feed.name: feed for feed in settings.feeds}, named)

    def selects(self, feed: Feed) -> bool:
        return self.rule is None or selects(self.rule.feeds, feed)

    def read(self, stored: StoredEntry) -> StoredEntry:
        """Return an entry as it is read: some rules do not look at articles."""
        if self.rule is None or self.rule.full_text is not FullText.NEVER:
            return stored
        return replace(stored, entry=replace(stored.entry, article=""))


# --- matches -------------------------------------------------------------------


def _search(
    asked: _Asked, stored: SearchRows, begin: datetime | None, *, as_json: bool
) -> bool:
    number = 0
    with _looking(stored, anchor_keys(asked.query), begin) as some:
        entries = map(asked.read, some)
        for hit in hits(asked.query, entries, asked.feeds, asked.selects):
            number += 1
            if as_json:
                print_json(_object(hit))
            else:
                _print(hit)
    if not as_json:
        say(counted(number, "entry", "entries"))
    return number > 0


@contextmanager
def _looking(
    stored: SearchRows, keys: Collection[str] | None, begin: datetime | None
) -> Iterator[Iterator[StoredEntry]]:
    """Lend the entries that may have one of the keys, all without; show a bar."""
    if keys is None:
        count = stored.count_entries(begin)
        some = stored.all_entries(begin)
    else:
        count = None
        some = stored.entries_with(keys, begin)
    with progress("searching", count) as advance:
        yield _each(some, advance)


def _each(
    entries: Iterator[StoredEntry], advance: Callable[[], None]
) -> Iterator[StoredEntry]:
    for each in entries:
        yield each
        advance()


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; lend what moves it on by one."""
    shown = console(stderr=True)
    with Progress(console=shown, transient=True, disable=not shown.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield partial(bar.advance, task)


def _object(hit: Hit) -> dict[str, object]:
    entry = hit.stored.entry
    return {
        "id": hit.stored.id,
        "title": entry.title,
        "link": entry.link,
        "feed": hit.stored.feed,
        "source": hit.stored.source,
        "published_at": entry.published_at,
        "first_seen_at": hit.stored.first_seen_at,
        "because": hit.because,
    }


def _print(hit: Hit) -> None:
    entry, shown = hit.stored.entry, console()
    head = Text(f"{cell(hit.stored.first_seen_at)}  {one_line(hit.stored.source)}  ")
    in_title = [(b.start, b.end) for b in hit.because if b.field == "title"]
    head += _marked(entry.title or "(without a title)", merged(in_title), ("", ""))
    shown.print(head, soft_wrap=True)
    for excerpt in excerpts(entry, hit.because):
        sentence = _marked(excerpt.text, excerpt.marks, ("»", "«"))
        shown.print(Text("  ") + sentence, soft_wrap=True)
    for line in (*reasons(hit.because), one_line(entry.link or "")):
        if line:
            shown.print(Text(f"  {line}"), soft_wrap=True)


def _marked(
    text: str, marks: Iterable[tuple[int, int]], around: tuple[str, str]
) -> Text:
    """Return the text with words in colour, and between marks for whom has none."""
    marked, place = Text(), 0
    for start, end in marks:
        marked.append(legible(text[place:start]))
        marked.append(legible(text[start:end]).join(around), "bold red")
        place = end
    return marked.append(legible(text[place:]))


# --- near misses ---------------------------------------------------------------


def _near(
    asked: _Asked, stored: SearchRows, begin: datetime | None, *, as_json: bool
) -> bool:
    if not can_be_missed(asked.query.condition):
        say("monitor: near misses need a query that requires two terms: A AND B")
        raise typer.Exit(UNUSABLE)
    misses = NearMisses(asked.query)
    for usual in islice(stored.all_entries(), _USUAL):
        misses.learn(usual)
    with _looking(stored, near_keys(asked.query), begin) as some:
        for each in map(asked.read, some):
            feed = feed_of(each, asked.feeds)
            if asked.selects(feed):
                misses.look(each, feed)
    found = misses.found()
    for missing in found:
        if as_json:
            print_json(_missing_object(missing))
        else:
            _print_missing(missing)
    if not found:
        say("no entry lacks one term alone")
    return bool(found)


def _missing_object(missing: Missing) -> dict[str, object]:
    return {
        "lacked": missing.term,
        "count": missing.count,
        "words": dict(missing.words),
        "samples": [each.entry.title for each in missing.samples],
    }


def _print_missing(missing: Missing) -> None:
    there = ", ".join(f"{word} {count}" for word, count in missing.words)
    said = f"; there: {there}" if there else ""
    show(f"{missing.count} lacked only {missing.term}{said}")
    for each in missing.samples:
        title, source = one_line(each.entry.title), one_line(each.source)
        show(f"  {cell(each.first_seen_at)}  {source}  {title}")
