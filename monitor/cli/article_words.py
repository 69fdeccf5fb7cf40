"""What became of the article of an entry, in one sentence for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from monitor.alerts.excerpts import excerpts
from monitor.alerts.wording import counted, one_line
from monitor.cli.output import cell
from monitor.model import (
    ArticleReason,
    Because,
    Entry,
    Feed,
    FullText,
    WishReason,
    WishState,
)
from monitor.store.article_views import ArticleView

_NEVER: Final = "its feed is never read in full"
_NOT_READ: Mapping[ArticleReason, str] = MappingProxyType(
    {
        ArticleReason.PAYWALL: "the page is behind a paywall",
        ArticleReason.CONSENT: "the page asks for consent first",
        ArticleReason.BOT_WALL: "the page is behind a wall against robots",
        ArticleReason.LOGIN: "the page asks for a login",
        ArticleReason.EMPTY: "there is no article on the page",
        ArticleReason.NOT_HTML: "it is no web page",
        ArticleReason.TOO_LARGE: "the page is too large",
        ArticleReason.UNREADABLE: "the page cannot be read",
        ArticleReason.NO_LINK: "the entry has no link to a page",
        ArticleReason.ROBOTS: "its site's robots.txt asks not to",
    }
)
"""What is not tried again; of all else the last attempt is told."""


def article_said(article: ArticleView | None, feed: Feed | None) -> str:
    """Return who asked for an article, and how it went; `feed` as it is configured."""
    if article is None:
        is_never = feed is not None and feed.full_text is FullText.NEVER
        why = _NEVER if is_never else "the entry came before articles were read"
        return f"not asked for: {why}"
    match article.state:
        case WishState.UNDECIDED:
            return "it is decided next whether it is read"
        case WishState.UNWANTED:
            return f"not asked for: {_unwanted(article, feed)}"
        case WishState.WAITING:
            return f"{_asked(article)}; {_waits(article)}"
        case WishState.READ:
            return f"{_asked(article)}; {_read(article)}"
        case WishState.GIVEN_UP:
            return f"{_asked(article)}; {_given_up(article)}"


def _unwanted(article: ArticleView, feed: Feed | None) -> str:
    if feed is not None and feed.full_text is FullText.NEVER:
        return _NEVER
    if article.hold is not None and article.hold.is_no_news:
        return f"the entry is no news ({article.hold})"
    return "no rule could become true by it that has one of its words"


def _asked(article: ArticleView) -> str:
    at = f"at {cell(article.decided_at)}"
    if article.reason is WishReason.FEED:
        return f"asked for {at}: its feed is always read in full"
    if article.reason is WishReason.RULE:
        reads = "which reads all that could make it true"
        return f"asked for by rule {article.rule}, {reads}, {at}"
    words = ", ".join(f'"{one_line(word)}"' for word in article.words)
    return f"asked for by rule {article.rule} ({words}) {at}"


def _waits(article: ArticleView) -> str:
    last = f", last: {_detail(article)}" if article.outcome else ""
    at = cell(article.next_attempt_at)
    return f"waits: attempt {article.attempts + 1} at {at}{last}"


def _read(article: ArticleView) -> str:
    read = f"read at {cell(article.ended_at)} from {article.url}"
    if not article.characters:
        return f"{read}; its text was forgotten since"
    is_part = article.outcome is ArticleReason.PAYWALL
    part = " before its paywall" if is_part else ""
    return f"{read}, {article.characters:,} characters{part}"


def _given_up(article: ArticleView) -> str:
    reason = article.outcome or ArticleReason.NO_LINK
    if reason not in _NOT_READ:
        tries = counted(article.attempts, "attempt")
        return f"given up after {tries}: {_detail(article)}"
    why, detail = _NOT_READ[reason], one_line(article.detail)
    is_said = reason is ArticleReason.ROBOTS or detail in why
    return f"not read: {why}" + ("" if is_said else f" ({detail})")


def _detail(article: ArticleView) -> str:
    found = one_line(article.detail) or cell(article.outcome)
    is_told = not article.status or str(article.status) in found
    return found if is_told else f"{found} (HTTP {article.status})"


def quotes(entry: Entry, because: Sequence[Because]) -> tuple[str, ...]:
    """Return the sentences of the article, of those shown of a match."""
    found = excerpts(entry, because)
    return tuple(one_line(one.text) for one in found if one.field == "article")
