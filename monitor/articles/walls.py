"""What stands between us and the article: a page that is none, or ends early."""

from __future__ import annotations

from lxml.html import HtmlElement

from monitor.articles.head import Head
from monitor.articles.linked_data import LinkedArticle
from monitor.articles.measures import text_of
from monitor.articles.wording import (
    BOT_WALL,
    CONSENT_ADDRESS,
    CONSENT_TITLE,
    CONSENT_WORDS,
    PAYWALL,
    marks_of,
    offers_the_rest,
)
from monitor.feeds.not_a_feed import bot_wall_in, has_login, is_parked
from monitor.model import ArticleReason

_SHORT = 600
_BRIEF = 3_000
_LONG = 100_000
_LEAST = 60
_TWICE = 2
_MANY = 5
_WORDS_FOR_EACH = 25

Verdict = tuple[ArticleReason, str]


class Seen:
    """What tells of walls on a page, noted before anything is taken away."""

    def __init__(self, root: HtmlElement, source: str, url: str) -> None:
        for script in list(root.iter("script", "style")):
            if script.get("type") != "application/ld+json":
                script.text = None
        body = root.find("body")
        self.text: str = text_of(root if body is None else body)
        self.source = source
        self.url = url
        self.has_offer = (
            len(self.text) < _LONG
            and offers_the_rest(self.text)
            and sum(map(_offers, root.iter())) >= _TWICE
        )


def _offers(element: HtmlElement) -> int:
    """Return how many offers an element makes; what is called one counts twice."""
    if PAYWALL.search(marks_of(element.get("class"), element.get("id"))):
        return _TWICE
    return int(offers_the_rest((element.text or "")[:_SHORT]))


def verdict(text: str, seen: Seen, head: Head, linked: LinkedArticle | None) -> Verdict:
    """Return how reading a page ended whose article seems to be `text`."""
    is_told = linked is not None or head.calls_itself_article
    if not is_told and _asks_for_consent(seen, head):
        return ArticleReason.CONSENT, "the page asks for consent first"
    if linked is not None and linked.is_sold:
        return ArticleReason.PAYWALL, "the publisher says that it is not free to read"
    if seen.has_offer and len(text) < _BRIEF:
        return ArticleReason.PAYWALL, "the page offers the rest to subscribers"
    if len(text) < _SHORT and (wall := _wall(seen, is_told=is_told)):
        return wall
    if len(text) < _LEAST:
        return ArticleReason.EMPTY, "there is no article on the page"
    return ArticleReason.READ, ""


def _asks_for_consent(seen: Seen, head: Head) -> bool:
    if len(seen.text) >= _BRIEF:
        return False
    if CONSENT_ADDRESS.search(seen.url) or CONSENT_TITLE.search(head.title):
        return True
    found = len(CONSENT_WORDS.findall(seen.text))
    return found >= _MANY and found * _WORDS_FOR_EACH >= len(seen.text.split())


def _wall(seen: Seen, *, is_told: bool) -> Verdict | None:
    """Return the wall that a page is which has hardly any text."""
    if len(seen.text) < _BRIEF and (said := BOT_WALL.search(seen.text)):
        return ArticleReason.BOT_WALL, f'the page says "{said[0]}"'
    if is_told:
        return None
    if len(seen.text) < _BRIEF and (wall := bot_wall_in(seen.source)):
        return ArticleReason.BOT_WALL, wall
    if is_parked(seen.source):
        return ArticleReason.EMPTY, "the domain is for sale"
    if has_login(seen.source):
        return ArticleReason.LOGIN, "the page asks for a password"
    return None
