"""What the pages of the tests are made of: two articles, and all that stands around.

Whatever is not the article names an animal, so that a test can tell where a word that
should not be there came from.
"""

from __future__ import annotations

GERMAN = (
    (
        "Die Regierung in Baku erwägt, der Ukraine Rüstungsgüter zu überlassen. Das"
        " bestätigten zwei Beamte des Außenministeriums am Dienstag."
    ),
    (
        "„Es gibt Gespräche, aber noch keinen Beschluss“, sagte ein Sprecher. Über den"
        " Umfang möglicher Waffenlieferungen wollte er nicht reden."
    ),
    (
        "Bisher hatte sich Aserbaidschan auf humanitäre Hilfe beschränkt. Seit dem Winter"
        " schickte das Land Generatoren, Transformatoren und Medikamente."
    ),
    (
        "Beobachter sehen darin einen Kurswechsel. Die Beziehungen zu Moskau haben sich"
        " seit dem Absturz eines Passagierflugzeugs deutlich verschlechtert."
    ),
    (
        "In Kiew hieß es, man sei für jede Unterstützung dankbar. Einzelheiten sollen beim"
        " Treffen der Verteidigungsminister in der kommenden Woche besprochen werden."
    ),
    (
        "Die Opposition im Parlament von Baku warnte davor, das Land in einen fremden"
        " Krieg"
        " zu ziehen."
    ),
)
GERMAN_TITLE = "Baku prüft Hilfe für Kiew"

ENGLISH = (
    (
        "Officials in Baku are weighing whether to send military equipment to Ukraine, two"
        " people familiar with the talks said on Tuesday."
    ),
    (
        "“There are conversations, but there is no decision,” a spokesman said. He"
        " declined"
        " to discuss the scale of any arms deliveries."
    ),
    (
        "Until now Azerbaijan has limited itself to humanitarian aid. Since the winter it"
        " has shipped generators, transformers and medical supplies."
    ),
    (
        "Analysts described the move as a change of course. Relations with Moscow have"
        " soured since the crash of a passenger jet."
    ),
    (
        "Kyiv said it was grateful for any support. Details are to be discussed when the"
        " defence ministers meet next week."
    ),
    (
        "The opposition in Baku warned against dragging the country into somebody"
        " else’s"  # noqa: RUF001
        " war."
    ),
)
ENGLISH_TITLE = "Baku weighs aid for Kyiv"

ANIMALS = (
    *("Giraffe", "Nilpferd", "Krokodil", "Pinguin", "Elefant", "Walross", "Zebra"),
    *("giraffe", "hippo", "crocodile", "penguin", "elephant", "walrus", "zebra"),
)

NAVIGATION = """
<header class="site-header"><a href="/"><img alt="Der Bote" src="/logo.svg"></a>
<nav aria-label="Hauptmenü"><ul>
<li><a href="/politik">Politik</a></li><li><a href="/tiere">Krokodil und Co.</a></li>
<li><a href="/sport">Sport</a></li><li><a href="/wetter">Wetter</a></li></ul></nav>
</header>"""

RELATED = """
<section class="related-box"><h3>Mehr zum Thema</h3><ul>
<li><a href="/a1">Giraffe entlaufen: Zoo sucht seit drei Tagen nach dem Tier</a>
<p>Die Giraffe wurde zuletzt am Stadtrand gesehen, sagte die Polizei am Montag.</p></li>
<li><a href="/a2">Warum die Giraffe so einen langen Hals hat</a></li>
<li><a href="/a3">Zwei Wochen nach der Giraffe: Was wir wissen</a></li></ul></section>"""

COMMENTS = """
<section id="comments"><h2>23 Kommentare</h2>
<div class="comment"><b>Otto K.</b><p>Das ist doch wieder typisch, die haben dort nicht
einmal ein Nilpferd im Zoo und wollen uns etwas von Hilfe erzählen. Unglaublich, was man
sich heute alles bieten lassen muss.</p></div>
<div class="comment"><b>Erna P.</b><p>Herr K., Ihr Nilpferd interessiert hier niemanden.
Lesen Sie bitte erst den Artikel, bevor Sie schreiben, das wäre einmal etwas Neues.</p>
</div></section>"""

COOKIES = """
<div id="cookie-banner" role="dialog" aria-modal="true"><h2>Wir schätzen Ihren Pinguin</h2>
<p>Mit Ihrer Zustimmung speichern wir und unsere 213 Partner Cookies auf Ihrem Endgerät,
um Werbung auszuspielen, die jedem Pinguin gefällt.</p><button>Alle akzeptieren</button>
</div>"""

FOOTER = """
<footer><ul><li><a href="/impressum">Impressum</a></li><li><a href="/agb">AGB</a></li></ul>
<p>© 2026 Der Bote. Kein Walross darf ohne Genehmigung vervielfältigt werden.</p></footer>"""

NEWSLETTER = """
<div class="newsletter-signup"><h3>Unser Newsletter</h3><p>Jeden Morgen ein Elefant in
Ihrem Postfach: das Wichtigste des Tages, kurz und kostenlos.</p>
<form><input type="email"><button>Bestellen</button></form></div>"""


def paragraphs(texts: tuple[str, ...], attributes: str = "") -> str:
    """Return the texts as paragraphs."""
    start = f"<p {attributes}>" if attributes else "<p>"
    return "\n".join(f"{start}{text}</p>" for text in texts)


def page(
    body: str, *, head: str = "", title: str = GERMAN_TITLE, lang: str = "de"
) -> str:
    """Return a whole page."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">'
        f"<title>{title} - Der Bote</title>{head}</head><body>{body}</body></html>"
    )
