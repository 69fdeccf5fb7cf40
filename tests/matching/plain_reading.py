"""The rule language read in the most obvious way: slowly, and without an index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from monitor.matching import Document
from monitor.matching.forms import MIN_REST, Affix, Forms, WordForm, asked
from monitor.matching.parsing import parse
from monitor.matching.spelling import exact_form
from monitor.matching.syntax import (
    And,
    AtLeast,
    Gap,
    Group,
    Leaf,
    ListRef,
    Near,
    Node,
    Not,
    Or,
    Quorum,
    RegexLeaf,
    Scoped,
)
from monitor.matching.wildcards import spellings
from monitor.text.folding import keys
from monitor.text.words import Compound, Reading, compounds, readings

TEXTS = ("title", "summary", "content", "article", "author")
FED = frozenset(TEXTS) - {"article"}
READ = frozenset({"title", "article", "author"})
MOST = 10

Test = Callable[[Reading, str], bool]  # a reading of a text, and its spelling there
Place = tuple[str, str, int, int]  # field, term, start, end
Sighting = tuple[int, int, int, int, str]  # first, last, start, end, term


@dataclass
class PlainReading:
    """Says what queries are true of, and where."""

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forms: Forms = field(default_factory=dict)

    def places(self, query: str, document: Document) -> set[Place] | None:
        """Return the places that make a query true, None where it is false."""
        return self._places(parse(query)[0].tree, "text", document)

    def _places(self, node: Node, scope: str, doc: Document) -> set[Place] | None:
        match node:
            case Group(child=child):
                return self._places(child, scope, doc)
            case Scoped(field=name, child=child):
                return self._places(child, name, doc)
            case Not(child=child):
                return self._not(child, scope, doc)
            case And(children=children):
                return enough(self._all(children, scope, doc), len(children))
            case Or(children=children):
                return enough(self._all(children, scope, doc), 1)
        return self._more(node, scope, doc)

    def _more(self, node: Node, scope: str, doc: Document) -> set[Place] | None:
        match node:
            case Quorum(children=children, count=count):
                return enough(self._all(children, scope, doc), count)
            case ListRef(name=name):
                return enough(self._all(self._items(name), scope, doc), 1)
            case Near(children=children, gaps=gaps):
                return self._near(children, gaps, scope, doc)
            case AtLeast(child=child, count=count):
                found = max(
                    sum(
                        len(apart(self._sightings(child, scope, doc, name)))
                        for name in names
                    )
                    for names in (FED, READ)
                )
                return self._places(child, scope, doc) if found >= count else None
            case RegexLeaf():
                return expression(node, scope, doc)
        return self._leaf(node, scope, doc)

    def _not(self, child: Node, scope: str, doc: Document) -> set[Place] | None:
        while isinstance(child, Group | Scoped):
            scope = child.field if isinstance(child, Scoped) else scope
            child = child.child
        if isinstance(child, Not):
            return self._places(child.child, scope, doc)
        return set() if self._places(child, scope, doc) is None else None

    def _all(
        self, nodes: Iterable[Node], scope: str, doc: Document
    ) -> list[set[Place] | None]:
        return [self._places(node, scope, doc) for node in nodes]

    def _items(self, name: str) -> list[Node]:
        return [parse(item, item=True)[0].tree for item in self.lists[name]]

    def _leaf(self, node: Node, scope: str, doc: Document) -> set[Place] | None:
        if scope == "lang":
            met = isinstance(node, Leaf) and doc.language == node.text
            return {("lang", node.source, 0, len(doc.language))} if met else None
        found: list[Place] = []
        for name in TEXTS:
            spans = apart(self._sightings(node, scope, doc, name))
            found += [(name, span[4], span[2], span[3]) for span in spans]
        return set(found[:MOST]) or None

    def _near(
        self, children: Sequence[Node], gaps: Sequence[Gap], scope: str, doc: Document
    ) -> set[Place] | None:
        found: set[Place] = set()
        for name in TEXTS:
            rows = [self._sightings(each, scope, doc, name) for each in children]
            chains = [
                chain
                for chain in product(*rows)
                if all(
                    is_near(a, b, gap)
                    for a, b, gap in zip(chain, chain[1:], gaps, strict=False)
                )
            ]
            for n in range(len(rows)):
                row = {chain[n] for chain in chains}
                for term in {sighting[4] for sighting in row}:
                    spans = apart([s for s in row if s[4] == term])[:MOST]
                    found |= {(name, term, s[2], s[3]) for s in spans}
        return found or None

    def _sightings(
        self, node: Node, scope: str, doc: Document, name: str
    ) -> list[Sighting]:
        match node:
            case Group(child=child):
                return self._sightings(child, scope, doc, name)
            case Scoped(field=inner, child=child):
                return self._sightings(child, inner, doc, name)
            case Or(children=children):
                rows = (self._sightings(each, scope, doc, name) for each in children)
                return [sighting for row in rows for sighting in row]
            case ListRef(name=listed):
                items = self._items(listed)
                rows = (self._sightings(each, scope, doc, name) for each in items)
                return [sighting for row in rows for sighting in row]
            case Leaf():
                is_of_it = name == "article" and scope == "content"
                is_read = scope == "text" and name != "author"
                if scope != name and not is_of_it and not is_read:
                    return []
                return self._spans(node, getattr(doc, name))
        raise AssertionError(node)

    def _spans(self, leaf: Leaf, text: str) -> list[Sighting]:
        steps = self._steps(leaf)
        found = list(readings(text))
        spelled = {r: text[r.start : r.end] for r in found}
        ends: list[tuple[int, int, int, int]] = [
            (first, first, -1, -1) for first in sorted({r.first for r in found})
        ]
        for step in steps:
            longer = [
                reached
                for start in ends
                for way in step
                for reached in follow(start, way, found, spelled)
            ]
            ends = longest(longer)
        exact = exact_form(leaf.text.strip(" .,:!?")) if leaf.sign == "=" else None
        return [
            (first, after - 1, start, end, leaf.source)
            for first, after, start, end in sorted(ends, key=lambda e: (e[0], -e[3]))
            if exact is None or exact_form(text[start:end]) == exact
        ]

    def _steps(self, leaf: Leaf) -> list[list[list[Test]]]:
        """Return for each word the ways to write it, each a row of tests."""
        if not leaf.is_phrase and set(leaf.text) & set("*?"):
            pieces = [piece for piece in re.split("[-/]+", leaf.text) if piece]
            ways = [[wildcard(piece) for piece in pieces]]
            if len(pieces) > 1:
                ways.append([wildcard("".join(pieces))])
            return [ways]
        return [self._ways(leaf, word) for word in compounds(leaf.text)]

    def _ways(self, leaf: Leaf, word: Compound) -> list[list[Test]]:
        *before, last = word.parts
        is_wide = leaf.sign == "~" and not leaf.is_phrase
        name = asked(last, with_compounds=is_wide)
        forms = self.forms.get(name, ()) if leaf.is_inflected else ()
        ways = [[*map(plain, before), inflected(forms) if forms else plain(last)]]
        if word.can_join:
            head = "".join(before)
            whole = [
                WordForm(head + form.text, form.is_capital, form.is_strict)
                for form in forms
                if form.affix is Affix.NONE
            ]
            ways.append([inflected(whole) if forms else plain(head + last)])
        return ways


def plain(word: str) -> Test:
    """Return the test for a word in any spelling."""
    return lambda reading, _: not set(keys(word)).isdisjoint(reading.keys)


def wildcard(piece: str) -> Test:
    """Return the test for a word that may have wildcards."""
    if not set(piece) & set("*?"):
        return plain(piece)
    signs = {"*": ".*", "?": "."}
    regexes = [
        "".join(signs.get(letter, re.escape(letter)) for letter in spelling)
        for spelling in spellings(piece)
    ]
    return lambda reading, _: any(
        re.fullmatch(regex, key, re.DOTALL) for regex in regexes for key in reading.keys
    )


def inflected(forms: Sequence[WordForm]) -> Test:
    """Return the test for a word with forms."""

    def test(reading: Reading, word: str) -> bool:
        whole = any(
            form.affix is Affix.NONE
            and not set(form.keys).isdisjoint(reading.keys)
            and form.admits(word)
            for form in forms
        )
        return whole or any(is_compound(forms, key, word) for key in reading.keys)

    return test


def is_compound(forms: Sequence[WordForm], key: str, word: str) -> bool:
    """Say whether a word shows an affix form, and none that takes it back."""
    pieces = [(k, f) for f in forms if f.affix is not Affix.NONE for k in f.keys]
    if any(form.is_whole and piece == key for piece, form in pieces):
        return False
    pieces.sort(key=lambda both: -len(both[0]))
    return any(
        decides(affix, key, word, [b for b in pieces if b[1].affix is affix])
        for affix in (Affix.PREFIX, Affix.SUFFIX, Affix.INFIX)
    )


def decides(
    affix: Affix, key: str, word: str, pieces: Sequence[tuple[str, WordForm]]
) -> bool:
    """Say what the longest form that counts says of a word."""
    for piece, form in pieces:
        for at in range(len(key) - len(piece) + 1):
            before, after = at, len(key) - at - len(piece)
            beside = {
                Affix.PREFIX: after if not before else -1,
                Affix.SUFFIX: before if not after else -1,
                Affix.INFIX: min(before, after),
            }[affix]
            if form.is_whole or beside < 0 or not key.startswith(piece, at):
                continue
            if form.is_except:
                return False
            if beside >= MIN_REST and form.admits(word):
                return True
    return False


def follow(
    start: tuple[int, int, int, int],
    way: Sequence[Test],
    found: Sequence[Reading],
    spelled: Mapping[Reading, str],
) -> list[tuple[int, int, int, int]]:
    """Return where a row of tests, side by side, can end; (first, next, start, end)."""
    ends = [start]
    for test in way:
        ends = longest(
            (first, r.last + 1, begin if end >= 0 else r.start, r.end)
            for first, after, begin, end in ends
            for r in found
            if r.first == after and test(r, spelled[r])
        )
    return ends


def longest(
    ends: Iterable[tuple[int, int, int, int]],
) -> list[tuple[int, int, int, int]]:
    """Return for each first and next word the place that reaches farthest."""
    best: dict[tuple[int, int], tuple[int, int, int, int]] = {}
    for end in ends:
        if end[:2] not in best or best[end[:2]][3] < end[3]:
            best[end[:2]] = end
    return list(best.values())


def is_near(left: Sighting, right: Sighting, gap: Gap) -> bool:
    """Say whether two places that do not overlap are close enough."""
    forth = 0 <= right[0] - left[1] - 1 <= gap.words
    back = 0 <= left[0] - right[1] - 1 <= gap.words
    return forth or (back and not gap.in_order)


def expression(leaf: RegexLeaf, scope: str, doc: Document) -> set[Place] | None:
    """Return the places of a regular expression that Python reads alike."""

    def lettered(text: str) -> str:  # Python's \w leaves combining marks out
        return "".join("_" if unicodedata.combining(c) else c for c in text)

    flags = re.IGNORECASE if "i" in leaf.flags else re.NOFLAG
    found: list[Place] = []
    fields = {"text": TEXTS[:4], "content": ("content", "article")}
    for name in fields.get(scope, (scope,)):
        matches = re.finditer(leaf.text, lettered(getattr(doc, name)), flags)
        found += [(name, leaf.source, *match.span()) for match in matches]
    return set(found[:MOST]) or None


def enough(found: Sequence[set[Place] | None], count: int) -> set[Place] | None:
    """Return all places, None where fewer than `count` are true."""
    met = [places for places in found if places is not None]
    return set().union(*met) if len(met) >= count else None


def apart(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Return the longest places, none of them inside one before."""
    kept: list[Sighting] = []
    reached = 0
    seen = set()
    for sighting in sorted(sightings, key=lambda s: (s[2], -s[3])):
        if sighting[3] > reached and sighting[2:4] not in seen:
            reached = sighting[3]
            seen.add(sighting[2:4])
            kept.append(sighting)
    return kept
