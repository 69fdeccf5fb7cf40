"""What people have silenced for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.alerts.wording import counted
from monitor.errors import QueryError
from monitor.jobs.in_force import InForce
from monitor.jobs.report import tell_ops
from monitor.matching.needs import needed_terms
from monitor.matching.ruleset import RuleSet, selects
from monitor.model import Entry, Feed, Rule, Silence
from monitor.ports import Transaction


class Silences:
    """The silences that are in force, ready to be asked of entries."""

    def __init__(self, tx: Transaction, in_force: InForce, now: datetime) -> None:
        self._silences = tx.silences(now)
        words = [one for one in self._silences if one.words]
        # The forms of their words were stored with them: see `monitor silence add`.
        terms = needed_terms([one.words for one in words], {})
        known = tx.known_forms(terms, in_force.settings.languages)
        in_force = replace(in_force, forms={**known, **in_force.forms})
        self._words = {one.id: _read(one, in_force) for one in words}

    def holding(self, rule: Rule, entry: Entry, feed: Feed) -> Silence | None:
        """Return the first silence that holds what the rule would tell of an entry."""
        meant = (one for one in self._silences if self._means(one, rule, entry, feed))
        return next(meant, None)

    def _means(self, silence: Silence, rule: Rule, entry: Entry, feed: Feed) -> bool:
        if silence.rule and silence.rule != rule.name:
            return False
        if silence.feed and not selects([silence.feed], feed):
            return False
        if not silence.words:
            return True
        words = self._words[silence.id]
        return words is not None and bool(words.matches(entry, feed))


def _read(silence: Silence, in_force: InForce) -> RuleSet | None:
    """Return the words as a rule; None if they use a list that is gone.

    Such a silence holds nothing: rather an alert too many than one too few.
    """
    try:
        return in_force.only([Rule("words", silence.words)])
    except QueryError:
        return None


def report_ended(tx: Transaction, in_force: InForce, now: datetime) -> None:
    """Tell `ops` of silences that ended, and how many alerts they hold still."""
    ended = tx.ended_silences(now)
    if not ended:
        return
    held = tx.silenced_counts()
    for silence in ended:
        if count := held.get(silence.id, 0):
            title = f"silence {silence.id} ended: {counted(count, 'alert')} held"
            text = (
                f"It silenced {described(silence)}. To send what it held, type: "
                f"monitor alerts release --silence {silence.id}"
            )
            tell_ops(tx, in_force, title, text, now)


def described(silence: Silence) -> str:
    """Return what a silence holds, and why: "rule waffen (anna: too many)"."""
    parts = [
        f"{name} {value}"
        for name, value in (
            ("rule", silence.rule),
            ("feed", silence.feed),
            ("words", silence.words),
        )
        if value
    ]
    why = ": ".join(part for part in (silence.author, silence.why) if part)
    return " and ".join(parts) + (f" ({why})" if why else "")
