"""What a page says of itself: title, language, date and address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.articles.linked_data import LinkedArticle
from monitor.feeds.dates import parse_date
from monitor.feeds.links import web_link
from monitor.feeds.publisher import domain
from monitor.text import plain_text

_TITLES = ("og:title", "twitter:title", "title")
_DATES = (
    *("article:published_time", "og:published_time", "datepublished", "date"),
    *("dc.date", "dc.date.issued", "dcterms.created", "publishdate", "pubdate"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime"),
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_LONGEST_TITLE = 300
_REFRESH = re.compile(r"^\s*[0-5](?:\.\d*)?\s*[;,]\s*url\s*=\s*(.+)", re.IGNORECASE)
_AMP_CACHES = (".cdn.ampproject.org", "ampproject.org")


class Head:
    """The metadata of one page, as written; each is asked for by its name."""

    def __init__(self, root: HtmlElement) -> None:
        self._root = root
        self._metas: dict[str, str] = {}
        for meta in root.iter("meta"):
            content = meta.get("content")
            names = (meta.get(key) for key in ("property", "name", "itemprop"))
            for name in filter(None, names):
                self._metas.setdefault(name.lower(), content or "")

    def meta(self, *names: str) -> str:
        """Return the first of some metadata that is there, "" if none is."""
        found = (self._metas.get(name, "").strip() for name in names)
        return next(filter(None, found), "")

    @property
    def title(self) -> str:
        """Return the title of the page: of its head, or its first heading."""
        texts = (plain_text(text) for text in self._titles())
        return next((text for text in texts if 0 < len(text) <= _LONGEST_TITLE), "")

    def _titles(self) -> Iterator[str]:
        yield self.meta(*_TITLES)
        for tag in ("h1", "title"):
            for element in self._root.iter(tag):
                yield str(element.text_content())

    @property
    def all_titles(self) -> str:
        """Return every title it has, to look something up in."""
        return " | ".join(map(plain_text, self._titles()))

    @property
    def calls_itself_article(self) -> bool:
        """Say whether the page says that it is an article."""
        return self.meta("og:type").lower() == "article"

    def language(self, linked: LinkedArticle | None) -> str:
        """Return the language, as a code like ``de`` or ``de-at``."""
        written = (
            self._root.get("lang"),
            self._root.get("{http://www.w3.org/XML/1998/namespace}lang"),
            linked.language if linked else "",
            self.meta("content-language", "og:locale", "inlanguage"),
        )
        return next(filter(None, map(_code, written)), "")

    def published_at(self, linked: LinkedArticle | None) -> datetime | None:
        """Return when the article was published, in UTC."""
        return _first_date([linked.published if linked else "", *self._dates()])

    def _dates(self) -> Iterator[str]:
        yield from (self.meta(name) for name in _DATES)
        for time in self._root.iter("time"):
            if "published" in f"{time.get('itemprop')} {time.get('class')}".lower():
                yield time.get("datetime") or ""
        times = [t for t in self._root.iter("time") if t.get("datetime")]
        if len(times) == 1:  # of several nobody knows which
            yield times[0].get("datetime") or ""

    def canonical_url(self, url: str, linked: LinkedArticle | None) -> str | None:
        """Return the address that the page at `url` calls its own.

        One of another publisher is not believed, else any page could pass for read
        what is not; a cache of AMP pages stands for all. Nor is a home page.
        """
        named = [*self._canonical_links(), self.meta("og:url")]
        named += [linked.url if linked else ""]
        for address in named:
            link = web_link(address, url) if address else None
            if link and _is_own(link, url):
                return link
        return None

    def leads_to(self, url: str) -> str | None:
        """Return where the page at `url` sends its readers on, None if nowhere.

        An AMP page has its article where it says that it belongs.
        """
        for meta in self._root.iter("meta"):
            if (meta.get("http-equiv") or "").lower() == "refresh":
                found = _REFRESH.search(meta.get("content") or "")
                return web_link(found[1].strip("'\" "), url) if found else None
        is_amp = "amp" in self._root.attrib or "⚡" in self._root.attrib
        return self.canonical_url(url, None) if is_amp else None

    def _canonical_links(self) -> Iterator[str]:
        for link in self._root.iter("link"):
            if "canonical" in (link.get("rel") or "").lower().split():
                yield (link.get("href") or "").strip()


def _code(text: str | None) -> str:
    code = (text or "").strip().lower().replace("_", "-")
    return code if _LANGUAGE.fullmatch(code) else ""


def _first_date(texts: Iterable[str]) -> datetime | None:
    dates = (parse_date(text.strip()) for text in texts if text)
    return next((date for date in dates if date is not None), None)


def _is_own(link: str, url: str) -> bool:
    there, here = urlsplit(link), urlsplit(url)
    if there.path in {"", "/"} and not there.query and here.path not in {"", "/"}:
        return False
    host = here.hostname or ""
    return host.endswith(_AMP_CACHES) or domain(link) == domain(url)
