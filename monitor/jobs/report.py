"""The monitor reports its own troubles, through the outbox like everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts import ops_message
from monitor.jobs.in_force import InForce
from monitor.ports import Transaction


def tell_ops(
    tx: Transaction,
    in_force: InForce,
    title: str,
    text: str,
    now: datetime,
    *,
    also: Sequence[str] = (),
    without: str = "",
    again: str = "",
    is_calm: bool = False,
) -> None:
    """Put a report into the outbox for `ops` and the channels in `also`.

    `without` is a channel that cannot carry it (it is broken itself); where no
    other is left, every other configured channel hears of it instead. Where nobody is
    to hear of anything (`ops: []`), nobody does. `again` is one that carries reports
    again: who heard in its place that it did not hears of that, too. What is calm, as
    the end of a trouble, is of normal priority, all else of high.
    """
    wanted = [*in_force.settings.ops, *also]
    channels = _carriers(in_force, wanted, without)
    if again:
        channels += _carriers(in_force, wanted, again)
    message = ops_message(title, text, is_calm=is_calm)
    for channel in dict.fromkeys(channels):
        tx.enqueue(channel, message, in_force.places[channel], now)


def _carriers(in_force: InForce, wanted: Sequence[str], without: str) -> list[str]:
    """Return the channels that are to carry a report which one of them cannot."""
    channels = [c for c in wanted if c != without and c in in_force.places]
    if without in wanted and not channels:
        return [c for c in in_force.places if c != without]
    return channels
