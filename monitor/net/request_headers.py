"""What is sent with every request, and what a feed may add."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from monitor import __version__
from monitor.model import FetchOutcome, Validators
from monitor.net import decoding
from monitor.net.failure import FetchError, one_line

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, "
    "application/json;q=0.8, */*;q=0.1"
)
_ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9"
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# These frame the request, say who asks, or make it conditional.
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-modified-since",
        "if-none-match",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)


@lru_cache(8)
def user_agent(contact: str) -> str:
    """Return who asks, the same for every request."""
    who = one_line(contact).replace("(", "").replace(")", "")
    return f"feed-monitor/{__version__}" + (f" (+{who})" if who else "")


def common_headers(contact: str, accept: str = _ACCEPT) -> dict[str, str]:
    """Return the headers that go to every host: who asks, and what for."""
    return {
        "User-Agent": user_agent(contact),
        "Accept": accept,
        "Accept-Encoding": decoding.ACCEPTED,
    }


def page_headers(contact: str) -> dict[str, str]:
    """Return the headers for the page of an article."""
    return common_headers(contact, _ACCEPT_PAGE)


def text_headers(contact: str) -> dict[str, str]:
    """Return the headers for a text, such as robots.txt."""
    return common_headers(contact, "text/plain, */*;q=0.1")


def conditional_headers(validators: Validators) -> dict[str, str]:
    """Return the headers that ask only for what is newer than the validators."""
    headers = {}
    if validators.etag is not None:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified is not None:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def post_headers(contact: str) -> dict[str, str]:
    """Return the headers of a form: who asks, and what it is."""
    return {
        "User-Agent": user_agent(contact),
        "Accept": "*/*",
        "Accept-Encoding": decoding.ACCEPTED,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def own_headers(
    configured: Iterable[tuple[str, str]], resolve: Callable[[str], str]
) -> dict[str, str]:
    """Return a feed's own headers, expanded: for its own origin only.

    Raises:
        FetchError: one cannot be sent (BLOCKED).
        SecretError: a ``${...}`` is not set.
    """
    return {name: _checked(name, resolve(value)) for name, value in configured}


def _checked(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or name.lower() in _OURS:
        raise _unsendable(name, "this header cannot be set for a feed")
    if not value.isprintable():
        raise _unsendable(name, "its value holds a line break or a control character")
    return value


def _unsendable(name: str, reason: str) -> FetchError:
    return FetchError(FetchOutcome.BLOCKED, f"headers: {one_line(name)}: {reason}")
