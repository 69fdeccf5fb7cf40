"""From what was seen on the wire to how an attempt ended."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType

import requests
import urllib3.exceptions as wire

from monitor.model import SendOutcome, SendResult
from monitor.net.observed import Exchange, Watch
from monitor.net.service_answers import explanation, names_wrong_place, retry_after

_MOST_DETAIL = 300

_BY_STATUS: Mapping[int, SendOutcome] = MappingProxyType(
    {
        400: SendOutcome.MESSAGE_REFUSED,
        413: SendOutcome.MESSAGE_REFUSED,
        414: SendOutcome.MESSAGE_REFUSED,
        422: SendOutcome.MESSAGE_REFUSED,
        431: SendOutcome.MESSAGE_REFUSED,
        408: SendOutcome.RETRY,
        409: SendOutcome.RETRY,
        423: SendOutcome.RETRY,
        425: SendOutcome.RETRY,
        429: SendOutcome.RETRY,
        501: SendOutcome.CHANNEL_BROKEN,
        504: SendOutcome.UNKNOWN,  # a timeout behind the server: it may have arrived
    }
)

_BY_ERROR: tuple[tuple[type[Exception], SendOutcome, str], ...] = (
    (ssl.SSLCertVerificationError, SendOutcome.CHANNEL_BROKEN, "certificate not valid"),
    (requests.exceptions.SSLError, SendOutcome.RETRY, "no encrypted connection"),
    (requests.exceptions.ProxyError, SendOutcome.RETRY, "proxy not reached"),
    (requests.ConnectTimeout, SendOutcome.RETRY, "timeout while connecting"),
    (requests.ReadTimeout, SendOutcome.UNKNOWN, "no answer in time"),
    (wire.NameResolutionError, SendOutcome.RETRY, "host name not found"),
    (wire.NewConnectionError, SendOutcome.RETRY, "no connection"),
    (requests.exceptions.InvalidURL, SendOutcome.CHANNEL_BROKEN, "unusable address"),
    (requests.exceptions.InvalidHeader, SendOutcome.CHANNEL_BROKEN, "unusable header"),
    (requests.RequestException, SendOutcome.UNKNOWN, "connection broken off"),
)
"""The first that an error is, or was caused by, says how it ended.

A certificate is put right by people, not by waiting: that is told at once.
"""


def result_of(
    watch: Watch, *, accepted: bool, redact: Callable[[str], str], now: datetime
) -> SendResult:
    """Return how an attempt ended that the sender took for `accepted` or not."""
    if accepted:
        last = watch.exchanges[-1].status if watch.exchanges else None
        return SendResult(SendOutcome.SENT, status=last)
    if watch.exchanges:
        result = _http(watch, now)
    else:
        result = _mail(watch) if _was_mail(watch) else _unseen(watch)
    detail = " ".join(redact(result.detail).split())[:_MOST_DETAIL]
    return SendResult(result.outcome, result.status, result.retry_after, detail)


def _unseen(watch: Watch) -> SendResult:
    """Judge an attempt that left no trace on the wire."""
    said = "; ".join(watch.warnings) or "the sender gave up and did not say why"
    return SendResult(SendOutcome.RETRY, detail=said)


# --- HTTP ---------------------------------------------------------------------


def _http(watch: Watch, now: datetime) -> SendResult:
    """Judge by the last exchange that failed, or the last one if none did."""
    failed = [e for e in watch.exchanges if e.status is None or e.status >= 300]  # noqa: PLR2004
    exchange = failed[-1] if failed else watch.exchanges[-1]
    if exchange.status is None:
        return _by_error(exchange.error)
    return _by_answer(exchange, exchange.status, now)


def _by_error(error: Exception | None) -> SendResult:
    chain = tuple(_causes(error))
    return next(
        SendResult(outcome, detail=text)
        for kind, outcome, text in _BY_ERROR
        if any(isinstance(cause, kind) for cause in chain)
    )


def _causes(error: object) -> Iterator[Exception]:
    """Yield an error and those that it wraps, from the outermost in."""
    seen: list[object] = []
    waiting = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, Exception) or cause in seen:
            continue
        seen.append(cause)
        yield cause
        waiting += [*cause.args, getattr(cause, "reason", None), cause.__cause__]


def _by_answer(exchange: Exchange, status: int, now: datetime) -> SendResult:
    said = explanation(exchange.text)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        said = "a redirect, and none is followed: use the address it leads to"
    detail = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    outcome = _outcome(status, said)
    return SendResult(outcome, status, retry_after(exchange, now), detail)


def _outcome(status: int, said: str) -> SendOutcome:
    if names_wrong_place(said):
        return SendOutcome.CHANNEL_BROKEN
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return SendOutcome.RETRY
    if status < HTTPStatus.MULTIPLE_CHOICES:
        # The server is content and the sender is not: nobody knows.
        return SendOutcome.UNKNOWN
    # A place that answers so is not what the channel's URL says it is.
    return SendOutcome.CHANNEL_BROKEN


# --- mail ---------------------------------------------------------------------

_DATA_FOLLOWS = 354
_REFUSED = 400
_REFUSED_FOR_GOOD = 500
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_MAILBOX_FULL = 552


def _was_mail(watch: Watch) -> bool:
    return bool(watch.replies) or watch.mail_error is not None


def _mail(watch: Watch) -> SendResult:
    """Judge a conversation with a mail server by its last refusal."""
    codes = [code for code, _ in watch.replies]
    refusals = [reply for reply in watch.replies if reply[0] >= _REFUSED]
    if _DATA_FOLLOWS in codes:
        after = codes[codes.index(_DATA_FOLLOWS) + 1 :]
        return _after_data(after, refusals)
    if refusals:
        return _before_data(*refusals[-1])
    if watch.mail_error is not None or not codes:
        return SendResult(SendOutcome.RETRY, detail="connection to mail server failed")
    # All replies were good, and yet the sender left: it is about encryption.
    said = "the mail server offers no encryption that can be used"
    return SendResult(SendOutcome.CHANNEL_BROKEN, detail=said)


def _after_data(after: list[int], refusals: list[tuple[int, str]]) -> SendResult:
    """Judge what followed the message itself."""
    if not after:
        return SendResult(SendOutcome.UNKNOWN, detail="no answer from mail server")
    code, said = refusals[-1] if refusals else (after[0], "")
    if after[0] < _REFUSED:
        # It is on its way to all others; again would be a repeat for them.
        detail = f"not to all recipients: SMTP {code} {said}"
        return SendResult(SendOutcome.SENT, code, detail=detail)
    is_final = code >= _REFUSED_FOR_GOOD
    outcome = SendOutcome.MESSAGE_REFUSED if is_final else SendOutcome.RETRY
    return SendResult(outcome, code, detail=f"SMTP {code} {said}")


def _before_data(code: int, said: str) -> SendResult:
    """Judge a refusal of the sender, the login or the recipient."""
    is_place = code >= _REFUSED_FOR_GOOD and code != _MAILBOX_FULL
    outcome = SendOutcome.CHANNEL_BROKEN if is_place else SendOutcome.RETRY
    about = "login refused, " if code in _LOGIN_CODES else ""
    return SendResult(outcome, code, detail=f"{about}SMTP {code} {said}")
