"""Whether two publishers tell the same text, or of the same event.

Only the same text is ever held back, so that everything that may make another event of
it counts: a number, a name, a word that turns the sentence round, or their order
("A beats B"). Where it is not certain, both are told.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from enum import StrEnum

from monitor.feeds.gist import Gist
from monitor.feeds.word_kinds import negations

WITHIN = timedelta(hours=48)
SAME_TEXT, SAME_EVENT = 0.8, 0.45
"""Shares of common words (Jaccard): headlines of different events reach 0.59."""

_FEWEST = 5
_SHORT = 8  # so few words and less have to be the same ones
_BODY = 12  # a text of so many words may stand below another headline
_OTHER_IN_TITLE = 2


class Telling(StrEnum):
    """What one entry is to another, and why it is no more than that."""

    SAME_TEXT = "same_text"
    SAME_EVENT = "same_event"
    SAME_PUBLISHER = "same_publisher"
    NOT_IN_TIME = "not_in_time"
    OTHER_WORDS = "other_words"
    OTHER_NUMBERS = "other_numbers"
    OTHER_TURN = "other_turn"
    OTHER_NAMES = "other_names"
    OTHER_TITLE = "other_title"
    TOO_SHORT = "too_short"


def share(one: Gist, other: Gist) -> float:
    """Return the share of words that both have in common: 0.0 none, 1.0 all."""
    ours, common = set(one.words), 0
    for word in other.words:
        common += word in ours
    together = len(ours) + len(other.words) - common
    return common / together if together else 0.0


def telling(one: Gist, other: Gist) -> Telling:
    """Return what two entries are to each other; the order does not matter."""
    if not one.publisher or not other.publisher or one.publisher == other.publisher:
        return Telling.SAME_PUBLISHER
    if not _is_in_time(one, other):
        return Telling.NOT_IN_TIME
    common = share(one, other)
    if common < SAME_EVENT:
        return Telling.OTHER_WORDS
    why_not = _same_text(one, other) if common >= SAME_TEXT else Telling.OTHER_WORDS
    if why_not is None:
        return Telling.SAME_TEXT
    return Telling.SAME_EVENT if _is_same_event(one, other) else why_not


def _is_in_time(one: Gist, other: Gist) -> bool:
    if abs(one.at - other.at) > WITHIN:
        return False
    if one.published_at is None or other.published_at is None:
        return True
    return abs(one.published_at - other.published_at) <= WITHIN


def _same_text(one: Gist, other: Gist) -> Telling | None:
    """Return why two texts with nearly the same words are two, None if they are one."""
    if _is_too_short(one, other):
        return Telling.TOO_SHORT
    if _is_cut_from(one, other) or _is_cut_from(other, one):
        return None
    if one.numbers != other.numbers or one.rest != other.rest:
        return Telling.OTHER_NUMBERS
    if one.turns != other.turns or _has_opposites(one, other):
        return Telling.OTHER_TURN
    if not _names_agree(one, other):
        return Telling.OTHER_NAMES
    return None if _titles_agree(one, other) else Telling.OTHER_TITLE


def _is_too_short(one: Gist, other: Gist) -> bool:
    fewest = min(len(one.words), len(other.words))
    if fewest > _SHORT:
        return False
    return fewest < _FEWEST or set(one.words) != set(other.words)


def _is_cut_from(short: Gist, long: Gist) -> bool:
    """Say whether one text is the other's beginning, and says so by an ellipsis."""
    if not short.is_cut or long.order[: len(short.order)] != short.order:
        return False
    is_from_there = _datelines_agree(short, long)
    return is_from_there and Counter(short.numbers) <= Counter(long.numbers)


def _datelines_agree(one: Gist, other: Gist) -> bool:
    """Say whether two agencies' texts come from one place, as far as both say."""
    return one.dateline == other.dateline or not (one.dateline and other.dateline)


def _has_opposites(one: Gist, other: Gist) -> bool:
    """Say whether a word of one stands in the other with "un" before it."""
    changed = set(one.words) ^ set(other.words)
    return any(f"un{word}" in changed for word in changed)


def _names_agree(one: Gist, other: Gist) -> bool:
    """Say whether neither names what the other does not, but behind the other's end."""
    short, long = sorted((one, other), key=lambda each: len(each.order))
    names = short.names | long.names
    if (names & set(short.words)) - set(long.words) or not _datelines_agree(one, other):
        return False
    more = (names & set(long.words)) - set(short.words)
    return more.isdisjoint(long.order[: len(short.order)])


def _titles_agree(one: Gist, other: Gist) -> bool:
    """Say whether the headlines name the same in one order, and say the same of it.

    Below another small word the text has to be the same, and long enough to tell.
    """
    if one.title == other.title:
        return True
    names = one.names | other.names | set(one.numbers) | set(one.turns)
    if [w for w in one.title if w in names] != [w for w in other.title if w in names]:
        return False
    changed = set(one.title) ^ set(other.title)
    bodies = [set(each.words) - changed for each in (one, other)]
    is_long = min(map(len, bodies)) >= _BODY + len(one.title)
    others = set(one.title) - set(other.title), set(other.title) - set(one.title)
    return is_long and max(map(len, others)) <= _OTHER_IN_TITLE


def _is_same_event(one: Gist, other: Gist) -> bool:
    """Say whether numbers and names of two texts agree: each may have more of them.

    Where one headline says no, the other has to say no as well.
    """
    if bool(negations(one.title)) != bool(negations(other.title)):
        return False
    for ours, theirs in ((one.numbers, other.numbers), (one.turns, other.turns)):
        if set(ours) - set(theirs) and set(theirs) - set(ours):
            return False
    names = one.names | other.names
    mine = {w for w in one.title if w in names}.difference(other.words)
    others = {w for w in other.title if w in names}.difference(one.words)
    return not (mine and others)
