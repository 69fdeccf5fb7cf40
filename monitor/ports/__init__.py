"""What the jobs need from outside, as protocols; the I/O packages implement them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from monitor.matching.forms import WordForm
from monitor.model import (
    FeedKind,
    Fetched,
    FetchRequest,
    HubAnswer,
    HubRequest,
    Lane,
    Message,
    ParsedFeed,
    SendResult,
)
from monitor.ports.transaction import Transaction

__all__ = [
    "Channels",
    "Clock",
    "Fetcher",
    "Hubs",
    "Journal",
    "Lexicon",
    "Parser",
    "Store",
    "Transaction",
]

T = TypeVar("T")


class Clock(Protocol):
    """The time and the dice."""

    def now(self) -> datetime:
        """Return the wall-clock time, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""

    def jitter(self) -> float:
        """Return a random number in [0, 1)."""

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long."""


class Fetcher(Protocol):
    """HTTP, with manners."""

    async def fetch(self, request: FetchRequest) -> Fetched:
        """Return how the exchange ended; what a server does never raises."""


class Parser(Protocol):
    """Bytes to entries, off the event loop, bounded in time and memory."""

    async def parse(
        self,
        body: bytes,
        *,
        content_type: str,
        url: str,
        encoding: str = "",
        kind: FeedKind = FeedKind.FEED,
    ) -> ParsedFeed:
        """Return the feed; `encoding` is what its user knows of it, "" if nothing.

        Raises:
            FeedError: it is not one, or took too long; the text says which.
        """


class Hubs(Protocol):
    """The hubs that feeds name."""

    async def ask(self, request: HubRequest) -> HubAnswer:
        """Return how a hub took the request; what it does never raises."""


class Channels(Protocol):
    """Every configured place a message can go to."""

    def lanes(self) -> Sequence[Lane]:
        """Return every lane that is configured now."""

    def pause(self, lane: Lane) -> timedelta:
        """Return how long the lane takes no more than it was given; 0 if it does.

        So long nothing should be claimed for it: what is sent all the same is sent.
        """

    async def send(
        self,
        lane: Lane,
        message: Message,
        *,
        created_at: datetime,
        maybe_sent: bool,
        bare: bool,
        key: str = "",
        answers: str = "",
    ) -> SendResult:
        """Try once to deliver; what a service does never raises.

        `created_at` is when it should have arrived (a late message says so),
        `maybe_sent` marks it as a possible repeat, `bare` asks for plain text. `key`
        names the delivery, the same at each try; `answers` is the receipt of the
        message that it answers.
        """


class Journal(Protocol):
    """Where the jobs say what happened: one wide event for each unit of work."""

    def event(self, name: str, **fields: object) -> None:
        """Record that `name` happened, with everything known about it."""


class Lexicon(Protocol):
    """The word forms of terms, in the languages it was made for."""

    @property
    def languages(self) -> Sequence[str]:
        """Return the languages, by their codes."""

    @property
    def version(self) -> str:
        """Return what the forms depend on besides term and languages."""

    def read(self, terms: Collection[str]) -> Mapping[str, tuple[WordForm, ...]]:
        """Return the forms of each term, named as `asked` names it; blocks a second.

        Raises:
            LexiconError: they cannot be read.
        """


class Store(Protocol):
    """One writer; a transaction is one function that runs whole or not at all."""

    async def transact(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one immediate transaction and return what it returns.

        Raises:
            StoreError: nothing was written.
        """

    async def look(self, work: Callable[[Transaction], T]) -> T:
        """Return what `work` reads, of one state; it writes nothing, no writer waits.

        Raises:
            StoreError: it could not be read.
        """
