"""Articles for the tests: as they stand in the database after they were read."""

from __future__ import annotations

from datetime import datetime

from monitor.model import (
    Article,
    ArticleReason,
    ArticleWish,
    FetchedArticle,
    WishReason,
    WishState,
)
from monitor.ports import Transaction


def give_article(
    tx: Transaction,
    entry_id: int,
    text: str,
    now: datetime,
    *,
    link: str = "https://faz.example/article",
) -> int:
    """Let the article of an entry be read, as the job does; return the article's id."""
    tx.ask_for_articles([(entry_id, None)])
    known = tx.article_for(link, link, "faz.example", now)
    wish = ArticleWish("waffen", WishReason.TERM, ("Baku",))
    tx.decide_article(entry_id, WishState.WAITING, now, wish=wish, article_id=known.id)
    article = known.article
    if not known.is_over:
        article = Article(ArticleReason.READ, text)
        tx.end_article(known.id, FetchedArticle(article, link), now, canonical=None)
    tx.end_wish(entry_id, WishState.READ)
    tx.note_article(entry_id, article, "")
    return known.id
