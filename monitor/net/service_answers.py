"""What services say in the body and headers of an answer."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.net.observed import Exchange

_MOST_TEXT = 200
_LONGEST_WAIT = timedelta(days=7)
_SAYS = ("description", "error", "message", "detail", "errorDescription")

_WRONG_PLACE = re.compile(
    r"chat not found|bot was (?:blocked|kicked)|user is deactivated|upgraded to a super"
    r"|channel_not_found|not_in_channel|is_archived|invalid_auth|not_authed"
    r"|account_inactive|token_revoked|token_expired|missing_scope",
    re.IGNORECASE,
)
"""What Telegram says under 400 and Slack under 200 when the place is wrong."""


def names_wrong_place(said: str) -> bool:
    """Say whether the words of a service mean the channel and not the message."""
    return _WRONG_PLACE.search(said) is not None


def explanation(text: str) -> str:
    """Return what an answer says in words, empty if it is a page or says nothing."""
    if text.lstrip().startswith("<") or text.strip() == "{}":
        return ""
    answer = _object(text)
    said = next((str(answer[name]) for name in _SAYS if answer.get(name)), "")
    return (said if answer else text.strip())[:_MOST_TEXT]


def retry_after(exchange: Exchange, now: datetime) -> timedelta | None:
    """Return how long the service asks to wait, None if it does not."""
    if exchange.answer is None:
        return None
    headers = exchange.answer.headers
    asked = headers.get("Retry-After", "").strip()
    wait = _seconds(asked)
    if wait is None and asked:
        # A date is read against the server's own clock, if it says what that shows.
        wait = _until(asked, _date(headers.get("Date", "")) or now)
    if wait is None:
        answer = _object(exchange.text)
        parameters = answer.get("parameters")
        inner = parameters if isinstance(parameters, dict) else answer
        wait = _seconds(str(inner.get("retry_after", "")))
    return wait


def _seconds(text: str) -> timedelta | None:
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,9})?", text):
        return None
    return min(timedelta(seconds=min(float(text), 1e9)), _LONGEST_WAIT)


def _until(date: str, now: datetime) -> timedelta | None:
    at = _date(date)
    return None if at is None else max(timedelta(0), min(at - now, _LONGEST_WAIT))


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _object(text: str) -> dict[str, object]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
