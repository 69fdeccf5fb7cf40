"""Links to other articles, comments and offers, in shapes that no mark tells of."""

from __future__ import annotations

import pytest
from article_parts import ANIMALS, GERMAN, GERMAN_TITLE, page, paragraphs

from monitor.articles import read_article

LONG = "Die Giraffe aus dem Zoo ist zurück, und alle Welt freut sich mit ihr sehr."
BOXES = {
    "a heading in a box": f"<div><h3>Lesen Sie auch</h3><p>{LONG}</p></div>",
    "a heading in boxes": f"<div><div><b>Das könnte Sie auch interessieren:</b></div>"
    f"<div><a href='/g'><h4>Giraffe</h4></a><p>{LONG}</p></div></div>",
    "a heading, then a"
    " list": "<h3>Mehr zum Thema</h3><ul><li><a href='/g'>Giraffe weg</a>"
    " am Montag</li></ul>",
    "a heading, then lines": "<p><strong>Mehr dazu</strong></p><p></p><h4><a href='/g'>"
    "Giraffe weg</a> (1)</h4><p><a href='/h'>Giraffe wieder da</a></p>",
    "lines": "<p>Lesen Sie auch: <a href='/g'>Giraffe verschwunden</a></p><p>Mehr zum"
    " Thema: Giraffe verschwunden</p><blockquote>Read more: <a href='/g'>The giraffe"
    " has"
    " gone</a></blockquote>",
    "a link alone": "<p><a href='/g'>Giraffe aus Zoo verschwunden und wieder"
    " da</a></p>",
    "links in a row": "<div><a href='/g'>Giraffe</a> <a href='/h'>Nilpferd</a></div>",
    "a list in a row": "<ul><li><a href='/g'>Giraffe</a></li><li><a href='/h'>Zebra</a>"
    "</li></ul>",
    "cards": "<div class='m-teaser'><a href='/g'>Die Giraffe ist wieder da, sagt der"
    " Zoo"
    "</a><p>Sie wurde am Abend gefunden.</p></div>",
    "an article in it": f"<article><h3><a"
    f" href='/g'>Giraffe</a></h3><p>{LONG}</p></article>",
    "a linked article": f"<a"
    f" href='/g'><article><h3>Giraffe</h3><p>{LONG}</p></article></a>",
    "an article of links": "<article><a href='/g'>Giraffe wieder da</a>"
    " <p>Jawohl</p></article>",
    "hidden": f"<div hidden>{LONG}</div><div style='display: none'>{LONG}</div>",
    "by role": f"<div role='complementary'><p>{LONG}</p></div><aside>{LONG}</aside>",
    "an offer": "<p>Die Giraffe im Abo: <a href='/abo'>Jetzt abonnieren</a></p>",
    "buttons": "<button>Giraffe</button><span>Teilen</span><p>Zur Startseite</p>",
    "a form": f"<form><p>{LONG}</p></form>",
}
BOXES["a deeper heading"] = (
    f"<div><i></i>\n<div> <b></b><h3>Related articles</h3></div><p>{LONG}</p></div>"
)
CARD = f"<h3><a href='/g'>Giraffe</a></h3><p>{LONG}</p>"
BOXES["a linked heading in a box"] = f"<div class='css-1x'>{CARD}</div>"
BOXES["a linked heading in boxes"] = f"<div><div><i></i>{CARD}</div></div>"
BOXES["a heading in a link"] = (
    f"<div><a href='/g'><h3>Giraffe</h3></a><p>{LONG}</p></div>"
)
BOXES["blocks in a link"] = f"<a href='/g'><div>Giraffe</div><div>{LONG}</div></a>"
BOXES["a box with much that is empty"] = (
    f"<div>{'<i></i>' * 30}<h3>Tags</h3><ul><li><a href='/g'>Giraffe</a></li></ul></div>"
)
BEHIND = {
    "comments by heading": f"<h2>3"
    f" Kommentare</h2><div><p>{LONG}</p></div><p>{LONG}</p>",
    "comments in a box": f"<div><div><h3>Comments (12)</h3></div><p>{LONG}</p></div>",
    "long comments": f"<section class='comments'>{paragraphs((LONG, *('Ja. ' * 90,)))}"
    "</section>",
    "comments without end": f"<p>Leserbriefe</p>{paragraphs((LONG,) * 40)}",
    "a last heading": "<h2>Giraffe</h2>",
}


def read(body: str) -> str:
    text = page(f"<article><h1>{GERMAN_TITLE}</h1>{body}</article>")
    return read_article(text.encode(), content_type="", url="https://a.example/b").text


def check(body: str) -> None:
    text = read(body)
    assert [each for each in GERMAN if each not in text] == []
    assert [animal for animal in ANIMALS if animal in text] == []


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_a_box_between_paragraphs_is_not_read(box: str) -> None:
    check(paragraphs(GERMAN[:3]) + box + paragraphs(GERMAN[3:]))


@pytest.mark.parametrize("box", BEHIND.values(), ids=BEHIND)
def test_what_follows_an_article_is_not_read(box: str) -> None:
    check(paragraphs(GERMAN) + box)


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_nor_where_nothing_marks_the_article(box: str) -> None:
    body = paragraphs(GERMAN[:3]) + box + paragraphs(GERMAN[3:])
    text = read_article(
        page(f"<div>{body}</div>").encode(), content_type="", url="https://a.example/b"
    ).text
    assert [each for each in GERMAN if each not in text] == []
    assert "Giraffe" not in text


@pytest.mark.parametrize(
    "names",
    [
        "class='with-sidebar related'",
        "id='comments-on'",
        "role='dialog'",
        "hidden",
        "class='paywall'",
        "class='teaser'",
    ],
)
def test_a_misleading_name_does_not_hide_the_article(names: str) -> None:
    check(f"<div {names}>{paragraphs(GERMAN)}</div>")


@pytest.mark.parametrize("tag", ["p", "span", "h3", "div"])
@pytest.mark.parametrize("mark", ["article", "div"])
def test_a_count_of_comments_above_the_article_ends_nothing(
    tag: str, mark: str
) -> None:
    above = f"<h1>{GERMAN_TITLE}</h1><{tag}>3 Kommentare</{tag}>"
    whole = page(f"<{mark}>{above}{paragraphs(GERMAN)}</{mark}>")
    article = read_article(whole.encode(), content_type="", url="https://a.example/b")
    assert article.text == "\n".join(GERMAN)


@pytest.mark.parametrize(
    "lead",
    [
        f"<p class='article__teaser'>{GERMAN[0]}</p>",
        f"<header><h2>Von Anna Muster</h2><p>{GERMAN[0]}</p></header>",
    ],
)
def test_a_lead_is_read(lead: str) -> None:
    check(lead + paragraphs(GERMAN[1:]))


@pytest.mark.parametrize("tag", ["article", "div itemprop='articleBody'"])
def test_a_lead_around_the_article_is_read(tag: str) -> None:
    body = f"<{tag}>{paragraphs(GERMAN[1:])}</{tag.split(maxsplit=1)[0]}>"
    header = f"<header><h1>{GERMAN_TITLE}</h1><p>{GERMAN[0]}</p></header>"
    whole = page(f"<div><div>{header}<div>{body}</div></div>{LONG * 20}</div>")
    article = read_article(whole.encode(), content_type="", url="https://a.example/b")
    assert article.text == "\n".join(GERMAN)


@pytest.mark.parametrize(
    "heading",
    [
        "<a href='#7'>Meldung sieben</a>",
        "<a>Meldung sieben</a>",
        "Meldung <a href='/p'>7</a>",
    ],
)
def test_a_heading_with_a_link_of_its_own_may_be_the_articles(heading: str) -> None:
    between = f"<div><h3>{heading}</h3><p>{GERMAN[3]}</p></div>"
    check(paragraphs(GERMAN[:3]) + between + paragraphs(GERMAN[4:]))


def test_the_sentences_of_an_article_are_kept() -> None:
    kept = (
        (
            'Mehr dazu sagte <a href="/p">der Minister</a> am Abend nicht, denn das sei'
            " alles,"
            " was es zu sagen gebe."
        ),
        "<span>Mehr von der Polizei war nicht zu hören.</span>",
        "Kommentare gab es keine, und: Fragen auch nicht.",
        "Siehe auch: " + "so lang ist kein Titel " * 10 + ".",
        '<a href="/q">Drei Wörter hier</a>',
    )
    text = read(paragraphs((*GERMAN[:4], *kept, *GERMAN[4:])))
    assert "der Minister am Abend" in text
    assert "war nicht zu hören" in text
    assert "Kommentare gab es keine" in text
    assert "so lang ist kein Titel" in text


def test_a_table_and_a_list_of_the_article_are_read() -> None:
    table = "<table><tr><th>Jahr</th><th>Menge</th></tr><tr><td>2025</td><td>7</td></tr></table>"
    items = "<ul><li>Erstens die Generatoren aus Baku.</li><li>Zweitens Geld.</li></ul>"
    text = read(paragraphs(GERMAN[:3]) + table + items + paragraphs(GERMAN[3:]))
    assert "Erstens die Generatoren aus Baku." in text.splitlines()


def test_one_article_is_far_ahead_of_all_others() -> None:
    other = f"<article><p>{LONG}</p></article>"
    body = f"<div><article>{paragraphs(GERMAN)}</article>{other}{other}</div>"
    text = read_article(
        page(body).encode(), content_type="", url="https://a.example/b"
    ).text
    assert text == "\n".join(GERMAN)


def read_whole(body: str) -> str:
    text = page(body).encode()
    return read_article(text, content_type="", url="https://a.example/b").text


@pytest.mark.parametrize(
    "names",
    [
        "class='content with-sidebar'",
        "class='post comments-open'",
        "class='wrap social-enabled'",
        "class='text anzeige-frei'",
        "class='page js-modal-open'",
        "role='form'",
        "hidden",
        "style='visibility: hidden'",
    ],
)
def test_nor_does_it_where_nothing_else_marks_the_article(names: str) -> None:
    body = f"<div {names}><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN)}</div>"
    imprint = (
        f"<div><p>{'Das Blatt erscheint seit 1923 in dieser Stadt. ' * 8}</p></div>"
    )
    text = read_whole(body + imprint)
    assert [each for each in GERMAN if each not in text] == []


@pytest.mark.parametrize("tag", ["article", "div"])
def test_paragraphs_that_fade_in_are_read(tag: str) -> None:
    body = paragraphs(GERMAN, "style='visibility: hidden'")
    text = read_whole(f"<{tag}><h1>{GERMAN_TITLE}</h1>{body}</{tag}>")
    assert text == "\n".join(GERMAN)


@pytest.mark.parametrize(
    "card",
    [
        "<div><a href='/g'>Die Giraffe ist wieder da</a><p>{}</p></div>",
        "<div><div>Zoo</div><div><a href='/g'>Die Giraffe ist wieder da</a></div>"
        "<p>{}</p></div>",
        "<section><p><img><a href='/g'><b>Die Giraffe ist wieder da</b></a></p>"
        "<span>{}</span></section>",
    ],
)
def test_a_row_of_cards_is_not_read(card: str) -> None:
    row = "".join(card.format(f"{LONG} Teil {n} folgt.") for n in range(4))
    text = read_whole(f"<div><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN)}</div>{row}")
    assert text == "\n".join(GERMAN)


def test_paragraphs_in_boxes_with_links_in_them_are_read() -> None:
    boxes = "".join(
        f"<div><p>{text} <a href='/q'>Das sagte ein Beamter am Dienstag</a>.</p></div>"
        f"<div><a href='/q'>Wie ein Beamter</a> sagte, war das am Montag schon so.</div>"
        for text in GERMAN
    )
    end = f"<p>{LONG} Das war alles.</p>"
    text = read_whole(f"<div><h1>{GERMAN_TITLE}</h1>{boxes}{end}</div>")
    assert [each for each in GERMAN if each not in text] == []


def test_an_article_in_a_link_is_read() -> None:
    body = f"<div itemprop='articleBody'>{paragraphs(GERMAN)}</div>"
    assert read_whole(f"<a href='/app'>{body}</a>") == "\n".join(GERMAN)


@pytest.mark.parametrize("heading", ["Die Giraffe", ""])
def test_the_next_article_on_the_same_page_is_not_read(heading: str) -> None:
    first = f"<article><h1>{GERMAN_TITLE}</h1>{paragraphs(GERMAN)}</article>"
    more = "".join(f"<p>{LONG} Das war Tag {n}.</p>" for n in range(5))
    following = f"<article><h1>{heading}</h1>{more}</article>"
    assert read_whole(f"<main>{first}{following}</main>") == "\n".join(GERMAN)
