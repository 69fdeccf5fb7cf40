"""An entry that was told and is edited: told again by the rules that ask for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from monitor.alerts.changes import change
from monitor.jobs.in_force import InForce
from monitor.model import Because, Rule, StoredAlert, Verdict
from monitor.ports import Transaction


def retold(
    tx: Transaction,
    in_force: InForce,
    verdict: Verdict,
    true_of: Mapping[str, tuple[Because, ...]],
    now: datetime,
    *,
    silence_of: Callable[[Rule], int | None],
) -> Iterator[StoredAlert]:
    """Yield an alert for each rule that told of the entry and wants its edits.

    `true_of` are the rules that are true of the edited text, and why. A rule that is no
    longer says so. `silence_of` names the silence that holds what a rule tells of it.
    """
    known = verdict.known
    if known is None or verdict.novelty.is_new:
        return
    rules = in_force.edits_wanted(now)
    what = change(known.entry, verdict.entry) if rules else ""
    for rule in rules if what else ():
        told = tx.told_of_entry(rule.name, known.id)
        if told is None:
            continue
        because = true_of.get(rule.name)
        no_longer = f"\n{rule.name} no longer matches" if because is None else ""
        alert = tx.add_edit(
            told,
            rule,
            verdict,
            now,
            because=because or (),
            change=what + no_longer,
            silence_id=silence_of(rule),
        )
        if alert is not None:
            yield alert
