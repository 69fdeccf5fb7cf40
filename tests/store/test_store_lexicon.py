"""Word forms are kept by term, languages and version."""

from __future__ import annotations

from monitor.matching.forms import Affix, WordForm
from monitor.store.transaction import SqlTransaction

KRIEG = (WordForm("Krieg"), WordForm("Kriege", is_capital=True))
RAT = (
    WordForm("Rat", is_strict=True),
    WordForm("Rat", is_capital=True, affix=Affix.PREFIX),
    WordForm("ratte", affix=Affix.PREFIX, is_except=True, is_whole=True),
)
BOTH = ("de", "en")


def test_forms_come_back_as_they_were(tx: SqlTransaction) -> None:
    tx.save_forms({"Krieg": KRIEG, "~Rat": RAT}, BOTH, "1")

    known = tx.known_forms(["Krieg", "~Rat", "Rat"], BOTH, "1")

    assert known == {"Krieg": KRIEG, "~Rat": RAT}


def test_the_order_of_the_languages_does_not_matter(tx: SqlTransaction) -> None:
    tx.save_forms({"Krieg": KRIEG}, BOTH, "1")

    assert tx.known_forms(["Krieg"], ("en", "de"), "1") == {"Krieg": KRIEG}
    assert tx.known_forms(["Krieg"], ("de",), "1") == {}


def test_forms_of_another_version_make_way(tx: SqlTransaction) -> None:
    tx.save_forms({"Krieg": RAT}, BOTH, "1")
    assert tx.known_forms(["Krieg"], BOTH, "2") == {}

    tx.save_forms({"Krieg": KRIEG}, BOTH, "2")

    assert tx.known_forms(["Krieg"], BOTH, "2") == {"Krieg": KRIEG}
    assert tx.known_forms(["Krieg"], BOTH, "1") == {}
    assert tx.known_forms(["Krieg"], BOTH) == {"Krieg": KRIEG}


def test_many_terms_are_kept_at_once(tx: SqlTransaction) -> None:
    many = {f"Wort{n}": KRIEG for n in range(3_000)}
    tx.save_forms(many, BOTH, "1")

    assert tx.known_forms(many, BOTH, "1") == many
    tx.save_forms({}, BOTH, "1")
    assert tx.known_forms([], BOTH, "1") == {}
