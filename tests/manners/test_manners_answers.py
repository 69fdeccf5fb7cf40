"""Manners 26 to 31: what an answer means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from net_site import Site, fetch_one, moved, reply
from world import (
    DAY,
    HOUR,
    Press,
    Script,
    World,
    gaps,
    paper,
    rss,
    sent,
)

from monitor.model import FeedStatus, FetchOutcome, FetchRequest

PERMANENT = ["301 Moved Permanently", "308 Permanent Redirect"]
TEMPORARY = ["302 Found", "303 See Other", "307 Temporary Redirect"]

# --- 26, 27 -------------------------------------------------------------------------


@pytest.mark.parametrize("status", PERMANENT)
async def test_26_a_permanent_move_counts_after_three_polls(world: World, status: str):
    world.site.pages |= {"/feed": moved("/new", status), "/new": Press(busy=True)}
    old = world.subscribe().url
    await world.polls(6, "/new")
    assert len(world.asked("/feed")) == 3
    assert world.state("feed").traits.formerly == (old,)
    await world.restart()
    await world.reload()
    await world.polls(8, "/new")
    assert len(world.asked("/feed")) == 3


async def test_26_a_chain_of_permanent_moves_leads_to_its_end(world: World):
    world.site.pages |= {
        "/feed": moved("/b", PERMANENT[0]),
        "/b": moved("/new", PERMANENT[1]),
        "/new": Press(),
    }
    world.subscribe()
    await world.polls(6, "/new")
    assert len(world.asked("/feed")) == len(world.asked("/b")) == 3


@pytest.mark.parametrize("hop", TEMPORARY)
async def test_26_every_hop_has_to_be_permanent(world: World, hop: str):
    world.site.pages |= {
        "/feed": moved("/b", PERMANENT[0]),
        "/b": moved("/new", hop),
        "/new": Press(busy=True),
    }
    world.subscribe()
    await world.polls(8, "/new")
    assert len(world.asked("/feed")) == len(world.asked("/b")) == 8


@pytest.mark.parametrize(
    "target",
    [
        reply(b"<html><head><title>Login</title></head></html>"),
        reply(b"", status="500 X"),
    ],
)
async def test_26_the_target_has_to_be_a_feed(world: World, target: bytes):
    world.site.pages |= {"/feed": moved("/new", PERMANENT[0]), "/new": target}
    world.subscribe()
    await world.polls(6, "/feed")
    assert len(world.asked("/new")) == 6
    assert world.state("feed").traits.formerly == ()


async def test_26_targets_that_change_are_no_move(world: World):
    targets = [moved(f"/{n % 2}", PERMANENT[0]) for n in range(9)]
    world.site.pages |= {"/feed": Script(*targets), "/0": Press(), "/1": Press()}
    world.subscribe()
    assert len(await world.polls(9)) == 9


async def test_26_a_move_that_is_taken_back_is_none(world: World):
    once = moved("/new", PERMANENT[0])
    here = [paper(f"{n}") for n in range(9)]
    world.site.pages |= {
        "/feed": Script(once, once, here[0], once, once, *here[1:]),
        "/new": Press(),
    }
    world.subscribe()
    assert len(await world.polls(9)) == 9


async def test_26_a_new_url_in_the_configuration_wins(world: World):
    world.site.pages |= {
        "/feed": moved("/new", PERMANENT[0]),
        "/new": Press(),
        "/own": Press(),
    }
    feed = world.subscribe()
    await world.polls(5, "/new")
    own = feed.url.replace("/feed", "/own")
    await world.reload([replace(feed, url=own)])
    await world.live(hours=1)
    assert len(world.asked("/new")) == 5
    assert len(world.asked("/own")) > 2


async def test_26_never_from_https_to_http(world: World):
    async with Site({"/feed": Press(busy=True)}) as plain, Site(tls=True) as site:
        site.clock = world.clock
        site.pages["/feed"] = moved(f"{plain.url}/feed", PERMANENT[0])
        await world.reload(ca_file=site.certificate)
        world.subscribe(name="feed")
        url = f"https://localhost:{site.port}/feed"
        await world.reload([replace(world.feeds[0], url=url)])
        for _ in range(6):
            await world.live(minutes=12)
        assert len(site.seen) >= 5
        assert len(plain.seen) == len(site.seen)
        assert world.state("feed").traits.formerly == ()


@pytest.mark.parametrize("status", TEMPORARY)
async def test_27_a_temporary_redirect_is_followed_and_not_remembered(
    world: World, status: str
):
    world.site.pages |= {"/feed": moved("/new", status), "/new": Press(busy=True)}
    url = world.subscribe().url
    await world.polls(8)
    assert len(world.asked("/new")) == 8
    assert world.state("feed").url == url
    assert world.entry_titles()


async def test_27_the_target_gets_the_validators_that_it_gave(world: World):
    world.site.pages |= {"/feed": moved("/new"), "/new": Press()}
    world.subscribe()
    await world.polls(3)
    assert [sent(a)[0] for a in world.asked("/new")] == [None, 'W/"1"', 'W/"1"']


# --- 28 -----------------------------------------------------------------------------


@pytest.mark.parametrize(("hops", "is_read"), [(8, True), (9, False)])
async def test_28_at_most_eight_hops(world: World, hops: int, is_read):
    world.site.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(hops)}
    world.site.pages[f"/{hops}"] = paper("the end")
    world.subscribe("/0", name="feed")
    await world.poll_due()
    assert world.entry_titles() == (["the end"] if is_read else [])
    assert len(world.site.seen) == 9
    if not is_read:
        assert world.state("feed").error == "more than 8 redirects"


@pytest.mark.parametrize("location", ["/feed", "", "#x", "/b", "/b?", "//127.0.0.1"])
async def test_28_circles_are_found(world: World, location: str):
    if location == "//127.0.0.1":
        location = f"//127.0.0.1:{world.site.port}/feed"
    circle = moved("/feed#again")
    world.site.pages |= {"/feed": moved(location), "/b": circle, "/b?": circle}
    world.subscribe()
    await world.poll_due()
    assert world.state("feed").error == "the redirects lead in a circle"
    assert len(world.site.seen) <= 2


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("new", "/a/new"),
        ("./new", "/a/new"),
        ("../new", "/new"),
        ("/new", "/new"),
        ("//h.test:PORT/new", "/new"),
        ("?q=1", "/a/feed?q=1"),
        ("/new#part", "/new"),
        ("/new?q=a%20b&r=%2F#x?y", "/new?q=a%20b&r=%2F"),
        ("HTTP://H.TEST:PORT/new", "/new"),
    ],
)
async def test_28_a_relative_location_is_resolved_without_fragment(
    world: World, location: str, target: str
):
    there = location.replace("PORT", str(world.site.port))
    world.site.pages |= {"/a/feed": moved(there), target: paper("found")}
    world.subscribe("/a/feed", name="feed")
    await world.poll_due()
    assert world.entry_titles() == ["found"]
    assert [asked.path for asked in world.site.seen] == ["/a/feed", target]


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:2]/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://0x7f.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "data:application/rss+xml,<rss/>",
        "javascript:1",
    ],
)
@pytest.mark.parametrize("hops", [1, 3])
async def test_28_each_hop_passes_the_guard(target: str, hops: int):
    pages = {f"/{n}": moved(f"/{n + 1}") for n in range(hops - 1)}
    async with Site({**pages, f"/{hops - 1}": moved(target)}) as site:
        allowed = ("127.0.0.1/32",)
        fetched = await fetch_one(f"{site.url}/0", allow_networks=allowed, timeout=5)
    assert fetched.outcome in {FetchOutcome.BLOCKED, FetchOutcome.REDIRECT}
    assert len(site.seen) == hops


async def test_28_loopback_is_closed_however_it_is_spelled():
    async with Site({"/": paper("inside")}) as site:
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost"):
            url = f"http://{host}:{site.port}/"
            fetched = await fetch_one(url, allow_networks=())
            assert fetched.outcome is FetchOutcome.BLOCKED, host
    assert site.connections == 0


SIGNED = (("Authorization", "Bearer ${TOKEN}"), ("X-Api-Key", "k3y"), ("Cookie", "c=1"))
SECRETS = {"TOKEN": "hunter2"}


async def test_28_no_credentials_to_another_origin():
    async with Site({"/": reply()}) as other, Site() as site:
        other.pages["/b"] = moved(f"{site.url}/c")
        site.pages |= {"/a": moved("/a2"), "/a2": moved(f"{other.url}/b")}
        site.pages["/c"] = moved(f"{other.url}/")
        url = site.url.replace("://", "://bob:hunter2@") + "/a"
        request = FetchRequest(url, SIGNED)
        fetched = await fetch_one(request, secrets=SECRETS)
    assert fetched.outcome is FetchOutcome.OK
    assert len(other.seen) == 2
    for asked in other.seen:
        assert not any("hunter2" in value for _, value in asked.headers)
        for name in ("Authorization", "X-Api-Key", "Cookie", "Referer"):
            assert asked.header(name) is None
    assert {a.header("Authorization") for a in site.seen} == {"Bearer hunter2"}


async def test_28_another_port_or_scheme_of_the_host_is_another_origin():
    async with Site({"/": reply()}) as plain, Site(tls=True) as site:
        site.pages["/"] = moved(f"http://localhost:{plain.port}/")
        url = f"https://localhost:{site.port}/"
        request = FetchRequest(url, SIGNED)
        fetched = await fetch_one(request, secrets=SECRETS, ca_file=site.certificate)
    assert fetched.outcome is FetchOutcome.OK
    assert site.seen[0].header("Authorization") == "Bearer hunter2"
    assert plain.seen[0].header("Authorization") is None


# --- 29 -----------------------------------------------------------------------------


async def test_29_410_ends_the_polling_and_is_told_once(world: World):
    world.site.pages["/feed"] = Script(paper("a"), reply(b"", status="410 Gone"))
    world.subscribe()
    await world.live(days=30)
    await world.restart()
    await world.live(days=30)
    assert await world.ask_now() == 0
    assert len(world.asked()) == 2
    assert await world.told() == ["feed feed is gone"]
    assert world.state("feed").status is FeedStatus.GONE


async def test_29_404_backs_off_and_is_told_after_a_day(world: World):
    world.site.pages["/feed"] = Script(paper("a"), reply(b"", status="404 Not Found"))
    world.subscribe()
    await world.live(hours=23)
    assert await world.told() == []
    waits = gaps(world.asked())[1:]
    assert waits == pytest.approx(sorted(waits))
    assert waits[-1] >= 4 * HOUR
    await world.live(days=3)
    assert await world.told() == ["feed feed is failing"]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_29_401_and_403_are_slow_and_told_once(world: World, status: str):
    world.site.pages["/feed"] = Script(paper("a"), reply(b"", status=status))
    world.subscribe()
    await world.polls(2)
    assert await world.told() == ["feed feed is failing: it refuses to answer"]
    await world.live(days=5)
    await world.restart()
    assert min(gaps(world.asked())[1:]) >= HOUR
    assert await world.told() == ["feed feed is failing: it refuses to answer"]


@pytest.mark.parametrize(
    "status", ["400 X", "401 X", "403 X", "404 X", "451 X", "500 X", "599 X"]
)
async def test_29_a_feed_is_never_silently_given_up(world: World, status: str):
    world.site.pages["/feed"] = Script(paper("a"), reply(b"", status=status))
    world.subscribe()
    await world.live(days=12)
    assert world.clock.passed - world.asked()[-1].at < 1.2 * DAY
    assert len(await world.told()) == 1
    world.site.pages["/feed"] = paper("b")
    await world.live(days=2)
    assert world.entry_titles() == ["a", "b"]
    begun, ended = await world.told()
    assert begun.startswith("feed feed is failing")
    assert ended == "feed feed works again"
    assert gaps(world.asked())[-1] < 1.2 * HOUR


# --- 30, 31 -------------------------------------------------------------------------

PAGES = {
    "login": ("<form><input type='password'></form>", "HTML page (a login)"),
    "parked": ("<p>This domain is for sale</p>", "HTML page (a parked domain)"),
    "bot wall": ("<script>_cf_chl_opt={}</script>", "Cloudflare's bot check"),
    "plain": ("<p>Willkommen</p>", "an HTML page, not a feed"),
}


@pytest.mark.parametrize(("body", "says"), PAGES.values(), ids=PAGES)
async def test_30_a_web_page_is_an_error_in_plain_words(
    world: World, body: str, says: str
):
    html = f"<!doctype html><html><head></head><body>{body}</body></html>".encode()
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"'), reply(html, ETag='"html"'), reply(html, ETag='"html"')
    )
    world.subscribe()
    await world.polls(1)
    stored = world.stored()
    await world.polls(3)
    assert says in world.state("feed").error
    assert world.stored() == stored
    assert [sent(asked)[0] for asked in world.asked()] == [None, '"1"', '"1"']


WALLS = [
    ("200 OK", {"cf_mitigated": "challenge"}, "Cloudflare"),
    ("403 Forbidden", {"cf_mitigated": "challenge"}, "Cloudflare"),
    ("202 Accepted", {"x_amzn_waf_action": "challenge"}, "Amazon"),
    ("200 OK", {"x_amzn_waf_action": "captcha"}, "Amazon"),
    ("403 Forbidden", {"x_sucuri_block": "1"}, "Sucuri"),
]


@pytest.mark.parametrize(("status", "headers", "who"), WALLS)
async def test_30_a_bot_wall_that_says_so_is_named(
    world: World, status: str, headers: dict[str, str], who: str
):
    html = b"<!DOCTYPE html><html><body>Moment</body></html>"
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"'), reply(html, status=status, **headers)
    )
    world.subscribe()
    await world.polls(3)
    error = world.state("feed").error
    assert f"{who}'s bot wall" in error
    assert next(iter(headers)).replace("_", "-") in error
    assert world.entry_titles() == ["a"]
    assert sent(world.asked()[-1])[0] == '"1"'


async def test_30_a_feed_that_passed_a_bot_wall_is_a_feed(world: World):
    world.site.pages["/feed"] = paper(
        "a", cf_mitigated="none", Content_Type="text/html"
    )
    world.subscribe()
    await world.poll_due()
    assert world.entry_titles() == ["a"]


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 204 No Content\r\nETag: "x"\r\n\r\n',
        reply(rss("half"), status="206 Partial Content", ETag='"x"'),
        reply(b"", ETag='"x"'),
        reply(b" \r\n\t", ETag='"x"'),
        reply(b"\xef\xbb\xbf", ETag='"x"'),
        reply(b"\0\0\0", ETag='"x"'),
        reply(b"", status="205 Reset Content", ETag='"x"'),
    ],
    ids=["204", "206", "empty", "blank", "mark", "zeros", "205"],
)
async def test_31_nothing_and_a_part_are_errors_and_overwrite_nothing(
    world: World, answer: bytes
):
    world.site.pages["/feed"] = Script(paper("a", ETag='"1"'), answer)
    world.subscribe()
    await world.polls(1)
    stored, title = world.stored(), world.state("feed").title
    await world.polls(3)
    state = world.state("feed")
    assert state.status is FeedStatus.FAILING
    assert state.error
    assert (world.stored(), state.title) == (stored, title)
    assert [sent(asked)[0] for asked in world.asked()] == [None, '"1"', '"1"']
