"""What a sender library does on the wire, seen from outside.

Senders answer with no more than yes or no; whether to try again, and when, stands in
the exchange. A watch sees the exchanges of its own context (and so of its own thread),
and may put a last touch to what goes out.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock

import requests
from typing_extensions import override

_MOST_TEXT = 2000


def _leave_request(_: requests.PreparedRequest) -> None:
    """Leave a request as its sender made it."""


def _leave_mail(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP exchange: an answer, or the error in its place, or both.

    With both the body broke off after the status and the headers.
    """

    answer: requests.Response | None = None
    error: Exception | None = None

    @property
    def status(self) -> int | None:
        """Return the status of the answer, None without one."""
        return None if self.answer is None else self.answer.status_code

    @property
    def text(self) -> str:
        """Return the beginning of the answer's body, empty if it broke off."""
        if self.answer is None or self.error is not None:
            return ""
        return self.answer.content[:_MOST_TEXT].decode("utf-8", "replace")


@dataclass(slots=True)
class Watch:
    """All that was seen: HTTP exchanges, SMTP replies, warnings, in order.

    `mail_error` is what ended a conversation with a mail server in place of a reply.
    `touch_request` changes a request before it goes out, `touch_mail` a mail.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    replies: list[tuple[int, str]] = field(default_factory=list)
    mail_error: Exception | None = None
    warnings: list[str] = field(default_factory=list)
    touch_request: Callable[[requests.PreparedRequest], None] = _leave_request
    touch_mail: Callable[[str], str] = _leave_mail


_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)
_installing = Lock()
_installed: list[str] = []


@contextmanager
def watching(logger: str) -> Iterator[Watch]:
    """Watch what is sent, and what `logger` warns of, until the block ends."""
    _install(logger)
    logging.getLogger(logger).setLevel(logging.WARNING)  # below it writes tokens
    watch = Watch()
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)


def _install(logger: str) -> None:
    """Put the observers in place, once in the life of the process."""
    with _installing:
        if not _installed:
            _observe_http()
            _observe_mail()
            _observe_sent_mail()
        if logger not in _installed:
            _observe_log(logging.getLogger(logger))
            _installed.append(logger)


def _observe_http() -> None:
    send = requests.Session.send

    @wraps(send)
    def observed(
        session: requests.Session,
        request: requests.PreparedRequest,
        **options: object,
    ) -> requests.Response:
        watch = _watch.get()
        begun: list[requests.Response] = []
        if watch is not None:
            watch.touch_request(request)
            request.register_hook("response", lambda head, **_: begun.append(head))
        try:
            answer = send(session, request, **options)
        except requests.RequestException as error:
            if watch is not None:
                watch.exchanges.append(Exchange(_refusal(begun), error))
            raise
        if watch is not None:
            watch.exchanges.append(Exchange(answer))
        return answer

    requests.Session.send = observed  # type: ignore[method-assign,assignment]


def _refusal(begun: Sequence[requests.Response]) -> requests.Response | None:
    """Return an answer whose body broke off if it refuses, for its status says so.

    One that accepts could still say otherwise in its body.
    """
    return next((head for head in begun if not head.ok), None)


def _observe_mail() -> None:
    getreply = smtplib.SMTP.getreply

    @wraps(getreply)
    def observed(connection: smtplib.SMTP) -> tuple[int, bytes]:
        watch = _watch.get()
        try:
            code, text = getreply(connection)
        except (OSError, smtplib.SMTPException) as error:
            if watch is not None:
                watch.mail_error = error
            raise
        if watch is not None:
            watch.replies.append((code, text.decode("utf-8", "replace")))
        return code, text

    smtplib.SMTP.getreply = observed  # type: ignore[method-assign,assignment]


def _observe_sent_mail() -> None:
    sendmail = smtplib.SMTP.sendmail

    @wraps(sendmail)
    def observed(
        connection: smtplib.SMTP,
        from_addr: str,
        to_addrs: str | Sequence[str],
        msg: str | bytes,
        *options: Sequence[str],
    ) -> dict[str, tuple[int, bytes]]:
        watch = _watch.get()
        if watch is not None and isinstance(msg, str):
            msg = watch.touch_mail(msg)
        return sendmail(connection, from_addr, to_addrs, msg, *options)

    smtplib.SMTP.sendmail = observed  # type: ignore[method-assign,assignment]


class _Collector(logging.Handler):
    """Gives a warning to the watch of its context; says nothing anywhere else."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        watch = _watch.get()
        if watch is not None and record.levelno >= logging.WARNING:
            watch.warnings.append(record.getMessage())


def _observe_log(logger: logging.Logger) -> None:
    # What it says belongs to a delivery's one event, and nowhere else.
    logger.addHandler(_Collector())
    logger.propagate = False
