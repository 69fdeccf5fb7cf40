"""Pairs of entries of which it is known whether they tell the same.

An *edited copy* is what another desk makes of a text: nothing of its facts changes. A
*different event* is a text in the same words but for one fact: a number, a name, a
negation, who did it to whom.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from monitor.feeds.gist import Gist, gist
from monitor.feeds.publisher import domain
from monitor.model import Entry
from monitor.testing import START

Edit = Callable[[Entry, random.Random], Entry | None]

ONE, OTHER = "https://one.example/feed", "https://other.example/feed"

# --- our own headlines --------------------------------------------------------------

_WHO = ("Aserbaidschan", "Armenien", "Georgien", "Moldau", "Serbien", "Norwegen")
_DOES = ("erwägt", "prüft", "plant", "fordert", "vereinbart", "verschiebt")
_WHAT = ("Waffenlieferungen", "Hilfszahlungen", "Grenzkontrollen", "Gasexporte")
_WHOM = ("Kiew", "Teheran", "Brüssel", "Ankara", "Warschau", "Riad")
_SAYS = ("Präsident", "Außenminister", "Regierungssprecher", "Botschafter")
_WHEN = ("Montag", "Dienstag", "Mittwoch", "Donnerstag")
_TITLES = (
    "{who} {does} {what} an {whom}",
    "{who} {does} nach Angaben aus {whom} neue {what}",
    "{say} aus {who}: {what} an {whom} sind möglich",
)
_MINISTRY = (
    "Das teilte der {say} am {when} in {whom} mit. Über den Umfang der {what} werde "
    "in den kommenden {n} Tagen entschieden, hieß es aus Kreisen der Delegation."
)
_TALKS = (
    "Die Gespräche über {what} mit {whom} dauerten {n} Stunden. Der {say} sprach am "
    "{when} von einem offenen Austausch, konkrete Zusagen seien noch geheim."
)
_TEXTS = (_MINISTRY, _TALKS, "")


def headlines(count: int, seed: int = 3) -> Iterator[Entry]:
    """Yield entries with headlines of our own, no two of them alike."""
    dice, seen = random.Random(seed), set()  # noqa: S311 - nothing to guess here
    while len(seen) < count:
        words = {
            "who": dice.choice(_WHO),
            "does": dice.choice(_DOES),
            "what": dice.choice(_WHAT),
            "whom": dice.choice(_WHOM),
            "say": dice.choice(_SAYS),
            "when": dice.choice(_WHEN),
            "n": str(dice.randrange(2, 60)),
        }
        title = dice.choice(_TITLES).format(**words)
        summary = dice.choice(_TEXTS).format(**words)
        if (title, summary) not in seen:
            seen.add((title, summary))
            yield Entry(f"g:{len(seen)}", title, summary)


# --- edited copies ------------------------------------------------------------------


def _word_for_word(entry: Entry, _: random.Random) -> Entry:
    return entry


def _agency(entry: Entry, dice: random.Random) -> Entry:
    name = dice.choice(("dpa", "AFP", "Reuters", "AP"))
    return replace(entry, summary=f"Berlin ({name}) - {entry.summary}")


def _label(entry: Entry, dice: random.Random) -> Entry:
    label = dice.choice(("Update: ", "EILMELDUNG: ", "Breaking: ", "(dpa) "))
    return replace(entry, title=label + entry.title)


def _byline(entry: Entry, _: random.Random) -> Entry:
    return replace(entry, title=f"{entry.title.rstrip()} - The Other")


def _quotes(entry: Entry, _: random.Random) -> Entry:
    table = str.maketrans({'"': "\u201e", "'": "\u2019", "-": "\u2011", ":": " \u2013"})
    return replace(
        entry,
        title=entry.title.translate(table),
        summary=f"{entry.summary.rstrip(' .')}!",
    )


def _capitals(entry: Entry, _: random.Random) -> Entry:
    return replace(entry, title=entry.title.upper())


def _spaces(entry: Entry, _: random.Random) -> Entry:
    return replace(entry, summary="  \n".join(entry.summary.split()))


def _cut_off(entry: Entry, dice: random.Random) -> Entry | None:
    words = entry.summary.split()
    if len(words) < 25:
        return None
    kept = words[: len(words) - dice.randrange(1, max(2, len(words) // 7))]
    return replace(entry, summary=f"{' '.join(kept)} \u2026")


def _small_word(entry: Entry, dice: random.Random) -> Entry | None:
    """Another small word in the text: what a desk does to a sentence."""
    places = list(re.finditer(r"(?<= )[a-zäöü]{4,}(?= )", entry.summary))
    if not places or len(entry.summary.split()) < 14:
        return None
    found = dice.choice(places)
    if _is_fact(found[0]):
        return None
    text = entry.summary
    changed = f"{text[: found.start()]}freilich{text[found.end() :]}"
    return replace(entry, summary=changed)


def _dropped_word(entry: Entry, dice: random.Random) -> Entry | None:
    places = list(re.finditer(r"(?<= )[a-zäöü]{3,} ", entry.summary))
    if not places or len(entry.summary.split()) < 10:
        return None
    found = dice.choice(places)
    if _is_fact(found[0].strip()):
        return None
    text = entry.summary
    return replace(entry, summary=text[: found.start()] + text[found.end() :])


def _is_fact(word: str) -> bool:
    return bool(_FACT.search(word.lower()))


_FACT = re.compile(
    r"nicht|\bno|not|kein|ohne|gegen|mehr|weniger|more|less|fewer|before|after|until"
    r"|despite|against|without|never|nach|bis|seit|wieder|again|still|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|eleven|twel|hundred|thousand|million|second"
    r"|first|third|half|double|lower|higher|since|down|steig|fall|entschie|almost"
    r"|nearly|hardly|cannot|guilty|off|dozen|twenty|thirty|forty|fifty|billion"
)

EDITS: Sequence[Edit] = (
    _word_for_word,
    _agency,
    _label,
    _byline,
    _quotes,
    _capitals,
    _spaces,
    _cut_off,
    _small_word,
    _dropped_word,
)

# --- different events ---------------------------------------------------------------

_NAME = re.compile(r"(?<=[a-z,] )[A-ZÄÖÜ]\w{3,}")
_DIGITS = re.compile(r"(?<!\w)\d+(?!\w)")


def _other_number(entry: Entry, dice: random.Random) -> Entry | None:
    return _everywhere(entry, _DIGITS, lambda old: str(int(old) + 1), dice)


def _other_name(entry: Entry, dice: random.Random) -> Entry | None:
    return _everywhere(entry, _NAME, lambda old: f"{old[:1]}ondrowal", dice)


def _everywhere(
    entry: Entry,
    what: re.Pattern[str],
    other: Callable[[str], str],
    dice: random.Random,
) -> Entry | None:
    found = what.findall(f"{entry.title}\n{entry.summary}")
    if not found:
        return None
    old = dice.choice(found)
    whole = re.compile(rf"\b{re.escape(old)}\b")
    return replace(
        entry,
        title=whole.sub(other(old), entry.title),
        summary=whole.sub(other(old), entry.summary),
    )


def _negated(entry: Entry, dice: random.Random) -> Entry | None:
    words = entry.title.split()
    if len(words) < 3:
        return None
    words.insert(dice.randrange(1, len(words)), dice.choice(("nicht", "not", "kein")))
    return replace(entry, title=" ".join(words))


def _more_dead(entry: Entry, dice: random.Random) -> Entry:
    what = dice.choice(("fünf Tote", "5 dead", "drei Verletzte", "Zahl steigt auf 12"))
    return replace(entry, title=f"{entry.title.rstrip()}: {what}")


def _turned(entry: Entry, _: random.Random) -> Entry | None:
    """A beats B, B beats A."""
    names = [name for name in _NAME.findall(f"x {entry.title}") if name]
    if len(set(names)) < 2:
        return None
    first, last = names[0], names[-1]
    if first == last or entry.title.count(first) + entry.title.count(last) > 2:
        return None
    held = entry.title.replace(first, "\0").replace(last, first)
    return replace(entry, title=held.replace("\0", last))


def _other_place(entry: Entry, _: random.Random) -> Entry:
    return replace(entry, title=f"{entry.title.rstrip()} in Kondrowo")


OTHER_EVENTS: Sequence[Edit] = (
    _other_number,
    _other_name,
    _negated,
    _more_dead,
    _turned,
    _other_place,
)


def pairs(
    entries: Sequence[Entry], edits: Sequence[Edit], seed: int = 11
) -> Iterator[tuple[Gist, Gist, str]]:
    """Yield each entry with one edit of it, as two publishers tell them."""
    dice = random.Random(seed)  # noqa: S311
    for place, entry in enumerate(entries):
        edit = edits[place % len(edits)]
        other = edit(entry, dice)
        if other is not None:
            yield told_by(ONE, entry), told_by(OTHER, other), edit.__name__


def told_by(feed: str, entry: Entry) -> Gist:
    """Return an entry as a publisher tells it."""
    bare = replace(entry, link=None, canonical_link=None, published_at=None)
    return gist(bare, story=f"{feed} {entry.key}", who=domain(feed), at=START)
