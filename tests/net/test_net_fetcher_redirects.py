"""Redirects: how far, where to, and what goes along."""

from __future__ import annotations

import pytest
from net_site import Names, Site, fetch_one, moved, reply

from monitor.model import FetchOutcome, FetchRequest, Validators

SIGNED = (("Authorization", "Bearer t0ken"), ("X-Key", "k"))
PERMITTED = {"allow_networks": ("127.0.0.0/8",)}


@pytest.mark.parametrize(
    "status",
    [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ],
)
async def test_manners_26_27_every_kind_of_redirect_is_followed(status: str):
    async with Site({"/a": moved("/b", status), "/b": reply()}) as site:
        fetched = await fetch_one(f"{site.url}/a")
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.url == f"{site.url}/b"
    assert fetched.redirects == 1
    assert all(asked.line.startswith("GET ") for asked in site.seen)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("b", "/x/b"),
        ("../b", "/b"),
        ("?page=2", "/x/a?page=2"),
        ("/b#top", "/b"),
        ("  /b  ", "/b"),
        ("/caf\udcc3\udca9 1", "/caf%C3%A9%201"),
        ("/%e9", "/%e9"),
    ],
)
async def test_manner_28_a_location_is_resolved(location: str, target: str):
    pages = {"/x/a": moved(location), target: reply()}
    async with Site(pages) as site:
        fetched = await fetch_one(f"{site.url}/x/a")
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.url == site.url + target


@pytest.mark.parametrize(("hops", "outcome"), [(8, "ok"), (9, "redirect")])
async def test_manner_28_at_most_eight_hops(hops: int, outcome: str):
    pages = {f"/{n}": moved(f"/{n + 1}") for n in range(hops)}
    async with Site({**pages, f"/{hops}": reply()}) as site:
        fetched = await fetch_one(f"{site.url}/0")
    assert fetched.outcome == outcome
    assert fetched.redirects == 8
    assert len(site.seen) == 9


@pytest.mark.parametrize("location", ["/a", "", "#again", "/b"])
async def test_manner_28_a_circle_is_found(location: str):
    async with Site({"/a": moved(location), "/b": moved("/a")}) as site:
        fetched = await fetch_one(f"{site.url}/a")
    assert fetched.outcome is FetchOutcome.REDIRECT
    assert "circle" in fetched.detail
    assert len(site.seen) <= 2


@pytest.mark.parametrize(
    "location",
    [
        "http://[::1",
        "//:80/",
        "http://a b",
        "//127.1/x",
        "//0x7f000001/",
        "//2130706433",
    ],
)
async def test_a_redirect_to_nowhere_says_so(location: str):
    async with Site({"/": moved(location)}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.REDIRECT
    assert "usable" in fetched.detail


async def test_a_redirect_without_a_target_says_so():
    async with Site({"/": reply(status="302 Found")}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.REDIRECT
    assert "302" in fetched.detail


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "data:,x"],
)
async def test_a_redirect_out_of_http_is_blocked(location: str):
    async with Site({"/": moved(location)}) as site:
        fetched = await fetch_one(site.url)
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert "only http and https" in fetched.detail
    assert len(site.seen) == 1


async def test_manner_28_credentials_stay_with_their_origin():
    async with Site({"/away": reply(), "/": reply()}) as other:
        pages = {"/": moved(f"{other.url}/away"), "/same": moved("/")}
        async with Site(pages) as site:
            request = FetchRequest(f"{site.url}/same", SIGNED, Validators('"1"'))
            fetched = await fetch_one(request)
    assert fetched.outcome is FetchOutcome.OK
    for asked in site.seen:
        assert asked.header("Authorization") == "Bearer t0ken"
        assert asked.header("X-Key") == "k"
    assert other.seen[0].header("Authorization") is None
    assert other.seen[0].header("X-Key") is None
    assert other.seen[0].header("If-None-Match") == '"1"'


async def test_manner_28_credentials_return_with_the_origin():
    async with Site() as other, Site({"/b": reply()}) as site:
        site.pages["/a"] = moved(f"{other.url}/")
        other.pages["/"] = moved(f"{site.url}/b")
        fetched = await fetch_one(FetchRequest(f"{site.url}/a", SIGNED))
    assert fetched.outcome is FetchOutcome.OK
    assert other.seen[0].header("Authorization") is None
    assert site.seen[1].header("Authorization") == "Bearer t0ken"


async def test_manner_28_a_user_name_in_the_url_stays_with_its_origin():
    async with Site({"/": reply()}) as other:
        target = other.url.replace("://", "://eve:x@")
        async with Site({"/": moved(target)}) as site:
            fetched = await fetch_one(site.url.replace("://", "://bob:pass@"))
    assert other.seen[0].header("Authorization") is None
    assert fetched.url == f"{other.url}/"


@pytest.mark.parametrize("echo", ["a b/c", "a%20b/c", "a%20b%2Fc"])
async def test_a_redirect_never_shows_an_expanded_secret(echo: str):
    async with Site() as site:
        site.pages[f"/feed?key={echo}".replace(" ", "%20")] = reply()
        site.pages["/?key=a%20b/c"] = moved(f"/feed?key={echo}")
        secrets = {"KEY": "a b/c"}
        fetched = await fetch_one(f"{site.url}/?key=${{KEY}}", secrets=secrets)
    assert fetched.outcome is FetchOutcome.OK
    assert fetched.redirects == 1
    assert "***" in fetched.url
    assert "b/c" not in fetched.url
    assert "b%2Fc" not in fetched.url


@pytest.mark.parametrize(
    "target",
    [
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[fd00::1]",
        "inner.test",
        "mapped.test",
        "both.test",
    ],
)
async def test_manner_28_each_hop_passes_the_guard(target: str):
    names = Names(
        inner_test="10.0.0.1",
        mapped_test="::ffff:192.168.1.1",
        both_test="::1 10.0.0.7",
    )
    async with Site({"/": moved(f"http://{target}/admin")}) as site:
        fetched = await fetch_one(site.url, resolver=names)
    assert fetched.outcome is FetchOutcome.BLOCKED
    assert "not a public address" in fetched.detail
    assert fetched.redirects == 1


async def test_a_feed_in_an_allowed_network_may_redirect_within_it():
    async with Site({"/": reply()}) as other, Site({"/": moved(other.url)}) as site:
        fetched = await fetch_one(site.url, **PERMITTED)
    assert fetched.outcome is FetchOutcome.OK


async def test_tls_is_left_only_without_credentials():
    async with Site({"/": reply()}) as plain, Site(tls=True) as site:
        site.pages["/"] = moved(plain.url)
        request = FetchRequest(f"https://localhost:{site.port}/", SIGNED)
        fetched = await fetch_one(request, ca_file=site.certificate)
    assert fetched.outcome is FetchOutcome.OK
    assert site.seen[0].header("Authorization") == "Bearer t0ken"
    assert plain.seen[0].header("Authorization") is None


PERMANENT = "301 Moved Permanently"
KNOWN = Validators('"a"', "yesterday")


@pytest.mark.parametrize(
    ("hops", "is_for_good"),
    [
        ([PERMANENT], True),
        ([PERMANENT, "308 Permanent Redirect"], True),
        ([PERMANENT, "302 Found"], False),
        (["307 Temporary Redirect", PERMANENT], False),
        ([], False),
    ],
)
async def test_manner_26_only_permanent_hops_lead_to_a_new_home(
    hops: list[str], *, is_for_good: bool
):
    pages = {f"/{n}": moved(f"/{n + 1}", status) for n, status in enumerate(hops)}
    async with Site({**pages, f"/{len(hops)}": reply()}) as site:
        fetched = await fetch_one(f"{site.url}/0")
    assert fetched.moved_to == (f"{site.url}/{len(hops)}" if is_for_good else "")


async def test_manner_26_a_place_that_holds_a_secret_is_no_home():
    pages = {"/a": moved("/b?key=hunter2", PERMANENT), "/b?key=hunter2": reply()}
    async with Site(pages) as site:
        fetched = await fetch_one(f"{site.url}/a", secrets={"KEY": "hunter2"})
    assert (fetched.url, fetched.moved_to) == (f"{site.url}/b?key=***", "")


async def test_manner_26_never_from_https_to_http():
    async with Site({"/b": reply()}) as plain, Site(tls=True) as site:
        site.pages["/a"] = moved(f"{plain.url}/b", PERMANENT)
        url = f"https://localhost:{site.port}/a"
        fetched = await fetch_one(url, ca_file=site.certificate)
    assert (fetched.outcome, fetched.moved_to) == (FetchOutcome.OK, "")


async def test_manner_9_validators_go_only_to_the_place_that_gave_them():
    async with Site({"/a": moved("/b"), "/b": reply(), "/c": moved("/d")}) as site:
        site.pages["/d"] = reply()
        known = FetchRequest(f"{site.url}/a", (), KNOWN, f"{site.url}/b")
        await fetch_one(known)
        await fetch_one(FetchRequest(f"{site.url}/c", (), KNOWN, f"{site.url}/b"))
    sent = [(asked.path, asked.header("If-None-Match")) for asked in site.seen]
    assert sent == [("/a", None), ("/b", '"a"'), ("/c", None), ("/d", None)]


async def test_manner_9_a_304_of_another_place_is_no_answer():
    pages = {"/a": moved("/b"), "/b": reply(b"", status="304 Not Modified")}
    async with Site(pages) as site:
        asked = FetchRequest(f"{site.url}/a", (), KNOWN, f"{site.url}/a")
        fetched = await fetch_one(asked)
    assert fetched.outcome is FetchOutcome.HTTP_ERROR
