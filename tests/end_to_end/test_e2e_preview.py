"""`monitor feeds preview`: fetches or reads, parses, stores nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from feedsite import FeedSite, LiveFeed, reply
from harness import Project, said

ENTRY_KEYS = {
    "key",
    "guid",
    "title",
    "link",
    "author",
    "published_at",
    "updated_at",
    "summary",
    "content",
    "categories",
}
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Blatt &amp;amp; Wort</title><link>https://b.example.org/</link>
<language>de</language><description/>
<item><title>Waffen&amp;shy;lieferungen</title>
<link>https://b.example.org/1?x=1&amp;b=2</link><guid>g1</guid>
<pubDate>Mo, 23 Nov 2026 10:00:00 +0100</pubDate><dc:creator>A. B.</dc:creator>
<description>&lt;p&gt;Eins&lt;/p&gt;&lt;p&gt;Zw&lt;b&gt;ei&lt;/b&gt;&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Voller Text</p><script>x()</script>]]></content:encoded>
<category>Politik</category><category>Ausland</category></item>
<item><title>Ohne alles</title></item>
</channel></rss>"""


def preview(project: Project, *what: str) -> list[dict[str, object]]:
    done = project.run("feeds", "preview", "--json", *what)
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def rss(tmp_path: Path) -> Path:
    path = tmp_path / "blatt.xml"
    path.write_text(RSS, encoding="utf-8")
    return path


def test_json_keys_and_text_as_matched(tmp_path: Path, rss: Path) -> None:
    (shown,) = preview(Project(tmp_path), str(rss))
    assert set(shown) == {"source", "tier", "feed", "entries"}
    assert shown["source"] == str(rss)
    assert shown["tier"] in {"strict", "repaired", "feedparser"}
    assert shown["feed"] == {
        "title": "Blatt & Wort",
        "link": "https://b.example.org/",
        "language": "de",
    }
    entries = shown["entries"]
    assert isinstance(entries, list)
    assert [set(entry) for entry in entries] == [ENTRY_KEYS] * 2
    first, second = entries
    assert (first["guid"], first["title"]) == ("g1", "Waffenlieferungen")
    assert first["link"] == "https://b.example.org/1?x=1&b=2"
    assert (first["summary"], first["content"]) == ("Eins Zwei", "Voller Text")
    assert (first["author"], first["categories"]) == ("A. B.", ["Politik", "Ausland"])
    moment = datetime.fromisoformat(first["published_at"])
    assert moment.isoformat() == "2026-11-23T09:00:00+00:00"
    assert (second["guid"], second["link"], second["published_at"]) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_every_format_over_http(project: Project, feed: LiveFeed, kind: str) -> None:
    feed.kind = kind
    story = feed.publish("Überschrift", summary="Text")
    (shown,) = preview(project, feed.url)
    assert shown["source"] == feed.url
    assert (shown["tier"] == "json") == (kind == "json")
    (entry,) = shown["entries"]  # type: ignore[misc]
    assert (entry["title"], entry["summary"] or entry["content"]) == (
        "Überschrift",
        "Text",
    )
    assert (entry["guid"], entry["link"]) == (story.guid, story.link)
    assert not project.database.exists()


def test_one_object_for_each_argument(
    project: Project, feed: LiveFeed, site: FeedSite, rss: Path
) -> None:
    html = site.serve("/html", lambda r: reply(r, 200, b"<html><body>Anmelden</body>"))
    sources = [str(rss), site.url("/missing"), html, feed.url]
    done = project.run("feeds", "preview", "--json", *sources)
    shown = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["source"] for row in shown] == sources
    assert ["error" in row for row in shown] == [False, True, True, False]
    assert "404" in str(shown[1]["error"])
    assert "HTML" in str(shown[2]["error"])
    assert done.returncode == 1, said(done)


def test_body_that_names_a_file_is_not_read(project: Project, site: FeedSite) -> None:
    secret = project.root / "secret.xml"
    secret.write_text(RSS, encoding="utf-8")
    url = site.serve("/path", lambda r: reply(r, 200, str(secret).encode()))
    (shown,) = preview(project, url)
    assert "error" in shown
    assert "Blatt" not in json.dumps(shown)


def test_people_see_titles(project: Project, feed: LiveFeed) -> None:
    feed.publish("Überschrift")
    assert "Überschrift" in project.ok("feeds", "preview", feed.url).stdout
