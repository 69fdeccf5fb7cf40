"""Word forms: which words of a text they admit, and how they are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.forms import (
    Affix,
    AffixIndex,
    WordForm,
    asked,
    form_of,
    form_row,
)

word_forms = st.builds(
    WordForm,
    st.text(),
    is_capital=st.booleans(),
    is_strict=st.booleans(),
    affix=st.sampled_from(Affix),
    is_except=st.booleans(),
    is_whole=st.booleans(),
)


def test_a_bare_word_and_one_with_its_compounds_have_names_of_their_own() -> None:
    assert asked("Krieg") == "Krieg"
    assert asked("Krieg", with_compounds=True) == "~Krieg"


@pytest.mark.parametrize(
    ("form", "admitted", "refused"),
    [
        (WordForm("Kriege"), "Kriege kriege KRIEGE", ""),
        (WordForm("Kriegen", is_capital=True), "Kriegen KRIEGEN", "kriegen"),
        (WordForm("Räte", is_strict=True), "Räte Raete RÄTE RAETE räte", "Rate RATE"),
        (WordForm("Rate", is_strict=True), "Rate rate RATE", "Räte RÄTE Raete"),
        (WordForm("Maße", is_strict=True), "Maße MASSE maße", "Masse masse"),
        (WordForm("Räte", is_strict=True), "Rä\u00adte Ra\u0308te", "Ra-te"),
    ],
)
def test_a_form_admits_its_spellings(
    form: WordForm, admitted: str, refused: str
) -> None:
    words = f"{admitted} {refused}".split()
    assert [word for word in words if form.admits(word)] == admitted.split()


def test_a_free_form_has_both_keys_of_an_umlaut_and_a_strict_one_the_digraph() -> None:
    assert WordForm("Räte").keys == ("rate", "raete")
    assert WordForm("Räte").is_free
    assert WordForm("Räte", is_strict=True).keys == ("raete",)
    assert not WordForm("Räte", is_strict=True).is_free
    assert not WordForm("Räte", is_capital=True).is_free


@given(word_forms)
def test_a_form_is_the_same_after_it_was_kept(form: WordForm) -> None:
    assert form_of(form_row(form)) == form


def index(*forms: WordForm) -> AffixIndex[str]:
    found: AffixIndex[str] = AffixIndex()
    found.add("rule", forms)
    return found


@pytest.mark.parametrize(
    ("affix", "met", "passed_over"),
    [
        (Affix.PREFIX, "ratssitzung rathaus", "rat ratze bundesrat"),
        (Affix.SUFFIX, "bundesrat landrat", "rat irat rathaus"),
        (Affix.INFIX, "bundesratswahl", "bundesrat rathaus rat xxratxx"),
        (Affix.NONE, "", "rat rathaus bundesrat"),
    ],
)
def test_a_form_is_met_in_its_place(affix: Affix, met: str, passed_over: str) -> None:
    found = index(WordForm("Rat", affix=affix))
    words = f"{met} {passed_over}".split()
    assert [word for word in words if found.owners(word, word)] == met.split()


def test_the_longest_form_decides() -> None:
    found = index(
        WordForm("Minister", affix=Affix.PREFIX),
        WordForm("Ministeri", affix=Affix.PREFIX, is_except=True),
        WordForm("Ministerin", affix=Affix.PREFIX),
    )

    assert found.owners("ministertreffen", "Ministertreffen") == {"rule"}
    assert not found.owners("ministeriumssprecher", "Ministeriumssprecher")
    assert found.owners("ministerinnenrunde", "Ministerinnenrunde") == {"rule"}


def test_a_whole_exception_is_for_this_word_alone() -> None:
    found = index(
        WordForm("Lieferung", affix=Affix.SUFFIX),
        WordForm("Auslieferung", affix=Affix.SUFFIX, is_except=True, is_whole=True),
    )

    assert not found.owners("auslieferung", "Auslieferung")
    assert found.owners("hauslieferung", "Hauslieferung") == {"rule"}


def test_a_compound_wants_its_capital() -> None:
    found = index(WordForm("Land", is_capital=True, affix=Affix.PREFIX))

    assert found.owners("landesgrenze", "Landesgrenze")
    assert not found.owners("landesweit", "landesweit")


def test_a_strict_part_has_the_digraph_alone() -> None:
    found = index(WordForm("Öl", is_strict=True, affix=Affix.PREFIX))

    assert found.owners("oelpreis", "Ölpreis")
    assert not found.owners("olpe-x", "Olpe-X")


def test_a_word_beyond_all_words_is_passed_over() -> None:
    endless = "rat" + "x" * 100
    assert not index(WordForm("Rat", affix=Affix.PREFIX)).owners(endless, endless)


@given(st.lists(word_forms), st.text(), st.text())
def test_the_index_takes_any_word(forms: list[WordForm], key: str, word: str) -> None:
    assert index(*forms).owners(key, word) <= {"rule"}
