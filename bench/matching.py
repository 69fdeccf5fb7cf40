"""How fast rules are matched, beside the other ways to do it, on this machine.

    python bench/matching.py             the table (a few minutes)
    python bench/matching.py --quick     a smaller one

Text: words drawn by Zipf's law from 200,000, an eighth of them with umlauts, some with
hyphens, with commas and full stops; no document comes twice. Rules: names and nouns
that are not in every text, with six forms each, joined by AND, OR and NOT, in phrases,
NEAR each other, in a field, with a wildcard. All is made from one seed.

Every number of time is processor time, the median of twenty stretches; the *floor* is
``set(text.split())`` over the same documents, measured between the stretches. Each
row runs in a process of its own, so that memory can be told.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import accumulate
from math import exp, log
from pathlib import Path

import ahocorasick
import hyperscan

from monitor.matching import RuleSet, needed_terms
from monitor.matching.forms import Forms, WordForm
from monitor.matching.look import Look
from monitor.model import Entry, Feed, Rule

VOCABULARY = 200_000
ENDINGS = ("", "e", "en", "s", "n", "es")
STRETCHES = 20
FEED = Feed("bench", "https://example.org/feed", timedelta(minutes=1))


@dataclass(frozen=True)
class Row:
    """What is measured; times in microseconds for each document, memory in MB."""

    rules: int
    words: int
    documents: int
    floor: float
    first: float
    steady: float
    build: float
    memory: float
    hit_rate: float
    matches: float
    peers: dict[str, float]


class World:
    """The words, and the texts and rules made of them."""

    def __init__(self) -> None:
        self.random = random.Random(20_240_711)
        consonants = "b d f g h k l m n p r s t w z sch st br kr".split()
        vowels = "a e i o u au ei".split()
        self._syllables = [c + v for c in consonants for v in vowels]
        self._umlauts = [c + v for c in consonants for v in "äöü"]
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            words[self._word()] = None
        self.words = list(words)
        self._weights = list(accumulate(1 / (n + 2.7) for n in range(VOCABULARY)))

    def _word(self) -> str:
        draw = self.random
        parts = draw.choices(self._syllables, k=draw.choice((1, 2, 2, 3, 3, 4)))
        if draw.random() < 1 / 8:
            parts[0] = draw.choice(self._umlauts)
        word = "".join(parts) + draw.choice(("", "n", "r", "s", "t"))
        if draw.random() < 1 / 50:
            word += "-" + draw.choice(self._syllables)
        return word.capitalize() if draw.random() < 2 / 5 else word

    def texts(self, count: int, words: int) -> Iterator[str]:
        """Yield texts, none of them twice."""
        draw = self.random
        for _ in range(count):
            chosen = draw.choices(self.words, cum_weights=self._weights, k=words)
            yield " ".join(
                word + draw.choice(",.") if draw.random() < 1 / 12 else word
                for word in chosen
            )

    def term(self, first: int) -> str:
        """Return a word that is rarer than the `first` commonest."""
        rank = exp(self.random.uniform(log(first), log(VOCABULARY)))
        return re.sub("-.*", "", self.words[int(rank)])

    def query(self, *, is_sparse: bool) -> str:
        """Return what a rule asks."""
        a, b, c = (self.term(n) for n in (10_000, 1_000, 1_000))
        if is_sparse:
            a, b, c = (self.random.choice(self.words) for _ in range(3))
            a, b, c = (re.sub("-.*", "", word) for word in (a, b, c))
        shapes = {
            f"{a} AND {b}": 45,
            f"{a} AND ({b} OR {c})": 20,
            f"{a} AND {b} AND NOT {c}": 10,
            f'"{a} {b}"': 10,
            f"{a} NEAR/5 {b}": 5,
            f"title:{a} AND {b}": 5,
            f"{a}{c[:2]}* OR {a} AND {b}": 5,
        }
        (shape,) = self.random.choices(list(shapes), weights=list(shapes.values()))
        return shape

    def rules(self, count: int, *, is_sparse: bool) -> list[Rule]:
        """Return the rules."""
        return [Rule(str(n), self.query(is_sparse=is_sparse)) for n in range(count)]


def forms_of(rules: Sequence[Rule]) -> Forms:
    """Return six forms of each word; some are met with a capital only."""
    needed = needed_terms((rule.query for rule in rules), {})
    return {
        term: tuple(
            WordForm(term + ending, is_capital=term.istitle() and ending == "en")
            for ending in ENDINGS
        )
        for term in needed
    }


def entry(text: str) -> Entry:
    """Return a text as an entry: a sixth of it is the title."""
    cut = text.find(" ", len(text) // 6)
    return Entry("k", title=text[:cut], content=text[cut + 1 :])


def micros(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the processor time for each text."""
    started = time.process_time()
    for text in texts:
        work(text)
    return (time.process_time() - started) / len(texts) * 1e6


def resident() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def measure(rules: int, words: int, documents: int, *, with_peers: bool) -> Row:
    """Return one row of the table."""
    world = World()
    made = world.rules(rules, is_sparse=rules > 10_000)
    forms = forms_of(made)
    list(world.texts(10, words))
    before = resident()
    started = time.process_time()
    rule_set = RuleSet(made, {}, [FEED], forms)
    build = time.process_time() - started
    memory = rule_set.index.keys_in
    found = special = missed = 0
    floors: list[float] = []
    times: list[float] = []
    size = documents // (2 * STRETCHES)
    for stretch in range(2 * STRETCHES):
        missed = memory.misses if stretch == STRETCHES else missed
        texts = list(world.texts(size, words))
        entries = list(map(entry, texts))
        floors.append(micros(lambda text: set(text.split()), texts))
        started = time.process_time()
        for each in entries:
            found += len(rule_set.matches(each, FEED))
        times.append((time.process_time() - started) / size * 1e6)
        special += sum(len(Look(text, rule_set.index)._special) for text in texts)
    floor = statistics.median(floors)
    return Row(
        rules,
        words,
        documents,
        floor,
        first=times[0] / floor,
        steady=statistics.median(
            ours / base
            for ours, base in zip(times[STRETCHES:], floors[STRETCHES:], strict=True)
        ),
        build=build,
        memory=resident() - before,
        hit_rate=1 - (memory.misses - missed) / max(1, special / 2),
        matches=found / documents,
        peers=peers(world, forms, words, floor) if with_peers else {},
    )


def peers(world: World, forms: Forms, words: int, floor: float) -> dict[str, float]:
    """Return the ratios of other ways to find the terms; none of them joins them."""
    spelled = [[form.text.lower() for form in each] for each in forms.values()]
    texts = list(world.texts(max(2, 20_000 // (len(spelled) * words)), words))
    found = {"regexes": micros(_regexes(spelled), texts) / floor}
    texts = list(world.texts(400, words))
    found["ahocorasick"] = micros(_automaton(spelled), texts) / floor
    if len(spelled) <= 5_000:  # beyond, compiling takes minutes
        found["hyperscan"] = micros(_hyperscan(spelled), texts) / floor
    return found


def _regexes(spelled: Sequence[Sequence[str]]) -> Callable[[str], object]:
    regexes = [
        re.compile(rf"\b(?:{'|'.join(map(re.escape, forms))})\b", re.IGNORECASE)
        for forms in spelled
    ]
    return lambda text: [n for n, regex in enumerate(regexes) if regex.search(text)]


def _automaton(spelled: Sequence[Sequence[str]]) -> Callable[[str], object]:
    automaton = ahocorasick.Automaton()
    for n, forms in enumerate(spelled):
        for form in forms:
            automaton.add_word(f" {form} ", n)
    automaton.make_automaton()
    return lambda text: {n for _, n in automaton.iter(f" {text.lower()} ")}


def _hyperscan(spelled: Sequence[Sequence[str]]) -> Callable[[str], object]:
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    patterns = [
        rf"\b(?:{'|'.join(map(re.escape, forms))})\b".encode() for forms in spelled
    ]
    database.compile(
        expressions=patterns,
        ids=range(len(patterns)),
        elements=len(patterns),
        flags=[flags] * len(patterns),
    )
    found: set[int] = set()

    def scan(text: str) -> None:
        found.clear()
        database.scan(
            text.encode(), match_event_handler=lambda n, *_: found.add(n) and None
        )

    return scan


def in_own_process(rules: int, words: int, documents: int) -> Row:
    """Return a row that was measured in a process of its own."""
    arguments = [str(each) for each in (rules, words, documents)]
    done = subprocess.run(
        [sys.executable, __file__, "--row", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return Row(**json.loads(done.stdout))


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table."""
    head = (
        "rules",
        "words",
        "matches",
        "floor µs",
        "first pass",
        "**steady**",
        "µs",
        "build s",
        "memory MB",
        "remembered",
        "regexes",
        "Aho-Corasick",
        "hyperscan",
    )
    yield f"| {' | '.join(head)} |"
    yield f"|{'---:|' * len(head)}"
    for row in rows:
        cells = [
            f"{row.rules:,}",
            str(row.words),
            f"{row.matches:.2f}",
            f"{row.floor:.1f}",
            f"{row.first:.1f}",
            f"**{row.steady:.1f}**",
            f"{row.steady * row.floor:.0f}",
            f"{row.build:.2f}",
            f"{row.memory:.0f}",
            f"{row.hit_rate:.0%}",
            *(
                f"{row.peers[name]:,.0f}" if name in row.peers else ""
                for name in ("regexes", "ahocorasick", "hyperscan")
            ),
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--row", nargs=3, type=int)
    given = parser.parse_args()
    if given.row:
        rules, words, documents = given.row
        row = measure(rules, words, documents, with_peers=rules <= 10_000)
        print(json.dumps(asdict(row)))
        return
    counts = (10, 1_000, 10_000) if given.quick else (10, 100, 1_000, 10_000, 100_000)
    documents = {40: 4_000, 600: 800} if given.quick else {40: 40_000, 600: 20_000}
    rows = []
    for words in (40, 600):
        for count in counts:
            rows.append(in_own_process(count, words, documents[words]))
            print(f"{count:,} rules, {words} words: done", file=sys.stderr)
    print("\n".join(table(rows)))
    grown = {row.words: {} for row in rows}
    for row in rows:
        grown[row.words][row.rules] = row.steady * row.floor
    for words, times in grown.items():
        times_as_much = times[10_000] / times[1_000]
        print(f"\n{words} words, 1,000 to 10,000 rules: {times_as_much:.1f} times")


if __name__ == "__main__":
    main()
