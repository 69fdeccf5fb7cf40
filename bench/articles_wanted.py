"""How many articles `full_text: auto` reads, what it finds, and what it costs to ask.

    python bench/articles_wanted.py             all of it, some minutes
    python bench/articles_wanted.py --quick     fewer rules that are drawn

The stories are real ones, which lie beside the project or in `FEED_CORPUS`; without
them nothing is measured. Two sets of a hundred rules are asked: one written by hand
(`wanted/rules.txt`), and ten drawn by dice, each from one half of the stories for the
other half.

*Read*: the share of articles that a rule wants, of three news feeds, of which each
article counts once; `always` reads them all. *Found*: of the pairs of a rule and a
story that are true with the whole article, those that are true of the feed's text, or
for which the article is read. That needs feeds which have the whole text: what such a
feed says is taken to be its title and summary (or the first 200 characters). Rules are
drawn for it from what feeds say, and from any place in an article.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from wanted.corpus import ARCHIVES, Story, histories, whole_texts
from wanted.rules import Drawing, Written, by_hand

from monitor import __version__
from monitor.lexicon import Lexicon
from monitor.matching import RuleSet, needed_terms
from monitor.matching.forms import Forms
from monitor.model import Feed, Rule

DRAWS = 10
IN_NEWS, IN_ARTICLES = 0.02, 0.05
"""In what share of the stories a drawn word may be; an article has many words."""

TIMED = (100, 1_000, 10_000)
TIMED_ENTRIES = 3_000
ALL = "all"
FEED = Feed("bench", "https://example.org/feed", timedelta(minutes=1))


@dataclass(slots=True)
class Found:
    """How many pairs of a rule and a story are true with the article, and how found.

    Of those that the feed's text does not make true: for how many the rule itself
    wants the article, and for how many any rule does.
    """

    true: int = 0
    by_feed: int = 0
    by_own_wish: int = 0
    by_any_wish: int = 0

    def add(self, other: Found) -> None:
        """Add what another set of rules found."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class Tally:
    """What came of sets of rules over stories that have their articles."""

    kinds: defaultdict[str, Found] = field(default_factory=lambda: defaultdict(Found))
    stories: int = 0
    read: int = 0
    needed: int = 0

    def add(self, other: Tally) -> None:
        """Add what came of another set."""
        for kind, found in other.kinds.items():
            self.kinds[kind].add(found)
        self.stories += other.stories
        self.read += other.read
        self.needed += other.needed


def rule_set(written: Sequence[Written], forms: Forms) -> RuleSet:
    """Return rules that are called by their number."""
    rules = [Rule(str(n), each.query) for n, each in enumerate(written)]
    return RuleSet(rules, {}, [FEED], forms)


def forms_of(sets: Iterable[Sequence[Written]]) -> Forms:
    """Return the word forms of all rules."""
    queries = [each.query for written in sets for each in written]
    return Lexicon(("en", "de")).read(needed_terms(queries, {}))


def is_wanted(rules: RuleSet, story: Story) -> bool:
    """Say whether a rule wants the article at one of the texts that its feed had."""
    return any(next(rules.wishes(e, FEED), None) is not None for e in story.entries)


def shares(rules: RuleSet, stories: Sequence[Story]) -> dict[str, float]:
    """Return the share of articles that are read, by feed and of all."""
    read: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for story in stories:
        wanted = is_wanted(rules, story)
        for name in (story.feed, ALL):
            there[name] += 1
            read[name] += wanted
    return {name: read[name] / count for name, count in there.items()}


def found_in(written: Sequence[Written], rules: RuleSet, story: Story) -> Tally:
    """Return how each rule that the article makes true finds it."""
    (entry,) = story.entries
    by_feed = {match.rule for match in rules.matches(entry, FEED)}
    wishes = {wish.rule for wish in rules.wishes(entry, FEED)}
    whole = replace(entry, article=story.article)
    true = {match.rule for match in rules.matches(whole, FEED)}
    tally = Tally(stories=1, read=bool(wishes), needed=bool(true - by_feed))
    for name in true:
        is_late = name not in by_feed
        found = Found(
            true=1,
            by_feed=not is_late,
            by_own_wish=is_late and name in wishes,
            by_any_wish=is_late and bool(wishes),
        )
        tally.kinds[written[int(name)].kind].add(found)
        tally.kinds[ALL].add(found)
    return tally


def tally_of(
    written: Sequence[Written], rules: RuleSet, stories: Iterable[Story]
) -> Tally:
    """Return what comes of a set of rules."""
    total = Tally()
    for story in stories:
        total.add(found_in(written, rules, story))
    return total


def halves(
    stories: Sequence[Story], seed: int
) -> tuple[Sequence[Story], Sequence[Story]]:
    """Return the stories in two halves, drawn by dice."""
    mixed = random.Random(seed).sample(stories, len(stories))
    return mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]


Drawn = tuple[list[Written], Sequence[Story]]


def drawn(
    stories: Sequence[Story], most: float, draws: int, *, is_of_feed: bool = False
) -> list[Drawn]:
    """Return rules that are drawn from one half, with the other half.

    If `is_of_feed`, from what the feed says, although the article is known.
    """
    found = []
    for seed in range(1, draws + 1):
        from_these, for_these = halves(stories, seed)
        if is_of_feed:
            from_these = [replace(story, article="") for story in from_these]
        found.append((Drawing(from_these, most, seed).draw(100), for_these))
    return found


# --- the tables -------------------------------------------------------------------


def share_table(
    news: Sequence[Story], hand: list[Written], draws: Sequence[Drawn]
) -> Iterator[str]:
    """Yield how many articles are read, in a hundred."""
    feeds = [*dict.fromkeys(story.feed for story in news), ALL]
    forms = forms_of([hand, *(written for written, _ in draws)])
    yield f"| read, of {len(news):,} articles | {' | '.join(feeds)} |"
    yield "|---|" + "---:|" * len(feeds)
    of_hand = shares(rule_set(hand, forms), news)
    yield f"| by hand | {' | '.join(f'{of_hand[f]:.1%}' for f in feeds)} |"
    of_draws = [shares(rule_set(written, forms), half) for written, half in draws]
    cells = [_spread([share[feed] for share in of_draws]) for feed in feeds]
    yield f"| drawn, {len(draws)} times | {' | '.join(cells)} |"
    alone = Counter[str]()
    for n, each in enumerate(hand):
        one = rule_set(hand[n : n + 1], forms)
        alone[each.kind] += sum(is_wanted(one, story) for story in news)
    for kind, count in Counter(each.kind for each in hand).items():
        share = alone[kind] / count / len(news)
        yield f"| a rule by hand, {kind} | | | | {share:.3%} |"


def _spread(values: Sequence[float]) -> str:
    least, middle, most = min(values), statistics.median(values), max(values)
    return f"{middle:.1%} ({least:.1%} to {most:.1%})"


def recall_table(name: str, tally: Tally) -> Iterator[str]:
    """Yield what is found, by kind of rule."""
    yield f"| {name} | true | by the feed | alone | all together |"
    yield "|---|---:|---:|---:|---:|"
    for kind in sorted(tally.kinds, key=lambda kind: (kind == ALL, kind)):
        found = tally.kinds[kind]
        shares = (
            f"{count / found.true:.1%}"
            for count in (
                found.by_feed,
                found.by_feed + found.by_own_wish,
                found.by_feed + found.by_any_wish,
            )
        )
        yield f"| {kind} | {found.true:,} | {' | '.join(shares)} |"
    yield (
        f"\nread: {tally.read / tally.stories:.1%} of {tally.stories:,} articles; "
        f"the answer changes by {tally.needed / tally.stories:.1%}"
    )


def time_table(news: Sequence[Story], most: int) -> Iterator[str]:
    """Yield how long it takes to ask who wants an article, in µs an entry."""
    from_these, for_these = halves(news, 1)
    drawing = Drawing(from_these, IN_NEWS, 1)
    entries = [story.entries[-1] for story in for_these][:TIMED_ENTRIES]
    yield "| rules | true? | wanted? | the first time | wanted |"
    yield "|---:|---:|---:|---:|---:|"
    for count in (each for each in TIMED if each <= most):
        written = drawing.draw(count)
        rules = rule_set(written, forms_of([written]))

        def ask(rules: RuleSet = rules) -> int:
            wishes = (next(rules.wishes(e, FEED), None) for e in entries)
            return sum(wish is not None for wish in wishes)

        def match(rules: RuleSet = rules) -> None:
            for entry in entries:
                rules.matches(entry, FEED)

        first = _micros(ask, len(entries))
        match()
        true = min(_micros(match, len(entries)) for _ in range(5))
        asked = min(_micros(ask, len(entries)) for _ in range(5))
        share = ask() / len(entries)
        yield f"| {count:,} | {true:.0f} | {asked:.0f} | {first:.0f} | {share:.1%} |"


def _micros(work: Callable[[], object], count: int) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count * 1e6


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    is_quick = parser.parse_args().quick
    if not all(path.exists() for path in ARCHIVES):
        print(f"skipped: {' or '.join(map(str, ARCHIVES))} is not there")
        return
    print(f"monitor {__version__}, {sys.version.split()[0]}\n")
    news, whole = histories(), whole_texts()
    hand, draws = by_hand(), 2 if is_quick else DRAWS
    lines = [*share_table(news, hand, drawn(news, IN_NEWS, draws))]
    print("\n".join(lines), "\n")
    forms = forms_of([hand])
    tally = tally_of(hand, rule_set(hand, forms), whole)
    print("\n".join(recall_table("by hand", tally)), "\n")
    for where in ("what the feed says", "the whole article"):
        sets = drawn(whole, IN_ARTICLES, draws, is_of_feed=where.endswith("says"))
        forms = forms_of(written for written, _ in sets)
        total = Tally()
        for written, half in sets:
            total.add(tally_of(written, rule_set(written, forms), half))
        print("\n".join(recall_table(f"drawn from {where}", total)), "\n")
    print("\n".join(time_table(news, 1_000 if is_quick else 10_000)))


if __name__ == "__main__":
    main()
