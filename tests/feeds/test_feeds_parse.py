"""Bytes to entries: what is a feed, what is said of what is none, which tier reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FeedError
from monitor.feeds import parse_feed
from monitor.model import Entry, ParsedFeed, Tier

RSS = '<rss version="2.0"{attributes}><channel><title>T</title>{inside}</channel></rss>'
TIMES = "<sy:updateFrequency>"
ITEM = "<item><title>{title}</title></item>"


def rss(inside: str, attributes: str = "", before: str = "") -> bytes:
    return (before + RSS.format(inside=inside, attributes=attributes)).encode()


def titles(parsed: ParsedFeed) -> list[str]:
    return [entry.title for entry in parsed.entries]


def only(parsed: ParsedFeed) -> Entry:
    (entry,) = parsed.entries
    return entry


def refused(body: bytes, url: str = "") -> str:
    with pytest.raises(FeedError) as caught:
        parse_feed(body, url=url)
    return str(caught.value)


# --- only the body is read ------------------------------------------------------


@pytest.mark.parametrize("spelling", [str, lambda path: f"file://{path}"])
def test_a_body_that_names_a_file_is_not_read(
    tmp_path: Path, spelling: Callable[[Path], str]
) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(ITEM.format(title="secret")))
    assert "plain text" in refused(spelling(path).encode())


def test_a_body_that_is_an_address_is_not_fetched() -> None:
    assert "plain text" in refused(b"http://127.0.0.1:9/feed")


# --- what is no feed --------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\0\0"])
def test_empty(body: bytes) -> None:
    assert refused(body) == "the answer is empty"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("<title>Just a moment...</title>", "Cloudflare's bot check"),
        ("<script src='https://geo.captcha-delivery.com/x'></script>", "DataDome"),
        ("<iframe src='/_Incapsula_Resource?x=1'></iframe>", "Imperva Incapsula"),
        ("<script>window.awsWafCookieDomainList = [];</script>", "AWS WAF"),
        ("<div id='px-captcha'></div>", "PerimeterX"),
        ("<div class='g-recaptcha'></div>", "a captcha"),
        ("<p>This domain is for sale!</p>", "a parked domain"),
        ("<form><input name=p type='password'></form>", "a login"),
    ],
)
def test_a_wall_is_named(page: str, kind: str) -> None:
    said = refused(f"<html><body>{page}</body></html>".encode())
    assert said.startswith("an HTML page (")
    assert kind in said


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html>\n<p>x",
        b"<!-- saved --><html><body>Anmelden</body></html>",
        b"<HTML>",
        b"<head></head>",
        b"<script>location='/x'</script>",
        b"Error: <br>x",
        b"<html><body><feed>x</feed></body></html>",
    ],
)
def test_a_page_is_no_feed(body: bytes) -> None:
    assert refused(body).startswith("an HTML page, not a feed")


def test_the_title_of_the_page_is_shown_and_bounded() -> None:
    page = f"<html><title>Q &amp;amp; A\x1b[31m {'x' * 500}</title></html>"
    said = refused(page.encode())
    assert ': "Q & A[31m xxx' in said
    assert len(said) < 150


def test_the_feed_that_a_page_names_is_shown() -> None:
    page = (
        b'<html><link rel="icon" href="/i"><link rel="alternate"'
        b' type="application/rss+xml" href="/f?a=1&amp;b=2"></html>'
    )
    said = refused(page, "https://example.org/blog/")
    assert said.endswith("the page names this feed: https://example.org/f?a=1&b=2")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\x1f\x8b\x08\x00abc", "compressed data (gzip), not a feed"),
        (b"%PDF-1.7 x", "a PDF document, not a feed"),
        (
            b"<?xml version='1.0'?><opml><body/></opml>",
            "an OPML list of feeds, not a feed",
        ),
        (b"<urlset></urlset>", "a sitemap, not a feed, and one without titles"),
        (b"<svg></svg>", "XML, but not a feed: its root is <svg>"),
        (b"Internal Server Error", 'plain text, not a feed: "Internal Server Error"'),
        (b"ok <i>x</i>", 'plain text, not a feed: "ok x"'),
        (b"<!-- <rss> -->", 'plain text, not a feed: ""'),
        (b"{}", "JSON, but not a JSON Feed: an empty object"),
        (
            b'{"error": 1, "code": 2}',
            "JSON, but not a JSON Feed: an object with error, code",
        ),
        (b"[1, 2]", "JSON, but not a JSON Feed"),
        (b'{"a": ', "broken JSON, not a feed: line 1, column 7: Expecting value"),
        (b"[" * 100_000, "JSON that is nested too deeply, not a feed"),
        (
            b"[" + b"9" * 10_000 + b"]",
            "JSON with a number that is too long, not a feed",
        ),
        (
            b'{"version": "https://jsonfeed.org/version/1", "items": {}}',
            "a JSON Feed without a list of items",
        ),
    ],
)
def test_what_was_served_instead_is_told(body: bytes, said: str) -> None:
    assert refused(body) == said


def test_a_feed_without_entries_is_a_feed() -> None:
    parsed = parse_feed(rss(""))
    assert (parsed.title, parsed.entries) == ("T", ())


# --- tiers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "tier"),
    [
        ("", Tier.STRICT),
        ('<?xml version="1.0"?>\n<!-- hello --><?style x?>\n', Tier.STRICT),
        ('<!DOCTYPE rss [<!ENTITY a "b">]>', Tier.STRICT),
        ('\n<?xml version="1.0"?>', Tier.REPAIRED),
        ("Notice: x\n", Tier.REPAIRED),
        ('<br/><?xml version="1.0"?>', Tier.REPAIRED),
        ("<script>a < b</script>", Tier.REPAIRED),
    ],
)
def test_what_stands_before_the_feed(before: str, tier: Tier) -> None:
    parsed = parse_feed(rss(ITEM.format(title="a"), before=before))
    assert (parsed.tier, titles(parsed)) == (tier, ["a"])


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("caf&eacute; &hellip;", "café …"),
        ("AT&T & Co", "AT&T & Co"),
        ("a < b <3", "a < b <3"),
        ("a\x08b\x1fc", "abc"),
        ("&#0;a&#x1F;b&#1234567;", "\ufffdab\ufffd"),
        ("&nosuch; x", "&nosuch; x"),
        ("<![CDATA[a & b]]> &nbsp;c", "a & b c"),
        ("a<!-- b -- c -->d", "ad"),
        ("&lt;b&gt;x&lt;/b&gt; & y", "x & y"),
    ],
)
def test_what_is_broken_loses_no_character(title: str, read: str) -> None:
    parsed = parse_feed(rss(ITEM.format(title=title)))
    assert (parsed.tier, titles(parsed)) == (Tier.REPAIRED, [read])


def test_undeclared_prefixes() -> None:
    parsed = parse_feed(
        rss("<item><dc:creator>A</dc:creator><x:y z:w='1'>b</x:y></item>")
    )
    assert (parsed.tier, only(parsed).author) == (Tier.REPAIRED, "A")


def test_colons_in_texts_are_no_prefixes() -> None:
    parsed = parse_feed(rss("<item><title>& MÖP:en a²:b c:d</title></item>"))
    assert (parsed.tier, titles(parsed)) == (Tier.REPAIRED, ["& MÖP:en a²:b c:d"])
    parsed = parse_feed(rss("<item><title>a</title><MÖP:en/></item>"))
    assert (parsed.tier, titles(parsed)) == (Tier.REPAIRED, ["a"])


def test_tags_that_do_not_match() -> None:
    body = rss(f"{ITEM.format(title='a')}<item><title>b</b></item></i>")
    assert titles(parse_feed(body))[0] == "a"
    assert len(parse_feed(body).entries) == 2


def test_entries_that_nobody_closes() -> None:
    body = b"<rss><channel><item><title>a</title><item><title>b</title></channel></rss>"
    assert titles(parse_feed(body)) == ["a", "b"]


@pytest.mark.parametrize(
    "cut", ["<item><title>c", "<item><title><![CDATA[c", "<item", "<it", "<!-- x", ""]
)
@pytest.mark.parametrize("root", ["rss", "rdf:RDF"])
def test_what_is_cut_off_keeps_its_whole_entries(cut: str, root: str) -> None:
    items = ITEM.format(title="a") + ITEM.format(title="b")
    parsed = parse_feed(f"<{root}><channel>{items}{cut}".encode())
    assert (parsed.tier, titles(parsed)) == (Tier.REPAIRED, ["a", "b"])


def test_a_cut_off_channel_of_rdf() -> None:
    body = f"<rdf:RDF><channel><title>T</title></channel>{ITEM.format(title='a')}"
    assert titles(parse_feed(body.encode())) == ["a"]


def test_a_bare_channel() -> None:
    assert titles(parse_feed(f"<channel>{ITEM.format(title='a')}".encode())) == ["a"]


def test_what_follows_the_feed() -> None:
    parsed = parse_feed(rss(ITEM.format(title="a")) + b"<script>x</script>")
    assert (parsed.tier, titles(parsed)) == (Tier.REPAIRED, ["a"])


def test_what_the_tags_promise_and_nothing_reads_is_counted() -> None:
    parsed = parse_feed(rss(f"<?x <item> ?>{ITEM.format(title='a')}"))
    assert (titles(parsed), parsed.missing) == (["a"], 1)


def test_what_feedparser_stumbles_over_is_an_error() -> None:
    namespace = ' xmlns:media="http://search.yahoo.com/mrss/"'
    said = refused(rss(f"</media:player>{ITEM.format(title='a')}", namespace))
    assert said == "the feed cannot be read (KeyError)"


# --- encodings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "content_type"),
    [
        ("Größe", "utf-8", "", ""),
        ("Größe", "utf-8", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("Größe", "utf-8-sig", "", "text/xml"),
        ("Größe", "utf-16", "", ""),
        ("Größe", "utf-16-be", "utf-8", ""),
        ("Größe", "utf-32", "", ""),
        ("„Größe“", "cp1252", "", ""),
        ("„Größe“", "cp1252", "iso-8859-1", ""),
        ("„Größe“", "cp1252", "nonsense", "text/xml; charset=punycode"),
        ("„Größe“", "cp1252", "utf-8", "text/xml; charset=utf-8"),
        ("Война", "cp1251", "windows-1251", ""),
        ("Война", "cp1251", "windows-1251", "text/xml; charset=ISO-8859-1"),
        ("Война", "koi8-r", "", 'text/xml; charset="koi8-r"'),
        ("战争与和平", "gb18030", "gb2312", ""),
        ("戦争", "cp932", "Shift_JIS", ""),
    ],
)
def test_encodings(text: str, encoding: str, declared: str, content_type: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = (head + RSS.format(inside=ITEM.format(title=text), attributes="")).encode(
        encoding
    )
    assert titles(parse_feed(body, content_type=content_type)) == [text]


def test_one_bad_byte_spoils_one_character() -> None:
    body = rss(ITEM.format(title="Über@ Öl") + ITEM.format(title="Käse"))
    broken = body.replace(b"@", b"\x80")
    assert titles(parse_feed(broken)) == ["Über€ Öl", "Käse"]
    assert titles(parse_feed(b"\xef\xbb\xbf" + broken)) == ["Über€ Öl", "Käse"]


def test_one_bad_byte_in_another_charset() -> None:
    head = '<?xml version="1.0" encoding="gb2312"?>'
    body = (head + rss(ITEM.format(title="战争与和平" * 20)).decode()).encode("gb18030")
    assert "战争与和平" in only(parse_feed(body.replace(b"</t", b"\xff</t"))).title


def test_a_charset_that_does_not_fit_is_not_believed() -> None:
    body = rss(ITEM.format(title="schöne größere Häuser")).decode().encode("cp1252")
    head = b'<?xml version="1.0" encoding="euc-jp"?>'
    text = b"\xfc\xfd\xfe\xff" * 50
    parsed = parse_feed(head + body.replace(b"</item>", b"<x>" + text + b"</x></item>"))
    assert titles(parsed) == ["schöne größere Häuser"]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("cp1251", "windows-1251"), ("gb18030", "gbk"), ("utf-16-le", "utf-16-le")],
)
def test_what_the_user_says_of_the_charset_counts(encoding: str, said: str) -> None:
    head = '<?xml version="1.0" encoding="koi8-r"?>'
    body = (head + rss(ITEM.format(title="Баку")).decode()).encode(encoding)
    for content_type in ("", "text/xml; charset=utf-8"):
        parsed = parse_feed(body, encoding=said, content_type=content_type)
        assert titles(parsed) == ["Баку"]


def test_a_mark_counts_more_than_the_user() -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        body = rss(ITEM.format(title="Баку")).decode().encode(encoding)
        assert titles(parse_feed(body, encoding="cp1251")) == ["Баку"]


def test_a_user_who_says_utf8_loses_one_character_of_a_bad_byte() -> None:
    body = rss(ITEM.format(title="a @ c")).replace(b"@", b"\xe4")
    head = b'<?xml version="1.0" encoding="koi8-r"?>'
    assert titles(parse_feed(head + body, encoding="utf8")) == ["a ä c"]
    assert titles(parse_feed(head + body)) == ["a Д c"]


def test_utf16_behind_white_space() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        body = f"\n\n{rss(ITEM.format(title='Größe')).decode()}".encode(encoding)
        assert titles(parse_feed(body)) == ["Größe"]


def test_ascii_with_escapes_is_read_where_it_is_declared() -> None:
    head = '<?xml version="1.0" encoding="iso-2022-jp"?>'
    body = (head + rss(ITEM.format(title="戦争")).decode()).encode("iso-2022-jp")
    assert titles(parse_feed(body)) == ["戦争"]
    assert titles(parse_feed(rss(ITEM.format(title="a\x1bb")))) == ["ab"]


def test_utf7_is_no_charset_that_hides_markup() -> None:
    head = '<?xml version="1.0" encoding="utf-7"?>'
    body = (head + rss(ITEM.format(title="+ADw-/title+AD4-")).decode()).encode()
    assert titles(parse_feed(body, content_type="text/xml; charset=utf-7")) == [
        "+ADw-/title+AD4-"
    ]


def test_a_document_that_can_be_read_is_not_in_the_utf16_it_declares() -> None:
    head = '<?xml version="1.0" encoding="utf-16"?>'
    body = (head + rss(ITEM.format(title="Größe")).decode()).encode("cp1252")
    assert titles(parse_feed(body, content_type="text/xml; charset=utf-32")) == [
        "Größe"
    ]


@pytest.mark.parametrize("written", ["don\x92t", "don&#146;t", "don&#x92;t"])
def test_control_characters_of_windows_are_what_was_meant(written: str) -> None:
    assert titles(parse_feed(rss(ITEM.format(title=written)))) == ["don\u2019t"]


def test_utf16_json() -> None:
    feed = {"version": "https://jsonfeed.org/version/1", "items": [{"title": "ü"}]}
    for encoding in ("utf-16-le", "utf-16-be"):
        body = json.dumps(feed, ensure_ascii=False).encode(encoding)
        assert titles(parse_feed(body)) == ["ü"]


# --- fields -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "link"),
    [
        ("<link>https://x.example/1</link>", "https://x.example/1"),
        ("<link>\n https://x.example/a b\n</link>", "https://x.example/a%20b"),
        ("<link>//x.example/1</link>", "https://x.example/1"),
        ("<link>/1</link>", "https://origin.example/1"),
        ("<link>data:text/html,x</link>", None),
        ("<link>http://[x</link>", None),
        ("<link></link><guid>https://x.example/g</guid>", "https://x.example/g"),
        ("<guid isPermaLink='false'>https://x.example/g</guid>", None),
        ("<guid>not-an-address</guid>", None),
        (f"<link>https://x.example/{'a' * 5000}</link>", None),
    ],
)
def test_links(inside: str, link: str | None) -> None:
    parsed = parse_feed(rss(f"<item>{inside}</item>"), url="https://origin.example/f")
    assert only(parsed).link == link


@pytest.mark.parametrize(
    ("inside", "interval"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl>5</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        ("<ttl> 5 </ttl>", timedelta(minutes=5)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999</ttl>", None),
        ("<ttl>525600</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", timedelta(days=1)),
        (
            f"<sy:updatePeriod> Daily\n</sy:updatePeriod>{TIMES}4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        (
            f"<sy:updatePeriod>hourly</sy:updatePeriod>{TIMES}0</sy:updateFrequency>",
            timedelta(hours=1),
        ),
    ],
)
def test_how_often_to_poll(inside: str, interval: timedelta | None) -> None:
    namespace = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert parse_feed(rss(inside, namespace)).min_interval == interval


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("jo@example.org (Jo Ng)", "Jo Ng"),
        ("Jo Ng &lt;jo@example.org&gt;", "Jo Ng"),
        ("Jo Ng (jo@example.org)", "Jo Ng"),
        ("jo@example.org", "jo@example.org"),
        ("Jo Ng", "Jo Ng"),
        ("", ""),
    ],
)
def test_authors(author: str, shown: str) -> None:
    parsed = parse_feed(rss(f"<item><author>{author}</author></item>"))
    assert only(parsed).author == shown


def test_unfinished_skip_hours_are_none() -> None:
    assert parse_feed(rss("<skipHours><hour>3</hour>")).skip_hours == frozenset()


def test_content_that_is_no_text_is_left_out() -> None:
    body = (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>'
        b'<content type="image/png">iVBORw0KGgo=</content></entry></feed>'
    )
    assert only(parse_feed(body)).content == ""


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_any_bytes_are_a_feed_or_an_error(body: bytes) -> None:
    with suppress(FeedError):
        parse_feed(body)


SCRAPS = st.sampled_from(
    [
        "<rss>", "<channel>", "</channel>", "</rss>", "<item>", "</item>", "<title>",
        "</title>", "a", "&", "&amp;", "&#8364;", "&uuml;", "<![CDATA[", "]]>", "<!--",
        "-->", "<", ">", "<link/>", "<guid>", "</guid>", "<image>", "<source url='x'>",
        "<author>", "<entry>", "<feed>", "<content type='xhtml'>", "<svg>", "\0",
        "<textInput>", "<dc:date>", "<media:group>", "<enclosure url='http://a/'/>",
    ]
)  # fmt: skip


@given(st.lists(SCRAPS, max_size=40))
def test_any_scraps_are_a_feed_or_an_error(scraps: list[str]) -> None:
    with suppress(FeedError):
        parse_feed(f"<rss>{''.join(scraps)}".encode())


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_no_json_entry_is_lost(found: list[str]) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": str(n), "title": title} for n, title in enumerate(found)],
    }
    assert len(parse_feed(json.dumps(feed).encode()).entries) == len(found)
