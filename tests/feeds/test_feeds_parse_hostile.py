"""Bodies made to exhaust, to hang or to read what is not theirs."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pytest

from monitor.feeds import parse_feed
from monitor.feeds.repair import complete_entries, repaired
from monitor.feeds.xml_text import feed_text

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
