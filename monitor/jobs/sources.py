"""Rules that want several publishers to tell a story before they do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.model import HoldReason, Rule, StoredAlert, Verdict
from monitor.ports import Transaction


def for_now(verdict: Verdict, rule: Rule) -> Verdict:
    """Return the verdict with which a rule's alert begins: it may wait for others."""
    if rule.min_sources == 1 or verdict.hold is not None:
        return verdict
    return replace(verdict, hold=HoldReason.FEW_SOURCES)


def told_by_enough(
    tx: Transaction, rule: Rule, alert: StoredAlert, now: datetime
) -> tuple[StoredAlert, ...]:
    """Let go what waited for the publisher of the rule's newest alert; return it.

    That is nothing as long as there are too few of them.
    """
    if rule.min_sources == 1:
        return ()
    if len(tx.sources_of_story(rule.name, alert.story)) < rule.min_sources:
        return ()
    waited = tx.few_sources_of(alert.id)
    tx.unhold([one.id for one in waited], now)
    return waited
