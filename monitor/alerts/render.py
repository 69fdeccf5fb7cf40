"""A message in the form of a service: everything said, escaped, within bounds."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from datetime import datetime, tzinfo

from monitor.alerts.dialects import Dialect, dialect_of, is_web
from monitor.alerts.fields import fields
from monitor.alerts.page import LONGEST_LINK, Page
from monitor.alerts.threads import references
from monitor.alerts.wording import how_late, one_line
from monitor.model import Form, Message, MessageTemplate, Rendered

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
    template: MessageTemplate | None = None,
) -> Rendered:
    """Return the message in the form of a service, within what the service takes.

    `created_at` is when it should have arrived: a late one says how late it is. What
    came from a feed means nothing to the service but its letters. `key` names the
    delivery, the same at each try. A `template` that fails gives way to the built-in
    form, with a remark.
    """
    dialect = dialect_of(form, bare=bare)
    remarks = _remarks(created_at, now, maybe_sent=maybe_sent)
    page = _page(message, dialect, zone, remarks, None if bare else template)
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


def _page(
    message: Message,
    dialect: Dialect,
    zone: tzinfo,
    remarks: tuple[str, ...],
    template: MessageTemplate | None,
) -> Page:
    """Return the page in the template's words, if it has any for this message."""
    if template is None:
        return _fitting(message, dialect, zone, remarks)
    # Jinja2 takes a twentieth of a second to load; most need none of it.
    from monitor.alerts import templates  # noqa: PLC0415

    if not templates.applies(template, message):
        return _fitting(message, dialect, zone, remarks)
    try:
        pages = (
            templates.filled(template, page)
            for page in _pages(message, dialect, zone, remarks)
        )
        return templates.fitting(pages, dialect.limit)
    except templates.TemplateFailed as error:
        remark = f"template {template.name} failed ({error}): this is the built-in form"
        return _fitting(message, dialect, zone, (*remarks, remark))


def _fitting(
    message: Message, dialect: Dialect, zone: tzinfo, remarks: tuple[str, ...]
) -> Page:
    """Return the first page that the service takes whole, else with fewer items."""
    whole = _pages(message, dialect, zone, remarks)
    fitting = (page for page in whole if page.size <= dialect.limit)
    return next(fitting, None) or _shortened(whole[-1])


def _shortened(page: Page) -> Page:
    """Return the page with as many items as fit; with none if not even one does."""
    items = page.message.items
    fewer = [replace(page, shown=shown) for shown in range(len(items) or 1)]
    fitting = bisect_right(fewer, page.dialect.limit, key=lambda one: one.size)
    return fewer[max(0, fitting - 1)]


def _pages(
    message: Message, dialect: Dialect, zone: tzinfo, remarks: tuple[str, ...]
) -> list[Page]:
    """Return the message with all its items, and ever less room for each text."""
    count = len(message.items)
    return [Page(message, dialect, zone, remarks, room, count) for room in _ROOMS]


def _remarks(
    created_at: datetime, now: datetime, *, maybe_sent: bool
) -> tuple[str, ...]:
    repeat = "possible repeat: it may have arrived before" if maybe_sent else ""
    return tuple(line for line in (how_late(created_at, now), repeat) if line)


def _clickable(message: Message, dialect: Dialect) -> str | None:
    link = dialect.link(one_line(message.link or ""))
    return link if is_web(link) and len(link) <= LONGEST_LINK else None
