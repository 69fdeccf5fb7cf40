"""Stories as feeds tell them, out of stored histories and feeds, where these are."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import Entry

BESIDE = Path(__file__).parents[3] / "shared" / "corpus"
CORPUS = Path(os.environ.get("FEED_CORPUS", BESIDE))
ARCHIVES = tuple(CORPUS / f"{name}.tar.xz" for name in ("history", "feeds"))

_LEAST_WHOLE = 800
_TIMES_THE_SUMMARY = 3
_TEASER = 200


@dataclass(frozen=True, slots=True)
class Story:
    """One article: each text that its feed had of it, and the whole, where known.

    `key` is its canonical link.
    """

    feed: str
    key: str
    entries: tuple[Entry, ...]
    article: str = ""

    @property
    def text(self) -> str:
        """Return the longest that is known of it in running text."""
        return self.article or self.entries[-1].summary


def histories() -> list[Story]:
    """Return the articles of the three news feeds, oldest first."""
    found: dict[tuple[str, str], dict[tuple[str, str], Entry]] = {}
    for name, body in sorted(_bodies(ARCHIVES[0])):
        feed = PurePosixPath(name).parent.name
        for entry in _entries(body):
            texts = found.setdefault((feed, entry.canonical_link or entry.key), {})
            texts.setdefault((entry.title, entry.summary), entry)
    return [Story(*key, tuple(texts.values())) for key, texts in found.items()]


def whole_texts() -> list[Story]:
    """Return what feeds have with the whole text.

    The feed's text is the title with the summary or, without one, the first 200
    characters; the article is the content: 800 characters or more, and three times as
    long as the summary. The same text of two feeds counts once.
    """
    found: dict[str, Story] = {}
    for name, body in sorted(_bodies(ARCHIVES[1])):
        for entry in _entries(body):
            article = entry.content
            least = max(_LEAST_WHOLE, _TIMES_THE_SUMMARY * len(entry.summary))
            if len(article) >= least:
                summary = entry.summary or article[:_TEASER].rpartition(" ")[0]
                teaser = replace(entry, summary=summary, content="")
                key = entry.canonical_link or entry.key
                found.setdefault(article, Story(name, key, (teaser,), article))
    return list(found.values())


def _bodies(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name, file.read()


def _entries(body: bytes) -> tuple[Entry, ...]:
    with suppress(FeedError):  # a page that says 403 among them
        return parse_feed(body).entries
    return ()
