"""The lives of news feeds: three real ones where they are, and one that is made up."""

from __future__ import annotations

import os
import random
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import Entry, ParsedFeed

BESIDE = Path(__file__).parents[3] / "shared" / "corpus"
CORPUS = Path(os.environ.get("FEED_CORPUS", BESIDE)) / "history.tar.xz"
REAL = ("rnz", "nzherald", "straittimes")
MADE_UP = "made up"
_WEEK = 56  # polls

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
SITE = "http://www.news.example.org"
_WHO = ("Minister", "Gericht", "Feuerwehr", "Senat", "Trainer", "Bahn", "Zoll", "Rat")
_DOES = ("verbietet", "fordert", "findet", "meldet", "plant", "verliert", "rettet")
_WHAT = ("Waffen", "Brücke", "Haushalt", "Gesetz", "Tunnel", "Rente", "Hafen", "Wald")
_WHERE = ("Baku", "Kiew", "Bonn", "Mainz", "Rom", "Oslo", "Wien", "Genf", "Ulm", "Jena")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A document as it was served; an entry's `language` names its story.

    The name is made without our identity code: two entries of one name are one story.
    """

    at: datetime
    entries: tuple[Entry, ...]
    home: str | None


@cache
def history(name: str, size: int | None = None, seed: int = 7) -> tuple[Snapshot, ...]:
    """Return the snapshots of a feed, oldest first.

    If `size` is given, so many from the middle; of the one that is made up the first.
    """
    if name == MADE_UP:
        return _named(tuple(_made_up(size or _WEEK, seed)))
    bodies = _bodies(name)
    start = (len(bodies) - (size or len(bodies))) // 2
    found = []
    for at, body in bodies[start : start + (size or len(bodies))]:
        with suppress(FeedError):  # one of them is a page that says 403
            found.append(_snapshot(at, parse_feed(body)))
    return _named(found)


@cache
def _bodies(name: str) -> list[tuple[datetime, bytes]]:
    found = []
    with tarfile.open(CORPUS) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            body = archive.extractfile(member) if path.parent.name == name else None
            if body is not None:
                at = datetime.fromtimestamp(int(path.stem), UTC)
                found.append((at, body.read()))
    return sorted(found)


def _snapshot(at: datetime, parsed: ParsedFeed) -> Snapshot:
    # Nothing of what our code says of identity is kept.
    raw = [replace(e, key="", canonical_link=None) for e in parsed.entries]
    return Snapshot(at, tuple(raw), parsed.link)


def _named(shots: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
    """Give each entry the name of its story: what shares a page or a guid is one."""
    names: dict[str, str] = {}
    for shot in shots:
        for entry in shot.entries:
            marks = [mark for mark in (_page(entry), entry.guid) if mark]
            known = {names[mark] for mark in marks if mark in names}
            name = min(known, default=marks[0] if marks else entry.title)
            names |= (
                {m: name for m, n in names.items() if n in known}
                if len(known) > 1
                else {}
            )
            names |= dict.fromkeys(marks, name)
    return tuple(
        replace(
            shot,
            entries=tuple(
                replace(e, language=names[_page(e) or e.guid or ""])
                for e in shot.entries
            ),
        )
        for shot in shots
    )


def _page(entry: Entry) -> str | None:
    parts = urlsplit(entry.link or "")
    path = parts.path.rstrip("/")
    page = f"{parts.netloc.removeprefix('www.')}{path}?{parts.query}"
    return page if path else None


# --- a feed that never was --------------------------------------------------------


@dataclass
class _Article:
    number: int
    at: datetime
    title: str
    text: str

    def item(self) -> str:
        slug = "-".join(self.title.lower().split())
        return (
            f"<item><title>{self.title}</title><description>{self.text}</description>"
            f'<guid isPermaLink="false">{SITE}/?p={self.number}</guid>'
            f"<link>{SITE}/{self.at:%Y/%m}/{self.number}/{slug}.html</link>"
            f"<pubDate>{format_datetime(self.at)}</pubDate></item>"
        )


def _made_up(polls: int, seed: int) -> Iterator[Snapshot]:
    """Yield a week of a feed with 20 places, as it is seen every three hours."""
    dice = random.Random(seed)  # noqa: S311 - a made-up feed is no secret
    articles: list[_Article] = []
    for poll in range(polls):
        now = START + poll * timedelta(hours=3)
        for _ in range(dice.choice((0, 1, 1, 2, 3, 4)) if poll else 20):
            at = now - timedelta(minutes=dice.randrange(1, 170))
            articles.append(_article(len(articles), at, dice))
        shown = [a for a in articles[-22:] if dice.random() > 0.03][-20:]
        items = "".join(article.item() for article in reversed(shown))
        body = (
            f'<rss version="2.0"><channel><title>News</title><link>{SITE}/</link>'
            f"{items}</channel></rss>"
        )
        yield _snapshot(now, parse_feed(body.encode()))


def _article(number: int, at: datetime, dice: random.Random) -> _Article:
    def words() -> list[str]:
        return [dice.choice(some) for some in (_WHO, _DOES, _WHAT)]

    title = " ".join([*words(), "in", dice.choice(_WHERE)])
    text = ". ".join(" ".join(words()) for _ in range(4))
    return _Article(number, at, title, text)
