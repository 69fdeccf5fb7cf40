"""The database follows the files, and `ops` hears what is broken or good again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor.config import Loaded, RuleTexts, format_diagnostic
from monitor.jobs.in_force import InForce
from monitor.jobs.release import revisit
from monitor.jobs.renames import follow_names
from monitor.jobs.report import tell_ops
from monitor.jobs.rule_history import note_rules
from monitor.jobs.websub import review
from monitor.model import Diagnostic, Severity
from monitor.ports import Transaction

CONFIG = "config"
_FORMS = "word_forms"
_GOOD = "The files are in force as they stand there."
_UNTIL_THEN = (
    "The rules that were in force stay in force. Save a rule file once more, or type "
    "`systemctl reload`, to try again."
)


def settle_in(tx: Transaction, in_force: InForce, loaded: Loaded, now: datetime) -> int:
    """Make the database follow the files; return how many deliveries are orphaned."""
    follow_names(tx, in_force, now)
    tx.sync_feeds(in_force.settings.feeds, now)
    review(tx, in_force, now)
    orphaned = tx.sync_outbox(in_force.lanes, in_force.rules)
    revisit(tx, in_force, now)
    tx.save_rule_files(loaded.sources, now)
    note_rules(tx, in_force.rules, RuleTexts(loaded.lists).of, now)
    tx.probe_broken(now)
    if tx.close_report(CONFIG):
        title = "the configuration is good again"
        tell_ops(tx, in_force, title, "", now, is_calm=True)
    report_forms(tx, in_force, loaded.lexicon_error, now)
    report_files(tx, in_force, loaded, now)
    return orphaned


def report_forms(tx: Transaction, in_force: InForce, error: str, now: datetime) -> None:
    """Tell `ops` that word forms cannot be read, or can be again."""
    if not error:
        if tx.close_report(_FORMS):
            title = "word forms can be read again"
            tell_ops(tx, in_force, title, _GOOD, now, is_calm=True)
    elif tx.open_report(_FORMS, error, now):
        text = f"{error}\n{_UNTIL_THEN}"
        tell_ops(tx, in_force, "word forms cannot be read", text, now)


def report_files(
    tx: Transaction, in_force: InForce, loaded: Loaded, now: datetime
) -> None:
    """Tell `ops` and its contact of each rule file that is broken, or good again."""
    broken = {*loaded.reverted, *loaded.left_out}
    for name in {*loaded.sources, *broken}:
        key, contact = f"rules:{name}", loaded.contacts.get(name, "")
        also = [contact] if contact else []
        if name in broken:
            text = _what_counts(name, loaded) + "\n".join(
                errors(loaded.diagnostics, name)
            )
            if tx.open_report(key, text, now):
                title = f"rule file {name} is broken"
                tell_ops(tx, in_force, title, text, now, also=also)
        elif tx.close_report(key):
            title = f"rule file {name} is good again"
            text = "It is in force."
            tell_ops(tx, in_force, title, text, now, also=also, is_calm=True)


def _what_counts(name: str, loaded: Loaded) -> str:
    if name in loaded.reverted:
        return "Its last good version stays in force.\n"
    return "Nothing of it is in force.\n"


def errors(diagnostics: Sequence[Diagnostic], name: str = "") -> list[str]:
    """Return each error on one line: what it points at is seen by `monitor check`."""
    return [
        format_diagnostic(found).splitlines()[0]
        for found in diagnostics
        if found.severity is Severity.ERROR
        and (not name or Path(found.path).name == name)
    ]
