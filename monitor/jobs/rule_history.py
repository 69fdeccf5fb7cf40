"""Every version of each rule, with the times between which it was in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from monitor.model import Rule, RuleVersion
from monitor.ports import Transaction


def note_rules(
    tx: Transaction,
    rules: Mapping[str, Rule],
    text_of: Callable[[Rule], str],
    now: datetime,
) -> None:
    """Note which versions came into force with `rules`, and which are over."""
    known = tx.rules_in_history()
    begun = [
        RuleVersion(name, rule.version, text_of(rule), now)
        for name, rule in rules.items()
        if known.get(name) != rule.version
    ]
    changed = {version.name for version in begun}
    ended = [n for n in known if n in changed or n not in rules]
    if begun or ended:
        tx.save_rule_history(begun, ended, now)
