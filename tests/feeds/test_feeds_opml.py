"""Lists of feeds as OPML, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FeedError
from monitor.feeds.opml import Outline, read_opml, slug, write_opml

FEED = '<outline type="rss" text="A" xmlUrl="https://a.example/"/>'


def opml(body: str) -> bytes:
    return f'<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_folders_and_categories_become_tags() -> None:
    body = (
        '<outline text="Süd &amp; Ost"><outline text="Länder" title="no">'
        f"{FEED}</outline></outline>"
        '<outline title="B" category="/de/Politik,x" xmlUrl="https://b.example/"/>'
        f'<outline text="Zwei">{FEED}</outline><outline text="..."><outline/></outline>'
        '<outline text="list" type="include" url="https://c.example/x.opml"/>'
    )

    assert read_opml(opml(body)) == (
        Outline("https://a.example/", "A", ("süd-ost", "länder", "zwei")),
        Outline("https://b.example/", "B", ("de", "politik", "x")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_every_encoding_is_read(encoding: str) -> None:
    text = opml(FEED.replace('"A"', '"Über ß"')).decode()
    body = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)

    assert read_opml(body)[0].title == "Über ß"


def test_common_blunders_are_mended() -> None:
    body = FEED.replace('"A"', '"A & B &uuml; &#228; &lt;b&gt;x&lt;/b&gt; &nope;"')
    body = body.replace("example/", "example/?a=1&copy=2&amp;b=3")

    (feed,) = read_opml(opml(body))

    assert feed.title == "A & B ü ä x &nope;"
    assert feed.url == "https://a.example/?a=1&copy=2&b=3"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "line 1: broken XML: no element found"),
        (b"feeds: []", "broken XML"),
        (b"<html><body/></html>", "its root is not <opml>"),
        (opml(FEED)[:-8], "broken XML"),
        (opml(FEED + '\n\n<outline text="'), "line 3"),
        (opml("<outline>" * 30 + "</outline>" * 30), "too many levels"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]>' + opml(FEED), "a DTD"),
        (b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "a DTD"),
    ],
)
def test_what_is_no_whole_list_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(FeedError, match=words):
        read_opml(body)


def test_a_document_type_without_entities_does_no_harm() -> None:
    body = b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd">' + opml(FEED)
    assert len(read_opml(body)) == 1


def test_a_name_can_be_typed() -> None:
    assert slug("Der Spiegel: Politik & Mehr!") == "der-spiegel-politik-mehr"
    assert slug("  -- ") == ""
    assert len(slug("x" * 500)) == 60


TAG = st.from_regex(r"[a-zäöüß][a-z0-9]{0,5}", fullmatch=True)
FEEDS = st.lists(
    st.builds(
        Outline,
        st.from_regex(r"https://[a-z]{1,9}\.example/[a-z?=&${}]{0,9}", fullmatch=True),
        st.from_regex(r"[a-zä]{1,9}", fullmatch=True),
        st.lists(TAG, unique=True, max_size=3).map(tuple),
    ),
    unique_by=lambda feed: feed.url,
)


@given(FEEDS)
def test_what_is_written_is_read_again(feeds: list[Outline]) -> None:
    text = write_opml(feeds, title="x")

    assert set(read_opml(text.encode())) == set(feeds)


def test_a_list_is_written_with_folders() -> None:
    feeds = (
        Outline("https://a.example/?a&b", "a", ("de", "x")),
        Outline("https://b.example/", "b"),
        Outline("https://c.example/", "c\x00", ("de",)),
    )

    assert write_opml(feeds, title="mine") == (
        """<opml version="2.0">
  <head>
    <title>mine</title>
  </head>
  <body>
    <outline text="de">
      <outline type="rss" text="a" title="a" xmlUrl="https://a.example/?a&amp;b" """
        """category="/de,/x"/>
      <outline type="rss" text="c?" title="c?" xmlUrl="https://c.example/" """
        """category="/de"/>
    </outline>
    <outline type="rss" text="b" title="b" xmlUrl="https://b.example/"/>
  </body>
</opml>"""
    )
