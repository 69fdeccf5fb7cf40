"""Pages as publishers lay them out: each has one of the two articles, and much else."""

from __future__ import annotations

import json

from article_parts import (
    COMMENTS,
    COOKIES,
    ENGLISH,
    ENGLISH_TITLE,
    FOOTER,
    GERMAN,
    GERMAN_TITLE,
    NAVIGATION,
    NEWSLETTER,
    RELATED,
    page,
    paragraphs,
)


def json_ld(**more: object) -> str:
    """Return a script that describes the article."""
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": GERMAN_TITLE,
        "datePublished": "2026-03-03T07:30:00+01:00",
        **more,
    }
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def semantic() -> str:
    """A page with every mark that HTML5 knows."""
    inner = paragraphs(GERMAN[:3]) + RELATED + paragraphs(GERMAN[3:])
    return page(
        f"{COOKIES}{NAVIGATION}<main><article><header><h1>{GERMAN_TITLE}</h1>"
        f'<p class="byline">Von Anna Muster</p><time'
        f' datetime="2026-03-03T07:30:00+01:00">'
        f"3. März</time></header>{inner}{NEWSLETTER}</article>{COMMENTS}</main>{FOOTER}"
    )


def divs() -> str:
    """Nothing but ``<div>``, with names in camel case and one word."""
    inner = "".join(f'<div class="textBlock"><p>{p}</p></div>' for p in GERMAN)
    teasers = "".join(
        f'<div class="teaserBox"><a href="/t{n}"><div class="teaserHeadline">Ein Zebra'
        f" kommt selten allein, Folge {n}</div></a><p>Warum das Zebra streift und nicht"
        f" punktet, erklärt Teil {n} der Serie.</p></div>"
        for n in range(6)
    )
    return page(
        f'<div id="topNav"><a href="/1">Krokodil</a> <a href="/2">Politik</a></div>'
        f'<div id="wrapper" class="with-sidebar"><div'
        f' id="content"><h1>{GERMAN_TITLE}</h1>'
        f'{inner}</div><div class="sidebarRight">{teasers}</div></div>{FOOTER}'
    )


def microdata() -> str:
    """Marked by microdata, comments inside the article, a lead before the body."""
    return page(
        f'{NAVIGATION}<div itemscope itemtype="https://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{GERMAN_TITLE}</h1>'
        f'<meta itemprop="datePublished" content="2026-03-03T07:30:00+01:00">'
        f'<div itemprop="articleBody">{paragraphs(GERMAN)}'
        f'<div itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        f"<p>Ein Nilpferd sagt mehr als tausend Worte, finde ich jedenfalls, und viele"
        f" sehen das so wie ich.</p></div></div></div>{RELATED}{FOOTER}"
    )


def wordpress() -> str:
    """A blog: share buttons, tags, neighbours and an English comment list."""
    return page(
        f'<div id="page" class="site"><div id="primary"><article id="post-7"'
        f' class="post">'
        f'<header class="entry-header"><h1'
        f' class="entry-title">{ENGLISH_TITLE}</h1></header>'
        f'<div class="entry-content">{paragraphs(ENGLISH)}'
        f'<div class="sharedaddy sd-sharing-enabled"><h3>Share this:</h3><ul><li>'
        f'<a href="#">penguin</a></li></ul></div>'
        f'<div id="jp-relatedposts" class="jp-relatedposts"><h3><em>Related</em></h3>'
        f'<p><a href="/z">The zebra and the giraffe</a></p></div></div>'
        f'<footer class="entry-footer">Tagged <a'
        f' href="/t">crocodile</a></footer></article>'
        f'<nav class="post-navigation"><a href="/p">Previous: Zebra crossing'
        f" closed</a></nav>"
        f'<div id="comments" class="comments-area"><h2>Two thoughts on'
        f" “{ENGLISH_TITLE}”</h2>"
        f'<ol class="comment-list"><li><p>My hippo would never agree with a word of'
        f" this,"
        f" and I think that most people here feel the same about"
        f" it.</p></li><li><p>Your"
        f" hippo should learn to read first. The second paragraph says it all,"
        f" honestly."
        f"</p></li></ol></div></div></div>",
        title=ENGLISH_TITLE,
        lang="en-US",
        head='<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-03T06:30:00+00:00">',
    )


def inline_links() -> str:
    """Links to other stories between the paragraphs, without any box around them."""
    texts = [f"<p>{text}</p>" for text in ENGLISH]
    texts.insert(
        2, '<p><strong>Read more: <a href="/g">Giraffe on the run</a></strong></p>'
    )
    texts.insert(4, '<p><a href="/h">The hippo that came to dinner and stayed</a></p>')
    texts.append(
        "<h2>More on this story</h2><ul><li><a href='/i'>Why an elephant never"
        " forgets</a></li><li><a href='/k'>A walrus in Whitehall</a></li></ul>"
    )
    return page(
        f"<main><h1>{ENGLISH_TITLE}</h1>{''.join(texts)}</main>",
        title=ENGLISH_TITLE,
        lang="en-GB",
    )


def cards() -> str:
    """Other stories as ``<article>`` cards with summaries, below in the same main."""
    card = (
        '<article class="c-card"><h3><a href="/{n}">Zebra, Teil {n}</a></h3><p>Das'
        " Zebra"
        " steht wieder im Mittelpunkt, und mit ihm die Frage, wer die Streifen bezahlt."
        "</p></article>"
    )
    below = "".join(card.format(n=n) for n in range(8))
    return page(
        f"{NAVIGATION}<main><article><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN)}</article>"
        f'<div class="grid">{below}</div></main>{FOOTER}'
    )


def live_blog() -> str:
    """Many short articles, each an update with its time."""
    updates = "".join(
        f'<article class="update"><time datetime="2026-03-03T0{n}:10:00+01:00">0{n}:10'
        f" Uhr</time><h3>Meldung {n} aus Baku</h3><p>{text}</p></article>"
        for n, text in enumerate(GERMAN)
    )
    return page(
        f"{NAVIGATION}<main><h1>Liveblog:"
        f" {GERMAN_TITLE}</h1>{updates}</main>{RELATED}{FOOTER}",
        head=json_ld(
            **{
                "@type": "LiveBlogPosting",
                "liveBlogUpdate": [
                    {
                        "@type": "BlogPosting",
                        "headline": f"Meldung {n}",
                        "articleBody": t,
                    }
                    for n, t in enumerate(GERMAN)
                ],
            }
        ),
    )


def listicle() -> str:
    """Numbered headings, pictures and lists that belong to the article."""
    parts = "".join(
        f"<h2>{n}. Was am Morgen geschah</h2><figure><img"
        f" src='/{n}.jpg'></figure><p>{t}</p>"
        for n, t in enumerate(GERMAN, start=1)
    )
    return page(
        f'<div class="layout layout--teaser-heavy"><div class="article'
        f' article--kommentar">'
        f"<h1>{GERMAN_TITLE}</h1>{parts}</div>{RELATED}{COMMENTS}</div>"
    )


def amp() -> str:
    """The AMP twin: its sidebar, its consent, its list of links."""
    return (
        f'<!doctype html><html amp lang="de"><head><meta charset="utf-8">'
        f'<link rel="canonical" href="https://bote.example/politik/baku-1">'
        f"<title>{GERMAN_TITLE}</title></head><body>"
        f'<amp-sidebar id="s"><ul><li><a href="/k">Krokodil</a></li></ul></amp-sidebar>'
        f'<amp-consent id="c"><div>Ein Pinguin braucht Ihre Zustimmung zu'
        f" Cookies.</div>"
        f"</amp-consent><article><h1>{GERMAN_TITLE}</h1><amp-img"
        f" src='/b.jpg'></amp-img>"
        f"{paragraphs(GERMAN)}</article><amp-embed type='taboola'>Giraffe</amp-embed>"
        f'<section class="amp-related"><h2>Auch interessant</h2><a href="/z">Das Zebra'
        f" an"
        f" sich</a> <a href='/y'>Das Zebra für sich</a></section></body></html>"
    )


def script_only() -> str:
    """The text stands in the data for machines alone: the page is built by a script."""
    return page(
        '<div id="root"></div><noscript>Ohne JavaScript sehen Sie nur einen Pinguin.'
        "</noscript>",
        head=json_ld(articleBody="\n\n".join(GERMAN), isAccessibleForFree=True),
    )


def data_and_page() -> str:
    """The data for machines holds the article; the page has boxes without any mark."""
    between = (
        "<div class='x9f'><p>Die Giraffe ist wieder da, berichtet der Zoo. Ihre Pfleger"
        " haben sie am Abend im Park gefunden und zurückgebracht.</p></div>"
    )
    return page(
        f"<div class='a1'><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN[:4])}{between}"
        f"{paragraphs(GERMAN[4:])}</div>",
        head=json_ld(articleBody=" ".join(GERMAN)),
    )


def graph() -> str:
    """A graph of things, the article among them, and articles of others in a list."""
    graph_of = [
        {"@type": "WebSite", "name": "Der Bote"},
        {"@type": "NewsArticle", "headline": GERMAN_TITLE, "inLanguage": "de-DE"},
        {
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "NewsArticle",
                    "headline": "Giraffe",
                    "articleBody": "Giraffe",
                }
            ],
        },
    ]
    said = json.dumps({"@context": "https://schema.org", "@graph": graph_of})
    return page(
        f"{NAVIGATION}<main role='main'><h1>{GERMAN_TITLE}</h1><div class='paywall'>"
        f"{paragraphs(GERMAN)}</div></main>{NEWSLETTER}{RELATED}{FOOTER}",
        head=f'<script type="application/ld+json">{said}</script>',
    )


def press_release() -> str:
    """A press office: a table, a contact box, everything within one form."""
    return page(
        f'<form id="aspnetForm" method="post"><div id="nav"><a'
        f' href="/">Krokodil</a></div>'
        f'<div id="main-content"><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN)}</div>'
        f'<div class="sidebar"><p>Pressekontakt: Frau Walross, Telefon 030 1234567, an'
        f" allen Werktagen von neun bis siebzehn Uhr.</p></div></form>"
    )


def broken() -> str:
    """Tags that are never closed, or closed twice, or do not exist."""
    inner = "".join(f"<p>{text}" for text in GERMAN)
    return (
        f"<html><title>{GERMAN_TITLE}</title><body><div><div><h1>{GERMAN_TITLE}</h2>"
        f"<foo><article>{inner}</b></div></article></span>"
        "<div class=related><ul><li><a href=/g>Giraffe <li><a href=/g2>Giraffe 2</ul>"
    )


def line_breaks() -> str:
    """An old page: a table, and lines parted by ``<br>``."""
    inner = "<br><br>".join(GERMAN)
    return page(
        f"<table><tr><td class='nav'><a href='/a'>Krokodil</a><br><a"
        f" href='/b'>Zebra</a></td>"
        f"<td><h1>{GERMAN_TITLE}</h1>{inner}</td></tr></table>"
    )


GERMAN_LAYOUTS = (
    *(semantic, divs, microdata, cards, live_blog, listicle, amp, script_only),
    *(data_and_page, graph, press_release, broken, line_breaks),
)
ENGLISH_LAYOUTS = (wordpress, inline_links)
