"""Manners 1 to 12: conditional requests."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from net_site import Talk, moved, reply
from world import (
    DAY,
    HOUR,
    Press,
    Script,
    World,
    cut_off,
    gaps,
    is_conditional,
    not_modified,
    paper,
    rss,
    sent,
)

from monitor.errors import StoreError
from monitor.model import FeedStatus

# --- 1 ------------------------------------------------------------------------------


async def test_01_the_first_fetch_alone_is_unconditional(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe()
    await world.live(hours=4)
    first, *others = world.asked()
    assert not is_conditional(first)
    assert len(others) > 15
    assert all(map(is_conditional, others))


async def test_01_neither_errors_nor_a_restart_nor_a_reload_begin_anew(world: World):
    press = Press()
    world.site.pages["/feed"] = press
    world.subscribe()
    await world.live(hours=1)
    world.site.pages["/feed"] = reply(b"", status="500 Oops")
    await world.live(hours=1)
    world.site.pages["/feed"] = press
    await world.restart()
    await world.live(hours=3)
    await world.reload([replace(world.feeds[0], tags=("de",))])
    await world.live(hours=1)
    assert [a for a in world.asked() if not is_conditional(a)] == [world.asked()[0]]


# --- 2, 3, 4 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "etag",
    [
        '"abc"',
        'W/"abc"',
        'w/"abc"',
        "no-quotes",
        '"unfinished',
        'W/"',
        '""',
        "''",
        '"a, b"',
        '"a" , W/"b"',
        '"a\\"b"',
        "“ä”",
        '"Ünïcode-日本-😀"',
        '"a\tb"',
        '"a  b"',
        '"no\u00a0break"',
        '"soft\u00adhyphen"',
        '"\u0085"',
        '"\u202ertl"',
        '"%20+"',
        '"${HOME}"',
        '"' + "x" * 8000 + '"',
    ],
    ids=ascii,
)
async def test_02_the_etag_is_sent_back_byte_for_byte(world: World, etag: str):
    world.site.pages["/feed"] = paper(ETag=etag)
    world.subscribe()
    await world.polls(1)
    await world.restart()
    requests = await world.polls(3)
    assert [sent(asked)[0] for asked in requests] == [None, etag, etag]


@pytest.mark.parametrize(
    "stamp",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "sun, 6 nov 1994 8:49:37 +0100 (MEZ)",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "2026-01-05T12:00:00Z",
        "1767614400",
        "0",
        "-1",
        "gestern",
        "Mo, 5. März 2026",
        "<?php echo date(); ?>",
    ],
)
async def test_03_last_modified_is_sent_back_verbatim(world: World, stamp: str):
    world.site.pages["/feed"] = paper(Last_Modified=stamp)
    world.subscribe()
    await world.polls(1)
    await world.restart()
    requests = await world.polls(2)
    assert sent(requests[-1]) == (None, stamp)


async def test_03_last_modified_is_never_made_up(world: World):
    dates = {
        "Date": "Mon, 05 Jan 2026 12:00:00 GMT",
        "Expires": "Mon, 05 Jan 2026 12:01:00 GMT",
        "Last_Modified": "",
    }
    built = "<lastBuildDate>Mon, 05 Jan 2026 12:00:00 GMT</lastBuildDate>"
    world.site.pages["/feed"] = paper("a", more=built, **dates)
    world.subscribe()
    assert not any(map(is_conditional, await world.polls(4)))


async def test_04_both_validators_are_sent_where_both_are_known(world: World):
    world.site.pages["/feed"] = paper(ETag='"1"', Last_Modified="then")
    world.subscribe()
    assert sent((await world.polls(2))[-1]) == ('"1"', "then")


# --- 5, 6 ---------------------------------------------------------------------------


async def test_05_every_200_and_every_304_replaces_each_validator(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"', Last_Modified="one"),
        not_modified(ETag='"2"'),
        not_modified(Last_Modified="two"),
        not_modified(ETag='W/"3"', Last_Modified="three"),
        paper("b", ETag='"4"', Last_Modified="four"),
        paper("b", ETag='"5"', Last_Modified="five"),  # an equal body
    )
    world.subscribe()
    assert [sent(asked) for asked in await world.polls(7)] == [
        (None, None),
        ('"1"', "one"),
        ('"2"', "one"),
        ('"2"', "two"),
        ('W/"3"', "three"),
        ('"4"', "four"),
        ('"5"', "five"),
    ]


async def test_06_a_200_clears_the_validator_that_it_does_not_name(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"', Last_Modified="one"),
        paper("b", ETag='"2"'),
        paper("c", Last_Modified="three"),
        paper("c", ETag='"4"', Last_Modified="four"),
        paper("c"),  # an equal body
    )
    world.subscribe()
    assert [sent(asked) for asked in await world.polls(6)] == [
        (None, None),
        ('"1"', "one"),
        ('"2"', None),
        (None, "three"),
        ('"4"', "four"),
        (None, None),
    ]


async def test_06_a_304_keeps_the_validator_that_it_does_not_name(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"', Last_Modified="one"),
        not_modified(),
        not_modified(ETag="", Last_Modified=""),
    )
    world.subscribe()
    later = (await world.polls(4))[1:]
    assert [sent(asked) for asked in later] == [('"1"', "one")] * 3


# --- 7 ------------------------------------------------------------------------------


async def test_07_a_304_parses_nothing_and_changes_no_entry(world: World):
    world.site.pages["/feed"] = Script(paper("a", "b", ETag='"1"'), not_modified())
    world.subscribe()
    await world.polls(1)
    stored, parsed = world.stored(), world.parser.parsed
    await world.live(days=1)
    assert len(world.asked()) > 20
    assert world.stored() == stored
    assert world.parser.parsed == parsed == 1


async def test_07_a_304_is_a_success_and_ends_a_row_of_errors(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"'),
        *[reply(b"", status="500 Oops")] * 3,
        not_modified(),
    )
    world.subscribe()
    await world.polls(4)
    assert world.state("feed").errors == 3
    await world.polls(5)
    state = world.state("feed")
    assert (state.errors, state.status, state.error) == (0, FeedStatus.OK, "")
    assert state.succeeded_at == state.polled_at
    assert gaps(await world.polls(6))[-1] < 700


# --- 8 ------------------------------------------------------------------------------


async def hang(talk: Talk) -> None:
    await talk.hung_up()


async def reset(talk: Talk) -> None:
    talk.writer.transport.abort()


OWN = {"ETag": '"wrong"', "Last_Modified": "wrong"}
HTML = b"<!DOCTYPE html><html><head><title>Login</title></head></html>"
ERRORS = {
    **{
        status: reply(rss("x"), status=status, **OWN)
        for status in (
            "202 Accepted",
            "204 No Content",
            "206 Partial Content",
            "300 Multiple Choices",
            "400 Bad Request",
            "401 Unauthorized",
            "403 Forbidden",
            "404 Not Found",
            "412 Precondition Failed",
            "416 Range Not Satisfiable",
            "429 Too Many Requests",
            "500 Oops",
            "503 Unavailable",
            "599 Odd",
        )
    },
    "html": reply(HTML, **OWN),
    "empty": reply(b"", **OWN),
    "unparsable": reply(b"<a><b>", **OWN),
    "json": reply(b'{"error": 1}', **OWN),
    "oversized": reply(b"<rss>" + b"x" * 70_000, **OWN),
    "bomb": reply(gzip.compress(bytes(70_000)), Content_Encoding="gzip", **OWN),
    "not gzip": reply(b"\x00", Content_Encoding="gzip", **OWN),
    "cut off": cut_off,
    "a circle": moved("/feed"),
    "nowhere": moved("/missing"),
    "no http": b"SSH-2.0-OpenSSH\r\n\r\n",
    "hanging": hang,
    "reset": reset,
}


@pytest.mark.parametrize("bad", ERRORS.values(), ids=ERRORS)
async def test_08_no_error_changes_what_is_known(world: World, bad):
    await world.reload(timeout=0.3, max_body=50_000)
    good = paper("a", "b", ETag='"1"', Last_Modified="one")
    world.site.pages["/feed"] = good
    world.subscribe()
    await world.polls(1)
    known, stored = world.state("feed"), world.stored()

    world.site.pages["/feed"] = bad
    await world.polls(3)
    state = world.state("feed")
    assert state.status is FeedStatus.FAILING
    assert state.error
    kept = ("validators", "validators_at", "body_hash", "succeeded_at", "title")
    assert [getattr(state, k) for k in kept] == [getattr(known, k) for k in kept]

    world.site.pages["/feed"] = good
    parsed = world.parser.parsed
    asked = await world.polls(len(world.asked()) + 1)
    assert {sent(a) for a in asked[1:]} == {('"1"', "one")}
    assert world.state("feed").status is FeedStatus.OK
    assert world.parser.parsed == parsed  # the body is the one that is known
    assert world.stored() == stored


# --- 9 ------------------------------------------------------------------------------


async def test_09_a_new_url_begins_without_validators(world: World):
    world.site.pages |= {"/feed": Press(), "/new": Press()}
    world.subscribe()
    await world.polls(2)
    url = world.feeds[0].url.replace("/feed", "/new")
    await world.reload([replace(world.feeds[0], url=url)])
    first, second = (await world.polls(2, "/new"))[:2]
    assert not is_conditional(first)
    assert is_conditional(second)
    assert len(world.asked("/feed")) == 2


async def test_09_a_url_that_changed_while_it_was_asked_keeps_nothing_of_it(
    world: World,
):
    async def edit(talk: Talk) -> bool:
        url = world.feeds[0].url.replace("/feed", "/new")
        world.feeds = (replace(world.feeds[0], url=url),)
        world.configure()
        await talk.say(paper("a", ETag='"old"'))
        return True

    world.site.pages |= {"/feed": edit, "/new": Press()}
    world.subscribe()
    await world.live(hours=1)
    assert not is_conditional(world.asked("/new")[0])


async def test_09_a_redirect_that_leads_elsewhere_drops_the_validators(world: World):
    async def says(talk: Talk, title: str) -> bool:
        same = talk.asked.header("If-None-Match") == '"1"'
        await talk.say(not_modified() if same else paper(title, ETag='"1"'))
        return True

    world.site.pages |= {
        "/feed": moved("/one"),
        "/one": lambda talk: says(talk, "one"),
        "/two": lambda talk: says(talk, "two"),
    }
    world.subscribe()
    await world.polls(3)
    world.site.pages["/feed"] = moved("/two")
    await world.polls(5)
    assert world.entry_titles() == ["one", "two"]
    await world.polls(6, "/feed")
    assert is_conditional(world.asked("/two")[-1])


async def test_09_another_parser_reads_everything_again(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe()
    await world.polls(2)
    state = world.state("feed")
    older = replace(state, traits=replace(state.traits, reader="an older one"))
    world.store.run(lambda tx: tx.save_feed(older))
    third, fourth = (await world.polls(4))[2:]
    assert not is_conditional(third)
    assert is_conditional(fourth)
    assert world.parser.parsed == 2


# --- 10, 11, 12 ---------------------------------------------------------------------


async def test_10_validators_survive_a_restart(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", ETag='"1"', Last_Modified="one"), not_modified(ETag='"2"')
    )
    world.subscribe()
    for _ in range(3):
        await world.polls(len(world.asked()) + 1)
        await world.restart()
    assert [sent(asked) for asked in await world.polls(4)] == [
        (None, None),
        ('"1"', "one"),
        ('"2"', "one"),
        ('"2"', "one"),
    ]


async def test_10_validators_are_stored_with_the_entries_or_not_at_all(world: World):
    world.site.pages["/feed"] = Press()
    world.subscribe()
    with world.store._database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER crash BEFORE INSERT ON entries "
            "BEGIN SELECT RAISE(ABORT, 'power cut'); END"
        )
    with pytest.raises(StoreError):
        await world.live(minutes=1)
    with world.store._database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER crash")
    await world.restart()
    await world.live(minutes=1)
    assert [is_conditional(asked) for asked in world.asked()] == [False, False]
    assert world.entry_titles() == ["edition 1"]


async def test_11_a_server_that_is_stuck_on_304_recovers_after_eight_days(
    world: World,
):
    async def stuck(talk: Talk) -> bool:
        etag = f'"{len(world.asked())}"'  # that these change does not help it
        if is_conditional(talk.asked):
            await talk.say(not_modified(ETag=etag))
        else:
            await talk.say(paper(f"day {world.clock.passed / DAY:.0f}", ETag='"1"'))
        return True

    world.site.pages["/feed"] = stuck
    world.subscribe(minutes=240)
    await world.live(days=30)
    whole = [asked for asked in world.asked() if not is_conditional(asked)]
    assert len(whole) == 4
    assert all(8 * DAY < gap < 8.5 * DAY for gap in gaps(whole))
    assert len(world.entry_titles()) == 4


async def test_11_a_200_counts_the_eight_days_anew(world: World):
    press = Press()
    world.site.pages["/feed"] = press
    world.subscribe(minutes=240)
    for _ in range(3):
        await world.live(days=6)
        press.edition += 1
    await world.live(days=6)
    assert [is_conditional(asked) for asked in world.asked()].count(False) == 1


async def test_12_an_equal_body_is_not_parsed_and_writes_no_entry(world: World):
    world.site.pages["/feed"] = Script(
        paper("a", "b"), *(paper("a", "b", ETag=f'"{n}"') for n in range(20))
    )
    world.subscribe()
    await world.polls(1)
    stored = world.stored()
    await world.polls(20)
    assert world.parser.parsed == 1
    assert world.stored() == stored
    assert world.state("feed").succeeded_at == world.state("feed").polled_at


async def test_12_a_body_is_parsed_again_after_another_one(world: World):
    world.site.pages["/feed"] = Script(paper("a"), paper("b"), paper("a"))
    world.subscribe(minutes=60)
    await world.polls(5)
    assert world.parser.parsed == 3
    assert all(gap >= HOUR for gap in gaps(world.asked()))
