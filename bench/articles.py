"""How long an article takes to read, what of it is read, and what it costs in memory.

    python bench/articles.py                 the pages of the tests, and larger ones
    python bench/articles.py --pages FOLDER  and every *.html there

Each page is read in this process, ten times: the time is the median, in milliseconds of
processor time. *kept* is how much of the article was read, *foreign* how many of the
words that stand beside it; behind the bar is what trafilatura makes of it alone. The
memory is that of a worker process which has read all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trafilatura import extract

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import article_layouts as layouts  # noqa: E402 - the folder of the tests
from article_parts import (  # noqa: E402
    ANIMALS,
    ENGLISH,
    GERMAN,
    RELATED,
    page,
    paragraphs,
)

from monitor.articles import read_article  # noqa: E402
from monitor.net.article_reader import ArticleReader  # noqa: E402

TIMES = 10
URL = "https://bote.example/politik/baku-1"


@dataclass(frozen=True)
class Page:
    """A page, and the paragraphs of its article, as far as they are known."""

    name: str
    body: bytes
    texts: tuple[str, ...] = ()


def pages(folder: Path | None) -> Iterator[Page]:
    """Yield what is read."""
    for layout in layouts.GERMAN_LAYOUTS:
        yield Page(layout.__name__, layout().encode(), GERMAN)
    for layout in layouts.ENGLISH_LAYOUTS:
        yield Page(layout.__name__, layout().encode(), ENGLISH)
    for size in (10, 100, 1000):
        texts = tuple(f"{n}. {text}" for n in range(size) for text in GERMAN)
        body = f"<article><h1>Baku</h1>{paragraphs(texts)}{RELATED}</article>"
        yield Page(f"{6 * size} paragraphs", page(body).encode(), texts)
    script = f"<script>{'var x = 1;' * 400_000}</script>"
    whole = layouts.semantic().replace("</body>", f"{script}</body>")
    yield Page("4 MB of scripts", whole.encode(), GERMAN)
    for path in sorted(folder.glob("*.html")) if folder else ():
        yield Page(path.name, path.read_bytes())


def judged(text: str, texts: tuple[str, ...]) -> str:
    """Return how much of the article is in a text, and how many foreign words."""
    foreign = sum(animal in text for animal in ANIMALS)
    if not texts:
        return f"{len(text):>8} characters"
    kept = sum(each in text for each in texts) / len(texts)
    return f"{kept:>6.0%} {foreign:>8}"


def row(given: Page) -> str:
    """Return a line of the table."""
    spent = []
    article = read_article(given.body, content_type="text/html", url=URL)
    for _ in range(TIMES):
        started = time.process_time()
        read_article(given.body, content_type="text/html", url=URL)
        spent.append(time.process_time() - started)
    alone = extract(given.body, favor_precision=True, include_comments=False) or ""
    median = statistics.median(spent) * 1000
    ours, theirs = judged(article.text, given.texts), judged(alone, given.texts)
    size = len(given.body) / 1000
    return f"{given.name:<22}{size:>9.1f}{median:>9.1f}  {ours}   |{theirs}"


async def worker_memory(given: list[Page]) -> tuple[int, int]:
    """Return what a worker has when it is new, and at most, in MB."""
    async with ArticleReader() as reader:
        found = []
        for each in (Page("empty", b""), *given):
            await reader.read(each.body, content_type="text/html", url=URL)
            for worker in reader._pool._idle:
                status = Path(f"/proc/{worker._process.pid}/status")
                text = status.read_text(encoding="ascii")  # noqa: ASYNC240 - no disk
                found.append(int(text.partition("VmHWM:")[2].split()[0]) // 1000)
    return found[0], max(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=Path)
    given = list(pages(parser.parse_args().pages))
    head = f"{'page':<22}{'kB':>9}{'ms':>9}  {'kept':>6} {'foreign':>8}"
    print(f"{head}   |trafilatura alone")
    for each in given:
        print(row(each))
    new, most = asyncio.run(worker_memory(given))
    print(f"the worker: {new} MB when it is new, {most} MB at most")


if __name__ == "__main__":
    main()
