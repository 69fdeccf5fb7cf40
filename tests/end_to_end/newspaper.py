"""A newspaper on loopback: a story that has the words, a neighbour that has not.

Both have the first word in their teasers. Only the story's article has the second; the
neighbour's page has both, in everything that stands around its article. Each layout
is one that news sites use.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

from feedsite import FeedSite, LiveFeed, Page, reply

HTML = "text/html; charset=utf-8"
QUOTE = (
    "Über mögliche Waffenlieferungen an das Land wollte die Sprecherin nicht reden,"
    " ein Dementi kam aber auch nicht."
)
_BEGINNING = (
    (
        "Der Gast wird am Vormittag am Flughafen erwartet, ein Teppich liegt bereit."
        " Bis zum Abend sind vier Termine geplant, darunter ein Gang durch das Museum."
    ),
    (
        "Gesprochen werden soll vor allem über Gas. Eine neue Leitung durch das Gebirge"
        " könnte schon im kommenden Winter fertig sein, heißt es aus dem Ministerium."
    ),
)
_END = (
    (
        "Gegen den Besuch haben drei Gruppen eine Kundgebung angemeldet. Die"
        " Polizei rechnet"
        " mit einigen Hundert Menschen und sperrt die Straßen rund um das Schloss."
    ),
    (
        "Am Dienstag reist der Präsident weiter nach Wien, wo er eine Ausstellung über"
        " Teppiche eröffnet und mit Studenten der Universität diskutiert."
    ),
)
_OTHER = (
    (
        "Nach dem Essen zeigte der Gast sich redselig und lobte den Wein der"
        " Gegend. Er werde"
        " ein Fass davon mitnehmen, sagte er unter dem Beifall der Gastgeber."
    ),
)

NAVIGATION = (
    '<header><nav><a href="/">Start</a><ul><li><a href="/d/ruestung">Aserbaidschan:'
    " Waffenlieferungen</a></li><li><a"
    " href='/d/wein'>Genuss</a></li></ul></nav></header>"
)
COOKIES = (
    '<div id="cookie-layer" role="dialog"><p>Wir und unsere 812 Partner speichern'
    " Cookies, damit Sie auch Werbung über Waffenlieferungen an"
    " Aserbaidschan sehen.</p>"
    "<button>Einverstanden</button></div>"
)
RELATED = (
    '<aside class="related-articles"><h2>Mehr zum Thema</h2><ul>'
    '<li><a href="/a/77">Streit um Waffenlieferungen an'
    " Aserbaidschan</a><p>Im Ausschuss"
    " ging es hoch her, als die Waffenlieferungen zur Sprache kamen.</p></li>"
    '<li><a href="/a/78">Wer von den Waffenlieferungen weiß</a></li></ul></aside>'
)
TEASERS = (
    '<section class="teaser-list"><article class="teaser"><h3><a'
    ' href="/a/79">Kommentar:'
    " Keine Waffenlieferungen!</a></h3><p>Warum Waffenlieferungen ein Fehler wären,"
    ' erklärt unsere Kolumnistin.</p></article><article class="teaser"><h3>'
    '<a href="/a/80">Waffenlieferungen, Teil 2</a></h3><p>Was Waffenlieferungen kosten.'
    "</p></article></section>"
)
NEWSLETTER = (
    '<div class="newsletter-box"><h3>Newsletter</h3><p>Alles über Waffenlieferungen,'
    " jeden Freitag um sieben in Ihrem Postfach.</p><form><input"
    " name=mail></form></div>"
)
COMMENTS = (
    '<section id="comments"><h2>2 Kommentare</h2><div'
    ' class="comment"><p>Und wieder kein'
    " Wort über die Waffenlieferungen, das ist doch Absicht! Fragt doch"
    " einmal nach, was"
    ' da alles über die Grenze geht.</p></div><div class="comment"><p>Es heißt'
    " Waffenlieferungen, nicht Waffenliferungen, lieber Vorredner, und mit dem Wein hat"
    " es nichts zu tun.</p></div></section>"
)
FOOTER = (
    "<footer><p>Dossiers: <a href='/d/1'>Waffenlieferungen</a> · <a"
    " href='/d/2'>Aserbaidschan</a></p><p>© 2026 Abendblatt an der Spree</p></footer>"
)
AROUND = RELATED + TEASERS + NEWSLETTER + COMMENTS + FOOTER


@dataclass(frozen=True)
class Told:
    """One article: its headline, its paragraphs, and the address of its page."""

    title: str
    paragraphs: tuple[str, ...]
    url: str = ""


Layout = Callable[[Told], str]


def story(number: int, url: str = "") -> Told:
    """Return an article that has the words; its headline has neither."""
    title = f"Hoher Gast im Schloss, Teil {number}"
    own = f"Es ist der Besuch Nummer {number} in diesem Jahr."
    return Told(title, (*_BEGINNING, own, QUOTE, *_END), url)


def neighbour(number: int, url: str = "") -> Told:
    """Return one that has not."""
    title = f"Wein aus dem Kaukasus, Folge {number}"
    own = f"Die Lese Nummer {number} war besonders gut."
    return Told(title, (*_BEGINNING, *_OTHER, own, *_END), url)


def _page(told: Told, body: str, head: str = "", html: str = 'lang="de"') -> str:
    return (
        f'<!DOCTYPE html><html {html}><head><meta charset="utf-8">'
        f"<title>{told.title} |"
        f" Abendblatt</title>{head}</head><body>{body}</body></html>"
    )


def _all(told: Told, template: str = "<p>{}</p>") -> str:
    return "".join(template.format(each) for each in told.paragraphs)


def article_tag(told: Told) -> str:
    """An ``<article>`` with its header; the boxes stand within and behind it."""
    paragraphs = [f"<p>{each}</p>" for each in told.paragraphs]
    inner = "".join([*paragraphs[:2], RELATED, *paragraphs[2:], NEWSLETTER])
    body = f"<article><header><h1>{told.title}</h1></header>{inner}</article>"
    return _page(told, f"{COOKIES}{NAVIGATION}<main>{body}{TEASERS}{COMMENTS}</main>")


def div_soup(told: Told) -> str:
    """Nothing but ``<div>``, with the class names of a build tool."""
    inner = _all(told, '<div class="css-1q2w3e"><p>{}</p></div>')
    cards = "".join(
        f'<div class="css-9x8y"><a href="/a/{n}"><div'
        f' class="css-7t">Waffenlieferungen an'
        f" Aserbaidschan, Folge {n}</div></a><div>Worum es geht.</div></div>"
        for n in range(6)
    )
    body = f'<div class="css-0"><h1>{told.title}</h1>{inner}</div>'
    return _page(told, f"<div>{NAVIGATION}{body}<div>{cards}</div>{AROUND}</div>")


def amp(told: Told) -> str:
    """The AMP twin, in the list of the feed instead of its article."""
    head = f'<link rel="canonical" href="{told.url}">'
    menu = '<amp-sidebar><a href="/w">Waffenlieferungen</a></amp-sidebar>'
    body = f"<article><h1>{told.title}</h1>{_all(told)}</article>"
    more = (
        '<section class="amp-recommended"><h2>Auch interessant</h2><a href="/a/1">'
        "Waffenlieferungen an Aserbaidschan</a></section>"
    )
    return _page(told, menu + body + more, head, html='amp lang="de"')


def linked_data(told: Told) -> str:
    """A page that a script builds: the text stands in the data for machines."""
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": told.title,
        "articleBody": "\n\n".join(told.paragraphs),
    }
    head = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    state = '<script>window.S={"t":"Waffenlieferungen an Aserbaidschan"}</script>'
    return _page(told, f'<div id="app"></div>{state}{COOKIES}', head)


def lazy(told: Told) -> str:
    """Paragraphs that fade in as one scrolls, with pictures and advertisements."""
    paragraphs = [
        f'<p class="fade-in lazy" style="opacity:0" data-delay="{n}">{each}</p>'
        f'<figure><img data-src="/{n}.jpg" alt=""><noscript><img src="/{n}.jpg"'
        ' alt="Waffenlieferungen"></noscript></figure>'
        '<div class="ad-slot" data-ad="x"><span>Anzeige</span></div>'
        for n, each in enumerate(told.paragraphs)
    ]
    body = f'<div class="story"><h1>{told.title}</h1>{"".join(paragraphs)}</div>'
    return _page(told, f"{NAVIGATION}{body}{AROUND}")


def live_blog(told: Told) -> str:
    """Updates with their times, the newest first."""
    updates = "".join(
        f'<article class="post"><time datetime="2026-05-04T1{n}:00:00+02:00">1{n} Uhr'
        f"</time><h3>Meldung {n} aus dem Schloss</h3><p>{each}</p></article>"
        for n, each in enumerate(told.paragraphs)
    )
    return _page(
        told, f"{NAVIGATION}<main><h1>{told.title}</h1>{updates}</main>{AROUND}"
    )


def paged(told: Told) -> str:
    """The first page of three, with the headings of the others below."""
    pages = (
        '<nav class="pages"><ol><li>Auf einer Seite lesen</li><li><a'
        ' href="?page=2">Seite'
        ' 2: Was aus den Waffenlieferungen wurde</a></li><li><a href="?page=3">Seite 3:'
        " Aserbaidschan und die Waffenlieferungen</a></li></ol></nav>"
    )
    body = f'<div itemprop="articleBody">{_all(told)}</div>{pages}'
    return _page(told, f"{NAVIGATION}<h1>{told.title}</h1>{body}{AROUND}")


LAYOUTS: tuple[Layout, ...] = (
    *(article_tag, div_soup, amp, linked_data, lazy, live_blog, paged),
)


def html_page(text: str) -> Page:
    """Return a page that is always there."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        reply(request, 200, text.encode(), Content_Type=HTML)

    return answer


def print_article(
    site: FeedSite, feed: LiveFeed, path: str, told: Told, layout: Layout = article_tag
) -> str:
    """Serve an article and put it into a feed, as its headline and teaser alone."""
    url = site.serve(path, html_page(layout(told)))
    teaser = f"Aserbaidschans Präsident ist unterwegs: {told.title}."
    feed.publish(told.title, summary=teaser, link=url)
    return url
