"""What a query is refused for: the words of each error, with what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Final

from monitor.matching import fields

MAX_LENGTH: Final = 10_000
MAX_DEPTH: Final = 64
MAX_LEAVES: Final = 2_000
MIN_LITERALS: Final = 3
_SHOWN = 60

EMPTY: Final = "the query is empty; write at least one word"
TOO_LONG: Final = f"a query has at most {MAX_LENGTH:,} characters; use lists ($name)"
TOO_DEEP: Final = (
    f"more than {MAX_DEPTH} levels of parentheses and lists; write it flatter"
)
EMPTY_GROUP: Final = (
    "nothing stands between the parentheses; write a term, or drop them"
)
UNCLOSED_GROUP: Final = "this parenthesis is never closed; write ) where the group ends"
STRAY_CLOSE: Final = "this ) closes nothing; remove it, or write ( where it begins"
UNCLOSED_QUOTE: Final = (
    "this quotation mark is never closed; write the second one where the phrase ends"
)
COMMA: Final = "a comma joins nothing; write OR between terms"
PLUS: Final = (
    "+ is not needed: every term joined by AND is required; leave + out and write AND"
)
NO_WORD: Final = "there is no word in it; a term needs at least one letter or digit"
EXACT_WILDCARD: Final = (
    "= (exactly so) and a wildcard exclude each other; drop the = or the wildcard"
)
TOO_FEW_LITERALS: Final = (
    f"a wildcard needs at least {MIN_LITERALS} letters or digits beside * and ?; "
    "write more of the word, or the words themselves with OR"
)
UNSPACED_WILDCARD: Final = (
    "no wildcard is needed in a language written without spaces: words are found "
    "inside longer text; leave * and ? out"
)
QUOTED_WILDCARD: Final = (
    "inside quotation marks * is no wildcard and is passed over; outside it is"
)
WIDE_WILDCARD: Final = (
    "~ (compounds too) and a wildcard exclude each other; drop the ~ or the wildcard"
)
MAX_GAP: Final = 100
DEFAULT_GAP: Final = 4
TOO_FAR: Final = f"at most {MAX_GAP} words may stand between; write AND for farther"
TOO_FEW: Final = "0 is true of everything; write a number from 1"
ATLEAST_OPERAND: Final = (
    "ATLEAST counts the places of one word, phrase or list; write ATLEAST/3 Baku, "
    "and put several words into a list"
)
QUORUM_ITEMS: Final = "write the items with commas between: 2 OF (Baku, Kiew, Tiflis)"
SHORT_WILDCARD: Final = (
    "so few letters stand in very many words; write more of the word, or the words "
    "themselves with OR"
)
_ELSEWHERE: Final = (
    (re.compile(r"(?i:near[/:-]*|w/)(\d+)\w*|NEAR\W\w*"), "write NEAR/{}"),
    (re.compile(r"(?i:(?:onear|adj)[/:-]*|pre/)(\d+)\w*|ADJ"), "write ONEAR/{}"),
    (re.compile(r"(?i:atleast)(?!/\d)\W*\d*"), "write ATLEAST/3 Baku"),
    (re.compile("AND_?NOT"), "write NOT"),
)
LANGUAGE: Final = (
    "languages are named by their codes; write lang:de, lang:en, lang:de-AT"
)
RAW_WILDCARD: Final = (
    "* is no wildcard in an address: url: looks for a piece of it as it stands, site: "
    "for the end of its host; write the piece without *"
)
ONE_FIELD: Final = "a term has one field; remove one of the two"
ADDRESS: Final = 'this is an address, not a word; write url:"..." or site:example.org'


def clipped(source: str) -> str:
    """Return a piece of a query for a message: on one line, and short."""
    line = " ".join(source.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


def no_operator(sources: Sequence[str], phrase: str) -> str:
    """Return the error for terms side by side; `phrase` is empty if they form none."""
    for source in sources:
        if meant := _operator_of_others(source):
            return f"{source} is no operator here; {meant}"
    if sources[0].isdigit() and sources[1] in {"OF", "VON"}:
        return QUORUM_ITEMS
    shown = [clipped(source) for source in sources[:8]]
    ways = [f"{' AND '.join(shown)} (all of them)", f"{' OR '.join(shown)} (any)"]
    if phrase:
        ways.append(f"{clipped(phrase)} (side by side, in this order)")
    return f"no operator between {shown[0]} and {shown[1]}; write {', or '.join(ways)}"


def _operator_of_others(word: str) -> str:
    """Return what to write for a word that is an operator elsewhere, or nearly ours."""
    for pattern, advice in _ELSEWHERE:
        if found := pattern.fullmatch(word):
            number = found[1] if pattern.groups else ""
            return advice.format(number or DEFAULT_GAP)
    return ""


def did_you_mean(word: str, operator: str) -> str:
    """Return the error for an operator in lower case."""
    name, written = operator.upper(), word.upper()
    also = "" if name == written else f" (or {written})"
    return (
        f"did you mean {name}{also}? Operators are written in capitals; "
        f'as a word, write "{word}"'
    )


def unknown_field(name: str) -> str:
    """Return the error for a field that does not exist."""
    close = difflib.get_close_matches(name, fields.NAMES, n=1)
    meant = fields.MEANT.get(name) or (close[0] if close else "")
    hint = f"did you mean {meant}:? " if meant else ""
    return (
        f"{clipped(name)}: is not a field; {hint}Fields are {', '.join(fields.NAMES)}; "
        f"as words, put it in quotation marks"
    )


def no_value(field: str) -> str:
    """Return the error for a field that nothing follows."""
    return f"a term is missing after {field}:; write {field}:word"


def negated_value(field: str) -> str:
    """Return the error for NOT behind a field."""
    return f"NOT stands before the field; write NOT {field}:word"


def field_inside(operator: str, field: str) -> str:
    """Return the error for a field behind ATLEAST."""
    return f"the field stands before ATLEAST; write {field}:{operator.upper()} word"


def gap(field: str) -> str:
    """Return the error for a space beside a field's colon."""
    return f"no space may stand beside the colon; write {field}:word"


def missing(before: str, after: str) -> str:
    """Return the error for a missing operand beside or between operators."""
    if before and after:
        return f"a term is missing between {before} and {after}; write one, or drop one"
    side = f"after {before}" if before else f"before {after}"
    return f"a term is missing {side}; write one, or drop {before or after}"


def unreadable(source: str) -> str:
    """Return the error for a character that begins nothing."""
    if source[0] in "'‚‘’":  # noqa: RUF001 - as pasted from a word processor
        inner = source.strip("'‚‘’") or "schwere Waffen"  # noqa: RUF001
        return f'a phrase stands in double quotation marks; write "{clipped(inner)}"'
    group = "a group stands in ( and )"
    hints = {
        **dict.fromkeys("[]{}", group),
        "&": "write AND (or &&)",
        "-": "- must stand directly before a term; write NOT",
        "=": "= must stand directly before a word or phrase; write =NASA",
        "~": "~ must stand directly before a word",
        "$": "$ must stand directly before the name of a list; write $name",
        ":": 'the colon belongs directly behind a field (title:word); write "22:00"',
        "/": "a regular expression ends with a second /: /Waff(e|en)/",
    }
    advice = hints.get(source, "put words with signs in quotation marks")
    return f"{source} cannot stand here; {advice}"


def behind_a_term(source: str, term: str) -> str:
    """Return the error for Lucene's spellings behind a term."""
    if source.startswith("^"):
        return f"weights are not offered; leave {source} out"
    if term[-1:].isalnum():
        return (
            f"{source} behind a word is not offered; for any ending write {term}*, "
            f"for compounds ~{term}; inflections are found anyway"
        )
    apart = source[1:] if source[1:].isdigit() else DEFAULT_GAP
    return (
        f"{source} behind a phrase is not offered; for words near each other write "
        f"a NEAR/{apart} b"
    )


def no_number(operator: str, number: str) -> str:
    """Return the error for a number that stands apart from its operator."""
    return f"the number belongs to {operator}; write {operator}/{number}"


def too_many_of(count: int, items: int) -> str:
    """Return the error for a quorum that can never be met."""
    return f"{count} of {items} can never be; write a number from 1 to {items}"


def unplaced(operator: str, source: str) -> str:
    """Return the error for an operand that has no places of words."""
    return (
        f"{operator} takes words, phrases, lists of them, and groups of them with OR; "
        f"{clipped(source)} is none of these; join it with AND"
    )


def unplaced_list(operator: str, name: str, item: int) -> str:
    """Return the error for a list as an operand that holds more than words."""
    return (
        f"{operator} takes lists of words and phrases; item {item} of ${name} is "
        "neither; join it with AND"
    )


def not_inflected(phrase: str, other: str) -> str:
    """Return the note for a phrase whose words have other forms."""
    return f'does not match "{clipped(other)}"; for any form write ~{clipped(phrase)}'


def twice(first: int) -> str:
    """Return the warning for what stands in a list again."""
    return f"this stands in item {first} already; leave one out"


def unknown_list(name: str, known: Iterable[str]) -> str:
    """Return the error for a list that does not exist."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"there is no list ${name}; did you mean ${close[0]}?"
    if names:
        return f"there is no list ${name}; there are ${', $'.join(names[:10])}"
    return f"there is no list ${name}; write it under lists:"


def only_negations(source: str) -> str:
    """Return the error for a query that is true where nothing is found."""
    return (
        f"only negations: {clipped(source)} alone lets in every entry that lacks it; "
        "say what must be there (Baku AND NOT Sport), or bind the rule to feeds"
    )


def empty_list(name: str) -> str:
    """Return the error for a list without items."""
    return f"list ${name} is empty; write at least one item"


def cycle(names: Sequence[str]) -> str:
    """Return why a list that leads back to itself cannot be used."""
    way = " > ".join(f"${name}" for name in names)
    return f"it leads back to itself ({way}); take one of them out"


def too_many_leaves(count: int) -> str:
    """Return the error for a query that is too large with its lists filled in."""
    return (
        f"{count:,} terms with the lists filled in; at most {MAX_LEAVES:,} are "
        "allowed; split the rule"
    )


def mixed(source: str) -> str:
    """Return the warning for AND beside OR without parentheses."""
    return (
        f"AND binds tighter than OR: this is read as ({clipped(source)}); "
        "write the parentheses that you mean"
    )
