"""What a word can tell of two texts that are nearly the same: one event, or another.

The lists are German and English, for that is what the lexica know; in every other
language numbers and names decide alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from monitor.text import keys, spelled_words


class Kind(Enum):
    """What a word is to the story."""

    WORD = "word"
    NUMBER = "number"
    TURN = "turn"  # it turns a sentence into its opposite
    SMALL = "small"  # an article or so: with or without it the text is the same
    LABEL = "label"  # what agencies and desks put before a text


class Looked(NamedTuple):
    """A word as it is compared; a name is what is not written small."""

    key: str
    kind: Kind
    is_name: bool


_REMEMBERED = 50_000


def _keys(listed: str) -> frozenset[str]:
    return frozenset(keys(word)[0] for word in spelled_words(listed))


_NUMBERS = _keys(
    """zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig
    fünfzig sechzig siebzig achtzig neunzig hundert hunderte tausend tausende dutzend
    million millionen milliarde milliarden billion billionen halb halbe hälfte drittel
    viertel doppelt erste ersten erster erstes zweite zweiten zweiter zweites dritte
    dritten dritter drittes vierte vierten vierter fünfte fünften fünfter
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty
    fifty sixty seventy eighty ninety hundred hundreds thousand thousands dozen dozens
    millions trillion first second third fourth fifth half twice double"""
)
_TURNS = _keys(
    """nicht nichts nie niemals niemand nirgends weder ohne kaum fast beinahe statt
    anstatt gegen contra entgegen mehr weniger höher niedriger auf ab hoch runter vor
    nach bis seit trotz außer angeblich vermutlich wohl weiter erneut wieder schuldig
    no not never none neither nor nobody nothing without t cannot hardly almost nearly
    against despite more less fewer higher lower up down before after until since off
    allegedly guilty again still"""
)
_TURN_STEMS = re.compile(
    "kein|(?:an|auf|aus|ein|zu|ge|ver|über|er)*(?:steig|stieg|stürz|sturz|sink|sank"
    "|sunk|fall|fäll|fiel|gewinn|gewann|gewonn|lier|lor|sieg|höh|senk|kürz)"
    "|(?:zu|be|ab)(?:ge)?stimm|(?:ab)?(?:ge)?lehn|erlaub|verbiet|verbot|bestätig"
    "|dementier|bestreit|bestritt|verurteil|(?:frei)?(?:ge)?spr[eio]ch|verhaft|verschärf"
    "|(?:ge)?(?:locker|öffne|schloss|stopp|kauf)|schließ|start|beend|verkauf"
    "|begin|begann|begonn|lobt?$|kritisier|lebend|tot$|tote"
    "|ris(?:e|es|en|ing)$|rose$|fell$|falls?$|fall(?:en|ing)$|gain|los[et]|losing|wins?$"
    "|won$|winning$|beats?$|beaten$|jump|drop|slump|surge|soar|plunge|climb|slid|tumbl"
    "|increas|decreas|rais|cut(?:s|ting)?$|approv|reject|accept|refus|confirm|den(?:y|ies)"
    "|denied|convict|acquit|arrest|releas|open|clos|start|stop|end(?:s|ed|ing)?$|begin"
    "|began|begun|buy|bought|sell|sold|ban(?:s|ned)?$|allow|alive|dead$|backs?$|opposes?$"
)
_NEGATIONS = re.compile(
    "nichts?|nie|niemals|niemand|kein[a-z]{0,2}|ohne|weder|no|not|never|none|nobody"
    "|nothing|neither|without|cannot|t"
)
_SMALL = _keys(
    """der die das den dem des ein eine einen einem einer eines und sowie zum zur im am
    vom beim ins ans als auch so sich es sie er ist sind war waren hat haben hatte wird
    werden wurde wurden sei seien
    the a an and of to in on at for as is are was were be been has have had will it its
    that this with by from s"""
)
_LABELS = _keys(
    """dpa afp reuters ap apa sda epd kna sid ots rtr dts upi ansa efe tass interfax aap
    pti ani xinhua kyodo bloomberg awp dpaafx update updated eilmeldung eil breaking
    exklusiv exclusive video watch bericht berichte"""
)


_KINDS = {
    Kind.NUMBER: _NUMBERS,
    Kind.TURN: _TURNS,
    Kind.SMALL: _SMALL,
    Kind.LABEL: _LABELS,
}


class Looks(dict[str, Looked]):
    """What was looked up, `most` at most; half the price of an `lru_cache`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __missing__(self, spelled: str) -> Looked:
        if len(self) >= self._most:
            self.clear()
        key = keys(spelled)[0]
        kind = _kind(key, spelled.lower())
        is_name = kind is Kind.WORD and not spelled.islower()
        found = self[spelled] = Looked(key, kind, is_name)
        return found


_LOOKS = Looks(_REMEMBERED)


def looked(text: str) -> list[Looked]:
    """Return the words of a text as they are compared."""
    return list(map(_LOOKS.__getitem__, spelled_words(text)))


def negations(words: Iterable[str]) -> set[str]:
    """Return which of the keys say no."""
    return {word for word in words if _NEGATIONS.fullmatch(word)}


def _kind(key: str, small: str) -> Kind:
    if any(map(str.isdigit, key)):
        return Kind.NUMBER
    for kind, listed in _KINDS.items():
        if key in listed:
            return kind
    return Kind.TURN if _TURN_STEMS.match(small) else Kind.WORD
