"""What became of the articles behind entries: read-only queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, or_, select

from monitor.feeds.canonical import canonical_link
from monitor.model import ArticleReason, HoldReason, WishReason, WishState
from monitor.store.article_tables import article_wishes, articles
from monitor.store.article_texts import article_text


@dataclass(frozen=True, slots=True)
class ArticleView:
    """Whether the article of an entry was wanted, by whom, and how it went to read it.

    `rule` is empty where its feed wants all, or nobody does; `words` are those of the
    entry that the rule asks for. `url` is where the last attempt ended, `outcome` how;
    both are empty before the first. `hold` is why alerts of the entry wait.
    `next_attempt_at` is None for what does not wait, `characters` is 0 where no text
    is kept (any more).
    """

    state: WishState
    hold: HoldReason | None = None
    rule: str = ""
    reason: WishReason | None = None
    words: tuple[str, ...] = ()
    decided_at: datetime | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: ArticleReason | None = None
    detail: str = ""
    status: int | None = None
    url: str = ""
    characters: int = 0


class ArticleViews:
    """Read-only queries about articles on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def article_of(self, entry_id: int) -> tuple[ArticleView | None, str]:
        """Return what became of an entry's article, None if nobody was asked; its text.

        The text is empty where there is none.
        """
        query = (
            select(
                article_wishes.c.state.label("wish"),
                *(article_wishes.c[n] for n in ("rule", "words", "decided_at")),
                article_wishes.c.reason.label("wanted_for"),
                article_wishes.c.hold.label("hold"),
                articles,
            )
            .outerjoin(articles, articles.c.id == article_wishes.c.article_id)
            .where(article_wishes.c.entry_id == entry_id)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            return None, ""
        text = article_text(self._connection, entry_id)
        state = WishState(row["wish"])
        view = ArticleView(
            state=state,
            hold=HoldReason(row["hold"]) if row["hold"] else None,
            rule=row["rule"],
            reason=WishReason(row["wanted_for"]) if row["wanted_for"] else None,
            words=tuple(row["words"]),
            decided_at=row["decided_at"],
            attempts=row["attempts"] or 0,
            next_attempt_at=(
                row["next_attempt_at"] if state is WishState.WAITING else None
            ),
            ended_at=row["ended_at"],
            outcome=ArticleReason(row["reason"]) if row["reason"] else None,
            detail=row["detail"] or "",
            status=row["status"],
            url=row["url"] or "",
            characters=len(text),
        )
        return view, text

    def entries_by(self, canonical: str) -> frozenset[int]:
        """Return the ids of entries whose article is at a link, or calls it its own."""
        host = urlsplit(canonical).netloc
        is_near = func.instr(func.lower(articles.c.url), host) > 0
        own = or_(articles.c.canonical == canonical, articles.c.key == canonical)
        query = select(articles.c.id, articles.c.url, own.label("is_own"))
        found = self._connection.execute(query.where(own | is_near))
        ids = [
            row.id
            for row in found
            if row.is_own or canonical_link(row.url) == canonical
        ]
        wants = article_wishes.c.article_id.in_(ids)
        wishes = select(article_wishes.c.entry_id).where(wants)
        return frozenset(self._connection.execute(wishes).scalars())

    def day(self, now: datetime) -> Mapping[str, int]:
        """Return how many articles wait, and were read or given up in 24 hours."""
        state, since = articles.c.state, now - timedelta(days=1)
        counted = or_(state == WishState.WAITING, articles.c.ended_at >= since)
        query = select(state, func.count()).where(counted).group_by(state)
        found = {row[0]: int(row[1]) for row in self._connection.execute(query)}
        return {
            "waiting": found.get(WishState.WAITING, 0),
            "read_24h": found.get(WishState.READ, 0),
            "given_up_24h": found.get(WishState.GIVEN_UP, 0),
        }
