"""An XML text to a feed, by way of feedparser.

feedparser is only ever given a `BytesIO`: a string or bytes that happen to name a
file or an address would be read from there. Its sanitizer and its resolver of
addresses inside texts are off: texts are stripped of markup here, and escaped where
they are shown.
"""

from __future__ import annotations

import re
from io import BytesIO

from monitor.errors import FeedError
from monitor.feeds.fields import Parts, alternate_link, author_of, entry_of, field
from monitor.feeds.schedule import min_interval, skipped_days, skipped_hours
from monitor.feeds.xml_text import parts, visible
from monitor.model import ParsedFeed, Tier
from monitor.text import plain_text

_OF_A_PICTURE = re.compile(
    r"<(/?)media:(title|description)(?=[\s/>])[^<>]*?(/?)>", re.IGNORECASE
)
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def read_document(text: str, tier: Tier, *, url: str) -> ParsedFeed:
    """Return the feed in an XML text that begins with its root; no entry has a key.

    `url` is where the document came from.

    Raises:
        FeedError: feedparser stumbled.
    """
    # Few feeds come this far, and it costs each start as much as all of the rest.
    import feedparser  # noqa: PLC0415

    body = BytesIO(_DECLARATION + _apart(text).encode("utf-8", "replace"))
    try:
        found = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # hostile input makes it raise whatever it trips over
        raise FeedError(f"the feed cannot be read ({type(error).__name__})") from error
    return _feed(found["feed"], found, visible(text), tier=tier, url=url)


def _apart(text: str) -> str:
    """Return the text with the titles of pictures under names of their own.

    feedparser would take them for the entry's, where they come first.
    """
    if "media:" not in text:
        return text
    return "".join(
        part if hidden else _OF_A_PICTURE.sub(r"<\1media:picture\2\3>", part)
        for part, hidden in parts(text)
    )


def _feed(
    head: Parts, found: Parts, markup: str, *, tier: Tier, url: str
) -> ParsedFeed:
    home = alternate_link(head, url)
    language = field(head, "language").strip()
    is_atom = str(found["version"]).startswith("atom")
    return ParsedFeed(
        tier=tier,
        title=plain_text(field(head, "title")),
        link=home,
        language=language,
        entries=tuple(
            entry_of(
                entry,
                base=home or url,
                language=language,
                author=author_of(head) if is_atom else "",
                is_atom=is_atom,
            )
            for entry in found["entries"]
        ),
        min_interval=min_interval(
            field(head, "ttl"),
            field(head, "sy_updateperiod"),
            field(head, "sy_updatefrequency"),
        ),
        skip_hours=skipped_hours(markup),
        skip_days=skipped_days(markup),
    )
