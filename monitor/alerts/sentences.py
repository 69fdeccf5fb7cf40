"""Where the sentences of a text are, for people who read German and English."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The end of a sentence: its stop, quotes or brackets that close, then a gap. The
# look-behind and the bounds keep it linear, whatever is repeated.
_STOP = re.compile(
    r"(?<![.!?…])[.!?…]{1,8}[\"'»«“”’)\]]{0,4}(?=\s)|[。！？]|\n\s*"  # noqa: RUF001
)
_LAST_WORD = re.compile(r"[^\s(\[\"'„“»«]{1,40}$")
_NUMBER = re.compile(r"\d{1,2}")
_INNER_STOPS = re.compile(r"(?:\w\.)+\w", re.UNICODE)

_ABBREVIATION = re.compile(
    "abb|abs|approx|apr|art|aug|bd|bzgl|bzw|ca|capt|cf|col|dec|dept|dez|dipl|dr"
    "|ed|est|etc|evtl|feb|ff|fr|ft|geb|gen|ggf|gov|hr|inc|ing|inkl|jan|jh|jr|jul"
    "|jun|kap|kfz|lt|ltd|max|med|min|mind|mio|mr|mrd|mrs|mrz|ms|no|nov|nr|oct"
    "|okt|pp|prof|rd|rep|rev|sen|sep|sept|sgt|sog|sr|st|stellv|str|tel|usw|verh"
    "|vgl|vs|zzgl"
)
"""Words whose stop ends no sentence (or so seldom that a longer one does no harm)."""


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each sentence, in order, without the gaps between."""
    return tuple(
        (start, end)
        for start, end in (_trimmed(text, *span) for span in _spans(text))
        if start < end
    )


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _STOP.finditer(text):
        if _ends_sentence(text, start, stop):
            yield start, stop.end()
            start = stop.end()
    yield start, len(text)


def _ends_sentence(text: str, start: int, stop: re.Match[str]) -> bool:
    if not stop.group().startswith("."):
        return True
    following = text[stop.end() : stop.end() + 40].lstrip()
    if following[:1].islower():
        return False
    if len(stop.group()) > 1:  # "..." or a closing quote: no abbreviation's stop
        return True
    last = _LAST_WORD.search(text, max(start, stop.start() - 40), stop.start())
    return last is None or not _is_abbreviation(last.group())


def _is_abbreviation(word: str) -> bool:
    """Say so of "Dr", "z", "U.S" and of an ordinal as in "3. Mai"."""
    return (
        (len(word) == 1 and word.isalpha())
        or _ABBREVIATION.fullmatch(word.lower()) is not None
        or _NUMBER.fullmatch(word) is not None
        or _INNER_STOPS.fullmatch(word) is not None
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without white space at its ends."""
    part = text[start:end]
    lead = len(part) - len(part.lstrip())
    return start + lead, start + max(lead, len(part.rstrip()))
