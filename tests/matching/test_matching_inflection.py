"""What a bare word stands for, by what a small lexicon says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_lexicon import filled_out, met, small_lexicon, texts

from monitor.matching.filling import wanted
from monitor.matching.forms import WordForm
from monitor.matching.lexemes import Known

GERMAN = small_lexicon(
    "de",
    {
        "Krieg": "Kriege Krieges Kriegs",
        "kriegen": "kriegt kriege krieg",
        "Rat": "Rates Räte",
        "Rate": "Raten",
        "Zoll": "Zolls Zölle Zolle",
        "zollen": "zollt",
        "Lehrer": "Lehrers",
        "Minister": "Ministers",
        "Ministerin": "",
        "Lieferung": "Lieferungen",
        "liefern": "liefert lieferte geliefert",
        "Waffe": "Waffen",
        "Ausgabe": "Ausgaben",
        "Beamte": "Beamten",
        "Beamter": "Beamtem",
        "Wunde": "Wunden",
        "Wunder": "Wunders",
        "wund": "wundem wunder wunde",
        "neu": "Neue neue neuen neuem neuer",
        "schwer": "schwere schweren schwerem schwerer",
        "leer": "leeren leerem leerer",
        "Schwere": "",
        "sein": "war ist",
        "Straße": "Straßen",
        "Strass": "Strasse",
        "Masse": "Massen",
        "Maß": "Maße",
        "Russland": "",
        "Rußland": "",
        "Russlands": "",
        "Forderung": "Forderungen",
        "Förderung": "Förderungen",
        "Bär": "Bärs",
        "Gnom": "Gnoms",
        "Aserbeidschan": "Aserbaidschan",
        "Aserbaidschan": "Aserbaidschans",
        "Gnome-": "",
        "Türkei": "",
        "Bild": "Bildes Bilder",
        "Gast": "Gasts",
        "Gäste": "",
        "Haus": "Hauses",
        "Ministerpräsident": "Ministerpräsidenten",
        "arabisch": "arabische arabischen",
        "Schwede-": "",
        "gut": "",
        "Mark": "Marks",
        "Marke": "",
        "Marken": "",
        "Brand": "Brands Brande",
        "Brandes": "",
        "Bus": "Busses Busse",
        "Buße": "Bußen",
    },
)
ENGLISH = small_lexicon(
    "en",
    {
        "war": "wars warred",
        "leaf": "",
        "leaves": "",
        "bomb": "bombs bombed",
        "bombing": "",
        "bake": "baked bakes",
        "baking": "",
        "paste": "pasted",
        "pasting": "",
        "past": "pasts pasted",
        "run": "runs ran",
        "running": "",
        "proof": "proofs",
        "runner": "",
        "big": "",
        "bigger": "",
        "biggest": "",
        "late": "",
        "later": "",
        "latest": "",
        "spar": "spars",
        "spare": "sparer sparest",
        "company": "companies company's co.",
    },
)


def test_a_word_stands_for_the_forms_of_its_lemma_and_itself_comes_first() -> None:
    forms = filled_out("Kriege", GERMAN)
    assert forms[0] == WordForm("Kriege")
    assert {"Krieg", "Krieges", "Kriegs"} <= {form.text for form in forms}


def test_a_noun_takes_no_form_in_small_letters() -> None:
    assert met("Krieg", "Kriege kriege Kriegs kriegt", GERMAN) == ["Kriege", "Kriegs"]
    assert "neue" not in texts("Neue", GERMAN)


def test_a_word_in_small_letters_may_be_a_noun() -> None:
    assert {"Waffe", "Waffen"} <= texts("waffen", GERMAN)


def test_a_form_that_is_another_word_in_small_letters_wants_its_capital() -> None:
    assert WordForm("Kriege", is_capital=True) in filled_out("Krieg", GERMAN)


def test_a_plural_has_its_dative_whatever_else_that_is() -> None:
    assert met("Krieg", "Kriegen kriegen", GERMAN) == ["Kriegen"]
    assert met("Zoll", "Zöllen Zollen zollen", GERMAN) == ["Zöllen"]
    assert "Lehrern" in texts("Lehrer", GERMAN)
    assert "Bildern" in texts("Bild", GERMAN)


def test_an_umlaut_is_told_from_another_word() -> None:
    assert met("Rat", "Räte Raete Rate rate", GERMAN) == ["Räte", "Raete"]
    assert met("Forderung", "Forderungen Förderungen", GERMAN) == ["Forderungen"]
    assert met("Förderung", "Forderung Förderung", GERMAN) == ["Förderung"]


def test_an_eszett_is_told_from_another_word_only_if_it_is_one() -> None:
    assert met("Maß", "Maße Masse MASSE", GERMAN) == ["Maße", "MASSE"]
    assert met("Masse", "Massen Maße", GERMAN) == ["Massen"]
    assert met("Bus", "Busse BUSSE Buße", GERMAN) == ["Busse", "BUSSE"]
    assert met("Straße", "Strasse Straßen", GERMAN) == ["Strasse", "Straßen"]
    assert met("Russland", "Rußland Russlands", GERMAN) == ["Rußland", "Russlands"]


def test_spellings_without_umlauts_and_shouting_find_the_word() -> None:
    assert "Straßen" in texts("Strasse", GERMAN)
    assert "Straßen" in texts("STRASSE", GERMAN)
    assert "Türkei" in texts("Tuerkei", GERMAN)
    assert "Förderungen" in texts("FOERDERUNG", GERMAN)


def test_a_dictionary_form_is_not_taken_for_a_form_of_another_word() -> None:
    assert texts("war", GERMAN, ENGLISH) >= {"war", "wars", "warred"}
    assert "ist" not in texts("war", GERMAN, ENGLISH)
    assert "ist" in texts("war", GERMAN)


def test_an_adjective_is_met_beside_a_noun_that_is_written_like_it() -> None:
    assert {"schweren", "schwerem", "Schwere"} <= texts("schwere", GERMAN)


def test_an_adjective_has_all_endings() -> None:
    assert {"leere", "leeres"} <= texts("leer", GERMAN)


def test_a_lexicon_that_files_a_word_under_another_is_followed_both_ways() -> None:
    expected = {"Aserbaidschan", "Aserbaidschans", "Aserbeidschan"}
    assert expected <= texts("Aserbaidschan", GERMAN)


def test_an_adjective_used_as_a_noun_has_both_endings() -> None:
    assert {"Beamte", "Beamten", "Beamtem"} <= texts("Beamter", GERMAN)
    assert {"Beamter", "Beamtem"} <= texts("Beamte", GERMAN)
    assert "Wunder" not in texts("Wunde", GERMAN)


def test_a_strong_noun_has_both_genitives_and_the_old_dative() -> None:
    assert {"Rats", "Gnomes", "Gnome"} <= texts("Rat", GERMAN) | texts("Gnom", GERMAN)
    assert "Hause" in texts("Haus", GERMAN)
    assert "Hauss" not in texts("Haus", GERMAN)
    assert "Rate" not in texts("Rat", GERMAN)


def test_a_weak_noun_and_a_woman_have_their_plural() -> None:
    assert "Bären" in texts("Bär", GERMAN)
    assert "Ministerinnen" in texts("Ministerin", GERMAN)


def test_a_form_that_a_name_is_spelled_like_is_a_form() -> None:
    assert "Marken" in texts("Marke", GERMAN)
    assert "Brandes" in texts("Brand", GERMAN)
    assert "Marke" not in texts("Mark", GERMAN)


def test_a_plural_filed_under_no_word_is_found() -> None:
    paradigms = {"Held": "Helds", "Helde": ""}
    known = small_lexicon("de", paradigms)
    filed = Known("de", {"Held": "Held", "Helden": "Helde"}.get, {"Helde": ["Helden"]})

    assert "Helden" in texts("Held", filed)
    assert "Helden" in texts("Held", known)


@pytest.mark.parametrize(
    ("term", "forms"),
    [
        ("Alijew", "Alijews"),
        ("Waffenlieferung", "Waffenlieferungen"),
        ("Waffenlieferungen", "Waffenlieferung"),
        ("waffenlieferung", "waffenlieferungen"),
        ("Rüstungslieferung", "Rüstungslieferungen"),
        ("ostarabische", "ostarabischen"),
        ("Xenolieferung", "Xenolieferungen"),
        ("Xyrat", "Xyrats"),
        ("xyKRIEG", "xyKRIEGs"),
        ("EU-Krieg", "EU-Kriege EU-Krieges"),
        ("EU-Xyzung", "EU-Xyzungen"),
        ("Sakristanin", "Sakristaninnen"),
        ("Sakristaninnen", "Sakristanin"),
        ("Xyzung", "Xyzungen"),
        ("Xyzungen", "Xyzung"),
        ("Xyze", "Xyzen"),
        ("Xyzer", "Xyzern Xyzers"),
        ("xyzisch", "xyzische xyzischem"),
        ("xyzischen", "xyzisch xyzischer"),
        ("AT&T", "AT&Ts"),
    ],
)
def test_a_word_nobody_knows_is_inflected_by_its_look(term: str, forms: str) -> None:
    assert set(forms.split()) <= texts(term, GERMAN)


@pytest.mark.parametrize("name", ["Ab", "Merz", "Weiß", "Fax", "-", "Xi-"])
def test_what_has_no_genitive_gets_none(name: str) -> None:
    assert texts(name, GERMAN) == {name}


def test_a_feminine_noun_gets_no_genitive() -> None:
    assert "Waffes" not in texts("Waffe", GERMAN)
    assert "Waffens" not in texts("Waffen", GERMAN)


def test_the_parts_of_a_compound_keep_their_umlaut() -> None:
    assert met("Rückforderung", "Rückforderungen Rückförderungen", GERMAN) == [
        "Rückforderungen"
    ]


def test_english_verbs_and_plurals() -> None:
    assert "bombing" in texts("bomb", ENGLISH)
    assert "baking" in texts("bake", ENGLISH)
    assert "running" in texts("run", ENGLISH)
    assert "leaves" in texts("leaf", ENGLISH)
    assert "pasting" not in texts("past", ENGLISH)
    assert texts("proof", ENGLISH) == {"proof", "Proof", "proofs"} - {"Proof"}
    assert texts("company", ENGLISH) == {"company", "companies"}


def test_english_comparatives() -> None:
    assert texts("big", ENGLISH) == {"big", "bigger", "biggest"}
    assert texts("late", ENGLISH) == {"late", "later", "latest"}
    assert texts("run", ENGLISH) == {"run", "runs", "ran", "running"}
    assert texts("spar", ENGLISH) == {"spar", "spars"}


@pytest.mark.parametrize(
    ("language", "term", "forms"),
    [
        ("ru", "Байден", "Байдена Байдену Байденом Байдене"),
        ("uk", "Байден", "Байдена Байденові"),
        ("fr", "Байден", ""),
        ("ru", "мир", ""),
    ],
)
def test_slavic_names_are_declined(language: str, term: str, forms: str) -> None:
    known = small_lexicon(language, {"Азов": "Азова"})
    assert texts(term, known) >= {term, *forms.split()}
    assert (len(texts(term, known)) > 1) == bool(forms)
    if language in ("ru", "uk"):
        assert "Азову" in texts("Азов", known)


def test_a_word_in_another_script_gets_no_german_ending() -> None:
    assert texts("Байден", GERMAN) == {"Байден"}


def test_without_lexica_a_word_is_itself() -> None:
    assert filled_out("Krieg") == (WordForm("Krieg"),)
    assert filled_out("Waffenlieferung", ENGLISH) == (WordForm("Waffenlieferung"),)


def test_what_is_needed_is_what_is_used() -> None:
    needed = wanted("Rüstungslieferungen", [GERMAN])
    assert "Lieferung" in {lemma for one in needed for lemma in one.lemmas}
    assert wanted("Xyz", [ENGLISH]) == wanted("-", [GERMAN]) == ()
    assert {one.written for one in wanted("EU-Krieg", [GERMAN])} == {"Krieg"}


@given(st.text(), st.sampled_from(["", "~"]))
def test_any_text_has_itself_as_its_first_form(text: str, sign: str) -> None:
    word = text.removeprefix("~")
    assert filled_out(sign + word, GERMAN, ENGLISH)[0].text == word
