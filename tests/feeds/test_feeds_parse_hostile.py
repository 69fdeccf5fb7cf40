"""Bodies made to exhaust, to hang or to read what is not theirs."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pytest

from monitor.feeds import parse_feed
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.xml_text import feed_text
from monitor.model import Tier

RSS = "<rss><channel><item><title>[{title}]</title></item>{inside}</channel></rss>"


def titled(title: str, doctype: str) -> str:
    body = f'<?xml version="1.0"?>{doctype}{RSS.format(title=title, inside="")}'
    (entry,) = parse_feed(body.encode()).entries
    return entry.title


def test_entities_of_entities_are_not_expanded() -> None:
    laughs = "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n};" * 10}">' for n in range(9))
    assert (
        titled("&lol9;", f'<!DOCTYPE x [<!ENTITY lol0 "lol">{laughs}]>') == "[&lol9;]"
    )


def test_a_long_entity_is_not_expanded() -> None:
    doctype = f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>'
    assert titled("&a;" * 1000, doctype) == f"[{'&a;' * 1000}]"


@pytest.mark.parametrize("kind", ["SYSTEM", 'PUBLIC "x"'])
def test_nothing_outside_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("secret", encoding="utf-8")
    entities = f'<!ENTITY a {kind} "{path.as_uri()}"> <!ENTITY % b {kind} "{path}"> %b;'
    assert titled("&a;", f"<!DOCTYPE x [{entities}]>") == "[&a;]"


@pytest.mark.parametrize("closed", [True, False])
def test_depth(closed: bool) -> None:  # noqa: FBT001
    inside = "<a>" * 100_000 + "</a>" * 100_000 * closed
    parsed = parse_feed(RSS.format(title="x", inside=inside).encode())
    assert [entry.title for entry in parsed.entries] == ["[x]"]


@pytest.mark.parametrize(
    "unit",
    [
        "<", "&", "&amp;", "&a;", "<!--", "<![CDATA[", "]]>", "<item>", "</item>",
        "<!ENTITY ", "<?xml ", "\n", "<a:b ", " c:d=", "<rss ", "</rss", "<skipHours>",
        '<!ENTITY a "&#1;',
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "<rss>"])
def test_time_to_repair_grows_no_faster_than_the_text(unit: str, before: str) -> None:
    def seconds(size: int) -> float:
        text = before + unit * (size // len(unit)) + "<rss><item/></rss>"
        started = time.process_time()
        document = feed_text(text)
        assert document is None or repaired(document) or complete_entries(document)
        return time.process_time() - started

    base = min(seconds(100_000) for _ in range(3))
    assert seconds(1_000_000) < 40 * max(base, 0.001)


def test_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse_feed(b"<rss><channel><item><pubDate>x</pubDate></item></channel></rss>")


@pytest.mark.parametrize(
    "unit",
    [
        "<description>a{n}</description>", "<title>{n}</title>", "<link>/{n}</link>",
        "<category>{n}</category>", "<author>{n}</author>", "<guid> </guid>",
        "<media:content><media:title/></media:content>", "<n{n}/>", "<a/>", "a &amp; ",
        "<pubDate>x</pubDate>", "<enclosure/>", "</item><item><guid>{n}</guid>",
    ],
)  # fmt: skip
def test_time_to_read_strictly_grows_no_faster_than_the_text(unit: str) -> None:
    namespace = 'xmlns:media="http://search.yahoo.com/mrss/"'

    def seconds(count: int) -> float:
        inside = "".join(unit.replace("{n}", str(n)) for n in range(count))
        body = f"<rss {namespace}><channel><item>{inside}</item></channel></rss>"
        started = time.process_time()
        assert parse_feed(body.encode()).tier is Tier.STRICT
        return time.process_time() - started

    base = min(seconds(1_000) for _ in range(3))
    assert min(seconds(10_000) for _ in range(3)) < 40 * max(base, 0.002)


@pytest.mark.parametrize("depth", [100, 400, 100_000])
def test_elements_within_a_text(depth: int) -> None:
    title = "<b>" * depth + "x" + "</b>" * depth
    parsed = parse_feed(RSS.format(title=title, inside="").encode())
    assert [entry.title for entry in parsed.entries] == ["[x]"]


def test_a_text_that_is_longer_than_strangers_may_write() -> None:
    parsed = parse_feed(RSS.format(title="Wort " * 2_500_000, inside="").encode())
    assert len(parsed.entries[0].title) == 12_500_002


def test_what_a_document_type_declares_is_not_seen_by_any_reader() -> None:
    doctype = '<!DOCTYPE rss [<!ENTITY a "b"><!ATTLIST item about CDATA "c">]>'
    body = f"{doctype}{RSS.format(title='x', inside='<item/>')}"
    assert parse_feed(body.encode()).tier is Tier.STRICT
    assert titled("&a;", doctype) == "[b]"  # short ones are resolved by ourselves
