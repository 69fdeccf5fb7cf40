"""A hundred rules written by hand, and hundreds drawn from stories by dice."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wanted.corpus import Story

FILE = Path(__file__).with_name("rules.txt")
KINDS = {
    "a name and a topic": 40,
    "a name and one of several topics": 30,
    "names and topics near each other": 15,
    "with NOT": 5,
    "one term alone": 10,
}
"""How many of a hundred that are drawn are of which kind."""

# A name stands in capitals amid a sentence, a topic is a longer word in small letters.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}\b")
_TOPIC = re.compile(r"\b[a-z]{5,}\b")
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Written:
    """A query, and of which kind it is."""

    kind: str
    query: str


def by_hand() -> list[Written]:
    """Return the rules of the file."""
    found: list[Written] = []
    kind = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append(Written(kind, line))
    return found


class Drawing:
    """Draws rules about what stories tell, each from one story.

    Its words are in two of the stories or more, and in at most the share `most`.
    """

    def __init__(self, stories: Sequence[Story], most: float, seed: int) -> None:
        self._dice = random.Random(seed)
        self._names = [sorted(set(_NAME.findall(s.text))) for s in stories]
        self._topics = [sorted(set(_TOPIC.findall(s.text))) for s in stories]
        most_stories = most * len(stories)
        for rows in (self._names, self._topics):
            counted = Counter(word for row in rows for word in row)
            known = {w for w, n in counted.items() if _LEAST <= n <= most_stories}
            rows[:] = [[word for word in row if word in known] for row in rows]
        self._usable = [
            n for n, names in enumerate(self._names) if names and self._topics[n][1:]
        ]

    def draw(self, count: int) -> list[Written]:
        """Return so many rules, of all kinds."""
        total = sum(KINDS.values())
        return [
            Written(kind, self._query(kind))
            for kind, share in KINDS.items()
            for _ in range(share * count // total)
        ]

    def _query(self, kind: str) -> str:
        n, other = self._dice.choices(self._usable, k=2)
        drawn = self._dice.choice(self._names[n])
        name = f'"{drawn}"' if " " in drawn else drawn
        topic, second = self._dice.sample(self._topics[n], 2)
        match kind:
            case "one term alone":
                return name
            case "names and topics near each other":
                return f"{name} NEAR/10 {topic}"
            case "a name and one of several topics":
                return f"{name} AND ({topic} OR {second})"
            case "with NOT":
                return (
                    f"{name} AND {topic} NOT {self._dice.choice(self._topics[other])}"
                )
            case _:
                return f"{name} AND {topic}"
