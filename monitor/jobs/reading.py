"""What becomes of articles inside one transaction: wanted, wanted still, recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from monitor.feeds import canonical_link
from monitor.feeds.holding import age_label
from monitor.feeds.story_index import StoryIndex
from monitor.jobs.alerting import Alerting
from monitor.jobs.hosts import host_of
from monitor.jobs.in_force import InForce
from monitor.model import (
    Article,
    ArticleClaim,
    ArticleWish,
    Awaiting,
    FetchedArticle,
    FullText,
    Novelty,
    Verdict,
    WishState,
)
from monitor.ports import Transaction


@dataclass(slots=True)
class ArticleResult:
    """What one step did: alerts, and for how many entries it was read or given up.

    `held` counts alerts by reason, `decided` entries whose articles are wanted or not.
    """

    matches: int = 0
    alerts: int = 0
    held: Counter[str] = field(default_factory=Counter)
    read: int = 0
    given_up: int = 0
    decided: int = 0

    def add(self, other: ArticleResult) -> None:
        """Add what another step did."""
        self.matches += other.matches
        self.alerts += other.alerts
        self.held.update(other.held)
        self.read += other.read
        self.given_up += other.given_up
        self.decided += other.decided


@dataclass(slots=True)
class Reading:
    """One step inside a transaction; `result` is what it did so far."""

    tx: Transaction
    in_force: InForce
    now: datetime
    stories: StoryIndex
    result: ArticleResult = field(default_factory=ArticleResult)

    def decide(self, limit: int) -> ArticleResult:
        """Decide whether the articles of undecided entries are wanted, of some."""
        for one in self.tx.undecided(limit):
            self.result.decided += 1
            wish = self._wish(one)
            if wish is None and not one.is_read:
                self.tx.decide_article(one.stored.id, WishState.UNWANTED, self.now)
            else:
                self._want(one, wish)
        return self.result

    def _wish(self, one: Awaiting) -> ArticleWish | None:
        """Return who wants the article of an entry first, None if nobody does.

        Of what is no news nobody is told: only a feed that is always read wants it.
        """
        feed = self.in_force.feeds.get(one.stored.feed)
        if feed is None:
            return None
        is_no_news = one.hold is not None and one.hold.is_no_news
        if is_no_news and feed.full_text is not FullText.ALWAYS:
            return None
        return self.in_force.wish(one.stored.entry, feed, self.now)

    def _want(self, one: Awaiting, wish: ArticleWish | None) -> None:
        """Let an entry wait for its article; without `wish` it was read before."""
        entry_id, entry = one.stored.id, one.stored.entry
        if entry.canonical_link is None or entry.link is None:
            state = WishState.GIVEN_UP  # there is nothing to be read
            self.tx.decide_article(entry_id, state, self.now, wish=wish)
            self.result.given_up += 1
            return
        known = self.tx.article_for(
            entry.canonical_link, entry.link, host_of(entry.link), self.now
        )
        if wish is not None:
            state = WishState.WAITING
            self.tx.decide_article(
                entry_id, state, self.now, wish=wish, article_id=known.id
            )
        if known.is_over:
            self._finish(one, known.article)

    def still_wanted(self, claim: ArticleClaim) -> ArticleClaim | None:
        """Return the claim with the feed that names its article, if one still does.

        What no rule in force wants any more is dropped.
        """
        waiting = self.tx.awaiting(claim.id)
        wanted = []
        for one in waiting:
            if self._wish(one) is None:
                self.tx.decide_article(one.stored.id, WishState.UNWANTED, self.now)
            else:
                wanted.append(one)
        if not wanted:
            self.tx.drop_article(claim.id)
            return None
        feeds = tuple(dict.fromkeys(one.stored.feed for one in wanted))
        return replace(claim, feeds=feeds)

    def record(self, claim: ArticleClaim, found: FetchedArticle) -> ArticleResult:
        """Store an article, and what it makes true of the entries that wait for it."""
        address = found.article.canonical_url or found.url
        canonical = canonical_link(address) if address else None
        waiting = self.tx.awaiting(claim.id)
        self.tx.end_article(claim.id, found, self.now, canonical=canonical)
        for one in waiting:
            self._finish(one, found.article)
        return self.result

    def _finish(self, one: Awaiting, article: Article) -> None:
        """Ask the rules about an entry with its article; tell what is true only now."""
        stored = one.stored
        if not article.text:
            self.tx.end_wish(stored.id, WishState.GIVEN_UP)
            self.result.given_up += 1
            return
        entry = replace(
            stored.entry,
            article=article.text,
            language=stored.entry.language or article.language,
            published_at=stored.entry.published_at or article.published_at,
        )
        label = stored.label or age_label(entry, self.now)
        self.tx.end_wish(stored.id, WishState.READ)
        self.tx.note_article(stored.id, article, label)
        self.result.read += 1
        feed = self.in_force.feeds.get(stored.feed)
        if feed is None:  # it left the configuration meanwhile
            return
        verdict = Verdict(
            entry,
            Novelty.NEW,
            stored.fingerprint,
            stored.story,
            hold=one.hold,
            label=label,
        )
        alerting = Alerting(
            self.tx, self.in_force, feed, self.now, self.result, self.stories
        )
        alerting.alert(verdict, stored.id)
