"""Where a feed says that it can be subscribed to, and whether that is itself.

The relations are those of the WebSub recommendation (W3C, 2018), section 4: `hub` and
`self`, in the HTTP Link headers or in the document; where both say it, the headers win.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from itertools import islice
from urllib.parse import urlsplit

from monitor.feeds.address import holds_secret
from monitor.feeds.canonical import canonical_link
from monitor.feeds.links import web_link
from monitor.feeds.xml_text import visible
from monitor.model import Advert, Feed, Fetched, ParsedFeed, PushReason

HUB, SELF = "hub", "self"

_LONGEST = 1000  # an address longer than this is no hub's
_MOST_LINKS = 200  # of a head; what follows is no feed's
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_LINK = re.compile(r"<(?:[\w.-]{1,40}:)?link\s([^<>]*)>", re.IGNORECASE)
_BASE = re.compile(r"""\sxml:base\s*=\s*["']([^"'<>]{1,1000})["']""")
_ATTRIBUTE = re.compile(
    r"""\b(rel|href)\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE
)

Links = Iterable[tuple[str, str]]


def document_links(text: str, *, url: str) -> tuple[str | None, str | None]:
    """Return the hub that a document names and its own address, None where silent.

    Only what is said of the whole feed counts, never the links of an entry. `url`
    resolves relative addresses.
    """
    if text.lstrip()[:1] == "{":
        links, base = [*_json_links(text)], url
    else:
        head = visible(_outside_entries(text))
        links, base = [*_xml_links(head)], _base(head, url)
    return _first(HUB, links, base), _first(SELF, links, base)


def _base(head: str, url: str) -> str:
    found = _BASE.search(head)
    return (web_link(found[1], url) or url) if found else url


def _xml_links(head: str) -> Iterator[tuple[str, str]]:
    for tag in islice(_LINK.finditer(head), _MOST_LINKS):
        said = {k.lower(): html.unescape(a or b) for k, a, b in _parts_of(tag[1])}
        for rel in said.get("rel", "").lower().split():
            yield rel, said.get("href", "")


def _parts_of(attributes: str) -> list[tuple[str, str, str]]:
    return _ATTRIBUTE.findall(attributes)


def _outside_entries(text: str) -> str:
    """Return what stands before the first entry and after the last."""
    first = _ENTRY.search(text)
    if first is None:
        return text
    end = max(text.rfind("</item"), text.rfind("</entry"), first.start())
    return text[: first.start()] + text[end:]


def _json_links(text: str) -> Iterator[tuple[str, str]]:
    if '"hubs"' not in text and '"feed_url"' not in text:
        return
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    hubs = data.get("hubs") if isinstance(data, dict) else None
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and isinstance(hub.get("url"), str):
            yield HUB, hub["url"]
    if isinstance(data, dict) and isinstance(data.get("feed_url"), str):
        yield SELF, data["feed_url"]


def _first(wanted: str, links: Links, base: str) -> str | None:
    found = (web_link(href, base) for rel, href in links if rel == wanted and href)
    return next((link for link in found if link and len(link) <= _LONGEST), None)


def advert(fetched: Fetched, parsed: ParsedFeed) -> Advert:
    """Return what a poll learned of the feed's hub; the headers win."""
    links, base = fetched.links, fetched.url
    return Advert(
        hub=_first(HUB, links, base) or parsed.hub,
        topic=_first(SELF, links, base) or parsed.self_link,
        served=base,
    )


def why_not(feed: Feed, hub: str, topic: str, served: str) -> PushReason | None:
    """Return why a feed is not to be subscribed to, None if it can be.

    A topic goes to the hub, and what we ask a publisher with may be a secret. A topic
    that is another feed's would bring that feed's entries under this one's name.
    """
    if feed.headers:
        return PushReason.OWN_HEADERS
    if holds_secret(feed.url):
        return PushReason.SECRET_IN_URL
    if not hub:
        return PushReason.NO_HUB
    if not topic:
        return PushReason.NO_TOPIC
    if not (is_same_feed(topic, feed.url) or is_same_feed(topic, served)):
        return PushReason.OTHER_TOPIC
    return None


def is_same_feed(one: str, other: str) -> bool:
    """Say whether two addresses are those of one feed.

    Publishers write http for https, leave out ``www.`` or add a slash at the end;
    a query that says more than where a reader came from is another feed.
    """
    spelled = _spelled(one)
    return spelled is not None and spelled == _spelled(other)


def _spelled(url: str) -> str | None:
    link = canonical_link(url)
    if link is None:
        return None
    path, mark, query = link.partition("?")
    return path.rstrip("/") + mark + query


def is_private_way(url: str) -> bool:
    """Say whether nobody on the way can read what is sent there: TLS, or no way."""
    parts = urlsplit(url)
    return parts.scheme == "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
