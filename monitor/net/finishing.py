"""What senders leave out, added to what they are about to send.

A mail gets the plain form that we wrote (the sender's own loses the marks), a name
that a repeat keeps, and the threads and priorities that mail programs know. A Telegram
message answers the one that told its story first; on Discord no text calls anybody;
a Matrix server, which knows a repeat by its name, is given one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from email import message_from_string
from email.message import Message as Mail
from types import MappingProxyType

import requests

from monitor.model import Form, Priority, Rendered

_MAIL_PRIORITIES: Mapping[Priority, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        Priority.LOW: (("X-Priority", "5"), ("Importance", "low")),
        Priority.HIGH: (("X-Priority", "2"), ("Importance", "high")),
        Priority.URGENT: (("X-Priority", "1"), ("Importance", "high")),
    }
)


# --- mail -----------------------------------------------------------------------


def finished_mail(text: str, rendered: Rendered) -> str:
    """Return a mail with our names, threads, priority and plain form in it."""
    mail = message_from_string(text)
    domain = _domain(mail)
    if rendered.key:
        del mail["Message-ID"]
        mail["Message-ID"] = _mail_id(rendered.key, domain)
    for name, value in _headers(rendered, domain):
        if name not in mail:  # what the channel's URL says stays
            mail[name] = value
    if rendered.plain:
        _set_plain(mail, rendered.plain)
    return mail.as_string()


def _domain(mail: Mail) -> str:
    return str(mail.get("Message-ID", "")).rpartition("@")[2].strip("<> ") or "monitor"


def _mail_id(name: str, domain: str) -> str:
    return f"<{name}@{domain}>"


def _headers(rendered: Rendered, domain: str) -> list[tuple[str, str]]:
    """Return the headers of a mail that no person wrote, and that may have elders."""
    elders = [_mail_id(name, domain) for name in rendered.references]
    return [
        ("Auto-Submitted", "auto-generated"),  # so that no absence notice answers
        *_MAIL_PRIORITIES.get(rendered.priority, ()),
        *([("References", "\n ".join(elders))] if elders else []),
        *([("In-Reply-To", elders[0])] if elders else []),
    ]


def _set_plain(mail: Mail, plain: str) -> None:
    """Replace the plain part beside the HTML; what is signed or sealed stays."""
    if mail.get_content_type() != "multipart/alternative":
        return
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            del part["Content-Transfer-Encoding"]
            part.set_payload(plain, "utf-8")


# --- HTTP -----------------------------------------------------------------------

_MATRIX_SENDS = re.compile(r"(/send/m\.room\.[a-z]+/)[^/?]+")


def _to_telegram(rendered: Rendered) -> Mapping[str, object]:
    if not rendered.answers.isdecimal():
        return {}
    first = int(rendered.answers)
    # It may have been deleted; that is no reason not to tell.
    reply = {"message_id": first, "allow_sending_without_reply": True}
    return {"reply_parameters": reply}


def _to_discord(_: Rendered) -> Mapping[str, object]:
    return {"allowed_mentions": {"parse": []}}


_ADDED: Mapping[Form, Callable[[Rendered], Mapping[str, object]]] = MappingProxyType(
    {Form.TELEGRAM: _to_telegram, Form.DISCORD: _to_discord}
)


def finish_request(
    request: requests.PreparedRequest, form: Form, rendered: Rendered
) -> None:
    """Add to a request what its sender cannot be told."""
    more = _ADDED[form](rendered) if form in _ADDED else {}
    if form is Form.MATRIX and rendered.key and request.url:
        request.url = _MATRIX_SENDS.sub(rf"\g<1>{rendered.key}", request.url)
    payload = _object(request.body) if more else None
    if payload is not None:
        request.prepare_body(json.dumps(payload | dict(more)), None)


def _object(body: object) -> dict[str, object] | None:
    try:
        found = json.loads(body) if isinstance(body, str | bytes) else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


# --- receipts ---------------------------------------------------------------------


def receipt(form: Form, answer: str) -> str:
    """Return what a later message can answer, from what the service said."""
    if form is not Form.TELEGRAM:
        return ""
    try:
        number = json.loads(answer)["result"]["message_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return str(number) if isinstance(number, int) else ""
