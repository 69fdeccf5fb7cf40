"""A sound XML text to elements that are called by their usual names.

What a prefix is called is the publisher's choice, so an element's name is made of
its namespace: ``title``, ``dc:creator``, ``media:title``, in lower case. Elements of
RSS and Atom have no prefix; one in an unknown namespace keeps its own.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from html import escape

from lxml import etree

from monitor.errors import FeedError

Element = etree._Element  # noqa: SLF001 - its one public name is that of a factory
Children = dict[str, list[Element]]
"""The children of one element by their names, each in the order of the document."""

_XML = "{http://www.w3.org/XML/1998/namespace}"
_PREFIXES = {
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/pie/": "",
    "http://purl.org/echo/": "",
    "http://www.w3.org/2005/atom": "",
    "https://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
}
"""Namespaces in lower case; publishers' cases differ."""

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")


def xml_root(text: str) -> Element:
    """Return the root of an XML text, which has no DTD.

    Raises:
        FeedError: it is not well-formed, or deeper, or with longer texts, than
            libxml2 reads from strangers.
    """
    parser = etree.XMLParser(
        recover=False,
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise FeedError(f"broken XML: {_told(error)}") from error


def _told(error: Exception) -> str:
    return error.msg if isinstance(error, etree.XMLSyntaxError) else "half a character"


class Names:
    """Names the elements of one document."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, element: Element) -> str:
        """Return the usual name of an element."""
        tag = str(element.tag)
        name = self._known.get(tag)
        if name is None:
            name = self._known[tag] = _usual_name(tag, element.prefix or "")
        return name

    def children(self, element: Element) -> Children:
        """Return the children of an element by their names."""
        found: Children = {}
        known = self._known
        for child in element:
            name = known.get(str(child.tag)) or self.of(child)
            if name in found:
                found[name].append(child)
            else:
                found[name] = [child]
        return found


def _usual_name(tag: str, prefix: str) -> str:
    namespace, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(namespace[1:].lower(), prefix)
    return f"{prefix}:{local}".lower() if prefix else local.lower()


def markup(element: Element) -> str:
    """Return what stands in an element as HTML, or text that may be HTML.

    Elements inside it lose their prefixes and attributes.
    """
    if len(element) == 0:
        text = element.text or ""
        return _decoded(text) if text and _is_base64(element) else text
    return "".join(_pieces(element))


def attribute(element: Element, name: str) -> str:
    """Return an attribute, "" if there is none; `name` is in lower case."""
    written = element.keys()
    if not written:
        return ""
    if name in written:
        return element.get(name, "")
    return next((element.get(key, "") for key in written if key.lower() == name), "")


def lang_of(element: Element) -> str:
    """Return the ``xml:lang`` that is written on the element, "" if none is."""
    return (element.get(_XML + "lang") or "").strip().replace("_", "-")


def bases_of(element: Element) -> list[str]:
    """Return every ``xml:base`` that holds for the element, the outermost first."""
    around = (element, *element.iterancestors())
    return [base for each in around if (base := each.get(_XML + "base"))][::-1]


def _pieces(element: Element) -> Iterator[str]:
    """Yield start tags, texts and end tags of what stands in an element."""
    for event, each in etree.iterwalk(element, events=("start", "end")):
        is_whole = each is element
        if event == "start":
            yield "" if is_whole else f"<{_local(each)}>"
            yield escape(each.text or "", quote=False)
        elif not is_whole:
            yield f"</{_local(each)}>{escape(each.tail or '', quote=False)}"


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _is_base64(element: Element) -> bool:
    if not element.keys():
        return False
    if attribute(element, "mode") == "base64":
        return True
    kind = attribute(element, "type").lower()
    return "/" in kind and not kind.startswith("text/") and not kind.endswith("xml")


def _decoded(text: str) -> str:
    """Return what a text in base64 says, the text itself where it is none."""
    if not _BASE64.fullmatch(text):
        return text
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text
