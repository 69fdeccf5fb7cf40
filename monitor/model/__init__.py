"""The values that cross the borders between packages: frozen, typed, without I/O.

Times are aware and in UTC; durations are `timedelta`. What the words mean stands
in ``docs/glossary.md``.
"""

from __future__ import annotations

from monitor.model.alerts import (
    Because,
    Excerpt,
    HeldQuery,
    Match,
    Message,
    MessageKind,
    StoredAlert,
    StoredMatch,
)
from monitor.model.configuration import (
    ChannelSpec,
    Diagnostic,
    Feed,
    PollPolicy,
    Priority,
    QueryProblem,
    Rule,
    RuleTest,
    Settings,
    Severity,
)
from monitor.model.counts import PollCounts
from monitor.model.deliveries import (
    BodyFormat,
    Delivery,
    DeliveryState,
    Form,
    Lane,
    Rendered,
    SendOutcome,
    SendResult,
    Settled,
)
from monitor.model.entries import (
    Entry,
    FeedState,
    FeedStatus,
    HoldReason,
    KnownEntry,
    Novelty,
    ParsedFeed,
    StoredEntry,
    Verdict,
)
from monitor.model.fetching import Fetched, FetchOutcome, FetchRequest, Validators
from monitor.model.traits import Habit, Tier, Traits, Wait

__all__ = [
    "Because",
    "BodyFormat",
    "ChannelSpec",
    "Delivery",
    "DeliveryState",
    "Diagnostic",
    "Entry",
    "Excerpt",
    "Feed",
    "FeedState",
    "FeedStatus",
    "FetchOutcome",
    "FetchRequest",
    "Fetched",
    "Form",
    "Habit",
    "HeldQuery",
    "HoldReason",
    "KnownEntry",
    "Lane",
    "Match",
    "Message",
    "MessageKind",
    "Novelty",
    "ParsedFeed",
    "PollCounts",
    "PollPolicy",
    "Priority",
    "QueryProblem",
    "Rendered",
    "Rule",
    "RuleTest",
    "SendOutcome",
    "SendResult",
    "Settings",
    "Settled",
    "Severity",
    "StoredAlert",
    "StoredEntry",
    "StoredMatch",
    "Tier",
    "Traits",
    "Validators",
    "Verdict",
    "Wait",
]
