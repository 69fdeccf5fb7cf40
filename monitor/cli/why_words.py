"""What happened to an entry, as it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.alerts.reasons import reasons
from monitor.alerts.wording import counted, one_line
from monitor.cli.alert_story import alert_object, print_alert
from monitor.cli.article_words import quotes
from monitor.cli.output import cell, print_pairs, show
from monitor.jobs.near_rules import RuleOutlook, Standing
from monitor.matching import Lack, Unmet
from monitor.model import Rule
from monitor.store.why_views import AlertView, CopyView, EntryView, MatchView

_LACKS = {
    Lack.MISSING: "is missing",
    Lack.EXCLUDED: "must not be there",
    Lack.APART: "stand too far apart",
    Lack.TOO_FEW: "is not there often enough",
}


@dataclass(frozen=True, slots=True)
class EntryHistory:
    """What happened to one entry, and how the rules stand to it now.

    `article` tells what became of its article. `versions` are those of the rules as
    they are now, `since` when each came into force, as far as that is kept.
    """

    entry: EntryView
    article: str
    known_by: str
    matches: tuple[MatchView, ...]
    versions: Mapping[str, str]
    since: Mapping[str, datetime]
    outlooks: tuple[RuleOutlook, ...]
    alerts: tuple[AlertView, ...]
    same_story: tuple[CopyView, ...]

    def rule_now(self, match: MatchView) -> str:
        """Return what has become of the rule: ``same``, ``changed`` or ``gone``."""
        version = self.versions.get(match.rule)
        if version is None:
            return "gone"
        return "same" if version == match.rule_version else "changed"

    def quotes(self, match: MatchView) -> tuple[str, ...]:
        """Return the sentences of the article that made a rule true."""
        own = (
            each.alert.entry
            for each in self.alerts
            if (each.alert.id, each.alert.entry_id) == (match.alert, self.entry.id)
        )
        return quotes(next(own, self.entry.entry), match.because)


# --- as an object ---------------------------------------------------------------


def entry_object(found: EntryHistory) -> dict[str, object]:
    """Return what is shown of an entry, for JSON."""
    view = found.entry
    return {
        "id": view.id,
        **asdict(view.entry),
        "keys": view.keys,
        "known_by": found.known_by,
        "feed": view.feed,
        "feed_url": view.url,
        "source": view.source,
        "story": view.story,
        "remark": view.label,
        "first_seen_at": view.first_seen_at,
        "last_seen_at": view.last_seen_at,
        "edits": view.edits,
        "edited_at": view.edited_at,
        "wish": view.article,
        "article_said": found.article,
        "matches": [
            {
                **asdict(match),
                "rule_now": found.rule_now(match),
                "article_quotes": found.quotes(match),
            }
            for match in found.matches
        ],
        "rules_now": [_outlook_object(found, each) for each in found.outlooks],
        "alerts": [alert_object(each) for each in found.alerts],
        "same_story": found.same_story,
    }


def _outlook_object(found: EntryHistory, outlook: RuleOutlook) -> dict[str, object]:
    rule = outlook.rule
    return {
        "rule": rule.name,
        "rule_version": rule.version,
        "in_force_since": found.since.get(rule.name),
        "standing": outlook.standing,
        "met": outlook.shortfall.met,
        "unmet": outlook.shortfall.unmet,
    }


# --- for a person ---------------------------------------------------------------


def print_entry(found: EntryHistory) -> None:
    """Print what happened to an entry."""
    view, entry = found.entry, found.entry.entry
    edits = f"{counted(view.edits, 'edit')}, the last {cell(view.edited_at)}"
    print_pairs(
        [
            ("entry", view.id),
            ("title", entry.title),
            ("link", entry.link),
            ("feed", f"{view.feed} ({view.url})"),
            ("published", entry.published_at),
            ("fetched", f"{cell(view.first_seen_at)}, for the first time"),
            ("last seen", view.last_seen_at),
            ("edited", edits if view.edits else ""),
            ("article", found.article),
            ("remark", view.label),
            ("key", entry.key),
            ("known by", found.known_by),
            ("other keys", [key for key in view.keys if key != entry.key]),
        ]
    )
    _print_matches(found)
    _print_outlooks(found)
    for alert in found.alerts:
        show("")
        print_alert(alert)
    _print_story(found)


def _print_matches(found: EntryHistory) -> None:
    if not found.matches:
        show("\nNo rule was true of it.")
    for match in found.matches:
        show(
            f"\nrule {match.rule} was true {cell(match.matched_at)}: {_came_of(match)}"
        )
        show(f"  because {'; '.join(reasons(match.because)) or 'nothing forbids it'}")
        for quote in found.quotes(match):
            show(f"  the article says: {quote}")
        now = found.rule_now(match)
        told = "" if now == "same" else f"; the rule is {_BECAME[now]} since"
        show(f"  version {match.rule_version}{told}")


_BECAME = {"changed": "another", "gone": "gone"}


def _came_of(match: MatchView) -> str:
    if match.alert is None:
        return "its alert is forgotten"
    if not match.suppressed:
        return f"alert {match.alert}"
    if match.suppressed == "same_story":
        return f"joined alert {match.alert} (same_story)"
    return f"alert {match.alert}, held at first: {match.suppressed}"


def _print_outlooks(found: EntryHistory) -> None:
    if found.outlooks:
        article = " and the article" if found.entry.entry.article else ""
        show(f"\nOther rules as they are now, asked of the stored text{article}:")
    for outlook in found.outlooks:
        show(f"  {outlook.rule.name}: {_standing(found, outlook)}")
        if outlook.shortfall.met:
            show(f"    there: {_words(outlook.shortfall.met)}")
        for unmet in outlook.shortfall.unmet:
            show(f"    {_lack(unmet)}")


def _standing(found: EntryHistory, outlook: RuleOutlook) -> str:
    match outlook.standing:
        case Standing.NOT_TRUE:
            return "not true"
        case Standing.OPEN:
            missing = " and ".join(unmet.part for unmet in outlook.shortfall.unmet)
            return f"open: true if the article says {missing}"
        case Standing.OUT_OF_SCOPE:
            feeds = ", ".join(outlook.rule.feeds)
            return f"not asked: its feeds are {feeds}, without {found.entry.feed}"
        case Standing.NOT_IN_FORCE:
            return f"not asked: {_out_of_force(outlook.rule)}"
        case Standing.TRUE:
            return f"true now, and was not then{_since(found, outlook.rule.name)}"


def _out_of_force(rule: Rule) -> str:
    return f"it expired {rule.expires}" if rule.enabled else "it is not enabled"


def _since(found: EntryHistory, rule: str) -> str:
    since = found.since.get(rule)
    if since is None or since <= found.entry.first_seen_at:
        edited = " (the entry was edited)" if found.entry.edits else ""
        return f": see `monitor rules history {rule}`{edited}"
    return f": it is in force as it is since {cell(since)}"


def _lack(unmet: Unmet) -> str:
    words = f": {_words(unmet.words)}" if unmet.words else ""
    return f"{unmet.part} {_LACKS[unmet.lack]}{words}"


def _words(words: Sequence[str]) -> str:
    return ", ".join(map(one_line, words))


def _print_story(found: EntryHistory) -> None:
    if found.same_story:
        show("\nThe same story:")
    for copy in found.same_story:
        joined = "" if copy.alert is None else f", alert {copy.alert}"
        at = cell(copy.first_seen_at)
        show(
            f"  entry {copy.entry} of {copy.feed}, {at}{joined}: {one_line(copy.title)}"
        )
