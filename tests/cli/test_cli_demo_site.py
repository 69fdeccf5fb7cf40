"""The demo's news site, read as any client would read it."""

from __future__ import annotations

import html
import io
import json
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message

import feedparser
import pytest

from monitor.cli.demo_site import DemoSite
from monitor.testing import FakeClock

BOTH = {"Aserbaidschan", "Waffenlieferungen"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def site(clock: FakeClock) -> Iterator[DemoSite]:
    with DemoSite(clock.now) as site:
        yield site


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, headers=names)  # noqa: S310 - our own URL
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def entries(url: str) -> list[tuple[str, str, str]]:
    """Return title, teaser and link of each entry of a feed, in its order."""
    _, headers, body = get(url)
    if headers["Content-Type"] == "application/feed+json":
        items = json.loads(body)["items"]
        return [(i["title"], i["content_text"], i["url"]) for i in items]
    parsed = feedparser.parse(io.BytesIO(body))
    assert not parsed.bozo
    return [(e.title, e.summary, e.link) for e in parsed.entries]


def everything(site: DemoSite) -> list[tuple[str, str, str]]:
    return [entry for _, url in site.feeds for entry in entries(url)]


def words(*texts: str) -> set[str]:
    return set(re.findall(r"\w+", " ".join(texts)))


def met(*texts: str) -> set[str]:
    """Return which of the rule's words are there, in any form."""
    return {word for word in BOTH if any(w.startswith(word) for w in words(*texts))}


def test_each_feed_can_be_read(site: DemoSite) -> None:
    read = {name: entries(url) for name, url in site.feeds}

    assert list(read) == ["demokurier", "demopost", "stadtfunk"]
    assert all(len(found) >= 2 for found in read.values())


def test_the_formats_and_languages_differ(site: DemoSite) -> None:
    rss, atom, feed = (get(url)[2] for _, url in site.feeds)

    kinds = [feedparser.parse(io.BytesIO(body)) for body in (rss, atom)]
    assert [kind.version for kind in kinds] == ["rss20", "atom10"]
    assert [kind.feed.language for kind in kinds] == ["de", "en"]
    assert json.loads(feed)["version"] == "https://jsonfeed.org/version/1.1"


def test_the_stories_at_the_start_are_older_than_the_site(
    site: DemoSite, clock: FakeClock
) -> None:
    dated = [
        datetime(*entry.published_parsed[:6], tzinfo=UTC)
        for entry in feedparser.parse(io.BytesIO(get(site.feeds[0][1])[2])).entries
    ]

    assert dated == sorted(dated, reverse=True)
    assert all(at < clock.now() for at in dated)


def test_a_new_story_comes_on_top_of_its_feed_and_nowhere_else(site: DemoSite) -> None:
    before = {name: entries(url) for name, url in site.feeds}

    story = site.publish_next()

    assert story is not None
    for name, url in site.feeds:
        after = entries(url)
        if name == story.publisher:
            assert after[0][:2] == (story.title, story.teaser)
            assert after[1:] == before[name]
        else:
            assert after == before[name]


def test_the_stories_end(site: DemoSite) -> None:
    told = 0
    while site.publish_next():
        told += 1

    assert told >= 10
    assert site.publish_next() is None
    assert (
        len({link for _, _, link in everything(site)}) == len(everything(site)) > told
    )


def test_nothing_at_the_start_is_about_the_words_of_the_rule(site: DemoSite) -> None:
    assert not any(words(title, teaser) & BOTH for title, teaser, _ in everything(site))


def test_one_story_has_both_words_and_it_comes_soon(site: DemoSite) -> None:
    soon = [site.publish_next() for _ in range(3)]
    told = [story for story in soon if story]
    while story := site.publish_next():
        told.append(story)

    (telling,) = [s for s in told if met(s.title, s.teaser, s.text) == BOTH]

    assert telling in soon
    assert not met(telling.title)  # nor would a reader of headlines see it
    assert met(telling.teaser) == {"Aserbaidschan"}  # nor one of feeds


def test_others_have_one_of_the_words(site: DemoSite) -> None:
    while site.publish_next():
        pass

    found = [words(title, teaser) & BOTH for title, teaser, _ in everything(site)]

    assert {"Aserbaidschan"} in found
    assert {"Waffenlieferungen"} in found


def test_every_link_opens_an_article(site: DemoSite) -> None:
    site.publish_next()

    for title, teaser, link in everything(site):
        status, headers, body = get(link)

        assert status == 200
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        page = html.unescape(body.decode())
        assert title in page
        assert teaser in page


def test_the_front_page_leads_to_feeds_and_articles(site: DemoSite) -> None:
    page = get(site.url)[2].decode()

    for _, url in site.feeds:
        assert url in page
    for _, _, link in everything(site):
        assert link in page


def test_an_unchanged_feed_is_not_sent_again(site: DemoSite) -> None:
    for _, url in site.feeds:
        _, headers, _ = get(url)

        by_tag, kept, body = get(url, If_None_Match=headers["ETag"])
        by_date, _, _ = get(url, If_Modified_Since=headers["Last-Modified"])

        assert (by_tag, by_date, body) == (304, 304, b"")
        assert kept["ETag"] == headers["ETag"]


def test_a_changed_feed_is_sent_again(site: DemoSite) -> None:
    old = {name: get(url)[1] for name, url in site.feeds}
    story = site.publish_next()
    assert story is not None
    url = dict(site.feeds)[story.publisher]
    headers = old[story.publisher]

    by_both, _, _ = get(
        url,
        If_None_Match=headers["ETag"],
        If_Modified_Since=headers["Last-Modified"],
    )
    by_date, _, _ = get(url, If_Modified_Since=headers["Last-Modified"])

    assert (by_both, by_date) == (200, 200)


def test_a_query_is_ignored_and_an_unknown_page_is_not_there(site: DemoSite) -> None:
    assert get(site.url + "?utm_source=alert")[0] == 200
    assert get(site.url + "nothing.html")[0] == 404


def test_a_client_that_hangs_up_is_no_news(
    site: DemoSite, capfd: pytest.CaptureFixture[str]
) -> None:
    port = int(site.url.rstrip("/").rpartition(":")[2])
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(b"GET / HTTP/1.1\r\n")

    assert get(site.url)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_a_closed_site_answers_no_more(clock: FakeClock) -> None:
    with DemoSite(clock.now) as site:
        url = site.url

    with pytest.raises(urllib.error.URLError):
        get(url)
