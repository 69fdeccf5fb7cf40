"""What of an entry is compared to find out whether others tell the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.feeds.word_kinds import Kind, Looked, looked
from monitor.model import Entry
from monitor.text import keys, spelled_words

_LONGEST = 4_000
"""Of a longer text so many characters are compared by words, the rest as it stands."""

_DATELINE = re.compile(
    r"\s*([A-ZÄÖÜ][\w./, -]{1,40}?)[\s,/]*\(\s*([A-Za-z-]{2,12})[^)\n]{0,20}\)"
    r"\s*[-\u2013\u2014:.]*\s*"
)
_BYLINE = re.compile(r"\s[-\u2013\u2014|]\s([^-\u2013\u2014|]{2,40})\Z")
_CUT_OFF = ("..", "...", "\u2026", "[...]", "[\u2026]")
_SIGN = re.compile(r"[-+\u2212](?=[0-9])|[%\u2030\u20ac$\u00a3]")
_SIGNS = "-%+\u20ac$\u2212\u2030\u00a3"
_DATELINE_IN = 60  # characters
_SHORTEST_NAME, _LONGEST_BYLINE = 3, 45


@dataclass(frozen=True, slots=True)
class Gist:
    """An entry as it is compared, under the key of its story.

    `order` are the keys of all words of title and summary, `words` each of them once.
    `title` are those of the title that are no article and no label. `names` are words
    that are not written small, `numbers` all numbers in their order, `turns` what
    turns a sentence into its opposite, sorted. `dateline` is the place that an agency
    names before its text; `is_cut` says that the text ends in an ellipsis; `rest` is
    what stands behind the words that are compared.
    """

    story: str
    publisher: str
    at: datetime
    published_at: datetime | None
    order: tuple[str, ...]
    words: tuple[str, ...]
    title: tuple[str, ...]
    names: frozenset[str]
    numbers: tuple[str, ...]
    turns: tuple[str, ...]
    dateline: tuple[str, ...] = ()
    is_cut: bool = False
    rest: int = 0


def gist(entry: Entry, *, story: str, who: str, at: datetime) -> Gist:
    """Return what is compared of an entry, which `who` published and we met at `at`."""
    place, text = _without_dateline(entry.summary or entry.content)
    text, rest = text[:_LONGEST], entry.title[_LONGEST:] + text[_LONGEST:]
    uncut = _uncut(text)
    title = _without_byline(entry.title[:_LONGEST], who)
    of_title, below = looked(title), looked(uncut)
    told = [word for word in (*of_title, *below) if word.kind is not Kind.LABEL]
    order = tuple(word.key for word in told)
    return Gist(
        story=story,
        publisher=who,
        at=at,
        published_at=entry.published_at,
        order=order,
        words=tuple(dict.fromkeys(order)),
        title=tuple(word.key for word in of_title if _tells(word)),
        names=frozenset(word.key for word in told if word.is_name),
        numbers=(*_of(told, Kind.NUMBER), *_signs(title), *_signs(uncut)),
        turns=tuple(sorted(_of(told, Kind.TURN))),
        dateline=place,
        is_cut=uncut != text.rstrip(),
        rest=hash(rest),
    )


def _uncut(text: str) -> str:
    """Return the text without an ellipsis at its end and the word that it cuts."""
    text = text.rstrip()
    mark = next((each for each in reversed(_CUT_OFF) if text.endswith(each)), "")
    if not mark:
        return text
    bare = text.removesuffix(mark)
    return bare if bare[-1:].isspace() else " ".join(bare.split()[:-1])


def _of(words: Iterable[Looked], kind: Kind) -> list[str]:
    return [word.key for word in words if word.kind is kind]


def _tells(word: Looked) -> bool:
    return word.kind is not Kind.SMALL and word.kind is not Kind.LABEL


def _signs(text: str) -> list[str]:
    """Return what makes another number of the same digits: minus 5, 5 %, 5 €."""
    if not any(sign in text for sign in _SIGNS):
        return []
    return [
        found[0]
        for found in _SIGN.finditer(text)
        if found[0] not in "-+\u2212" or not text[: found.start()][-1:].isalnum()
    ]


def _without_dateline(summary: str) -> tuple[tuple[str, ...], str]:
    """Return the place of "Berlin (dpa) - " and the text behind it."""
    found = _DATELINE.match(summary) if "(" in summary[:_DATELINE_IN] else None
    if found is None or looked(found[2])[0].kind is not Kind.LABEL:
        return (), summary
    place = tuple(keys(word)[0] for word in spelled_words(found[1]))
    return place, summary[found.end() :]


def _without_byline(title: str, who: str) -> str:
    """Return the title without the publisher's own name at its end."""
    found = _BYLINE.search(title, max(0, len(title) - _LONGEST_BYLINE))
    if found is None:
        return title
    name, own = _joined(spelled_words(found[1])), who.partition(".")[0]
    short, long = sorted((name, own), key=len)
    is_own = long.startswith(short) or long.endswith(short)
    return title[: found.start()] if is_own and len(short) >= _SHORTEST_NAME else title


def _joined(words: Sequence[str]) -> str:
    return "".join(keys(word)[0] for word in words)
