"""The text of the article that was read of an entry, for all who store beside it."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from monitor.store import rows
from monitor.store.article_tables import article_texts, article_wishes
from monitor.store.prepared import Prepared

_TEXT = Prepared(
    select(article_texts.c.text)
    .select_from(article_texts)
    .join(article_wishes, article_wishes.c.article_id == article_texts.c.article_id)
    .where(article_wishes.c.entry_id == bindparam("entry"))
)


def article_text(connection: Connection, entry_id: int) -> str:
    """Return the text of the article of an entry, "" if there is none."""
    row = _TEXT.first(connection, entry=entry_id)
    return "" if row is None else rows.unpacked(row[0])
