"""What else than feeds is fetched: pages of articles, and robots.txt."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from yarl import URL

from monitor.feeds.links import HTML_TYPES
from monitor.net.answer_headers import Headers
from monitor.net.failure import one_line
from monitor.net.request_headers import page_headers, text_headers
from monitor.net.wire import Refuses, nothing

MayGo = Callable[[URL], Awaitable[None]]
"""Returns if a place may be asked, and raises what ends the fetch if not."""

_ATTACHMENT = re.compile(r"\s*attachment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Errand:
    """What is sent for such a request, and which answers are read.

    `limit` is the most bytes of the decoded body.
    """

    headers: Callable[[str], dict[str, str]]
    limit: int
    refuses: Refuses = nothing


async def anywhere(_url: URL) -> None:
    """Let a fetch go anywhere."""


def _no_page(headers: Headers) -> str:
    """Return why an answer is no page, "" if it is one or does not say."""
    written = headers.get("Content-Type", "")
    kind = written.partition(";")[0].strip().lower()
    if kind not in HTML_TYPES:
        return f"this is {one_line(kind)}, not a page"
    if _ATTACHMENT.match(headers.get("Content-Disposition", "")):
        return "this is a file to be saved, not a page"
    return ""


PAGE = Errand(page_headers, 8_000_000, _no_page)
ROBOTS = Errand(text_headers, 2_000_000)
