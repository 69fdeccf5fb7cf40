"""A message in the form of a service: everything said, escaped, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from monitor.alerts.dialects import Dialect, dialect_of, is_web
from monitor.alerts.fields import fields
from monitor.alerts.page import LONGEST_LINK, Page
from monitor.alerts.threads import references
from monitor.alerts.wording import how_late, one_line
from monitor.model import Form, Message, Rendered

_ROOMS = (4000, 3000, 2000, 1500, 1000, 700, 500, 300, 200, 120, 60, 30, 10, 0)
"""How long each text may be, tried until the whole fits; link and ids are never cut."""

_PLAIN = dialect_of(Form.PLAIN, bare=False)
_TWOFOLD = (Form.EMAIL,)
"""The forms that have a second one beside the body, for readers without HTML."""


def render(
    message: Message,
    form: Form,
    *,
    created_at: datetime,
    now: datetime,
    zone: tzinfo,
    maybe_sent: bool = False,
    bare: bool = False,
    key: str = "",
) -> Rendered:
    """Return the message in the form of a service, within what the service takes.

    `created_at` is when it should have arrived: a late one says how late it is. What
    came from a feed means nothing to the service but its letters. `key` names the
    delivery, the same at each try.
    """
    dialect = dialect_of(form, bare=bare)
    remarks = _remarks(created_at, now, maybe_sent=maybe_sent)
    page = _fitting(message, dialect, zone, remarks)
    late = max(0, round((now - created_at).total_seconds()))
    return Rendered(
        title="" if dialect.titled else page.title,
        body=page.body,
        body_format=dialect.body_format,
        priority=message.priority,
        link=_clickable(message, dialect),
        plain=_fitting(message, _PLAIN, zone, remarks).body if form in _TWOFOLD else "",
        key=key,
        references=references(message),
        fields=fields(message, key, late_seconds=late, maybe_sent=maybe_sent),
    )


def _measures(items: int) -> Iterator[tuple[int, int]]:
    """Yield rooms and counts of items, greatest first: texts are cut before items."""
    yield from ((room, items) for room in _ROOMS)
    yield from ((0, shown) for shown in range(items - 1, -1, -1))


def _fitting(
    message: Message, dialect: Dialect, zone: tzinfo, remarks: tuple[str, ...]
) -> Page:
    """Return the first page that the service takes whole, else the shortest."""
    pages = [
        Page(message, dialect, zone, remarks, room, shown)
        for room, shown in _measures(len(message.items))
    ]
    fitting = (page for page in pages if page.size <= dialect.limit)
    return next(fitting, pages[-1])


def _remarks(
    created_at: datetime, now: datetime, *, maybe_sent: bool
) -> tuple[str, ...]:
    repeat = "possible repeat: it may have arrived before" if maybe_sent else ""
    return tuple(line for line in (how_late(created_at, now), repeat) if line)


def _clickable(message: Message, dialect: Dialect) -> str | None:
    link = dialect.link(one_line(message.link or ""))
    return link if is_web(link) and len(link) <= LONGEST_LINK else None
