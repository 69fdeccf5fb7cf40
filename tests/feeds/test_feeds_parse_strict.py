"""What the strict reader makes of the elements of sound feeds."""

from __future__ import annotations

import pytest

from monitor.feeds import parse_feed
from monitor.model import Entry, ParsedFeed, Tier

NAMESPACES = (
    ' xmlns:a="http://www.w3.org/2005/Atom" xmlns:d="http://purl.org/dc/elements/1.1/"'
    ' xmlns:t="http://purl.org/dc/terms/" xmlns:m="http://search.yahoo.com/mrss/"'
    ' xmlns:i="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:c="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:h="http://www.w3.org/1999/xhtml" xmlns:x="urn:unknown"'
)
ATOM = ' xmlns="http://www.w3.org/2005/Atom"'


def strict(body: str) -> ParsedFeed:
    parsed = parse_feed(body.encode(), url="https://o.example/dir/feed")
    assert parsed.tier is Tier.STRICT
    return parsed


def item(inside: str) -> Entry:
    (entry,) = strict(
        f"<rss{NAMESPACES}><channel><item>{inside}</item></channel></rss>"
    ).entries
    return entry


def entry(inside: str, before: str = "", attributes: str = "") -> Entry:
    (found,) = strict(
        f"<feed{ATOM}{attributes}>{before}<entry>{inside}</entry></feed>"
    ).entries
    return found


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        ("<title>a</title><m:title>b</m:title>", "a"),
        ("<m:title>b</m:title><title>a</title>", "a"),
        ("<m:title>b</m:title>", "b"),
        ("<m:group><m:title>b</m:title></m:group>", "b"),
        ("<m:group><m:content><m:title>b</m:title></m:content></m:group>", "b"),
        ("<m:group><x:title>b</x:title></m:group>", ""),
        ("<title> </title><d:title>b</d:title>", "b"),
        ("<title></title><i:title>b</i:title>", "b"),
        ("<title>a</title><title>b</title>", "a"),
        ("<image><title>b</title></image>", ""),
        ("<source><title>b</title></source>", ""),
        ("<x:title>b</x:title>", ""),
        ("<TITLE>a</TITLE>", "a"),
        ("<title>1 <b>&lt;</b> 2<br/>3</title>", "1 < 2 3"),
        ("<title>a<h:b>b</h:b>c<h:p>d</h:p></title>", "abc d"),
    ],
)
def test_titles(inside: str, title: str) -> None:
    assert item(inside).title == title


@pytest.mark.parametrize(
    ("inside", "summary", "content"),
    [
        ("<description>a</description>", "a", ""),
        ("<description>a</description><c:encoded>b</c:encoded>", "a", "b"),
        ("<c:encoded>b</c:encoded><i:summary>a</i:summary>", "a", "b"),
        ("<description>a</description><i:summary>b</i:summary>", "a", "b"),
        ("<description>a</description><i:summary>a</i:summary>", "a", ""),
        ("<description>a</description><c:encoded>a</c:encoded>", "a", "a"),
        ("<description/><m:description>b</m:description>", "b", ""),
        ("<description>a</description><m:description>b</m:description>", "a", ""),
        ("<h:body><h:p>a</h:p><h:p>b</h:p></h:body>", "", "a b"),
        ("<x:description>a</x:description>", "", ""),
    ],
)
def test_texts(inside: str, summary: str, content: str) -> None:
    found = item(inside)
    assert (found.summary, found.content) == (summary, content)


@pytest.mark.parametrize(
    ("content", "read"),
    [
        ('type="text"&gt;', None),
        ('mode="base64">VGFn', "Tag"),
        ('mode="base64">no base 64!', "no base 64!"),
        ('mode="base64">VGFnV', "VGFnV"),
        ('type="application/octet-stream">VMOkZw==', "Täg"),
        ('type="application/octet-stream">/w==', "/w=="),
        ('type="text/html">VGFn', "VGFn"),
        ('type="image/png">VGFn', ""),
        ('type="application/xhtml+xml">VGFn', "VGFn"),
    ],
)
def test_contents_of_many_types(content: str, read: str | None) -> None:
    if read is not None:
        assert entry(f"<content {content}</content>").content == read


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>/1</link>", "https://o.example/1"),
        ("<link>https://x.example/?a=1&amp;amp;b=2</link>", "https://x.example/?a=1&b=2"),
        ('<a:link rel="self" href="/self"/><link>/1</link>', "https://o.example/1"),
        ('<a:link href="/1"/>', "https://o.example/1"),
        ('<link HREF="/1"/>', "https://o.example/1"),
        ('<link url="/1"/>', "https://o.example/1"),
        ('<a:link href="/t" type="text/plain"/><a:link href="/1" type="text/html"/>',
         "https://o.example/1"),
        ('<a:link rel="" href="/1"/>', "https://o.example/1"),
        ('<link rel="replies" href="/1"/>', None),
        ("<guid> </guid><guid>https://x.example/g</guid>", "https://x.example/g"),
        ("<guid isPermaLink='TRUE'>https://x.example/g</guid>", "https://x.example/g"),
        ("<guid ispermalink='false'>https://x.example/g</guid>", None),
        ("<link>mailto:x</link><guid isPermaLink='false'>https://x.example/</guid>",
         None),
    ],
)  # fmt: skip
def test_links(inside: str, link: str | None) -> None:
    assert item(inside).link == link


@pytest.mark.parametrize(
    ("feed", "of_entry", "of_link", "link"),
    [
        ("", "", "", "https://o.example/dir/1"),
        ("/a/", "", "", "https://o.example/a/1"),
        ("/a/", "b/", "", "https://o.example/a/b/1"),
        ("/a/", "b/", "c/", "https://o.example/a/b/c/1"),
        ("https://x.example/y/", "", "", "https://x.example/y/1"),
        ("mailto:x", "", "", "https://o.example/dir/1"),
    ],
)
def test_bases(feed: str, of_entry: str, of_link: str, link: str) -> None:
    (found,) = strict(
        f'<feed{ATOM} xml:base="{feed}"><entry xml:base="{of_entry}">'
        f'<link xml:base="{of_link}" href="1"/></entry></feed>'
    ).entries
    assert found.link == link


@pytest.mark.parametrize(
    ("inside", "enclosure"),
    [
        ('<enclosure url="/a.mp3"/>', "https://o.example/a.mp3"),
        ('<enclosure url=""/><enclosure href="/a.mp3"/>', "https://o.example/a.mp3"),
        ('<a:link rel="enclosure" href="/a.mp3"/>', "https://o.example/a.mp3"),
        ("<enclosure/>", None),
    ],
)
def test_enclosures(inside: str, enclosure: str | None) -> None:
    assert item(inside).enclosure == enclosure


@pytest.mark.parametrize(
    ("inside", "author"),
    [
        ("<author>jo@x.example (Jo Ng)</author><d:creator>Jo Ng</d:creator>", "Jo Ng"),
        ("<author>jo@x.example</author><d:creator>Al</d:creator>", "Al"),
        ("<author>jo@x.example</author>", "jo@x.example"),
        ("<d:creator>Jo</d:creator><d:creator>Al</d:creator>", "Jo, Al"),
        ("<author><name>Jo</name><email>jo@x.example</email></author>", "Jo"),
        ("<author><email>jo@x.example</email></author>", "jo@x.example"),
        ("<author><uri>https://x.example/</uri></author>", ""),
        ("<author>Jo @ home</author>", "Jo @ home"),
    ],
)
def test_authors(inside: str, author: str) -> None:
    assert item(inside).author == author


def test_an_entry_of_atom_inherits_its_author() -> None:
    of_feed = "<author><name>Desk</name></author>"
    of_source = "<source><title>S</title><author><name>Al</name></author></source>"
    assert entry("", of_feed).author == "Desk"
    assert entry("<source/>", of_feed).author == "Desk"
    assert entry(of_source, of_feed).author == "Al"
    assert entry("<author><name>Jo</name></author>" + of_source, of_feed).author == "Jo"


def test_categories() -> None:
    inside = (
        "<category>a, b</category><category term='t' label='L'/><category term='t'/>"
        "<d:subject>s</d:subject><i:category text='i'/><m:keywords>k, l,,k</m:keywords>"
    )
    assert item(inside).categories == ("a, b", "L", "t", "s", "i", "k", "l")


@pytest.mark.parametrize(
    ("inside", "published", "updated"),
    [
        ("<pubDate>2026-01-01</pubDate><d:date>2026-01-02</d:date>", "01", "02"),
        ("<d:date>2026-01-02</d:date>", "02", "02"),
        ("<t:issued>2026-01-01</t:issued>", "01", None),
        ("<pubDate>soon</pubDate><t:created>2026-01-03</t:created>", "03", None),
        ("<pubDate>2026-01-05</pubDate><pubDate>2026-01-04</pubDate>", "04", None),
        ("<pubDate>2026-01-05</pubDate><pubDate>soon</pubDate>", "05", None),
    ],
)
def test_dates(inside: str, published: str, updated: str | None) -> None:
    found = item(inside)
    assert f"{found.published_at:%d}" == published
    assert (f"{found.updated_at:%d}" if found.updated_at else None) == updated


@pytest.mark.parametrize(
    ("of_feed", "inside", "language"),
    [
        ("", "<title>a</title>", ""),
        ("de_AT", "<title>a</title>", "de-AT"),
        ("de", '<title xml:lang="fr">a</title>', "fr"),
        ("de", '<summary xml:lang="fr">a</summary>', "fr"),
        ("de", '<d:language xmlns:d="http://purl.org/dc/elements/1.1/">it</d:language>',
         "it"),
    ],
)  # fmt: skip
def test_languages(of_feed: str, inside: str, language: str) -> None:
    assert entry(inside, attributes=f' xml:lang="{of_feed}"').language == language


def test_the_form_of_microsofts_channels() -> None:
    parsed = strict(
        '<CHANNEL HREF="https://x.example/"><ITEM HREF="/1" LASTMOD="2026-11-23">'
        "<TITLE>a</TITLE></ITEM></CHANNEL>"
    )
    assert parsed.link == "https://x.example/"
    assert f"{parsed.entries[0].updated_at:%d.%m.%Y}" == "23.11.2026"


def test_entries_in_entries_and_in_foreign_namespaces() -> None:
    parsed = strict(
        f"<rss{NAMESPACES}><channel><item><title>a</title><item><title>b</title></item>"
        "</item><x:item><title>c</title></x:item></channel></rss>"
    )
    assert [found.title for found in parsed.entries] == ["a", "b"]
