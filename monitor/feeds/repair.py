"""A broken XML text to one that a strict parser reads, without losing a character."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import quote

from monitor.feeds.xml_text import FeedText, entry_tags, parts, visible

_FORBIDDEN = dict.fromkeys(
    (
        *range(0x09),
        0x0B,
        0x0C,
        *range(0x0E, 0x20),
        *range(0xD800, 0xE000),
        0xFFFE,
        0xFFFF,
    )
)
_DOUBTFUL = re.compile(
    r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|([a-zA-Z][a-zA-Z0-9]{0,31}));"
    r"|&|<(?![A-Za-z_/!?])"
)
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})
_TAG = re.compile(r"</?[^<>!?/][^<>]*>")
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*(?=[\s/>=])")
_BOUND = re.compile(r"xmlns:([A-Za-z_][\w.-]*)\s*=")
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


def repaired(document: FeedText) -> str:
    """Return the document with what is commonly broken mended.

    Control characters and what follows the root are dropped, an entry that was cut
    off likewise; HTML's and the document's own entities are resolved; a bare ``&``
    or ``<`` is escaped; prefixes that nobody declared are declared.
    """
    text = document.text.translate(_FORBIDDEN)
    whole = _ended(text, document.root)
    mended = "".join(
        _mended_hidden(part) if hidden else _escaped(part, document.entities)
        for part, hidden in parts(whole)
    )
    return _with_prefixes(mended, document.root)


def complete_entries(document: FeedText) -> int:
    """Return how many entries the document holds, by its tags alone.

    Tags in comments and CDATA do not count, nor does an entry that was cut off.
    """
    text = visible(document.text)
    tags = [tag[1] for tag in entry_tags(document.root).finditer(text)]
    started = tags.count("")
    return started - 1 if _is_cut_off(text, document.root, tags) else started


def _is_cut_off(text: str, root: str, tags: list[str]) -> bool:
    """Say whether the text ends within its last entry."""
    return f"</{root}" not in text and len(tags) % 2 == 1 and tags[-1] == ""


def _ended(text: str, root: str) -> str:
    """Return the text up to the end of its root, or with the ends that it lacks."""
    end = text.rfind(f"</{root}")
    if end >= 0:
        return f"{text[:end]}</{root}>"
    if ">" not in text[text.rfind("<") :]:
        text = text[: text.rfind("<")]
    text = _without_cut_off(text, root)
    lower = text.lower()
    channel = "<channel" in lower and "</channel" not in lower and root != "channel"
    return f"{text}{'</channel>' if channel else ''}</{root}>"


def _without_cut_off(text: str, root: str) -> str:
    tags: list[str] = []
    last = offset = 0
    for part, hidden in parts(text):
        for tag in () if hidden else entry_tags(root).finditer(part):
            tags.append(tag[1])
            last = offset + tag.start()
        offset += len(part)
    return text[:last] if _is_cut_off(visible(text), root, tags) else text


def _mended_hidden(part: str) -> str:
    if part.startswith("<!--"):
        return ""
    return part if part.endswith("]]>") else f"{part}]]>"


def _escaped(markup: str, entities: Mapping[str, str]) -> str:
    def mend(found: re.Match[str]) -> str:
        if found[0] in "&<":
            return html.escape(found[0])
        if found[1] in _OF_XML:
            return found[0]
        return _resolved(found[0], found[1], entities)

    return _DOUBTFUL.sub(mend, markup)


def _resolved(reference: str, name: str | None, entities: Mapping[str, str]) -> str:
    """Return what a reference stands for, as XML; an unknown one stands for itself."""
    meant = html.unescape(entities.get(name or "", reference))
    return html.escape(meant.translate(_FORBIDDEN), quote=True)


def _with_prefixes(text: str, root: str) -> str:
    markup = "".join(_TAG.findall(visible(text)))
    free = set(_PREFIX.findall(markup)) - set(_BOUND.findall(markup)) - {"xml", "xmlns"}
    declared = "".join(
        f' xmlns:{p}="{_NAMESPACES.get(p, f"urn:undeclared:{quote(p)}")}"'
        for p in sorted(free)
    )
    start = len(root) + 1
    return f"{text[:start]}{declared}{text[start:]}"
