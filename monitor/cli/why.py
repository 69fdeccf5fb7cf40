"""``monitor why``: everything that happened to an entry, and why."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor.cli.article_words import article_said
from monitor.cli.frame import (
    OK,
    PROBLEM,
    UNUSABLE,
    open_views,
    surroundings,
    usable_files,
)
from monitor.cli.output import print_json, say
from monitor.cli.why_not import meant_link, tell_absent
from monitor.cli.why_words import EntryHistory, entry_object, print_entry
from monitor.config import Loaded
from monitor.jobs.near_rules import RuleOutlook, outlooks
from monitor.matching import QueryCompiler
from monitor.model import Identity, Settings
from monitor.store.history_views import HistoryViews
from monitor.store.views import Views
from monitor.store.why_views import EntryView, WhyViews
from monitor.wiring import Surroundings


def why(
    context: typer.Context,
    entry: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY|URL",
            help="An entry's id, key, guid or link; '#12' is the entry of alert 12.",
        ),
    ],
    *,
    rule: Annotated[
        str, typer.Option(help="Only this rule, whether or not it came near.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object for each entry.")
    ] = False,
) -> None:
    """Show all that happened to an entry: rules, alerts, deliveries, and why.

    Exits with 1 if it is not stored. Example: monitor why https://example.org/a.html
    """
    around = surroundings(context)
    loaded, settings = usable_files(around)
    _require_rule(loaded, rule)
    with open_views(settings, around.config) as views:
        if views is None:
            say("monitor: nothing is stored yet; start `monitor run` first")
            raise typer.Exit(PROBLEM)
        found = _find(WhyViews(views), entry)
        if not found:
            now = around.clock.now()
            tell_absent(entry, views, settings, now, as_json=as_json)
            raise typer.Exit(PROBLEM)
        teller = _Teller(around, loaded, settings, views, rule)
        for entry_id in found:
            history = teller.history_of(entry_id)
            if as_json:
                print_json(entry_object(history))
            else:
                print_entry(history)
    raise typer.Exit(OK)


def _require_rule(loaded: Loaded, name: str) -> None:
    known = [each.name for each in loaded.rules]
    if name and name not in known:
        say(f"monitor: there is no rule {name!r}; there are: {', '.join(known)}")
        raise typer.Exit(UNUSABLE)


def _today(around: Surroundings, settings: Settings) -> date:
    """Return the day by which rules expire, in the configured zone."""
    return around.clock.now().astimezone(ZoneInfo(settings.timezone)).date()


def _find(stored: WhyViews, wanted: str) -> tuple[int, ...]:
    """Return the ids of the entries that are meant."""
    number = wanted.removeprefix("#")
    if number != wanted and number.isdecimal():
        told = stored.alert(int(number))
        return () if told is None else (told.alert.entry_id,)
    return stored.find(wanted, meant_link(wanted))


class _Teller:
    """Puts together what the database and the rules say of entries."""

    def __init__(
        self,
        around: Surroundings,
        loaded: Loaded,
        settings: Settings,
        views: Views,
        rule: str,
    ) -> None:
        self._rules = loaded.rules
        self._compiler = loaded.compiler or QueryCompiler(loaded.lists, loaded.forms)
        self._feeds = {feed.name: feed for feed in settings.feeds}
        self._today = _today(around, settings)
        self._stored = WhyViews(views)
        self._rule = rule
        history = HistoryViews(views.connection).rule_versions(rule)
        self._since = {each.name: each.from_at for each in history}
        self._versions = {each.name: each.version for each in loaded.rules}
        if loaded.lexicon_error:
            say(f"monitor: words stand for themselves alone: {loaded.lexicon_error}")

    def history_of(self, entry_id: int) -> EntryHistory:
        """Return what happened to an entry."""
        entry = self._stored.entry(entry_id)
        recorded = self._stored.matches(entry_id)
        told = (self._stored.alert(each) for each in self._stored.alerts_of(entry_id))
        return EntryHistory(
            entry=entry,
            article=article_said(entry.article, self._feeds.get(entry.feed)),
            known_by=self._known_by(entry),
            matches=tuple(m for m in recorded if self._is_meant(m.rule)),
            versions=self._versions,
            since=self._since,
            outlooks=self._outlooks(entry, {match.rule for match in recorded}),
            alerts=tuple(
                view for view in told if view and self._is_meant(view.alert.rule)
            ),
            same_story=self._stored.same_story(entry),
        )

    def _is_meant(self, rule: str) -> bool:
        return self._rule in ("", rule)

    def _known_by(self, entry: EntryView) -> str:
        feed = self._feeds.get(entry.feed)
        if feed is not None and feed.identity is not Identity.AUTO:
            return f"its {feed.identity.value}, as configured"
        if entry.is_keyed_by_link:
            return "its link: the ids of this feed change"
        kinds = {"g": "its guid", "l": "its link", "e": "its enclosure"}
        return kinds.get(entry.entry.key[:1], "its text")

    def _outlooks(
        self, entry: EntryView, recorded: set[str]
    ) -> tuple[RuleOutlook, ...]:
        feed = self._feeds.get(entry.feed)
        if feed is None:  # it left the configuration: no rule is asked of it
            return ()
        rules = [each for each in self._rules if each.name not in recorded]
        only = {self._rule} if self._rule else set()
        article = entry.article
        return tuple(
            outlooks(
                rules,
                self._compiler,
                entry.entry,
                feed,
                self._today,
                only=only,
                awaits_article=article is not None and article.state.is_open,
            )
        )
