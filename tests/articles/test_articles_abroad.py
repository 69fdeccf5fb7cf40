"""Pages in other languages: what stands around their articles is not read either.

Whatever is not the article has the mark QX.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from article_parts import page

from monitor.articles import read_article
from monitor.model import Article, ArticleReason


@dataclass(frozen=True)
class Tongue:
    """An article, and what pages in its language call what stands around it."""

    code: str
    article: tuple[str, ...]
    other: str
    headings: tuple[str, ...]
    comments: str
    newsletter: str
    offer: str


RUSSIAN = Tongue(
    "ru",
    (
        "Городской совет одобрил план застройки старой грузовой станции, где к 2029"
        " году появятся около четырехсот квартир. Решение приняли в среду вечером.",
        "«Это хороший день для тех, кто годами ищет жилье», - сказала мэр Ольга"
        " Ларина после заседания. Оппозиция назвала решение подарком инвестору.",
        "По теме подъезда спорят до сих пор: жители Садовой улицы опасаются роста"
        " движения, эксперты прогнозируют до девятисот поездок в день.",
        "Строительство начнется будущей весной.",
    ),
    "Спор вокруг порта QX продолжается, теперь речь идет про иск.",
    ("Читайте также", "Материалы по теме:", "Другие новости", "По теме"),
    "Комментарии (12)",
    "Подписывайтесь на наш канал QX и получайте главные новости каждое утро.",
    "Полный текст доступен только по подписке",
)
ARABIC = Tongue(
    "ar",
    (
        "وافق مجلس المدينة على خطة لتحويل محطة البضائع القديمة إلى حي سكني يضم نحو"
        " أربعمئة شقة بحلول عام 2029، وذلك بأغلبية ضئيلة في جلسة مساء الأربعاء.",
        "وقالت رئيسة البلدية سلمى حداد للصحفيين بعد الجلسة: «هذا يوم جيد لكل من يبحث"
        " عن سكن منذ سنوات»، بينما وصفت المعارضة القرار بأنه شيك على بياض.",
        "ويبقى الطريق المؤدي إلى الموقع موضع خلاف، إذ يخشى سكان شارع الحديقة زيادة"
        " حركة المرور، وتتوقع دراسة ما يصل إلى تسعمئة رحلة يوميا.",
        "ومن المقرر أن تبدأ الأعمال في الربيع المقبل.",
    ),
    "ويستمر الخلاف حول ميناء QX وقد يصل الأمر إلى رفع دعوى قضائية على المنطقة.",
    ("اقرأ أيضاً", "أخبار ذات صلة", "مواضيع ذات صلة", "المزيد"),
    "التعليقات",
    "اشترك في نشرة QX البريدية لتصلك أهم الأخبار كل صباح.",
    "هذا المحتوى مخصص للمشتركين",
)
JAPANESE = Tongue(
    "ja",
    (
        "市議会は水曜日の夜、使われなくなった貨物駅の跡地に2029年までに約400戸の住宅を"
        "建設する計画を、賛成多数で可決した。賛否は最後まで割れた。",
        "「何年も住まいを探してきた人たちにとって良い日だ」と、採決後に山田市長は記者団に"
        "語った。野党側は投資家への白紙委任だと批判している。",
        "争点として残るのは跡地への道路だ。庭園通りの住民は交通量の増加を心配しており、"
        "調査では一日最大900台の通行が見込まれている。",
        "決定によると、住宅の3分の1には補助が付く。入居者は抽選で決まるが、その条件に"
        "ついては今後も市と会社の間で協議が続くという。",
        "工事は来年の春に始まる予定だ。",
    ),
    "QX港をめぐる対立は続いており、今度は県を相手取った訴訟の可能性も出てきた。",
    ("関連記事", "【関連記事】", "あわせて読みたい", "おすすめ記事"),
    "コメント",
    "QXニュースレターに登録して、毎朝の主要ニュースを受け取りましょう。",
    "この記事は有料会員限定です。残り 1,234文字",
)
TONGUES = (RUSSIAN, ARABIC, JAPANESE)
each_tongue = pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.code)


def read(tongue: Tongue, body: str) -> Article:
    text = page(body, title="QX", lang=tongue.code)
    return read_article(text.encode(), content_type="", url="https://a.example/b")


def paragraphs(tongue: Tongue) -> list[str]:
    return [f"<p>{text}</p>" for text in tongue.article]


def check(tongue: Tongue, body: str) -> None:
    article = read(tongue, body)
    assert article.reason is ArticleReason.READ
    assert article.text == "\n".join(tongue.article)


@each_tongue
def test_links_between_paragraphs_are_not_read(tongue: Tongue) -> None:
    for heading in tongue.headings:
        title = heading.rstrip(":")
        inner = paragraphs(tongue)
        inner.insert(1, f"<p>{title}: <a href='/q'>{tongue.other}</a></p>")
        inner.insert(3, f"<p>{title}： {tongue.other}</p>")  # noqa: RUF001
        check(tongue, f"<div><h1>QX</h1>{''.join(inner)}</div>")


@each_tongue
def test_a_box_below_is_not_read(tongue: Tongue) -> None:
    for heading in tongue.headings:
        cards = f"<div><a href='/q'>QX</a><p>{tongue.other}</p></div>" * 3
        box = f"<div><div>{heading}</div>{cards}</div>"
        check(tongue, f"<main>{''.join(paragraphs(tongue))}{box}</main>")


@each_tongue
def test_comments_are_not_read(tongue: Tongue) -> None:
    below = f"<h3>{tongue.comments}</h3><p>{tongue.other}</p><p>QX. {tongue.other}</p>"
    inner = "".join(paragraphs(tongue))
    check(tongue, f"<div><div>{inner}</div><div>{below}</div></div>")


@each_tongue
def test_a_newsletter_is_not_read(tongue: Tongue) -> None:
    inner = "".join(paragraphs(tongue))
    check(tongue, f"<article>{inner}<p>{tongue.newsletter}</p></article>")


@each_tongue
def test_an_offer_ends_what_is_free(tongue: Tongue) -> None:
    offer = f"<div class='paywall'><b>{tongue.offer}</b></div>"
    body = f"<article>{''.join(paragraphs(tongue)[:2])}{offer}</article>"
    assert read(tongue, body).reason is ArticleReason.PAYWALL


def test_a_japanese_lead_ends_with_its_own_full_stop() -> None:
    lead, *rest = paragraphs(JAPANESE)
    body = f"<h1>QX</h1>{lead}<div itemprop='articleBody'>{''.join(rest)}</div>"
    article = read(JAPANESE, f"<div>{body}</div><div>{'<p>QX</p>' * 200}</div>")
    assert sorted(article.text.splitlines()) == sorted(JAPANESE.article)


@each_tongue
def test_an_old_page_is_made_of_tables(tongue: Tongue) -> None:
    menu = "<a href='/1'>QX 1</a><br><a href='/2'>QX 2</a>"
    inner = "<br><br>".join(tongue.article)
    cells = (
        f"<tr><td colspan=2>{menu}</td></tr><tr><td>{menu}</td><td>{inner}</td></tr>"
    )
    article = read(tongue, f"<table>{cells}</table>")
    assert [text for text in tongue.article if text not in article.text] == []
    assert "QX" not in article.text
