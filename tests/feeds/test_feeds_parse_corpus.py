"""Real feeds, as they were served; the data lives beside the repository."""

from __future__ import annotations

import ast
import io
import re
import tarfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import feedparser
import pytest

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.feeds.dates import parse_date
from monitor.feeds.document import read_document
from monitor.feeds.encoding import decode
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.xml_text import feed_text
from monitor.model import Entry, ParsedFeed, Tier
from monitor.text import plain_text

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
URL = "https://origin.example/feed"


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
        found = parse_feed(body, url=URL).entries
        assert len(found) == complete_entries(document), name
        assert all(e.title or e.summary or e.content for e in found), name


def test_real_feeds_are_nearly_all_sound() -> None:
    served = Counter(parse_feed(body).tier for _, body in bodies("feeds.tar.xz"))
    assert served[Tier.STRICT] >= 0.93 * served.total()
    assert served[Tier.STRICT] + served[Tier.REPAIRED] >= 0.99 * served.total()


# --- beside feedparser ----------------------------------------------------------


def by_feedparser(body: bytes, tier: Tier) -> ParsedFeed:
    """Return what feedparser finds in a document that another tier could read."""
    document = feed_text(decode(body))
    assert document is not None
    text = document.text if tier is Tier.STRICT else repaired(document)
    return read_document(text, Tier.FEEDPARSER, url=URL)


def told(entry: Entry) -> list[object]:
    return [entry.title, entry.link, entry.published_at]


def test_real_feeds_are_read_as_feedparser_reads_them() -> None:
    same = entries = 0
    for name, body in bodies("feeds.tar.xz"):
        ours = parse_feed(body, url=URL)
        theirs = by_feedparser(body, ours.tier)
        assert len(ours.entries) >= len(theirs.entries), name
        for one, other in zip(ours.entries, theirs.entries, strict=True):
            entries += 1
            same += told(one) == told(other)
    assert same >= 0.998 * entries


# --- feedparser's own tests -----------------------------------------------------

_EXPECTED = re.compile(
    rb"Expect:\s*(?:not bozo and |bozo and )?(?P<of>entries\[0\]|feed)"
    rb"(?:\['|\.)(?P<name>title|link|id|guid|published|updated|summary|description|content)"
    rb"(?P<how>_parsed|_detail)?(?:'\])?(?:\[0\])?(?:\['value'\])?"
    rb"\s*==\s*(?P<value>.+?)\s*-->",
    re.DOTALL,
)
_FIELDS = {
    "id": "guid", "description": "summary", "published": "published_at",
    "updated": "updated_at",
}  # fmt: skip


class Expected(NamedTuple):
    """What a test of feedparser's expects of one field of a feed or its first entry."""

    is_entry: bool
    name: str
    value: object


def expected(body: bytes) -> Expected | None:
    found = _EXPECTED.search(body)
    if not found or (
        found["of"] == b"feed" and found["name"] not in {b"title", b"link"}
    ):
        return None
    with suppress(ValueError, SyntaxError):  # some are more than a value
        value = ast.literal_eval(found["value"].decode("utf-8", "replace"))
        name = (found["name"] + (found["how"] or b"")).decode()
        return Expected(found["of"] != b"feed", name, value)
    return None


def feedparser_is_right(body: bytes, wanted: Expected) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(io.BytesIO(body))
        parts = found.entries[0] if wanted.is_entry else found.feed
        value = parts.get(wanted.name)
    if wanted.name == "content":
        value = value[0]["value"]
    elif wanted.name.endswith("_detail"):
        value = value["value"]
    return value == wanted.value


def is_read(parsed: ParsedFeed, wanted: Expected) -> bool:
    source: object = parsed.entries[0] if wanted.is_entry else parsed
    name = wanted.name.removesuffix("_parsed").removesuffix("_detail")
    name = _FIELDS.get(name, name)
    value = getattr(source, name)
    if name in {"published_at", "updated_at"}:
        return value == moment(wanted.value)
    if name in {"title", "summary", "content"}:
        # feedparser copies a content into a summary that is missing
        value = value or getattr(source, "content", "")
        return value == plain_text(str(wanted.value))
    return value == wanted.value


def moment(value: object) -> object:
    if isinstance(value, tuple):
        return parse_date("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*value))
    return parse_date(str(value))


def test_what_feedparser_reads_of_its_own_tests_is_read_here() -> None:
    right = asked = 0
    missed = []
    for name, body in bodies("feedparser-tests.tar.xz"):
        wanted = expected(body)
        if wanted is None or not feedparser_is_right(body, wanted):
            continue
        asked += 1
        if is_read(parse_feed(body), wanted):
            right += 1
        else:
            missed.append(name)
    assert right >= 0.98 * asked, missed
    assert asked > 400


def test_no_file_of_another_parser_crashes_this_one() -> None:
    for name, body in bodies("feedparser-tests.tar.xz"):
        try:
            parse_feed(body)
        except FeedError as error:
            pytest.fail(f"{name}: {error}")
