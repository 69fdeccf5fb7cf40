"""The part of a transaction that keeps word forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, select
from sqlalchemy.dialects.sqlite import insert

from monitor.matching.forms import WordForm, form_of, form_row
from monitor.store import rows
from monitor.store.tables import lexicon_forms


class LexiconRows:
    """The word forms that were read once, by term, languages and lexicon version."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known_forms(
        self, terms: Collection[str], languages: Sequence[str], version: str = ""
    ) -> dict[str, tuple[WordForm, ...]]:
        """Return the kept forms of terms that have some; "" is any version."""
        found: dict[str, tuple[WordForm, ...]] = {}
        wanted = [lexicon_forms.c.version == version] if version else []
        for some in rows.batches(terms):
            query = select(lexicon_forms.c.term, lexicon_forms.c.forms).where(
                and_(
                    lexicon_forms.c.term.in_(some),
                    lexicon_forms.c.languages == _name(languages),
                    *wanted,
                )
            )
            for row in self._connection.execute(query):
                found[row.term] = tuple(map(form_of, row.forms))
        return found

    def save_forms(
        self,
        forms: Mapping[str, Sequence[WordForm]],
        languages: Sequence[str],
        version: str,
    ) -> None:
        """Keep the forms of terms; those of another version make way."""
        values = [
            {
                "term": term,
                "languages": _name(languages),
                "version": version,
                "forms": [form_row(form) for form in some],
            }
            for term, some in forms.items()
        ]
        if not values:
            return
        new = insert(lexicon_forms)
        kept = {"version": new.excluded.version, "forms": new.excluded.forms}
        keys = [lexicon_forms.c.term, lexicon_forms.c.languages]
        query = new.on_conflict_do_update(index_elements=keys, set_=kept)
        self._connection.execute(query, values)


def _name(languages: Sequence[str]) -> str:
    """Return a set of languages as one text; their order does not matter."""
    return " ".join(sorted(languages))
