"""Reading a feed and matching it, beside what the libraries do alone.

Prints one Markdown table: our step, the peer, and the ratio of their medians. Both run
in turn, in one process, on the same bodies; the feeds are made here.
"""

from __future__ import annotations

import io
import random
import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from platform import python_version

import feedparser

from monitor import __version__
from monitor.feeds import parse_feed
from monitor.matching import RuleSet
from monitor.model import Feed, Rule
from monitor.testing import START

ROUNDS, FEEDS, ENTRIES, RULES = 5, 20, 50, 1000
SYLLABLES = ("ba", "ko", "ri", "ten", "lu", "mar", "ges", "ver", "nis", "tor", "fel")


def word(dice: random.Random) -> str:
    """Return a word that could be German."""
    return "".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))).capitalize()


def text(dice: random.Random, words: int) -> str:
    """Return so many words."""
    return " ".join(word(dice) for _ in range(words))


def body(dice: random.Random) -> bytes:
    """Return a feed as a newsroom serves it."""
    at = format_datetime(START)
    items = "".join(
        f"<item><title>{text(dice, 9)}</title><guid>{n}</guid><pubDate>{at}</pubDate>"
        f"<link>https://news.example.org/{dice.random()}</link>"
        f"<description>&lt;p&gt;{text(dice, 30)}&lt;/p&gt;</description></item>"
        for n in range(ENTRIES)
    )
    return (
        f'<rss version="2.0"><channel><title>N</title>{items}</channel></rss>'.encode()
    )


def whole_word(term: str) -> re.Pattern[str]:
    """Return what somebody writes who has no rule language."""
    return re.compile(rf"\b{term}\b", re.IGNORECASE)


def seconds(work: Callable[[], object]) -> float:
    """Return the median time of a piece of work."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def row(what: str, ours: float, peer: str, theirs: float) -> None:
    """Print one line of the table; the times are for one entry."""
    each = 1e6 / (FEEDS * ENTRIES)
    print(
        f"| {what} | {ours * each:.0f} µs | {peer} | {theirs * each:.0f} µs "
        f"| {ours / theirs:.2f} |"
    )


def main() -> None:
    """Measure, and print."""
    dice = random.Random(1)
    bodies = [body(dice) for _ in range(FEEDS)]
    terms = [(word(dice), word(dice)) for _ in range(RULES)]
    feed = Feed("news", "https://news.example.org/", timedelta(minutes=10))
    rules = [Rule(str(n), f"{a} AND {b}") for n, (a, b) in enumerate(terms)]
    rule_set = RuleSet(rules, {}, [feed])
    patterns = [(whole_word(a), whole_word(b)) for a, b in terms]
    entries = [entry for b in bodies for entry in parse_feed(b).entries]
    texts = [f"{entry.title} {entry.summary}" for entry in entries]

    versions = f"feedparser {feedparser.__version__}, Python {python_version()}"
    print(f"feed-monitor {__version__}, {versions}")
    print(f"{FEEDS} feeds of {ENTRIES} entries, {RULES} rules\n")
    print("| step | an entry | beside | an entry | ratio |\n|---|---|---|---|---|")
    row(
        "bytes to entries",
        seconds(lambda: [parse_feed(b) for b in bodies]),
        "feedparser, its sanitizer off",
        seconds(
            lambda: [
                feedparser.parse(io.BytesIO(b), sanitize_html=False) for b in bodies
            ]
        ),
    )
    row(
        "matching all rules",
        seconds(lambda: [rule_set.matches(entry, feed) for entry in entries]),
        "two regexes for each rule",
        seconds(
            lambda: [[a.search(t) and b.search(t) for a, b in patterns] for t in texts]
        ),
    )


if __name__ == "__main__":
    main()
