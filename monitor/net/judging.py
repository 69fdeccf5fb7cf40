"""What an answer means for the feed."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from monitor.feeds.not_a_feed import is_html
from monitor.model import Fetched, FetchOutcome
from monitor.net import answer_headers
from monitor.net.wire import BODY_STATUSES, Answer

_NOT_MODIFIED = 304
_BEGINNING = 2000
_WITHOUT_A_FEED = {
    204: "there is no content",
    205: "there is no content",
    206: "this is a part, and no part was asked for",
}


def judge(answer: Answer, *, url: str, is_conditional: bool, now: datetime) -> Fetched:
    """Return what came of a fetch whose last answer is `answer`.

    `is_conditional` is whether validators were sent: without them a 304 says
    nothing about a document that nobody has.
    """
    if answer.status == _NOT_MODIFIED and is_conditional:
        return _good(FetchOutcome.NOT_MODIFIED, answer, url, now)
    if answer.status in BODY_STATUSES and answer.body.strip() and not _is_wall(answer):
        return _good(FetchOutcome.OK, answer, url, now)
    outcome, reason = _failure(answer)
    return Fetched(
        outcome,
        url,
        status=answer.status,
        retry_after=answer_headers.read_retry_after(answer.headers, answer.status, now),
        detail=f"answered {named(answer.status)}{reason}",
    )


def _is_wall(answer: Answer) -> bool:
    """Say whether this is the page of a bot wall which says so in its headers."""
    is_marked = bool(answer_headers.bot_wall(answer.headers))
    return is_marked and is_html(answer.body[:_BEGINNING].decode("ascii", "ignore"))


def _good(outcome: FetchOutcome, answer: Answer, url: str, now: datetime) -> Fetched:
    content_type = answer.headers.get("Content-Type", "")
    return Fetched(
        outcome,
        url,
        status=answer.status,
        body=answer.body if outcome is FetchOutcome.OK else b"",
        content_type=content_type if content_type.isprintable() else "",
        validators=answer_headers.read_validators(answer.headers),
        cacheable_for=answer_headers.read_cacheable_for(answer.headers, now),
        links=answer_headers.read_links(answer.headers),
    )


def _failure(answer: Answer) -> tuple[FetchOutcome, str]:
    if answer.status in BODY_STATUSES and not answer.body.strip():
        return FetchOutcome.EMPTY, " with an empty body"
    if answer.status in _WITHOUT_A_FEED:
        return FetchOutcome.EMPTY, f": {_WITHOUT_A_FEED[answer.status]}"
    if answer.status == _NOT_MODIFIED:
        return FetchOutcome.HTTP_ERROR, " although nothing was asked to be compared"
    return FetchOutcome.HTTP_ERROR, answer_headers.bot_wall(answer.headers)


def named(status: int) -> str:
    """Return the status with its standard words: a server's own are not trusted."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
