"""The words by which pages name what is not the article: German, English, some others.

Marks are looked for in what a page's author named a part (class, id, role, label),
phrases in what a reader sees.
"""

from __future__ import annotations

import re

from monitor.articles import wording_abroad as abroad

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9äöüß]+")

_BOXES = (
    *("related", "relateds", "verwandt", "verwandte", "recommended", "recommendation"),
    *("recommendations", "recommender", "recirc", "recirculation", "empfehlungen"),
    *("outbrain", "taboola", "plista", "ligatus", "sponsored", "advertisement"),
    *("advertorial", "advert", "anzeige", "werbung", "cookie", "cookies", "consent"),
    *(
        "gdpr",
        "dsgvo",
        "usercentrics",
        "onetrust",
        "didomi",
        "sourcepoint",
        "cookiebot",
    ),
    *(
        "newsletter",
        "comments",
        "kommentare",
        "leserkommentare",
        "disqus",
        "breadcrumb",
    ),
    *("breadcrumbs", "commentlist", "comment-list", "comment-section", "comment-body"),
    *("comment-form", "comment-respond", "reader-comments", "user-comments"),
    *("sidebar", "share", "sharing", "sharebar", "socialmedia", "social", "pagination"),
    *("meistgelesen", "meistgelesene", "most-read", "most-popular", "most-viewed"),
    *("trending", "mostread", "read-more", "readmore", "read-next", "read-also"),
    *("also-read", "up-next", "more-on", "more-from", "more-stories", "more-articles"),
    *("more-news", "mehr-zum-thema", "mehr-dazu", "weitere-artikel", "lesen-sie-auch"),
    *("you-may-like", "you-might-like", "see-also", "auch-interessant", "lesetipp"),
    *("lesetipps", "skip-link", "navigation", "navbar", "site-header", "site-footer"),
    *("author-bio", "author-box", "autorenbox", "about-author", "paywall-teaser"),
    *(
        "subscribe",
        "abo-teaser",
        "paywall-overlay",
        "login-form",
        "regwall",
        "lightbox",
    ),
    *("modal", "popup", "push-notification", "app-promo", "related-content"),
    *("siteheader", "sitefooter", "mobile-nav", "main-nav", "topnav", "offcanvas"),
)
"""Parts that are never the article's own."""

_CARDS = (
    *("teaser", "teasers", "promo", "promos", "card", "cards", "popular", "topics"),
    *(
        "tags",
        "tag-list",
        "keywords",
        "schlagworte",
        "themen",
        "more",
        "mehr",
        "weitere",
    ),
    *("weiter", "links", "linklist", "widget", "ticker", "latest", "headlines", "nav"),
    *(
        "menu",
        "toolbar",
        "tools",
        "footer",
        "series",
        "collection",
        "carousel",
        "slider",
    ),
    *("swiper", "list-item", "aside", "banner", "infobox", "rail", "module", "feed"),
    *("recommend", "next", "previous", "comment", "also", "context", "dossier"),
    *("embed", "onward", "similar", "ähnliche", "linkbox"),
)
"""Parts that are not the article's own where they are made of links."""


def _marks(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"-(?:{'|'.join(names)})-")


BOX = _marks(_BOXES)
CARD = _marks(_CARDS)
PAYWALL = _marks(
    ("paywall", "paid-barrier", "regwall", "piano-offer", "metered", "offer")
)


def marks_of(*names: str | None) -> str:
    """Return what a part is called, in lower case, as ``-word-word-``."""
    words = (_CAMEL.sub("-", name) for name in names if name)
    return f"-{_OTHER.sub('-', ' '.join(words).lower()).strip('-')}-"


_HEADINGS = (
    # German
    r"(?:auch|ebenfalls|außerdem) (?:interessant|lesenswert)",
    r"lesen sie (?:auch|mehr|hier|dazu|weiter)\b.{0,60}",
    r"(?:lest|lies) (?:auch|mehr)\b.{0,60}",
    r"das könnte (?:sie|ihnen|dich|dir)\b.{0,40}",
    r"das interessiert\b.{0,40}",
    r"mehr (?:zum thema|dazu|aus|von|über|artikel|nachrichten|meldungen|news)\b.{0,60}",
    r"mehr zu[rm]?\b.{0,40}",
    r"weitere (?:artikel|meldungen|nachrichten|themen|beiträge|links|news)\b.{0,40}",
    r"(?:links|passend|videos?|artikel|alles|hintergrund) zum thema",
    (
        r"(?:ähnliche|verwandte|empfohlene|neueste|beliebte|aktuelle|andere)"
        r" (?:artikel|themen|meldungen|nachrichten|beiträge|inhalte|videos)\b.{0,30}"
    ),
    r"meist ?gelesen(?:e(?: artikel)?)?",
    r"(?:unsere )?empfehlung(?:en)?\b.{0,30}|empfohlen(?:er)?\b.{0,40}",
    r"siehe auch|lesetipps?|top-?themen|top-?artikel|schlagw(?:orte|örter)|themen",
    r"zum thema|zur startseite|nächster artikel|newsletter\b.{0,40}|teilen|anzeige",
    # English
    r"related(?: (?:articles?|stories|story|news|content|topics?|coverage|links))?",
    r"related (?:posts|reading|internet links|video)",
    r"more (?:on (?:this|the)|from|in|stories|news|coverage|like this)\b.{0,60}",
    r"more (?:articles|about)\b.{0,60}|more on\b.{0,40}",
    r"(?:read (?:more|also|next)|also read|keep reading|what to read next)\b.{0,60}",
    r"you (?:may|might) (?:also )?(?:like|be interested)\b.{0,30}",
    r"recommended\b.{0,40}|recommendations",
    r"(?:most|top) (?:read|popular|viewed|stories|watched|shared)\b.{0,30}",
    r"trending(?: now)?|popular(?: now| stories)?|latest(?: news| stories| headlines)?",
    r"editors?[’']?s?[’']? (?:picks|choice)|don[’']t miss|up next|see also",
    r"topics|tags",
    r"in case you missed it|further reading|elsewhere on\b.{0,30}|around the\b.{0,20}",
    r"from our partners|advertisement|sponsored(?: content)?|share(?: this)?\b.{0,20}",
    r"sign up (?:for|to)\b.{0,60}|follow us\b.{0,30}|other stories|similar articles",
    # French, Spanish, Italian, Dutch
    r"[àa] lire (?:aussi|également)|lire aussi\b.{0,60}|sur le même (?:sujet|thème)",
    r"(?:lea|leer|lee) también\b.{0,60}|te puede interesar|noticias relacionadas",
    r"leggi anche\b.{0,60}|potrebbe interessarti|lees ook\b.{0,60}|meer over\b.{0,40}",
    *abroad.HEADINGS,
)
LABEL_EDGES = " :：…>»›→-|【】[]▶►■◆●"
"""What may stand around a heading."""

RELATED_HEADING = re.compile(f"(?:{'|'.join(_HEADINGS)})", re.IGNORECASE)
"""A whole heading (without what stands after it) above links to other articles."""

COMMENTS_HEADING = re.compile(
    r"(?:\d+ )?(?:leser)?kommentare?(?: ?\(?\d+\)?)?(?: zu(?:m|r)?\b.{0,60})?"
    r"|(?:\d+ )?(?:reader )?comments?(?: ?\(?\d+\)?)?|join the (?:discussion"
    r"|conversation)"
    r"|diskutieren sie\b.{0,40}|diskussion|leserbriefe|ihre meinung|schreiben"
    r" sie\b.{0,40}"
    r"|leave a (?:reply|comment)|(?:\d+ )?(?:responses|replies)|what do you think\?"
    r"|(?:\d+ )?commentaires?|(?:\d+ )?comentarios?|(?:\d+ )?commenti|"
    + abroad.COMMENTS,
    re.IGNORECASE,
)
"""A whole heading above what readers wrote."""

_OFFER = re.compile(
    r"(?:jetzt |hier |sofort )?(?:weiterlesen|weiter lesen|freischalten)\b.{0,40}"
    r"(?:abo|plus|\+|premium|testen|anmelden|euro|€|monat)"
    r"|(?:dieser|der|den|diesen) (?:ganzen |vollständigen |gesamten )?(?:artikel|text"
    r"|inhalt"
    r"|beitrag)\b.{0,80}(?:abonnent|\babo\b|premium|plus\b|registrier|freischalten"
    r"|kaufen)"
    r"|(?:exklusiv|nur) für (?:unsere )?(?:abonnent|plus|premium|mitglied)"
    r"|sie haben (?:bereits|schon|noch kein) ein? ?(?:abo|konto|digital)"
    r"|(?:bereits|schon|noch kein) (?:abonnent|registriert|kunde|(?:ein"
    r" )?(?:digital)?abo\b)"
    r"|jetzt (?:\d+ \w+ )?(?:gratis |kostenlos |günstig )?(?:abonnieren|testen"
    r"|registrieren"
    r"|digitalabo|abo\b)|(?:probemonat|monatlich kündbar|jederzeit kündbar)"
    r"|subscribe (?:now|today|to (?:continue|read|keep|unlock|get))"
    r"|(?:this|the full) (?:article|story|content) is (?:only |reserved |exclusively )*"
    r"(?:available )?(?:for|to) (?:our )?(?:paid )?(?:subscribers|members)"
    r"|already (?:a subscriber|have an account|a member)|(?:for )?subscribers only"
    r"|to (?:continue|keep) reading|continue reading (?:with|for|by)|unlock (?:this"
    r"|the) "
    r"|(?:create|register for) (?:a |your )?free account|(?:log|sign) in to (?:read"
    r"|continue)"
    r"|start your free trial|you[’']ve (?:reached|read) your (?:limit|last"
    r"|monthly)"
    r"|article réservé|réservé aux abonnés|solo para suscriptores|riservato agli"
    r" abbonati|" + abroad.OFFERS,
    re.IGNORECASE,
)
_OFFER_KEYS = (
    *("abo", "subscri", "member", "mitglied", "weiterlesen", "freischalten", "registr"),
    *("artikel", "reading", "unlock", "account", "trial", "limit", "réserv", "plus"),
    *("suscript", "riservat", "premium", "kündbar", "testen", "konto", "kund"),
    *abroad.OFFER_KEYS,
)


def offers_the_rest(text: str) -> bool:
    """Say whether a text offers more to those who pay: where a free part ends."""
    lower = text.lower()
    return any(key in lower for key in _OFFER_KEYS) and bool(_OFFER.search(text))


CONSENT_WORDS = re.compile(
    r"\b(?:cookies?|einwilligung\w*|zustimm\w+|datenschutz\w*|tracking\w*|werbung"
    r"|consent"
    r"|privacy|personalisiert\w*|personali[sz]ed|drittanbieter\w*|partnern?|partners"
    r"|pur-abo|endgerät\w*|vendors?|widerruf\w*|akzeptieren|accept|preferences)\b",
    re.IGNORECASE,
)
CONSENT_TITLE = re.compile(
    r"\b(?:consent|cookies?|zustimmung|einwilligung|privacy (?:settings|wall|gate"
    r"|choices)"
    r"|datenschutz-?einstellungen|privatsphäre|before you continue|bevor sie fortfahren"
    r"|ihre privatsphäre|your privacy)\b",
    re.IGNORECASE,
)
CONSENT_ADDRESS = re.compile(
    r"//(?:consent|cmp|privacy|zustimmung)\.|/(?:consent|zustimmung|privacy-?(?:wall"
    r"|gate)"
    r"|cookie-?(?:wall|consent)|purabo|pur-abo)(?:[/?]|$)",
    re.IGNORECASE,
)
BOT_WALL = re.compile(
    r"(?:enable|activate|aktivieren sie) (?:javascript|js)\b.{0,60}(?:cookies|continue"
    r"|fortzufahren|weiter)|pardon our interruption|access (?:to this page )?(?:has"
    r" been )?"
    r"denied|zugriff (?:wurde )?verweigert|are you a robot|(?:not|kein) (?:a"
    r" )?robot(?:er)?"
    r"|verify (?:that )?you are (?:a )?human|checking your browser|unusual traffic"
    r"|ungewöhnlichen datenverkehr|request unsuccessful|request blocked|security check"
    r"|please verify you|sicherheitsüberprüfung|bot[- ]?detection|automated (?:access"
    r"|requests)|" + abroad.BOT_WALLS,
    re.IGNORECASE,
)
LINE_NOISE = re.compile(
    r"(?:zur startseite|teilen|drucken|merken|vorlesen|artikel (?:teilen|anhören"
    r"|drucken)"
    r"|link kopieren|kopieren|share|print|email|e-mail|tweet|save|copy link"
    r"|advertisement"
    r"|anzeige|werbung|kommentieren|folgen|abonnieren|follow|subscribe|nach oben|mehr"
    r" anzeigen"
    r"|show more|mehr laden|load more|(?:bild|foto|video|audio)galerie|zum newsletter"
    r"|facebook|twitter|x|whatsapp|telegram|linkedin|pinterest|instagram"
    r"|(?:alle rechte vorbehalten|all rights reserved).{0,80}|©.{0,120}"
    r"|copyright.{0,120}"
    r"|melden sie sich\b.{0,80}newsletter.{0,60}|sign up\b.{0,60}newsletter.{0,60}"
    r"|(?:abonnieren|bestellen) sie\b.{0,60}newsletter.{0,60}"
    r"|(?:follow|folgen sie) .{0,40}(?:on|auf|bei) .{0,60}|get the latest .{0,80}"
    r"|melden sie sich an.{0,40}|lesezeit:?.{0,20}|\d+ min(?:uten)? (?:lesezeit|read)"
    r"|skip (?:to content|advertisement)|zum inhalt springen|" + abroad.NOISE + ")",
    re.IGNORECASE,
)
"""Whole lines that are left of buttons and the like."""
