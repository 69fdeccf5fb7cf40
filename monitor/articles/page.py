"""Bytes to the tree of a page."""

from __future__ import annotations

from lxml import etree, html
from lxml.html import HtmlElement

MOST_ELEMENTS = 50_000
LARGEST = 10_000_000
"""Characters of a page that is read at all."""

_LONGEST_ATTRIBUTE = 2_000
"""A longer one is a picture or data, or slows down what reads the page."""

_CONTROLS = dict.fromkeys(
    [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF]
)


class TooLargeError(ValueError):
    """The page has more parts than any article needs."""


def parse_page(text: str) -> HtmlElement | None:
    """Return the root of a page without its comments, None if there is no element.

    What is nested deeper than the parser follows is missing, and so are attributes
    that are longer than any that tells something.

    Raises:
        TooLargeError: it has more than `LARGEST` characters, or `MOST_ELEMENTS`.
    """
    if len(text) > LARGEST:
        raise TooLargeError(f"the page has more than {LARGEST:,} characters")
    parser = html.HTMLParser(
        encoding="utf-8",
        recover=True,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    data = text.translate(_CONTROLS).encode("utf-8", "replace")
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):  # there is nothing in it
        return None
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise TooLargeError(f"the page has more than {MOST_ELEMENTS:,} elements")
    _drop_long_attributes(root)
    return root


def _drop_long_attributes(root: HtmlElement) -> None:
    for element in root.iter():
        for name, value in element.items():
            if len(value) > _LONGEST_ATTRIBUTE:
                del element.attrib[name]
