"""Pages of articles that no site should serve, each with what must be said of it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler

from feedsite import FeedSite, Page, reply
from hostile import (
    GZIP,
    MB,
    WALL,
    Bad,
    Scene,
    always,
    answers,
    bomb,
    redirects,
)
from newspaper import HTML, article_tag, story

WORDS = "Aserbaidschan spricht über Waffenlieferungen."
ARTICLE = article_tag(story(0)).encode()
PAGE = {"Content_Type": HTML}
ODD_TYPE = {"Content_Type": "text/html"}


def page(body: str, head: str = "") -> bytes:
    """Return a page that is no article, though it has the words."""
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def sold() -> bytes:
    """Return the free beginning of an article, whose words stand in the offer alone."""
    said = {"@type": "NewsArticle", "headline": "x", "isAccessibleForFree": False}
    data = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    offer = f'<div class="paywall"><p>{WORDS} Jetzt weiterlesen mit Plus-Abo.</p></div>'
    return page(
        f"<article><h1>x</h1><p>{'Ein Anfang. ' * 30}</p>{offer}</article>", data
    )


CONSENT = page(
    f"<h1>Ihre Privatsphäre</h1><p>{WORDS} Wir und unsere Partner verwenden Cookies."
    " Bitte stimmen Sie dem Tracking zu oder wählen Sie das Pur-Abo.</p>",
    "<title>Zustimmung zu Cookies</title>",
)
LOGIN = page(f"<p>{WORDS}</p><form><input name=u><input type=password name=p></form>")
ROBOT = page(f"<h1>Access denied</h1><p>{WORDS} Please verify you are a human.</p>")
ERROR = page("<h1>500 Internal Server Error</h1><p>nginx</p>")


def endless(request: BaseHTTPRequestHandler) -> None:
    """Send 100 MB of a page."""
    request.send_response(200)
    request.send_header("Content-Type", HTML)
    request.end_headers()
    piece = f"<p>{WORDS}</p>".encode() * 20_000
    for _ in range(100 * MB // len(piece)):
        request.wfile.write(piece)


def onwards(request: BaseHTTPRequestHandler) -> None:
    """Redirect to ever new addresses."""
    reply(request, 302, Location=f"{request.path.split('?')[0]}?{len(request.path)}x")


def leads(head: str, target: str) -> bytes:
    return page("<p>Einen Moment</p>", head.format(target))


REFRESH = '<meta http-equiv="refresh" content="0;url={}">'

BAD = {
    "payment": Bad(always(402, ARTICLE, **PAGE), "paywall.*402"),
    "sold": Bad(always(200, sold(), **PAGE), "paywall.*not free"),
    "consent": Bad(always(200, CONSENT, **PAGE), "consent"),
    "wall": Bad(always(403, WALL, cf_mitigated="challenge"), "not_fetched.*403.*cf-"),
    "busy_wall": Bad(always(503, WALL, **PAGE), "not_fetched.*503"),
    "soft_wall": Bad(always(200, WALL, **PAGE), "bot_wall"),
    "robot": Bad(always(200, ROBOT, **PAGE), "bot_wall"),
    "login": Bad(always(200, LOGIN, **PAGE), "login"),
    "bomb": Bad(always(200, bomb(100), **GZIP, **PAGE), "too_large"),
    "endless": Bad(lambda _: endless, "too_large"),
    "nested": Bad(always(200, b"<html>" + b"<div>" * MB, **PAGE), "too_large|empty"),
    "circle": Bad(lambda s: redirects(s.site.url("/a")), "not_fetched.*circle"),
    "onwards": Bad(lambda _: onwards, "not_fetched.*redirects"),
    "inner": Bad(lambda s: redirects(s.inner), r"not_fetched.*private|10\.0\.0\.1"),
    "decimal": Bad(lambda _: redirects("http://167772161/x"), "10.0.0.1|167772161"),
    "file": Bad(lambda s: redirects(f"file://{s.secret}"), "not_fetched.*file"),
    "refreshing": Bad(lambda _: answers(200, leads(REFRESH, "/a"), **PAGE), "empty"),
    "refresh_inner": Bad(
        lambda s: answers(200, leads(REFRESH, s.inner), **PAGE), r"10\.0\.0\.1"
    ),
    "amp_inner": Bad(
        lambda s: answers(
            200,
            leads("<link rel=canonical href={}>", s.inner).replace(
                b"<html", b"<html amp"
            ),
            **PAGE,
        ),
        "empty",
    ),
    "pdf": Bad(always(200, b"%PDF-1.7", Content_Type="application/pdf"), "not_html"),
    "hidden_pdf": Bad(always(200, b"%PDF-1.7", **PAGE), "not_html.*PDF"),
    "image": Bad(always(200, b"\x89PNG\r\n", Content_Type="image/png"), "not_html"),
    "json": Bad(always(200, b'{"a": 1}', Content_Type="application/json"), "not_html"),
    "hidden_json": Bad(always(200, b'{"a": 1}', **PAGE), "not_html"),
    "nothing": Bad(always(200, b"", **PAGE), "empty"),
    "blank": Bad(always(200, b" \n\0", **PAGE), "empty|not_html"),
    "error": Bad(always(200, ERROR, **PAGE), "empty"),
    "gone": Bad(always(410), "not_fetched.*410"),
    "missing": Bad(always(404), "not_fetched.*404"),
    "later": Bad(always(429, b"", Retry_After="600"), "not_fetched.*429"),
    "cut": Bad(always(200, b"<html>", Content_Encoding="br", **PAGE), "not_fetched"),
    "noise": Bad(always(200, bytes(range(256)) * 900, **PAGE), "not_html|empty"),
}
"""What is served at /a, and the reason and detail of it, as a regular expression."""


def in_charset(name: str) -> bytes:
    return ARTICLE.decode().replace("utf-8", name, 1).encode(name, "replace")


ODD: dict[str, bytes] = {
    "nul": ARTICLE.replace(b" ", b"\0 ").replace(b"<html", b"\0\0<html"),
    "bad_bytes": ARTICLE.replace(b"Termine", b"Ter\xff\xfemine\xc3"),
    "latin": in_charset("windows-1252"),
    "utf16": ARTICLE.decode().replace("utf-8", "utf-16").encode("utf-16"),
    "xhtml": b'<?xml version="1.0" encoding="utf-8"?>'
    + ARTICLE.replace(b"<html", b'<html xmlns="http://www.w3.org/1999/xhtml"'),
    "unclosed": ARTICLE.replace(b"</p>", b"").replace(b"</article>", b""),
}
"""Odd pages that hold the article all the same."""

ROBOTS: dict[str, tuple[Page, str]] = {
    "disallowed": (answers(200, b"User-agent: *\nDisallow: /a"), "robots "),
    "busy_robots": (answers(503), "robots_unknown"),
    "big_robots": (answers(200, b"Allow: /x\n" * MB), "robots_unknown"),
    "other_robots": (answers(200, b"User-agent: Bad\nDisallow: /"), "read "),
    "no_robots": (answers(404), "read "),
    "page_robots": (answers(200, ARTICLE, **PAGE), "read "),
    "moved_robots": (redirects("/robots.txt"), "read "),
}
"""What is served at /robots.txt, and what becomes of a good article."""


NAMES = (*BAD, *ODD, *ROBOTS)
GOOD = (*ODD, *(name for name, (_, says) in ROBOTS.items() if says == "read "))
INNER = "http://10.0.0.1/x"


def serve(site: FeedSite, name: str, secret: str) -> None:
    """Let a site serve one of them."""
    scene = Scene(site, secret, INNER)
    good = answers(200, ODD.get(name, ARTICLE), **ODD_TYPE)
    site.serve("/a", BAD[name].make(scene) if name in BAD else good)
    if name in ROBOTS:
        site.serve("/robots.txt", ROBOTS[name][0])


def expected(name: str) -> str:
    """Return what must be said of it: its reason and detail, as a regular"
    " expression."""
    if name in BAD:
        return BAD[name].says
    return ROBOTS[name][1] if name in ROBOTS else "read "
