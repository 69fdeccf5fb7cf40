"""How ``=`` compares texts: exactly, save what nobody can see."""

from __future__ import annotations

import re
import unicodedata

from monitor.text.folding import APOSTROPHES, DASHES, INVISIBLE
from monitor.text.words import readings

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_DASH = re.compile(f"[{re.escape(DASHES)}]")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")


def exact_form(text: str) -> str:
    """Return a text as ``=`` compares it: one spelling of dashes and spaces."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return " ".join(_APOSTROPHE.sub("'", _DASH.sub("-", seen)).split())


def trimmed(text: str) -> str:
    """Return the exact form from the first to the last word of a text."""
    found = list(readings(text))
    return exact_form(text[found[0].start : max(reading.end for reading in found)])
