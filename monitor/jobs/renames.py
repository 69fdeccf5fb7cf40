"""What is stored follows the names in the files: ``renamed_from``."""

from __future__ import annotations

from monitor.jobs.in_force import InForce
from monitor.ports import Transaction


def follow_names(tx: Transaction, in_force: InForce) -> None:
    """Move what is stored under old names; this comes before all else of a reload."""
    for feed in in_force.settings.feeds:
        for old in feed.renamed_from:
            tx.rename_feed(old, feed.name)
    for rule in in_force.rules.values():
        for old in rule.renamed_from:
            tx.rename_rule(old, rule.name)
    for channel in in_force.settings.channels:
        for old in channel.renamed_from:
            tx.rename_channel(old, channel.name)
