"""The whole article behind an entry: what was read of it, or why nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.entries import HoldReason, StoredEntry


class FullText(StrEnum):
    """Whether articles are read: for the entries of a feed, or at a rule's wish."""

    AUTO = "auto"  # where it can change the answer
    ALWAYS = "always"
    NEVER = "never"


class WishReason(StrEnum):
    """Why an article is to be read."""

    TERM = "term"  # a rule is open, and the entry has one of its terms
    RULE = "rule"  # a rule is open that wants every article which could make it true
    FEED = "feed"  # every article of the feed is read


@dataclass(frozen=True, slots=True)
class ArticleWish:
    """A rule that wants an article to be read ("" for the feed itself), and why.

    `words` are those of the entry that the rule asks for.
    """

    rule: str
    reason: WishReason
    words: tuple[str, ...] = ()


class WishState(StrEnum):
    """How far it is with the article of an entry."""

    UNDECIDED = "undecided"  # the entry came, or was edited: the rules are asked next
    UNWANTED = "unwanted"  # no rule that may read it could become true by it
    WAITING = "waiting"
    READ = "read"
    GIVEN_UP = "given_up"

    @property
    def is_open(self) -> bool:
        """Whether the article may still be read."""
        return self in (WishState.UNDECIDED, WishState.WAITING)


class ArticleReason(StrEnum):
    """How it ended to read an article."""

    READ = "read"
    PAYWALL = "paywall"  # the text, if any, is what stands before it
    CONSENT = "consent"  # the page asks for consent to something first
    BOT_WALL = "bot_wall"
    LOGIN = "login"
    EMPTY = "empty"  # there is no article on the page, or hardly a word of it
    NOT_HTML = "not_html"
    TOO_LARGE = "too_large"
    SLOW = "slow"  # it took too long to read
    UNREADABLE = "unreadable"  # it needs too much memory, or crashes the reader
    NO_READER = "no_reader"  # the process that reads pages does not start
    NO_LINK = "no_link"
    ROBOTS = "robots"  # the site's robots.txt asks not to
    ROBOTS_UNKNOWN = "robots_unknown"  # its robots.txt cannot be had just now
    NOT_FETCHED = "not_fetched"  # the detail says how the request ended


@dataclass(frozen=True, slots=True)
class Article:
    """What was read of a page.

    `text` has one paragraph a line, each as it is matched; it is empty but for READ
    and PAYWALL. `language` is a code in lower case, "" if the page does not say;
    `canonical_url` is what the page calls its own address, None if it does not or if
    that is no address of its publisher. `leads_to` is where the page sends its readers
    on at once, or has more to read. `detail` says in plain words what is amiss.
    """

    reason: ArticleReason
    text: str = ""
    title: str = ""
    language: str = ""
    published_at: datetime | None = None
    canonical_url: str | None = None
    leads_to: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Awaiting:
    """An entry that waits for its article, or for the decision whether it does.

    `hold` is why its alerts wait, None when they may go out. `is_read` says that its
    article was read before it was edited, or meanwhile.
    """

    stored: StoredEntry
    hold: HoldReason | None = None
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class ArticleClaim:
    """An article that is to be read now; `attempts` were made before.

    `key` is the same for all links to it, `wanted_at` when it was first wanted, `feeds`
    are those whose entries want it.
    """

    id: int
    key: str
    link: str
    host: str
    attempts: int
    wanted_at: datetime
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it is stored: `is_over` says that it is not tried any more."""

    id: int
    article: Article
    is_over: bool


@dataclass(frozen=True, slots=True)
class FetchedArticle:
    """One attempt to read an article.

    `url` is where the page came from in the end. `again` says that another attempt
    may end better; `retry_after` is how long the host asks to be left alone.
    """

    article: Article
    url: str
    again: bool = False
    retry_after: timedelta | None = None
    status: int | None = None
