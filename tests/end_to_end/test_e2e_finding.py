"""Finding, adding, removing, importing and exporting feeds, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from feedsite import FeedSite, LiveFeed, reply
from harness import Daemon, Project, replace_file, said, wait_until

Page = Callable[[BaseHTTPRequestHandler], None]


def html(text: str) -> Page:
    return lambda r: reply(r, 200, text.encode(), Content_Type="text/html")


HEAD = """# our desk
poll:
  floor: 0s
  per_host: {connections: 20, spacing: 0s}
  allow_networks: [127.0.0.1/32]   # the rehearsal
defaults:
  feed: {every: 1s}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Project:
    """A project whose configuration was written by hand; it has no feeds yet."""
    project = Project(tmp_path)
    write(project, "feeds: []  # none yet\n")
    project.write_rules("rules:\n  waffen: Aserbaidschan\n")
    return project


def write(project: Project, feeds: str) -> None:
    replace_file(project.config, HEAD + feeds)


def written(project: Project) -> str:
    text = project.config.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def a_feed(site: FeedSite, name: str = "news", kind: str = "rss") -> LiveFeed:
    feed = site.feed(name, kind)
    feed.publish(f"Über {name}")
    return feed


# --- discover ---------------------------------------------------------------------


def test_discover_lists_what_the_page_declares(desk: Project, site: FeedSite) -> None:
    rss, atom = a_feed(site), a_feed(site, "atom", "atom")
    page = site.serve(
        "/page",
        html(
            "<base href='/'><link title=Alle href=news rel=alternate "
            "type='application/rss+xml'><link rel='alternate' "
            "type='application/atom+xml' href='atom'>"
            "<link rel=alternate type='application/atom+xml' href='/gone'>"
        ),
    )

    rows = desk.rows("feeds", "discover", page)

    assert [row["url"] for row in rows] == [rss.url, atom.url]
    first = rows[0]
    assert set(first) == {
        "url", "title", "kind", "why", "tier", "entries", "newest_at", "twin",
    }  # fmt: skip
    assert (first["title"], first["kind"], first["why"], first["entries"]) == (
        "Loopback News", "feed", "link", 1,
    )  # fmt: skip
    assert first["newest_at"] is not None
    assert not desk.database.exists()


def test_discover_says_what_it_tried(desk: Project, site: FeedSite) -> None:
    page = site.serve("/page", html("<title>Anmelden</title>"))

    done = desk.run("feeds", "discover", page)

    assert done.returncode == 1, said(done)
    assert done.stdout == ""
    assert "no feed was found" in done.stderr
    assert "an HTML page, not a feed" in done.stderr
    assert "404 Not Found" in done.stderr
    assert f" {site.url('/page/feed')} " in done.stderr
    assert f" {site.url('/feed.xml')} " in done.stderr


def test_discover_needs_no_configuration(tmp_path: Path) -> None:
    done = Project(tmp_path).run("feeds", "discover", "ftp://example.org/")

    assert done.returncode == 2, said(done)
    assert "http://" in done.stderr


def test_discover_lists_news_sitemaps_last(desk: Project, site: FeedSite) -> None:
    feed = a_feed(site)
    sitemap = site.serve(
        "/news-sitemap.xml",
        lambda r: reply(
            r,
            200,
            b'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url>'
            b"<loc>https://x.example/1</loc><n:news><n:title>Baku</n:title>"
            b"<n:publication_date>2026-01-05T10:00:00Z</n:publication_date></n:news>"
            b"</url></urlset>",
        ),
    )
    robots = f"Sitemap: /sitemap.xml\nsitemap: {sitemap}\n"
    site.serve("/robots.txt", lambda r: reply(r, 200, robots.encode()))
    link = f"<link rel=alternate type=application/rss+xml href={feed.url}>"
    page = site.serve("/", html(link))

    rows = desk.rows("feeds", "discover", page)

    assert [(r["url"], r["kind"]) for r in rows] == [
        (feed.url, "feed"),
        (sitemap, "sitemap"),
    ]
    assert (rows[1]["entries"], rows[1]["newest_at"]) == (
        1, "2026-01-05T10:00:00+00:00",
    )  # fmt: skip
    assert site.asked("/sitemap.xml") == 0


# --- add --------------------------------------------------------------------------


def test_add_writes_the_feed_and_the_daemon_polls_it(
    desk: Project, site: FeedSite
) -> None:
    feed = a_feed(site)
    with Daemon(desk):
        done = desk.ok("feeds", "add", feed.url, "--name", "news", "--tag", "de")
        assert wait_until(lambda: site.asked("/news") > 1, 20)

    assert "Loopback News: 1 entries" in done.stdout
    assert written(desk) == (
        f"feeds:  # none yet\n  - url: {feed.url}\n    name: news\n    tags: [de]\n"
    )


def test_add_takes_the_one_feed_of_a_page(desk: Project, site: FeedSite) -> None:
    feed = a_feed(site)
    twin = site.feed("twin", "atom")
    twin.replace(*feed.stories)
    comments = a_feed(site, "comments/feed")
    links = "".join(
        f"<link rel=alternate type=application/rss+xml href={f.url}>"
        for f in (feed, twin, comments)
    )
    page = site.serve("/page", html(links))

    (row,) = desk.rows("feeds", "add", page, "--every", "5m")

    assert (row["outcome"], row["url"], row["entries"]) == ("added", feed.url, 1)
    assert row["name"] == "127.0.0.1-news"
    assert written(desk) == f"feeds:  # none yet\n  - url: {feed.url}\n    every: 5m\n"


def test_add_lets_a_person_choose_between_several(
    desk: Project, site: FeedSite
) -> None:
    one, two = a_feed(site, "one"), a_feed(site, "two")
    links = "".join(
        f"<link rel=alternate type=application/rss+xml href={f.url}>"
        for f in (one, two)
    )
    page = site.serve("/page", html(links))

    done = desk.run("feeds", "add", page)

    assert done.returncode == 1, said(done)
    assert "several feeds" in done.stderr
    assert one.url in done.stdout
    assert two.url in done.stdout
    assert written(desk) == "feeds: []  # none yet\n"


def test_add_refuses_what_is_there_already(desk: Project, site: FeedSite) -> None:
    one, two = a_feed(site, "one"), a_feed(site, "two")
    write(desk, f"feeds:\n  - {{url: '{one.url}', name: one}}\n")

    twice = desk.run("feeds", "add", f"{one.url}/", two.url)
    named = desk.run("feeds", "add", "--name", "one", two.url)

    assert (twice.returncode, named.returncode) == (1, 1)
    assert "as `one` in config/monitor.yaml:9" in twice.stderr
    assert "config/monitor.yaml:9 is called `one` already" in named.stderr
    assert written(desk).splitlines()[1:] == [
        f"  - {{url: '{one.url}', name: one}}",
        f'  - "{two.url}"',
    ]


def test_add_without_a_feed_says_what_was_tried(desk: Project, site: FeedSite) -> None:
    page = site.serve("/page", html("<p>nothing"))

    refused = desk.run("feeds", "add", page)
    taken = desk.ok("feeds", "add", page, "--unchecked", "--dry-run")

    assert refused.returncode == 1
    assert "well-known places" in refused.stderr
    assert "1 feed would be added" in taken.stderr
    assert written(desk) == "feeds: []  # none yet\n"


def test_add_writes_a_secret_as_its_reference(desk: Project, site: FeedSite) -> None:
    feed = a_feed(site)
    desk.env["KEY"] = "hunter22"

    done = desk.ok("feeds", "add", feed.url + "?key=${KEY}")
    warned = desk.run("feeds", "add", "--unchecked", "https://me:hunter2@example.org/f")

    assert ("/news?key=hunter22", 1) in [(path, 1) for path, _ in site.requests]
    assert "hunter22" not in done.stdout + done.stderr
    assert "- " + feed.url + "?key=${KEY}\n" in written(desk)
    assert "write '${NAME}' in its place" in warned.stderr
    assert "hunter2@" not in warned.stderr


def test_a_page_cannot_ask_for_a_secret(desk: Project, site: FeedSite) -> None:
    desk.env["KEY"] = "hunter22"
    a_feed(site)
    link = "<link rel=alternate type=application/rss+xml href='/news?k=${KEY}'>"
    page = site.serve("/page", html(link))

    (row,) = desk.rows("feeds", "discover", page)

    assert row["url"] == site.url("/news?k=$%7BKEY%7D")
    assert not any("hunter22" in path for path, _ in site.requests)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("example.org",), "write http://... or https://..."),
        (("--name", "a", "http://a.example/", "http://b.example/"), "for one URL"),
        (("--every", "soon", "--unchecked", "http://a.example/"), "no duration"),
    ],
)
def test_add_refuses_what_cannot_be_meant(
    desk: Project, args: tuple[str, ...], words: str
) -> None:
    done = desk.run("feeds", "add", *args)

    assert done.returncode == 2, said(done)
    assert words in done.stderr
    assert written(desk) == "feeds: []  # none yet\n"


# --- remove -----------------------------------------------------------------------

TWO = (
    "feeds:\n  # one\n  - {url: 'https://one.example/', name: one}\n\n"
    "  - https://two.example/rss # two\n"
)


def test_remove_takes_a_name_or_a_url(desk: Project) -> None:
    write(desk, TWO)

    dry = desk.rows("feeds", "remove", "--dry-run", "one")
    rows = desk.rows("feeds", "remove", "https://two.example/rss", "one", "one")

    assert dry == [{"name": "one", "url": "https://one.example/"}]
    assert [row["name"] for row in rows] == ["two.example-rss", "one"]
    assert written(desk) == "feeds: []\n\n"


def test_remove_refuses_what_is_not_there(desk: Project) -> None:
    write(desk, TWO)

    done = desk.run("feeds", "remove", "two.example-rss", "onne")

    assert done.returncode == 1
    assert "no feed `onne`; did you mean `one`?" in done.stderr
    assert written(desk) == TWO


def test_remove_refuses_a_feed_that_a_rule_names(desk: Project) -> None:
    write(desk, TWO)
    desk.write_rules("rules:\n  waffen:\n    query: Baku\n    feeds: [one]\n")

    done = desk.run("feeds", "remove", "one")

    assert done.returncode == 1
    assert "rules.yaml:4:13: error: there is no feed `one`" in done.stderr
    assert "take it out of them first" in done.stderr
    assert written(desk) == TWO


# --- OPML -------------------------------------------------------------------------

OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>x</title></head><body>
<outline text="Süd Amerika"><outline text="Länder">
  <outline type="rss" text="Blatt &amp; Wort" xmlUrl="https://blatt.example/?a=1&b=2"/>
  <outline type="rss" text="Blatt &amp; Wort" xmlUrl="https://andere.example/"/>
</outline></outline>
<outline type="rss" text="One" xmlUrl="http://www.one.example/"/>
<outline type="rss" text="Böse" xmlUrl="https://evil.example/?k=${SLACK_URL}"/>
<outline type="rss" text="No" xmlUrl="ftp://no.example/"/>
</body></opml>"""


def test_import_makes_folders_tags_and_titles_names(desk: Project) -> None:
    write(desk, TWO)
    (desk.root / "a.opml").write_text(OPML, encoding="utf-8")

    dry = desk.rows("feeds", "import", "a.opml", "--dry-run")
    assert written(desk) == TWO
    done = desk.ok("feeds", "import", "a.opml", "--tag", "all")

    assert [row["outcome"] for row in dry] == [
        "added", "added", "known_url", "reference", "no_url",
    ]  # fmt: skip
    assert written(desk) == TWO + (
        '  - {url: "https://blatt.example/?a=1&b=2", name: blatt-wort, '
        "tags: [süd-amerika, länder, all]}\n"
        '  - {url: "https://andere.example/", name: blatt-wort-2, '
        "tags: [süd-amerika, länder, all]}\n"
    )
    assert "as `one` in" in done.stderr
    assert "asks for a secret" in done.stderr
    assert "2 feeds added" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html/>", "no OPML"),
        (OPML[:300], "broken XML"),
        ('<!DOCTYPE opml [<!ENTITY a "a"><!ENTITY b "&a;&a;">]><opml/>', "DTD"),
    ],
)
def test_import_refuses_a_broken_list(desk: Project, content: str, words: str) -> None:
    done = desk.run("feeds", "import", "-", "--dry-run")
    assert done.returncode == 1
    (desk.root / "a.opml").write_text(content, encoding="utf-8")

    done = desk.run("feeds", "import", "a.opml")

    assert done.returncode == 1, said(done)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_import_of_a_file_that_is_not_there(desk: Project) -> None:
    done = desk.run("feeds", "import", "nowhere.opml")

    assert done.returncode == 1
    assert "cannot be read" in done.stderr


def test_what_is_exported_can_be_imported(desk: Project) -> None:
    feeds = (
        "feeds:\n"
        "  - url: https://one.example/?a=1&b=2\n    name: one\n"
        "    tags: [de, politik]\n"
        "  - https://two.example/rss?key=${KEY}\n"
    )
    write(desk, feeds)
    exported = desk.ok("feeds", "export").stdout
    before = desk.rows("feeds", "list")
    write(desk, "feeds:\n")

    done = desk.run("feeds", "import", "--references", "-", stdin=exported)

    assert done.returncode == 0, said(done)
    assert "${KEY}" in exported
    keys = ("name", "url", "tags")
    after = desk.rows("feeds", "list")
    assert [[r[k] for k in keys] for r in after] == [
        [r[k] for k in keys] for r in before
    ]
