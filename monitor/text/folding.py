"""Letters to keys: what does not matter in the spelling of a word is folded away."""

from __future__ import annotations

import re
import unicodedata

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
APOSTROPHES = "'\u2019\u02bc\u00b4`\uff07"
INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d"
    "\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
)
SILENT = re.compile(rf"[{re.escape(DASHES)}{APOSTROPHES}{INVISIBLE}/]")
# Marks are folded where people leave them out; й without its breve is another letter.
_ACCENTS = re.compile(
    "([a-z\u0250-\u02af\u0370-\u03ff])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+"
)
_DIGRAPHS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "ə": "e"}
)
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",  # noqa: RUF001 - Turkish
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
        "ə": "a",
        "ё": "е",  # noqa: RUF001 - Cyrillic
    }
)


def keys(word: str) -> tuple[str, ...]:
    """Return the keys of a word: umlauts as plain vowels, and (if other) as digraphs.

    Case, accents on Latin and Greek letters, hyphens, apostrophes and invisible
    characters do not matter: "Müller" gives ``("muller", "mueller")``.
    """
    if word.isascii() and word.isalnum():
        return (word.lower(),)
    spelled = SILENT.sub("", word)
    lower = spelled.lower()
    if (bare := without_umlauts(lower)).isascii():
        full = with_digraphs(lower)
        return (bare,) if bare == full else (bare, full)
    folded = unicodedata.normalize("NFKC", spelled).casefold()
    folded = unicodedata.normalize("NFC", folded)
    plain = _without_accents(folded)
    digraphs = _without_accents(folded.translate(_DIGRAPHS))
    return (plain,) if plain == digraphs else (plain, digraphs)


def without_umlauts(small: str) -> str:
    """Return a text in small letters as if German had no others than ASCII has."""
    bare = small.replace("ä", "a").replace("ö", "o")
    return bare.replace("ü", "u").replace("ß", "ss")


def with_digraphs(small: str) -> str:
    """Return a text in small letters with the German umlauts as two letters."""
    bare = small.replace("ä", "ae").replace("ö", "oe")
    return bare.replace("ü", "ue").replace("ß", "ss")


def _without_accents(folded: str) -> str:
    bare = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    return unicodedata.normalize("NFC", _ACCENTS.sub(r"\1", bare).casefold())
