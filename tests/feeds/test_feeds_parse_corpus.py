"""Real feeds, as they were served; the data lives beside the repository."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.feeds.encoding import decode
from monitor.feeds.repair import complete_entries
from monitor.feeds.xml_text import feed_text

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def bodies(archive: str) -> Iterator[tuple[str, bytes]]:
    path = CORPUS / archive
    if not path.exists():
        pytest.skip(f"no {path.name} in ../shared/corpus")
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is not None:
                yield member.name, file.read()


def test_no_entry_of_a_real_feed_is_lost() -> None:
    for name, body in bodies("feeds.tar.xz"):
        document = feed_text(decode(body))
        assert document is not None, name
        found = parse_feed(body, url="https://origin.example/feed").entries
        assert len(found) == complete_entries(document), name
        assert all(e.title or e.summary or e.content for e in found), name


def test_no_file_of_another_parser_crashes_this_one() -> None:
    for name, body in bodies("feedparser-tests.tar.xz"):
        try:
            parse_feed(body)
        except FeedError as error:
            pytest.fail(f"{name}: {error}")
