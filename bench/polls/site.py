"""A thousand feeds as newsrooms serve them, made from one seed, as files."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import accumulate
from pathlib import Path

BUILT_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""When all files were changed last, so that one date makes any of them unchanged."""

_GERMAN = """
Regierung Minister Bundestag Haushalt Wahl Koalition Gericht Urteil Polizei Strompreis
Klimaschutz Wirtschaft Börse Inflation Zentralbank Unternehmen Übernahme Streik Bahn
Verkehr Flughafen Hochwasser Sturm Forschung Universität Schule Krankenhaus Pflege Rente
Steuer Europa Brüssel Berlin München Hamburg Kiew Moskau Washington Peking Israel Türkei
Aserbaidschan Waffenlieferung Verteidigung Nato Grenze Flüchtlinge Abkommen Gipfel
Verhandlung Sanktionen Erdgas Pipeline Windkraft Wasserstoff Autobauer Chiphersteller
Fußball Bundesliga Trainer Meisterschaft Olympia Festival Museum Ausstellung Roman
der die das und in von mit für auf nach über gegen wegen seit laut am bei aus zum zur
sagt fordert plant warnt kündigt erwartet steigt sinkt beschließt prüft lehnt stimmt
""".split()
_ENGLISH = """
government minister parliament budget election coalition court ruling police energy
climate economy market inflation bank company takeover strike railway traffic airport
flood storm research university school hospital pension tax Europe Brussels London Paris
Kyiv Moscow Washington Beijing Israel Turkey Azerbaijan weapons defence alliance border
refugees treaty summit talks sanctions gas pipeline wind hydrogen carmaker chipmaker
football league coach championship Olympics festival museum exhibition novel
the a and in of with for on after over against because since says at by from to into
demands plans warns announces expects rises falls approves examines rejects agrees
""".split()

SYLLABLES = (
    "ba",
    "kor",
    "li",
    "ten",
    "mar",
    "ou",
    "sche",
    "ran",
    "di",
    "vo",
    "nu",
    "zel",
)


class Words:
    """The words of a language, common ones first: short ones, nouns, compounds."""

    def __init__(self, words: Sequence[str], nouns: int, joint: str) -> None:
        common, given = words[nouns:], words[:nouns]
        joined = [a + joint + b.lower() for a in given for b in given if a != b]
        random.Random(7).shuffle(joined)
        self.all = [*common, *given, *joined]
        self.rare = joined
        self.weights = list(accumulate(1 / (n + 2.7) for n in range(len(self.all))))


GERMAN = Words(_GERMAN, _GERMAN.index("der"), "")
ENGLISH = Words(_ENGLISH, _ENGLISH.index("the"), " ")


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """One feed: where it lies under the root, and whether it has validators."""

    path: str
    is_atom: bool
    is_bare: bool


class Newsroom:
    """Draws words by Zipf's law; one in fifty is a name, of 20,000."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def name(self) -> str:
        """Return a name of a person or a place."""
        number, parts = self._dice.randrange(20_000), []
        for _ in range(4):
            number, place = divmod(number, len(SYLLABLES))
            parts.append(SYLLABLES[place])
        return "".join(parts).capitalize()

    def word(self, words: Words) -> str:
        """Return one word."""
        if self._dice.random() < 0.02:
            return self.name()
        return self._dice.choices(words.all, cum_weights=words.weights)[0]

    def words(self, count: int, words: Words) -> str:
        """Return so many words."""
        return " ".join(self.word(words) for _ in range(count))

    def summary(self, words: Words, link: str) -> str:
        """Return what stands under a headline, as HTML."""
        first, second = (self.words(n, words) for n in (18, 14))
        return (
            f'<p><img src="{link}.jpg" alt="" width="640"/>{first} &amp; '
            f'<a href="{link}">{second}</a>.</p>'
        )

    def rule(self) -> str:
        """Return a query of a person who is after something."""
        dice = self._dice
        a, b, c = dice.sample(GERMAN.rare, 3)
        shapes = (
            f"{a} AND {self.name()}",
            f"{a} AND ({self.name()} OR {b})",
            f'"{a} {b}" OR {self.name()}',
            f"{a} AND {b} AND NOT {c}",
            f"title:{self.name()} AND {a}",
        )
        return dice.choice(shapes)


def build(root: Path, feeds: int, entries: int) -> list[MadeFeed]:
    """Write the feeds under `root` and return them; half are Atom, a fifth is bare."""
    made = []
    for n in range(feeds):
        feed = MadeFeed(
            f"{'bare' if n % 5 == 4 else 'feed'}/{n}.xml", n % 2 == 1, n % 5 == 4
        )
        target = root / feed.path
        target.parent.mkdir(parents=True, exist_ok=True)
        room = Newsroom(n)
        vocabulary = ENGLISH if n % 4 in (2, 3) else GERMAN
        write = atom if feed.is_atom else rss
        target.write_text(
            "\n".join(write(room, vocabulary, n, entries)), encoding="utf-8"
        )
        os.utime(target, (BUILT_AT.timestamp(),) * 2)
        made.append(feed)
    return made


def _times(entries: int) -> Iterator[datetime]:
    for n in range(entries):
        yield BUILT_AT - timedelta(minutes=37 * n)


def rss(room: Newsroom, words: Words, n: int, entries: int) -> Iterator[str]:
    """Yield the lines of an RSS feed."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" '
        'xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{room.words(3, words)}</title><link>https://news{n}.example.org/</link>"
        f"<description>{room.words(8, words)}</description><language>de</language>"
    )
    for place, at in enumerate(_times(entries)):
        link = f"https://news{n}.example.org/politik/artikel-{n}-{place}.html"
        yield (
            f"<item><title>{room.words(9, words)}</title>"
            f"<link>{link}?utm_source=rss&amp;id={place}</link>"
            f'<guid isPermaLink="false">news{n}-{place}</guid>'
            f"<pubDate>{format_datetime(at, usegmt=True)}</pubDate>"
            f"<dc:creator>{room.name()}</dc:creator><category>Politik</category>"
            f"<description>{escape(room.summary(words, link))}</description></item>"
        )
    yield "</channel></rss>"


def atom(room: Newsroom, words: Words, n: int, entries: int) -> Iterator[str]:
    """Yield the lines of an Atom feed."""
    home = f"https://blog{n}.example.org"
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<title>{room.words(3, words)}</title><id>{home}/</id>"
        f'<link rel="self" href="{home}/atom.xml"/><link href="{home}/"/>'
        f"<updated>{BUILT_AT.isoformat()}</updated>"
    )
    for place, at in enumerate(_times(entries)):
        link = f"{home}/{at:%Y/%m}/{place}/"
        yield (
            f'<entry><title type="text">{room.words(9, words)}</title>'
            f'<id>tag:blog{n}.example.org,2026:{place}</id><link href="{link}"/>'
            f"<published>{at.isoformat()}</published>"
            f"<updated>{at.isoformat()}</updated>"
            f"<author><name>{room.name()}</name></author>"
            f'<summary type="html">{escape(room.summary(words, link))}</summary>'
            "</entry>"
        )
    yield "</feed>"
