"""How long it takes to find an entry's story, and what the stories of two days weigh.

Prints one Markdown table. The entries are made here: a title of 8 words and a
summary of 32, from a vocabulary in which few words are frequent and most are rare.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import timedelta

from monitor import __version__
from monitor.feeds.gist import Gist, gist
from monitor.feeds.story_index import StoryIndex
from monitor.model import Entry
from monitor.testing import START

VOCABULARY, ENTRIES, ROUNDS, PUBLISHERS = 60_000, 10_000, 5, 40
SYLLABLES = ("ba", "ko", "ri", "ten", "lu", "mar", "ges", "ver", "nis", "tor", "fel")


def vocabulary(dice: random.Random) -> list[str]:
    """Return words that could be German, half of them written with a capital."""
    made: set[str] = set()
    while len(made) < VOCABULARY:
        made.add("".join(dice.choices(SYLLABLES, k=dice.randint(1, 6))))
    return [word.capitalize() if dice.random() < 0.5 else word for word in made]


def entries(count: int, seed: int) -> list[Entry]:
    """Return entries whose words are as frequent as Zipf says."""
    dice = random.Random(seed)
    words = vocabulary(random.Random(1))
    weights = [1 / (rank + 3) for rank in range(VOCABULARY)]
    drawn = iter(dice.choices(words, weights, k=40 * count))
    texts = [[next(drawn) for _ in range(40)] for _ in range(count)]
    return [
        Entry(f"g:{n}", " ".join(some[:8]), " ".join(some[8:]))
        for n, some in enumerate(texts)
    ]


def gists(some: Sequence[Entry]) -> list[Gist]:
    """Return what is compared of the entries, told by many publishers."""
    return [
        gist(entry, story=entry.key, who=f"{n % PUBLISHERS}.example", at=START)
        for n, entry in enumerate(some)
    ]


def best(work: Callable[[], object], count: int) -> float:
    """Return the processor time of one of `count` steps in the best round, in µs."""
    times = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times) / count * 1e6


def main() -> None:
    """Measure, and print."""
    stored, asked = gists(entries(ENTRIES, 2)), entries(1_000, 3)
    tracemalloc.start()
    index = StoryIndex(ENTRIES)
    before = tracemalloc.get_traced_memory()[0]
    kept = [gist(e, story=e.key, who="x", at=START) for e in entries(1_000, 4)]
    per_gist = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    for one in stored:
        index.add(one)
    per_place = (tracemalloc.get_traced_memory()[0] - before) / ENTRIES - per_gist / 10
    tracemalloc.stop()
    new = [
        gist(e, story=f"n{e.key}", who="new.example", at=START + timedelta(hours=1))
        for e in asked
    ]
    print(f"monitor {__version__}, {ENTRIES} stories in the index\n")
    print("| step, for one entry of 40 words | processor time |\n|---|---:|")
    print(f"| what is compared of it | {best(lambda: gists(asked), 1000):.0f} µs |")
    found = best(lambda: [index.find(one) for one in new], len(new))
    print(f"| find its story among all | {found:.0f} µs |")

    def add() -> None:
        fresh = StoryIndex(ENTRIES)
        for one in new:
            fresh.add(one)

    print(f"| keep it as a new story | {best(add, len(new)):.0f} µs |")
    print(f"\nMemory: {(per_gist + per_place) / 1000:.1f} kB for a story.")


if __name__ == "__main__":
    main()
