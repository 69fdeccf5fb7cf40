"""The forms of the rules' words: remembered, stored, or read from the lexica."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from monitor.errors import LexiconError, StoreError
from monitor.lexicon import Lexicon
from monitor.matching.forms import Forms, WordForm
from monitor.model import Settings
from monitor.ports import Transaction
from monitor.store.database import HEAD, Database, database_path
from monitor.store.lexicon_rows import LexiconRows
from monitor.store.lock import require_owner

_Known = dict[str, tuple[WordForm, ...]]


class WordForms:
    """Gives the forms of terms; only what nobody knows is read from the lexica.

    `uses_database` says that the database of the settings may be looked at.
    """

    def __init__(self, *, uses_database: bool = True) -> None:
        self._uses_database = uses_database
        self._known: dict[tuple[str, ...], _Known] = {}
        self._fresh: dict[tuple[str, ...], _Known] = {}

    def __call__(self, terms: Collection[str], settings: Settings) -> Forms:
        """Return the forms of the terms.

        Raises:
            LexiconError: some could not be read; it has those that are known.
        """
        languages = settings.languages
        known = self._known.setdefault(languages, {})
        if self._uses_database and (missing := _missing(terms, known)):
            known.update(_stored(missing, settings))
        if missing := _missing(terms, known):
            try:
                read = Lexicon(languages).read(missing)
            except LexiconError as error:
                raise LexiconError(str(error), known) from error
            known.update(read)
            self._fresh.setdefault(languages, {}).update(read)
        return {term: known[term] for term in terms if term in known}

    def save(self, tx: Transaction) -> None:
        """Store what was read from the lexica since the last time."""
        for languages, forms in self._fresh.items():
            tx.save_forms(forms, languages, Lexicon(languages).version)
        self._fresh = {}

    def forget_unused(self, used: Mapping[str, object]) -> None:
        """Drop the terms that no rule in force uses; the database still has them."""
        for languages, known in self._known.items():
            kept = {term: forms for term, forms in known.items() if term in used}
            self._known[languages] = kept


def _missing(terms: Collection[str], known: Mapping[str, object]) -> set[str]:
    return {term for term in terms if term not in known}


def _stored(
    terms: Collection[str], settings: Settings
) -> Mapping[str, tuple[WordForm, ...]]:
    """Return what the database has; one that cannot be read has nothing."""
    path = database_path(settings.database)
    version = Lexicon(settings.languages).version
    try:
        require_owner(path.parent, "")
        if not path.exists():
            return {}
        database = Database(settings.database)
        try:
            if database.revision() != HEAD:
                return {}
            with database.read() as connection:
                rows = LexiconRows(connection)
                return rows.known_forms(terms, settings.languages, version)
        finally:
            database.close()
    except StoreError:
        return {}
