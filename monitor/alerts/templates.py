"""Messages in the words of the operator's own templates.

Everything that a template shows of a feed is escaped for the service at hand, whatever
the template says; its own words are the operator's and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, lru_cache

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.alerts.dialects import Dialect, dialect_of
from monitor.alerts.listing import item_change, item_time, listed, silencing
from monitor.alerts.page import Page
from monitor.alerts.template_language import FILTERS, Fault, faults, names_in
from monitor.alerts.wording import cut, lines, one_line
from monitor.model import (
    BodyFormat,
    DigestItem,
    Excerpt,
    Form,
    Message,
    MessageKind,
    MessageTemplate,
    Priority,
)

_MOST_OF_A_LIST = 20
_MOST_CHARACTERS = 70_000
_GAPS = re.compile(r"\n{3,}")

Escape = Callable[[str], str]


class TemplateFailed(Exception):  # noqa: N818 - it happened
    """A template gave nothing that can be sent."""


class _Ready(str):
    """Text that is in the service's own form already."""

    __slots__ = ()


# --- filling ----------------------------------------------------------------------


def applies(template: MessageTemplate, message: Message) -> bool:
    """Say whether a template is meant for a message.

    It is for alerts; for digests only if it shows their entries; never for the
    monitor's own reports, which no template knows.
    """
    if message.kind is MessageKind.DIGEST:
        return not faults(template.body) and "items" in names_in(template.body)
    return message.kind is MessageKind.ALERT


def filled(template: MessageTemplate, page: Page) -> Page:
    """Return the page in the template's words, as far as it has any.

    How late it is, and that it may be a repeat, stands before a body that does not
    say it itself.

    Raises:
        TemplateFailed: the text says why.
    """
    title = _run(template.title, _unchanged, page)
    escape = page.dialect.escape
    if page.dialect.body_format is BodyFormat.HTML:
        escape = _quoting(escape)
    body = _GAPS.sub("\n\n", _run(template.body, escape, page).strip("\n"))
    if body and page.remarks and "remarks" not in names_in(template.body):
        remarks = "\n".join(map(page.dialect.escape, page.remarks))
        body = f"{remarks}\n\n{body}"
    body = body.replace("\n", page.dialect.line_break)
    return replace(page, own_title=one_line(title), own_body=body)


def fitting(pages: Iterable[Page], limit: int) -> Page:
    """Return the first page that a service takes whole.

    Raises:
        TemplateFailed: there is none.
    """
    for page in pages:
        if page.size <= limit:
            return page
    raise TemplateFailed("it gives more than the service takes")


def _unchanged(text: str) -> str:
    """Leave a title as it is: it is cut before it is escaped."""
    return text


@cache
def _quoting(escape: Escape) -> Escape:
    """Return the escape for text that may stand in an attribute of a tag too."""
    return lambda text: escape(text).replace('"', "&quot;").replace("'", "&#39;")


def _run(text: str, escape: Escape, page: Page) -> str:
    """Return what a template gives, piece by piece, so that it can be stopped."""
    if not text:
        return ""
    if found := faults(text):
        raise TemplateFailed(found[0].text)
    made, size = [], 0
    try:
        for piece in _compiled(text, escape).generate(_values(page, escape)):
            made.append(piece)
            size += len(piece)
            if size > _MOST_CHARACTERS:
                break  # more than any service takes
    except Exception as error:
        raise TemplateFailed(one_line(str(error))) from error
    return "".join(made)


@lru_cache(maxsize=64)
def _compiled(text: str, escape: Escape) -> Template:
    environment = ImmutableSandboxedEnvironment(
        autoescape=False,
        finalize=lambda value: _shown(value, escape),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kept = {name: environment.filters[name] for name in FILTERS}
    environment.filters = kept | {
        "join": lambda values, gap=", ": _joined(values, gap, escape)
    }
    environment.globals = {}
    return environment.from_string(text)


def _shown(value: object, escape: Escape) -> str:
    if isinstance(value, _Ready):
        return value
    if isinstance(value, tuple):
        return _joined(value, ", ", escape)
    return "\n".join(escape(line) for line in lines(str(value)).split("\n"))


def _joined(values: Iterable[object], gap: str, escape: Escape) -> _Ready:
    return _Ready(escape(gap).join(_shown(value, escape) for value in values))


# --- values -----------------------------------------------------------------------


def _values(page: Page, escape: Escape) -> Mapping[str, object]:
    message, room = page.message, page.name_room
    is_title = escape is _unchanged

    def texts(values: Sequence[object]) -> tuple[str, ...]:
        return tuple(cut(one_line(str(v)), page.room) for v in values[:_MOST_OF_A_LIST])

    def excerpt(one: Excerpt) -> str:
        return one_line(one.text) if is_title else _Ready(page.excerpt(one))

    def link(address: str | None) -> str:
        return _url(page, address) if is_title else _Ready(page.link(address))

    return {
        "alerts": texts(message.alerts),
        "also": texts(message.also),
        "author": cut(one_line(message.author), room),
        "because": texts(message.terms),
        "change": cut(lines(message.change), page.room),
        "excerpts": tuple(map(excerpt, message.excerpts)),
        "first_alert": message.first_alert or "",
        "id": " ".join(map(str, message.alerts[:_MOST_OF_A_LIST])),
        "items": tuple(_item(item, page, link(item.link)) for item in message.items),
        "kind": message.kind.value,
        "labels": texts(message.labels),
        "link": link(message.link),
        "priority": message.priority.name.lower(),
        "remarks": page.remarks,
        "rule": listed(message.rules),
        "rules": texts(message.rules),
        "silence": silencing(message),
        "source": cut(one_line(message.source), room),
        "text": cut(lines(message.text), page.room),
        "time": page.time,
        "title": cut(one_line(message.title), room),
        "url": _url(page, message.link),
    }


def _url(page: Page, address: str | None) -> str:
    return page.dialect.link(one_line(address or ""))


def _item(item: DigestItem, page: Page, link: str) -> Mapping[str, object]:
    room = page.name_room
    return {
        "alerts": tuple(map(str, item.alerts[:_MOST_OF_A_LIST])),
        "also": tuple(map(one_line, item.also[:_MOST_OF_A_LIST])),
        "change": item_change(item, room),
        "id": " ".join(map(str, item.alerts[:_MOST_OF_A_LIST])),
        "link": link,
        "rule": listed(item.rules),
        "rules": tuple(map(one_line, item.rules[:_MOST_OF_A_LIST])),
        "source": cut(one_line(item.source), room),
        "time": item_time(item, page.zone),
        "title": cut(one_line(item.title), room),
        "url": _url(page, item.link),
        "waited": item.reason.replace("_", " "),
    }


# --- checking ---------------------------------------------------------------------

_AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
_SAMPLES = (
    Message(
        MessageKind.ALERT,
        "A title",
        Priority.HIGH,
        alerts=(12,),
        rules=("rule",),
        source="Source",
        link="https://news.example/1",
        author="Author",
        published_at=_AT,
        excerpts=(Excerpt("summary", "A sentence that matched.", ((16, 23),)),),
        terms=("summary: matched",),
        labels=("remark",),
        also=("another",),
        first_alert=7,
        change="title: A -> B",
    ),
    Message(
        MessageKind.DIGEST,
        "1 alert",
        alerts=(12,),
        rules=("rule",),
        items=(DigestItem((12,), ("rule",), "A title", at=_AT),),
    ),
)


def template_faults(text: str) -> tuple[Fault, ...]:
    """Return what is wrong in a template: what it says, else what comes of it."""
    found = faults(text)
    return found or tuple(_tried(text))[:1]


def _tried(text: str) -> Iterable[Fault]:
    dialect: Dialect = dialect_of(Form.PLAIN, bare=False)
    for message in _SAMPLES:
        page = Page(message, dialect, UTC, (), 4000, len(message.items))
        try:
            filled(MessageTemplate("sample", body=text), page)
        except TemplateFailed as error:
            yield Fault(0, f"it fails with a sample message: {error}")
