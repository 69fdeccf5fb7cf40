"""What `~` adds to a word: derived words, and compounds with it."""

from __future__ import annotations

import pytest
from small_lexicon import filled_out, met, small_lexicon, texts

from monitor.matching.filling import wanted

GERMAN = small_lexicon(
    "de",
    {
        "Rat": "Rats Räte",
        "Haus": "Hauses",
        "Stadt": "Städte",
        "Sicherheit": "",
        "Sitzung": "",
        "Ratte": "Ratten",
        "Rathaus": "Rathauses",
        "Ratssitzung": "",
        "Stadtrat": "",
        "Sicherheitsrat": "",
        "Apparat": "Apparate",
        "Vorrat": "Vorräte",
        "Minister": "Ministers",
        "Ministerin": "Ministerinnen",
        "Ministerium": "",
        "Ministerialrat": "",
        "Treffen": "",
        "Ministertreffen": "",
        "Außenminister": "",
        "außen": "",
        "Schule": "Schulen",
        "Buch": "",
        "Schulbuch": "",
        "Schuld": "",
        "Schulde": "Schulden",
        "Schuldenkönig": "",
        "König": "",
        "Lieferung": "Lieferungen",
        "Auslieferung": "",
        "Hauslieferung": "",
        "Krieg": "Krieges Kriege",
        "müde": "müden müdem",
        "kriegsmüde": "",
        "bankrott": "",
        "rott": "",
        "Bank": "Banken",
        "Bankett": "",
        "Preis": "Preise Preises",
        "Öl": "Öle",
        "Ölpreis": "",
        "Ölung": "",
        "Erdöl": "",
        "Erde": "Erd",
        "Berg": "Berge",
        "Herberge": "",
        "Gas": "",
        "Gas-Preis": "",
        "Bericht": "",
        "erstatten": "erstattet",
        "Berichterstatter": "",
        "Sch": "",
        "Bar": "",
        "Barsch": "",
        "Barschrank": "",
        "Schrank": "",
        "Land": "Länder Lande",
        "Spiel": "",
        "Länderspiel": "",
        "Arzt": "Ärzte",
        "Ärztin": "Ärztinnen",
        "Kollege": "Kollegen",
        "Kollegin": "Kolleginnen",
        "Gewerkschaft": "",
        "Gewerkschafter": "",
        "Gewerkschafterin": "",
        "liefern": "liefert",
        "verhandeln": "",
        "Verhandlung": "",
        "gehen": "",
        "Staat": "Staaten",
        "staatlich": "staatliche",
        "Organ": "Organe",
        "organisch": "",
        "Iran": "Irans",
        "iranisch": "iranische",
        "Iraner": "",
        "Iranerin": "",
        "Israel": "",
        "israelisch": "",
        "Israeli": "",
        "Ukraine": "",
        "ukrainisch": "",
        "Ukrainer": "",
        "Ukrainerin": "",
        "Georgien": "",
        "Georg": "",
        "George": "",
        "georgisch": "",
        "Georgier": "",
        "Georgierin": "",
        "China": "",
        "chinesisch": "",
        "Chinese": "Chinesen",
        "Chinesin": "",
        "Frankreich": "",
        "französisch": "",
        "Franzose": "",
        "Schreibtisch": "",
        "Tisch": "",
        "schreiben": "",
        "Nobel": "",
        "Frieden": "",
        "Friedensnobelpreis": "",
        "neu": "neuem neue",
        "Neupreis": "",
        "UNO": "",
        "Hilfe": "",
        "Hilfslieferung": "",
    },
)
ENGLISH = small_lexicon(
    "en",
    {
        "strike": "strikes",
        "striker": "",
        "air": "",
        "airstrike": "airstrikes",
        "striking": "",
        "war": "wars",
        "ship": "",
        "warship": "",
        "warrant": "",
        "rant": "",
        "head": "",
        "warhead": "",
        "weapon": "",
        "weaponry": "",
        "Iran": "",
        "Iranian": "Iranians",
        "man": "",
        "policeman": "",
        "police": "",
        "membership": "",
        "member": "",
        "shipping": "",
    },
)


@pytest.mark.parametrize(
    ("term", "wanted", "others"),
    [
        ("Rat", "Stadtrat Ratssitzung Sicherheitsrates Räte", "Ratte Apparat Apparats"),
        ("Rat", "Landrat Ratsbeschluss", "Vorrat Vorräte Rattenplage"),
        ("Minister", "Außenministerin Ministertreffen Ministerin", "Ministerium"),
        ("Minister", "Verteidigungsministertreffen", "Ministerialrat Ministeriumspost"),
        ("Minister", "Außenminister", "Innenministeriumssprecher"),
        ("Schule", "Schulbuch Grundschule Schulpflicht", "Schuld Schulden"),
        ("Lieferung", "Hauslieferung Waffenlieferungen", "Auslieferung Auslieferungen"),
        ("Lieferung", "Hilfslieferung Lieferungsstopp", "lieferungen-X"),
        ("Krieg", "kriegsmüde kriegsmüden Bürgerkrieg Kriegsende", "bekriegen"),
        ("Bank", "Zentralbank Banken Bankenkrise", "Bankett bankrott"),
        ("Preis", "Ölpreis Friedensnobelpreises Preiskampf Neupreis", "Prei"),
        ("Öl", "Erdöl Ölpreis Oelpreis Heizöl", "Ölung Olpe"),
        ("Berg", "Weinberge Bergbau", "Herberge"),
        ("Bericht", "Berichterstatter Jahresbericht", "Gericht"),
        ("Bar", "Barschrank Hotelbar", "Barsch"),
        ("Land", "Länderspiel Landesgrenze Bundesländer", "landen Landen-X"),
        ("Tisch", "Schreibtisch", "ti"),
        ("Gas", "Gaspreise", "Gas-X"),
        ("Arzt", "Ärztin Ärztinnen Hausarzt", "Arz"),
        ("Kollege", "Kollegin Kolleginnen", "Kolleg"),
        ("Gewerkschaft", "Gewerkschafter Gewerkschafterin", "Gewerbe"),
        ("liefern", "Lieferung liefert", "Waffenlieferung"),
        ("verhandeln", "Verhandlung", "handeln"),
        ("gehen", "gehen", "Gehung"),
        ("Staat", "staatlich staatliche Bundesstaat", "statt"),
        ("Organ", "organisch", "Organisation-X"),
        ("Iran", "iranisch iranische Iraner Iranerin Iranpolitik", "Tirana"),
        ("Israel", "israelisch Israeli", "Isa"),
        ("Ukraine", "ukrainisch Ukrainer Ukrainerinnen Ostukraine", "Ukas"),
        ("Georgien", "georgisch Georgier", "Georg George"),
        ("China", "chinesisch Chinesen Chinesin", "Chinin"),
        ("Frankreich", "französisch Franzose", "Frank"),
        ("Alijew", "alijewisch Alijewer Alijewbesuch", "Alibi"),
        ("EU", "EU", "Europa"),
        ("UNO", "UNO", "Unordnung"),
        ("EU-Rat", "EU-Rat EU-Räte", "Rat"),
    ],
)
def test_compounds_and_derived_words_are_met(
    term: str, wanted: str, others: str
) -> None:
    words = [word for word in f"{wanted} {others}".split() if not word.endswith("-X")]
    assert met(f"~{term}", " ".join(words), GERMAN) == wanted.split()


@pytest.mark.parametrize(
    ("term", "wanted", "others"),
    [
        ("strike", "airstrike airstrikes strikes", "striker striking"),
        ("war", "warship warhead", "warrant"),
        ("weapon", "weaponry", "weap"),
        ("Iran", "Iranian Iranians", "Tirana"),
        ("police", "policeman", "policy"),
        ("ship", "ship", "membership shipping"),
    ],
)
def test_english_takes_the_compounds_it_writes_as_one_word(
    term: str, wanted: str, others: str
) -> None:
    assert met(f"~{term}", f"{wanted} {others}", ENGLISH) == wanted.split()


def test_the_forms_of_derived_words_are_needed_too() -> None:
    needed = {one.written for one in wanted("~Iran", [GERMAN])}
    assert needed == {"Iran", "iranisch", "Iraner", "Iranerin"}


def test_a_bare_word_meets_no_compound() -> None:
    assert met("Rat", "Rats Stadtrat Ratssitzung", GERMAN) == ["Rats"]


def test_without_a_german_lexicon_there_are_no_compounds() -> None:
    assert texts("~Alijew", ENGLISH) == {"Alijew"}
    assert texts("~alijew", GERMAN) == {"alijew", "alijews"}


def test_an_ending_that_many_other_words_share_is_told_in_words_nobody_listed() -> None:
    others = (
        "Senator Rotator Diktator Aviator Kreator Viator Gator Lokator Sektor Vektor"
    )
    words = f"Tor Stadt Stadttor {others}"
    known = small_lexicon("de", dict.fromkeys(words.split(), ""))

    assert met("~Tor", "Stadttor Moderator Doktor", known) == ["Stadttor", "Doktor"]


def test_a_short_word_with_an_umlaut_is_not_looked_for_without() -> None:
    known = small_lexicon("de", {"Öl": "Öle", "Tirol": "", "Speise": ""})

    oils = ["Speiseöl", "Speiseoel"]
    assert met("~Öl", "Speiseöl Speiseoel Tirol", known) == oils
    assert not any(form.is_except for form in filled_out("~Öl", known))
