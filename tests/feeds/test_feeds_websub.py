"""What a feed says of its hub, and whether it may be believed (manner 41)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import parse_feed
from monitor.feeds.websub import (
    advert,
    document_links,
    is_private_way,
    is_same_feed,
    why_not,
)
from monitor.model import (
    Feed,
    Fetched,
    FetchOutcome,
    ParsedFeed,
    PushReason,
    Tier,
)

URL = "https://news.example/feed"
HUB = "https://hub.example/"
LINKS = f'<{{0}}link rel="hub" href="{HUB}"/><{{0}}link rel="self" href="{URL}"/>'
ITEM = "<item><title>A</title><atom:link rel='self' href='https://x.example/'/></item>"


def rss(head: str, tail: str = "") -> str:
    return f"<rss><channel>{head}{ITEM}{tail}</channel></rss>"


DOCUMENTS = {
    "rss": rss(LINKS.format("atom:")),
    "rss of another prefix": rss(LINKS.format("a10:")),
    "rss with the links at its end": rss("", LINKS.format("atom:")),
    "rss without entries": f"<rss><channel>{LINKS.format('atom:')}</channel></rss>",
    "atom": f"<feed>{LINKS.format('')}<entry><link rel='hub' href='/x'/></entry>",
    "single quotes": rss(LINKS.format("atom:").replace('"', "'")),
    "capital letters": rss(LINKS.format("ATOM:").replace("rel", "REL")),
    "two relations": rss(
        f'<atom:link href="{HUB}" rel="alternate hub"/>'
        f'<atom:link type="a/b" rel="self" href="{URL}" />'
    ),
    "two hubs": rss(LINKS.format("atom:") + '<atom:link rel="hub" href="https://b/"/>'),
    "relative": rss(
        f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" href="/feed"/>'
    ),
    "with a base": (
        f'<feed xml:base="https://news.example/a/"><link rel="hub" href="{HUB}"/>'
        '<link rel="self" href="../feed"/><entry/></feed>'
    ),
    "with a base that is none": (
        f'<feed xml:base="mailto:a"><link rel="hub" href="{HUB}"/>'
        '<link rel="self" href="feed"/><entry/></feed>'
    ),
    "json": json.dumps(
        {
            "hubs": [{"type": "WebSub", "url": HUB}, {"type": "rssCloud"}, 7],
            "feed_url": URL,
        }
    ),
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
def test_hub_and_self_are_found_in_the_document(text: str) -> None:
    assert document_links(text, url=URL) == (HUB, URL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        rss(""),
        rss(f"<!-- {LINKS.format('atom:')} -->"),
        rss(f"<description><![CDATA[{LINKS.format('')}]]></description>"),
        rss('<atom:link rel="hub" href="ftp://hub.example/"/>'),
        rss(f'<atom:link rel="hub" href="https://hub.example/{"x" * 1000}"/>'),
        rss('<atom:link rel="hub"/><atom:link href="https://hub.example/"/>'),
        '{"version": 1}',
        '{"hubs": [',
        '{"hubs": "https://hub.example/", "feed_url": 7}',
        '["hubs", {"feed_url": 1}]',
        '{"hubs":' + "[" * 100_000,
    ],
)
def test_what_names_no_hub(text: str) -> None:
    assert document_links(text, url=URL) == (None, None)


@given(st.text(alphabet="<>/\"= 'abhlinkreuf:{}[],", max_size=300))
def test_any_text_is_read(text: str) -> None:
    document_links(text, url=URL)
    document_links("{" + text, url=URL)


def test_a_parsed_feed_carries_them() -> None:
    body = DOCUMENTS["rss"].replace("<rss>", "<rss version='2.0'>").encode()
    parsed = parse_feed(body, url=URL)
    assert (parsed.hub, parsed.self_link) == (HUB, URL)


def fetched(*links: tuple[str, str]) -> Fetched:
    return Fetched(FetchOutcome.OK, URL, links=links)


PARSED = ParsedFeed(Tier.STRICT, hub=HUB, self_link=URL)


def test_headers_win_over_the_document() -> None:
    said = advert(fetched(("hub", "/hub"), ("self", "https://other.example/")), PARSED)
    assert (said.hub, said.topic) == (
        "https://news.example/hub",
        "https://other.example/",
    )
    assert said.served == URL


def test_what_the_headers_leave_out_the_document_says() -> None:
    said = advert(fetched(("self", "https://other.example/")), PARSED)
    assert (said.hub, said.topic) == (HUB, "https://other.example/")


SAME = [
    ("http://news.example/feed", URL),
    ("https://news.example/feed/", URL),
    ("https://NEWS.example:443/feed#top", URL),
    ("https://www.news.example/feed", URL),
    ("https://news.example/feed/?b=2&a=1", "https://news.example/feed?a=1&b=2"),
]
OTHER = [
    ("https://news.example/feed2", URL),
    ("https://other.example/feed", URL),
    ("https://news.example/feed?cat=2", URL),
    ("https://news.example:8443/feed", URL),
    ("urn:feed", "urn:feed"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_feed_has_several_spellings(one: str, other: str) -> None:
    assert is_same_feed(one, other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_address_is_another_feed(one: str, other: str) -> None:
    assert not is_same_feed(one, other)


def feed(url: str = URL, **headers: str) -> Feed:
    return Feed("news", url, timedelta(minutes=10), headers=tuple(headers.items()))


@pytest.mark.parametrize(
    ("of", "hub", "topic", "served", "reason"),
    [
        (feed(), HUB, URL, URL, None),
        (feed("https://old.example/"), HUB, URL, URL, None),
        (feed(), HUB, URL, "https://cdn.example/feed", None),
        (feed(), HUB, "https://other.example/", URL, PushReason.OTHER_TOPIC),
        (feed(), HUB, "", URL, PushReason.NO_TOPIC),
        (feed(), "", URL, URL, PushReason.NO_HUB),
        (feed(Authorization="x"), HUB, URL, URL, PushReason.OWN_HEADERS),
        (feed(f"{URL}?key=${{KEY}}"), HUB, URL, URL, PushReason.SECRET_IN_URL),
        (
            feed("https://a:b@news.example/feed"),
            HUB,
            URL,
            URL,
            PushReason.SECRET_IN_URL,
        ),
    ],
)
def test_why_a_feed_is_not_subscribed_to(
    of: Feed, hub: str, topic: str, served: str, reason: PushReason | None
) -> None:
    assert why_not(of, hub, topic, served) is reason


@pytest.mark.parametrize(
    ("url", "is_private"),
    [
        ("https://hub.example/", True),
        ("http://hub.example/", False),
        ("http://localhost:1/", True),
        ("http://127.9.9.9/", True),
        ("http://[::1]:8080/", True),
        ("http://10.0.0.1/", False),
        ("nonsense", False),
    ],
)
def test_where_a_secret_may_go(url: str, is_private: bool) -> None:  # noqa: FBT001
    assert is_private_way(url) is is_private
