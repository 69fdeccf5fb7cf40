"""Pages that no news site should serve, each with what must be said of it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from feedsite import FeedSite, Page, reply

MB = 1_000_000
WORDS = "Aserbaidschan Waffenlieferungen"
LOGIN = b"<!DOCTYPE html><html><body><form>Bitte anmelden</form></body></html>"
WALL = (
    b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><script src='/cdn-cgi/challenge-platform/x.js'></script></body></html>"
)


@dataclass(frozen=True)
class Scene:
    """Where the bad pages stand, and what they reach for.

    `secret` is the path of a file that nobody may read; `inner` the URL of a server
    in a network that is not allowed.
    """

    site: FeedSite
    secret: str
    inner: str


@dataclass(frozen=True)
class Bad:
    """How a page is made, and the words of the error, as a regular expression."""

    make: Callable[[Scene], Page]
    says: str


def answers(status: int, body: bytes = b"", **headers: str) -> Page:
    """Return a page that always answers so."""
    return lambda request: reply(request, status, body, **headers)


def redirects(target: str, status: int = 302) -> Page:
    return answers(status, Location=target)


def rss(title: str, before: str = "") -> bytes:
    """Return a feed of one entry; `before` stands in front of its root."""
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>x</title>'
        f"<item><title>{title}</title><guid>evil</guid></item></channel></rss>"
    ).encode()


def huge(request: BaseHTTPRequestHandler) -> None:
    """Send 60 MB of a feed that never ends."""
    request.send_response(200)
    request.send_header("Content-Type", "application/rss+xml")
    request.end_headers()
    request.wfile.write(b'<?xml version="1.0"?><rss version="2.0"><channel>')
    item = b"<item><title>" + b"x" * 10_000 + b"</title></item>"
    for _ in range(60 * MB // len(item)):
        request.wfile.write(item)


def dripping(site: FeedSite) -> Page:
    """Return a page that sends a byte now and then, for ever."""

    def page(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not site.released.wait(0.5):
            request.wfile.write(b" ")
            request.wfile.flush()

    return page


def bomb(megabytes: int) -> bytes:
    """Return so many megabytes of blanks as gzip."""
    packer = zlib.compressobj(9, wbits=31)
    blanks = b" " * MB
    return b"".join(packer.compress(blanks) for _ in range(megabytes)) + packer.flush()


def laughs() -> bytes:
    """Return the billion laughs, as an entry's title."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE rss [<!ENTITY l0 "lachen">{entities}]>'
    return rss(f"{WORDS} &l9;", dtd)


def external(target: str) -> bytes:
    """Return a feed whose title is what stands at `target`."""
    entities = f'<!ENTITY x SYSTEM "{target}"><!ENTITY % y SYSTEM "{target}">'
    return rss(f"{WORDS} &x;", f"<!DOCTYPE rss [{entities}]>")


def deep(brackets: int) -> bytes:
    return b"[" * brackets + b"]" * brackets


def hang_up(request: BaseHTTPRequestHandler) -> None:
    """Close without an answer."""
    request.close_connection = True


def spelled(inner: str, address: str) -> Page:
    """Return a redirect to the inner server under another spelling of its address."""
    return redirects(inner.replace("127.0.0.2", address))


def always(status: int, body: bytes = b"", **headers: str) -> Callable[[Scene], Page]:
    return lambda _: answers(status, body, **headers)


NO_ITEMS = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": 5})
GZIP = {"Content_Encoding": "gzip"}
TOO_LARGE = "large|big|MB|bytes"

BAD = {
    "huge": Bad(lambda _: huge, TOO_LARGE),
    "bomb": Bad(always(200, bomb(200), **GZIP), TOO_LARGE),
    "cut_gzip": Bad(always(200, gzip.compress(rss("x"))[:-20], **GZIP), "gzip|ncoding"),
    "garbage": Bad(always(200, bytes(range(256)) * 40), "feed"),
    "deepjson": Bad(always(200, deep(200_000)), "feed|JSON"),
    "badjson": Bad(always(200, NO_ITEMS.encode()), "feed|JSON|items"),
    "deepxml": Bad(always(200, b"<a>" * 200_000), "feed|XML"),
    "login": Bad(always(200, LOGIN), "HTML"),
    "wall": Bad(always(403, WALL, cf_mitigated="challenge"), "403"),
    "softwall": Bad(always(200, WALL, cf_mitigated="challenge"), "cf-|bot|wall"),
    "empty": Bad(always(200), "empty"),
    "blank": Bad(always(200, b" \n"), "empty|feed"),
    "nocontent": Bad(always(204), "204|empty"),
    "partial": Bad(always(206, rss("x")), "206"),
    "missing": Bad(always(404), "404"),
    "broken": Bad(always(500), "500"),
    "inner": Bad(lambda s: redirects(s.inner), r"127\.0\.0\.2"),
    "decimal": Bad(lambda s: spelled(s.inner, "2130706434"), "2130706434|127.0.0.2"),
    "mapped": Bad(lambda s: spelled(s.inner, "[::ffff:7f00:2]"), "7f00:2|127.0.0.2"),
    "private": Bad(lambda _: redirects("http://10.0.0.1/"), r"10\.0\.0\.1"),
    "metadata": Bad(lambda _: redirects("http://169.254.169.254/x"), r"169\.254"),
    "file": Bad(lambda s: redirects(f"file://{s.secret}"), "file"),
    "loop": Bad(lambda s: redirects(s.site.url("/loop")), "loop|redirect"),
    "nowhere": Bad(always(302), "302"),
    "names_a_file": Bad(lambda s: answers(200, s.secret.encode()), "feed"),
    "hangup": Bad(lambda _: hang_up, "connection|closed|disconnect|network"),
    "long_header": Bad(always(200, rss("x"), X_Long="x" * 200_000), "header|HTTP"),
}

# Feeds that may be read or refused, but must do no harm.
ODD: dict[str, Callable[[Scene], Page]] = {
    "laughs": always(200, laughs()),
    "outside": lambda s: answers(200, external(f"file://{s.secret}")),
    "dtd": lambda s: answers(200, external(s.site.url("/evil.dtd"))),
    "cut": always(200, rss(WORDS).split(b"</item>")[0]),
    "zipped": always(200, gzip.compress(rss("gut")), **GZIP),
    "not_zipped": always(200, rss("gut"), **GZIP),
    "noise": always(200, rss("\x01 \x08 &nosuch; & <b> <i>")),
}
