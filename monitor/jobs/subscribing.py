"""What becomes of a URL that somebody wants to subscribe: a new feed, or why not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.feeds import canonical_link
from monitor.jobs.discover import Discovered, FoundFeed, Tried, worth_choosing
from monitor.model import FeedKind


class Choice(StrEnum):
    """What becomes of a URL."""

    ADDED = "added"
    KNOWN_URL = "known_url"  # a feed has this address
    KNOWN_NAME = "known_name"  # a feed has this name
    NO_FEED = "no_feed"
    SEVERAL = "several"  # a page with several feeds: a person has to choose
    NO_URL = "no_url"  # not an address of the web
    REFERENCE = "reference"  # it asks for a secret, which its writer may not have


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice for the URL that was given.

    `feed` is what is subscribed, `rivals` those between which a person has to
    choose, `known` the name of the feed that is in the way, `tried` where nothing was.
    """

    given: str
    choice: Choice
    feed: FoundFeed | None = None
    rivals: tuple[FoundFeed, ...] = ()
    known: str = ""
    tried: tuple[Tried, ...] = ()


class Subscribed:
    """The names and addresses that are taken, by what is subscribed already."""

    def __init__(self, feeds: Iterable[tuple[str, str]]) -> None:
        """Take the name and URL of each feed."""
        self._by_link: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for name, url in feeds:
            self.take(name, url)

    def take(self, name: str, url: str) -> None:
        """Take one more."""
        self._by_link.setdefault(_link(url), name)
        self.names[name] = url

    def at(self, url: str) -> str | None:
        """Return the name of the feed with this address, in whatever spelling."""
        return self._by_link.get(_link(url))


def _link(url: str) -> str:
    """Return the address for comparing; a feed's path may end with a slash or not."""
    return (canonical_link(url) or url).rstrip("/")


def choose(given: str, discovered: Discovered, taken: Subscribed) -> Chosen:
    """Return what becomes of a URL at which this was discovered."""
    rivals = worth_choosing(discovered.found)
    if not rivals:
        return Chosen(given, Choice.NO_FEED, tried=discovered.tried)
    if len(rivals) > 1:
        return Chosen(given, Choice.SEVERAL, rivals=rivals)
    (feed,) = rivals
    known = taken.at(feed.url)
    if known is not None:
        return Chosen(given, Choice.KNOWN_URL, feed=feed, known=known)
    return Chosen(given, Choice.ADDED, feed=feed)


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return the name, with the first number behind it that makes it new."""
    names = (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def is_sitemap(feed: FoundFeed | None) -> bool:
    """Say whether the feed has to be marked as a sitemap where it is written."""
    return feed is not None and feed.kind is FeedKind.SITEMAP
