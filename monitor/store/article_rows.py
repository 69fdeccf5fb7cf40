"""Articles inside a transaction: which are wanted, who reads them, what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from monitor.model import (
    Article,
    ArticleClaim,
    ArticleReason,
    ArticleWish,
    Awaiting,
    FetchedArticle,
    HoldReason,
    StoredArticle,
    WishState,
)
from monitor.store import rows
from monitor.store.article_tables import (
    article_texts,
    article_wishes,
    articles,
    host_pauses,
)
from monitor.store.article_texts import article_text
from monitor.store.prepared import Prepared
from monitor.store.search_rows import entries_of_feeds, index_articles
from monitor.store.tables import entries

_WAITING = WishState.WAITING.value
_APART = timedelta(seconds=10)
"""An article that was asked for, and whose reader died, is not asked sooner again."""

_wish = insert(article_wishes)
_WISH = Prepared(
    _wish.on_conflict_do_update(
        index_elements=["entry_id"],
        set_={"state": _wish.excluded.state, "hold": _wish.excluded.hold},
    ),
    ["entry_id", "state", "hold", "rule", "reason"],
)
_decided = article_wishes.c
_DECIDE = Prepared(
    update(article_wishes)
    .where(_decided.entry_id == bindparam("entry"))
    .values(
        {
            column: bindparam(f"its_{column.name}", type_=column.type)
            for column in (
                *(_decided.state, _decided.article_id, _decided.decided_at),
                *(_decided.rule, _decided.reason, _decided.words),
            )
        }
    )
)
_KNOWN = Prepared(
    select(articles, article_texts.c.text)
    .outerjoin(article_texts, article_texts.c.article_id == articles.c.id)
    .where(
        or_(
            articles.c.key == bindparam("link"),
            articles.c.canonical == bindparam("link"),
        )
    )
    # One that was read, before one that was not.
    .order_by(articles.c.state != WishState.READ.value, articles.c.id)
    .limit(1)
)
_UNREAD = {
    "state": _WAITING,
    "attempts": 0,
    **dict.fromkeys(("reason", "detail", "url", "title", "language"), ""),
}
_NEW = Prepared(
    insert(articles),
    ["key", "link", "host", "wanted_at", "next_attempt_at", *_UNREAD],
)


class ArticleRows:
    """The part of a transaction that is about articles."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask_for_articles(
        self, wanting: Iterable[tuple[int, HoldReason | None]]
    ) -> None:
        """Let it be decided whether the articles of entries are wanted.

        With each entry goes why its alerts wait, None when they may go out.
        """
        state = WishState.UNDECIDED.value
        nobody = {"state": state, "rule": "", "reason": ""}
        wishes = ({"entry_id": id_, "hold": hold, **nobody} for id_, hold in wanting)
        _WISH.insert(self._connection, wishes)

    def undecided(self, limit: int) -> tuple[Awaiting, ...]:
        """Return entries of which it is not decided whether their articles are wanted.

        At most `limit`, the oldest first.
        """
        return self._awaiting(article_wishes.c.state == WishState.UNDECIDED, limit)

    def awaiting(self, article_id: int) -> tuple[Awaiting, ...]:
        """Return the entries that wait for an article, the oldest first."""
        state, article = article_wishes.c.state, article_wishes.c.article_id
        return self._awaiting((article == article_id) & (state == _WAITING), None)

    def _awaiting(self, which: object, limit: int | None) -> tuple[Awaiting, ...]:
        its_link = entries.c.canonical_link
        is_its = or_(articles.c.key == its_link, articles.c.canonical == its_link)
        is_kept = article_texts.c.article_id.is_not(None)
        is_read = func.coalesce(is_kept & is_its, false())
        query = (
            entries_of_feeds()
            .add_columns(article_wishes.c.hold, is_read.label("is_read"))
            .join(article_wishes, article_wishes.c.entry_id == entries.c.id)
            .outerjoin(articles, articles.c.id == article_wishes.c.article_id)
            .outerjoin(article_texts, article_texts.c.article_id == articles.c.id)
            .where(which)  # type: ignore[arg-type]
            .order_by(entries.c.id)
            .limit(limit)
        )
        return tuple(
            Awaiting(
                rows.stored_entry(row),
                None if row["hold"] is None else HoldReason(row["hold"]),
                is_read=bool(row["is_read"]),
            )
            for row in self._connection.execute(query).mappings()
        )

    def decide_article(
        self,
        entry_id: int,
        state: WishState,
        now: datetime,
        *,
        wish: ArticleWish | None = None,
        article_id: int | None = None,
    ) -> None:
        """Note what becomes of the article of an entry: without `wish`, nothing."""
        _DECIDE.run(
            self._connection,
            entry=entry_id,
            its_state=state.value,
            its_article_id=article_id,
            its_decided_at=now,
            its_rule=wish.rule if wish else "",
            its_reason=wish.reason.value if wish else "",
            its_words=list(wish.words) if wish else [],
        )

    def end_wish(self, entry_id: int, state: WishState) -> None:
        """Note how it ended to wait for the article of an entry."""
        this = article_wishes.c.entry_id == entry_id
        ended = update(article_wishes).where(this).values(state=state)
        self._connection.execute(ended)

    def article_for(
        self, key: str, link: str, host: str, now: datetime
    ) -> StoredArticle:
        """Return the article of that key, which waits from now on if it is new.

        It may have been read under another link, whose page calls this its own. One
        whose text is forgotten is new.
        """
        row = self._article(key)
        is_forgotten = (
            row is not None and row["state"] == WishState.READ and row["text"] is None
        )
        if row is not None and not is_forgotten:
            return StoredArticle(row["id"], _article_of(row), row["state"] != _WAITING)
        begun = {"link": link, "host": host, **_UNREAD}
        times = {"wanted_at": now, "next_attempt_at": now}
        if row is not None:
            self._set_article(row["id"], {**begun, **times, "ended_at": None})
            made: int | None = row["id"]
        else:
            made = _NEW.run(self._connection, key=key, **begun, **times).lastrowid
        assert made is not None  # noqa: S101 - of a row that was inserted
        return StoredArticle(made, Article(ArticleReason.NOT_FETCHED), is_over=False)

    def _article(self, key: str) -> rows.Row | None:
        return next(iter(_KNOWN.rows(self._connection, link=key)), None)

    def claim_articles(
        self, now: datetime, *, until: datetime, limit: int, busy: Collection[str]
    ) -> tuple[ArticleClaim, ...]:
        """Claim at most `limit` articles that are due now, one of a host.

        None of the hosts that are `busy`.
        """
        a = articles.c
        is_free = or_(a.leased_until.is_(None), a.leased_until <= now)
        paused = select(host_pauses.c.host).where(host_pauses.c.until > now)
        first = (  # of each host; by its index alone, however many wait
            select(a.id, func.min(a.next_attempt_at))
            .where(a.state == _WAITING, a.next_attempt_at <= now, is_free)
            .where(a.host.not_in(sorted(busy)), a.host.not_in(paused))
            .group_by(a.host)
            .subquery()
        )
        due = select(articles).join(first, first.c.id == a.id)
        query = due.order_by(a.next_attempt_at, a.id).limit(limit)
        found = self._connection.execute(query).mappings().all()
        claimed = update(articles).where(a.id.in_([row["id"] for row in found]))
        lease = {"leased_until": until, "next_attempt_at": now + _APART}
        self._connection.execute(claimed.values(**lease))
        return tuple(
            ArticleClaim(
                id=row["id"],
                key=row["key"],
                link=row["link"],
                host=row["host"],
                attempts=row["attempts"],
                wanted_at=row["wanted_at"],
            )
            for row in found
        )

    def put_off_article(
        self, article_id: int, at: datetime, found: FetchedArticle | None = None
    ) -> None:
        """Let an article be tried again then; `found` is what came of this attempt."""
        values: dict[str, object] = {"next_attempt_at": at, "leased_until": None}
        if found is not None:
            values |= {"attempts": articles.c.attempts + 1, **_attempt(found)}
        self._set_article(article_id, values)

    def drop_article(self, article_id: int) -> None:
        """Forget an article that nobody wants any more."""
        wants = article_wishes.c.article_id == article_id
        self._connection.execute(
            update(article_wishes).where(wants).values(article_id=None)
        )
        self._connection.execute(delete(articles).where(articles.c.id == article_id))

    def end_article(
        self,
        article_id: int,
        found: FetchedArticle,
        now: datetime,
        *,
        canonical: str | None,
    ) -> None:
        """Store what was read of an article, or that it is given up."""
        article = found.article
        state = WishState.READ if article.text else WishState.GIVEN_UP
        values: dict[str, object] = {
            "state": state,
            "attempts": articles.c.attempts + 1,
            "leased_until": None,
            "ended_at": now,
            "title": article.title,
            "language": article.language,
            "published_at": article.published_at,
            "canonical": canonical,
            **_attempt(found),
        }
        self._set_article(article_id, values)
        if article.text:
            packed = rows.packed(article.text)
            kept = {"read_at": now, "size": len(packed), "text": packed}
            text = insert(article_texts).values(article_id=article_id, **kept)
            self._connection.execute(text)

    def _set_article(self, article_id: int, values: dict[str, object]) -> None:
        this = articles.c.id == article_id
        self._connection.execute(update(articles).where(this).values(**values))

    def note_article(self, entry_id: int, article: Article, label: str) -> None:
        """Let an entry be found by its article, and have what its feed did not say.

        With its date it gets its `label`.
        """
        values = {
            "label": label,
            "language": case(
                (entries.c.language == "", article.language),
                else_=entries.c.language,
            ),
            "published_at": func.coalesce(entries.c.published_at, article.published_at),
        }
        this = entries.c.id == entry_id
        self._connection.execute(update(entries).where(this).values(**values))
        index_articles(self._connection, entry_id - 1, entry_id)

    def article_text(self, entry_id: int) -> str:
        """Return the text of the article of an entry, "" if there is none."""
        return article_text(self._connection, entry_id)

    def leave_articles_alone(self, hosts: Collection[str], until: datetime) -> None:
        """Let no article of the hosts be asked for before `until` (they said so)."""
        pause = insert(host_pauses)
        longer = func.max(host_pauses.c.until, pause.excluded.until)
        pause = pause.on_conflict_do_update(
            index_elements=["host"], set_={"until": longer}
        )
        for host in sorted(hosts):
            self._connection.execute(pause.values(host=host, until=until))


def free_articles(connection: Connection) -> None:
    """End all leases: their owner is gone."""
    leased = articles.c.leased_until.is_not(None)
    connection.execute(update(articles).where(leased).values(leased_until=None))


def _attempt(found: FetchedArticle) -> dict[str, object]:
    article = found.article
    return {
        "reason": article.reason,
        "detail": article.detail,
        "status": found.status,
        "url": found.url,
    }


def _article_of(row: rows.Row) -> Article:
    packed: bytes | None = row["text"]
    return Article(
        ArticleReason(row["reason"] or ArticleReason.NOT_FETCHED),
        text="" if packed is None else rows.unpacked(packed),
        title=row["title"],
        language=row["language"],
        published_at=row["published_at"],
        detail=row["detail"],
    )
