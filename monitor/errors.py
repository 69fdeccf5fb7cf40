"""What can go wrong, as one tree.

::

    MonitorError
    ├── ConfigError        a file cannot be used; carries every diagnostic
    ├── EditError          a file cannot be edited; nothing was written
    ├── SecretError        a ${...} reference that cannot be resolved
    ├── QueryError         a query that cannot be read; carries every problem
    ├── FeedError          an answer that is not a feed
    ├── ChannelError       a channel URL that no service accepts
    ├── LexiconError       the forms of words cannot be read
    ├── ListenError        an address that cannot be listened at
    └── StoreError
        ├── StorageFull    the disk or the database's size limit is reached
        ├── NewerSchema    the database was written by a later version
        ├── NotOwner       this user does not own the state directory
        └── LockHeld       another process works on this database
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.model import Diagnostic, QueryProblem


class MonitorError(Exception):
    """Base of every error that is ours; its text can be shown to a person."""


class ConfigError(MonitorError):
    """Configuration or rules cannot be used."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("; ".join(d.text for d in diagnostics))
        self.diagnostics = diagnostics


class EditError(MonitorError):
    """A file cannot be edited as asked; nothing was written."""


class SecretError(MonitorError):
    """A ``${...}`` reference is not set; the text names it, never a value."""


class QueryError(MonitorError):
    """A query cannot be read."""

    def __init__(self, problems: tuple[QueryProblem, ...]) -> None:
        super().__init__("; ".join(p.text for p in problems))
        self.problems = problems


class FeedError(MonitorError):
    """What was served is not a feed; the text says what it is instead."""


class ChannelError(MonitorError):
    """A channel URL is of no known kind or lacks a part; carries no secret."""


class LexiconError(MonitorError):
    """The word forms cannot be read; `known` are those that are known all the same."""

    def __init__(self, text: str, known: Mapping[str, Any] | None = None) -> None:
        super().__init__(text)
        self.known = dict(known or {})


class ListenError(MonitorError):
    """An address cannot be listened at; the text names it and says why."""


class StoreError(MonitorError):
    """The database cannot be used."""


class StorageFull(StoreError):  # noqa: N818 - a condition, as the house names it
    """Nothing was written: the disk is full."""


class NewerSchema(StoreError):  # noqa: N818
    """The database was written by a later version of the monitor."""


class NotOwner(StoreError):  # noqa: N818
    """The state directory belongs to another user; the text says what to type."""


class LockHeld(StoreError):  # noqa: N818
    """Another process holds the lock; `owner` is its command (``run``, ``poll``)."""

    def __init__(self, text: str, *, owner: str, pid: int) -> None:
        super().__init__(text)
        self.owner = owner
        self.pid = pid
