"""Word forms: how many of a noun lexicon's forms are met, how fast they are read."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "lexicon"))

from test_lexicon_nouns import Check, known_nouns

from monitor.lexicon import Lexicon

TERMS = 20_000
RUNS = 5


def main() -> None:
    """Print the figures; the reader's memory is the most that any of them took."""
    nouns = known_nouns()
    terms = sorted(nouns)[:: len(nouns) // TERMS][:TERMS]
    for asked in (terms, [f"~{term}" for term in terms[::200]], terms[:1]):
        print(_timed(asked))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"the reader's memory: {peak} MB at most")
    check = Check(nouns, every=1)
    print(f"{len(check.sample)} nouns: {check.recall():.2%} of their forms are met,")
    print(f"{check.catching():.2%} of them meet a form of another noun")


def _timed(terms: Sequence[str]) -> str:
    """Return how long some terms take, at half of the times, and in the processor."""
    walls: list[float] = []
    busy = _busy()
    for _ in range(RUNS):
        start = time.perf_counter()
        found = Lexicon().read(terms)
        walls.append(time.perf_counter() - start)
    forms = sum(map(len, found.values()))
    return (
        f"{len(terms):6} terms {median(walls):6.2f} s "
        f"(processor {(_busy() - busy) / RUNS:.2f} s) {forms:7} forms"
    )


def _busy() -> float:
    """Return the processor's time that this process and its readers have had."""
    parts = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(part) for part in parts]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
