"""Plain text to words: where each stands, and the keys under which it is found.

A *word* is a run of letters and digits; soft hyphens, zero-width characters and
combining marks inside it belong to it but not to its keys. Languages written
without spaces give one word for each character.

What is written together can be read in more than one way: "EU-Sanktionen" is two
words and one joined one, "AT&T" is two and a whole, "Journalist:innen" is its stem
and "Journalistinnen", "Scholz'" and "Azerbaijan's" lose their ending. `readings`
gives all of them; `words` only the words themselves, one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.text.folding import (
    APOSTROPHES,
    DASHES,
    INVISIBLE,
    keys,
    with_digraphs,
    without_umlauts,
)
from monitor.text.marks import MARKS

# Longer chunks are split each time they occur: nobody writes them twice.
REMEMBERED_LENGTH = 64
REMEMBERED_CHUNKS = 10_000
# What is longer, without a space, is no writing: its first words count, not joined.
LONGEST_CHUNK = 1_000
READ_OF_CHUNK = 20_000
# A longer chain of hyphens is no word, and joining its parts would be quadratic.
JOINED_CHAIN = 8
JOINED_PARTS = 4
JOINED_LENGTH = 100
_PAIR = 2

# Han, kana, Thai, Lao, Myanmar and Khmer put no spaces between words.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ecd\u1000-\u1049\u1050-\u109f"
    "\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003fffd"
)


UNSPACED_TEXT = re.compile(f"[{UNSPACED}]")
_LETTER = rf"[^\W_{UNSPACED}]"
_INNER = f"{MARKS}{INVISIBLE}"
_ATOM = rf"(?:[{UNSPACED}][{_INNER}]*+|{_LETTER}++(?:[{_INNER}]++{_LETTER}*+)*)"
_DASHES = re.escape(DASHES)
_FORM = r"[iI][nN](?:[nN][eE][nN])?(?!\w)"  # German inner forms: Journalist:innen
_CHUNK = re.compile(
    rf"[{UNSPACED}][{_INNER}]*+"
    rf"|@?{_LETTER}++(?:[{_INNER}{_DASHES}{APOSTROPHES}.,&+/@_:*·]++{_LETTER}*+)*"
)
_SEGMENT = re.compile(
    rf"@?{_ATOM}(?:(?<=\w\w\w)[:*·/_]-?{_FORM}|[.&+@_{APOSTROPHES}]{_ATOM}"
    rf"|(?<=\d),(?=\d){_ATOM})*(?:\+\+)?"
)
# What ends a sentence or quotes it: a word between these has one way to be read.
BESIDE = '()[]{}"„“”«»‹›.,;:!?…'  # noqa: RUF001
_BESIDE = re.escape(BESIDE)
_PLAIN = re.compile(rf"[{_BESIDE}]*({_LETTER}++)[{_BESIDE}]*")
_SUFFIX = re.compile(rf"(?:[{APOSTROPHES}]([sS])|[:*·/_]-?({_FORM}))\Z")
_WORD = re.compile(_ATOM)
# Where none of these stands a word has no marks inside, and is found much faster.
_ODD = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0489\u0530-\u200f\u202a-\u202e\u2060-\u206f"
    "\u20d0-\U0010ffff]"
)
_EVEN = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(rf"[{INVISIBLE}]*(?:[{_DASHES}]|[{_DASHES}]?/[{_DASHES}]?)")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `start` and `end` into the text, and the keys that find it."""

    start: int
    end: int
    keys: tuple[str, ...]


class Reading(NamedTuple):
    """One way to read a place; `first` and `last` count the words of the text."""

    first: int
    last: int
    start: int
    end: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compound:
    """What is written as one word: its parts as they are spelled.

    `can_join` says that they may also be written without what stands between.
    """

    parts: tuple[str, ...]
    can_join: bool = False


class _Part(NamedTuple):
    """A stretch between hyphens; `stem` is where it ends without a suffix."""

    first: int
    last: int
    start: int
    stem: int
    end: int
    text: str


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in reading order; none overlaps another."""
    found: list[Word] = []
    for reading in readings(text):
        if reading.first == len(found):
            found.append(Word(reading.start, reading.end, reading.keys))
    return tuple(found)


def word_keys(text: str) -> list[str]:
    """Return the first key of each word of a text, in reading order."""
    return [word.keys[0] for word in words(text)]


def spelled_words(text: str) -> list[str]:
    """Return the words of a text as they are spelled, at a tenth of `words`' price."""
    is_even = text.isascii() or not _ODD.search(text)
    return (_EVEN if is_even else _WORD).findall(text)


def readings(text: str) -> Iterator[Reading]:
    """Yield every reading of a text by its first word; the word alone comes first."""
    at = 0
    for match in _CHUNK.finditer(text):
        chunk, offset = match.group(), match.start()
        short = len(chunk) <= REMEMBERED_LENGTH
        width, found = _remembered(chunk) if short else _split(chunk)
        for first, last, start, end, names in found:
            yield Reading(first + at, last + at, start + offset, end + offset, names)
        at += width


def keys_in(piece: str) -> tuple[str, ...]:
    """Return the keys of all readings of a piece that is in small letters."""
    if (bare := without_umlauts(piece)).isascii() and len(piece) <= REMEMBERED_LENGTH:
        plain, full = bare.split("-"), with_digraphs(piece).split("-")
        if len(plain) == _PAIR and all(map(str.isalnum, plain)):
            return _keys_of_pair(plain) + (_keys_of_pair(full) if plain != full else ())
    is_long = len(piece) > REMEMBERED_LENGTH
    found: set[str] = set()
    for part in set(_parts(piece)) if is_long else (piece,):
        for reading in readings(part):
            found.update(reading.keys)
    return tuple(found)


def _keys_of_pair(pair: Sequence[str]) -> tuple[str, ...]:
    """Return two words side by side, with the one that they are joined."""
    left, right = pair
    if left[-1].isdigit() and right[0].isdigit():
        return left, right
    return left, right, left + right


def _parts(piece: str) -> list[str]:
    """Return pieces that can be read alone and hold the words of a longer one."""
    found: list[str] = []
    for chunk in _CHUNK.findall(piece):
        is_long = len(chunk) > LONGEST_CHUNK
        found += _WORD.findall(chunk, 0, READ_OF_CHUNK) if is_long else [chunk]
    return found


def width(piece: str) -> int:
    """Return how many words a piece holds."""
    if piece.strip(BESIDE).isalnum() and not UNSPACED_TEXT.search(piece):
        return 1
    return max((reading.last + 1 for reading in readings(piece)), default=0)


@lru_cache(REMEMBERED_CHUNKS // 10)
def compounds(text: str) -> tuple[Compound, ...]:
    """Return the words that a query asks for, endings kept."""
    if plain := _PLAIN.fullmatch(text):
        return (Compound((plain[1],)),)
    found: list[Compound] = []
    for match in _CHUNK.finditer(text):
        for chain in _chains(match.group()):
            spelled = tuple(part.text for part in chain)
            found.append(Compound(spelled, len(chain) > 1 and _can_join(chain)))
    return tuple(found)


def _split(chunk: str) -> tuple[int, tuple[Reading, ...]]:
    """Return how many words a chunk holds, and all its readings."""
    if plain := _PLAIN.fullmatch(chunk):
        return 1, (Reading(0, 0, *plain.span(1), keys(plain[1])),)
    if len(chunk) > LONGEST_CHUNK:
        alone = tuple(_word_readings(chunk))
        return len(alone), alone
    found: list[Reading] = []
    width = 0
    for chain in _chains(chunk):
        for part in chain:
            found.extend(_part_readings(chunk, part))
        found.extend(_joined_readings(chain))
        width = chain[-1].last + 1
    found.sort(key=lambda reading: reading[:2])
    return width, tuple(found)


_remembered = lru_cache(REMEMBERED_CHUNKS)(_split)


def _word_readings(chunk: str) -> Iterator[Reading]:
    """Yield the words of a chunk, each alone."""
    for n, word in enumerate(_WORD.finditer(chunk, 0, READ_OF_CHUNK)):
        text = word.group().rstrip(INVISIBLE)
        yield Reading(n, n, word.start(), word.start() + len(text), keys(text))


def _chains(chunk: str) -> list[list[_Part]]:
    """Return the parts of a chunk; those with a hyphen between stand together."""
    chains: list[list[_Part]] = []
    end = position = 0
    for match in _SEGMENT.finditer(chunk):
        part = _part(match, position)
        if chains and _HYPHEN.fullmatch(chunk, end, match.start()):
            chains[-1].append(part)
        else:
            chains.append([part])
        end, position = match.end(), part.last + 1
    return chains


def _part(match: re.Match[str], position: int) -> _Part:
    segment = match.group()
    suffix = _SUFFIX.search(segment)
    stem = segment[: suffix.start()] if suffix else segment
    ending = (suffix[1] or suffix[2]) if suffix else ""
    count = sum(1 for _ in _WORD.finditer(stem))
    return _Part(
        first=position,
        last=position + count - 1,
        start=match.start(),
        stem=match.start() + len(stem.rstrip(INVISIBLE)),
        end=match.start() + len(segment.rstrip(INVISIBLE)),
        text=stem + ending,
    )


def _part_readings(chunk: str, part: _Part) -> Iterator[Reading]:
    """Yield the words of a part, its stem where that is more, and its full form."""
    start, end = part.start, part.stem
    for n, word in enumerate(_WORD.finditer(chunk, start, end), start=part.first):
        start, end = word.start(), word.start() + len(word.group().rstrip(INVISIBLE))
        yield Reading(n, n, start, end, keys(word.group()))
    if (start, end) != (part.start, part.stem):
        stem = keys(chunk[part.start : part.stem])
        yield Reading(part.first, part.last, part.start, part.stem, stem)
    if part.end != part.stem:
        full = keys(part.text)
        yield Reading(part.first, part.last, part.start, part.end, full)


def _joined_readings(chain: list[_Part]) -> Iterator[Reading]:
    """Yield the neighbours of a chain read as one word."""
    if not 1 < len(chain) <= JOINED_CHAIN:
        return
    for i in range(len(chain)):
        for j in range(i + 2, min(i + JOINED_PARTS, len(chain)) + 1):
            run = chain[i:j]
            if run[-1].end - run[0].start <= JOINED_LENGTH and _can_join(run):
                yield from _run_readings(run)


def _run_readings(run: list[_Part]) -> Iterator[Reading]:
    first, last = run[0], run[-1]
    text = "".join(part.text for part in run)
    yield Reading(first.first, last.last, first.start, last.end, keys(text))
    if last.end != last.stem:
        stem = text[: len(text) - len(last.text) + last.stem - last.start]
        yield Reading(first.first, last.last, first.start, last.stem, keys(stem))


def _can_join(run: list[_Part]) -> bool:
    """Say whether no digits would run together: 9/11 is not 911."""
    return not any(
        left.text[-1].isdigit() and right.text[0].isdigit()
        for left, right in pairwise(run)
    )
