"""How each kind of service writes text: its escapes, marks, breaks and bounds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from monitor.model import BodyFormat, Form

_ZERO_WIDTH = "\u200b"
_DISCORD_MARKUP = re.compile(r"([\\*_~|`>#\[\]()])")
_TEAMS_MARKUP = re.compile(r"([\\*_~|`>#\[\]&])")
_AT_ROOM = re.compile(r"@(?=room)", re.IGNORECASE)
_NOT_IN_LINKS = re.compile(r"[\s<>\"]")
_NOT_IN_DISCORD_LINKS = re.compile(r"[\s<>\"`*|\\@]")
_NOT_IN_TEAMS_LINKS = re.compile(r"[\s<>\"`*|\\()\[\]]")
_NOT_IN_MATRIX_LINKS = re.compile(r"[\s<>\"@]")

_BARE_LIMIT = 1500

Wrap = tuple[str, str]
"""What stands before and behind a text."""


def _as_it_is(link: str) -> str:
    return link


@dataclass(frozen=True, slots=True)
class Dialect:
    """What makes text safe and readable for one kind of service.

    `size` is how the service counts, `limit` how much of body and title together it
    takes. `headline` says that the title stands in the body as its first line, and
    `titled` that it stands nowhere else. `anchor` makes a web link one to click on.
    """

    body_format: BodyFormat = BodyFormat.TEXT
    escape: Callable[[str], str] = str
    title_escape: Callable[[str], str] = str
    mark: Wrap = ("»", "«")
    code: Wrap = ("", "")
    paragraph: Wrap = ("", "")
    quote: Wrap = ("", "")
    fine_print: Wrap = ("", "")
    headline: Wrap | None = None
    titled: bool = False
    document: Wrap = ("", "")
    line_break: str = "\n"
    gap: str = "\n\n"
    limit: int = 20_000
    size: Callable[[str], int] = len
    title_limit: int = 200
    anchor: Callable[[str], str] = _as_it_is
    not_in_links: re.Pattern[str] = _NOT_IN_LINKS

    def link(self, link: str) -> str:
        """Return a link that the service takes for a link and for nothing else."""
        return self.not_in_links.sub(_percent_encoded, link)


def dialect_of(form: Form, *, bare: bool) -> Dialect:
    """Return the dialect of a form; `bare` is the simplest that the service takes."""
    dialect = _DIALECTS.get(form, _PLAIN)
    if not bare:
        return dialect
    escape = _BARE_ESCAPES.get(form, str)
    return replace(
        _PLAIN,
        escape=escape,
        title_escape=escape,
        not_in_links=dialect.not_in_links,
        mark=("", ""),
        size=dialect.size,
        limit=_BARE_LIMIT,
    )


def is_web(link: str) -> bool:
    """Say whether a link may be made clickable; ``javascript:`` may not."""
    return link.lower().startswith(("https://", "http://"))


def _percent_encoded(found: re.Match[str]) -> str:
    return quote(found.group(), safe="")


def _html(text: str) -> str:
    return html.escape(text, quote=False)


def _html_anchor(link: str) -> str:
    shown = _html(link)
    return f'<a href="{shown}">{shown}</a>' if is_web(link) else shown


def _matrix(text: str) -> str:
    """Escape HTML; who may call a whole room calls it by a word, also in HTML."""
    return _html(_AT_ROOM.sub(f"@{_ZERO_WIDTH}", text))


def _discord(text: str) -> str:
    """Escape Markdown; a mention survives every escape but a broken word."""
    escaped = _DISCORD_MARKUP.sub(r"\\\1", text)
    return escaped.replace("@", f"@{_ZERO_WIDTH}").replace("<", f"<{_ZERO_WIDTH}")


def _teams(text: str) -> str:
    """Escape the Markdown of cards; a mention is a tag, so that a tag is broken."""
    return _TEAMS_MARKUP.sub(r"\\\1", text).replace("<", f"<{_ZERO_WIDTH}")


def _teams_anchor(link: str) -> str:
    return f"[{_teams(link)}]({link})" if is_web(link) else _teams(link)


def _without_tags(text: str) -> str:
    """Return text in which nothing is taken for a tag, without escapes."""
    return text.replace("<", "‹").replace(">", "›")  # noqa: RUF001


def _ntfy_size(text: str) -> int:
    """Return the greater of what the server counts and, to its scale, the sender."""
    escaped = len(json.dumps(text)) * 2 // 3
    return max(len(text.encode()), escaped)


def _byte_size(text: str) -> int:
    return len(text.encode())


def _json_size(text: str) -> int:
    return len(json.dumps(text))


_PLAIN = Dialect()

_MAIL_HEAD = (
    "<!DOCTYPE html>\n"
    '<html><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark">'
    "<style>:root{color-scheme:light dark}</style></head>\n"
    '<body style="font-family:sans-serif;line-height:1.45;max-width:42em">\n'
)
"""Colours are the reader's own: nothing in a mail sets one without its background."""

_DIALECTS: Mapping[Form, Dialect] = MappingProxyType(
    {
        Form.EMAIL: Dialect(
            body_format=BodyFormat.HTML,
            escape=_html,
            mark=('<strong style="background:#ffe58a;color:#1a1a1a">', "</strong>"),
            code=("<code>", "</code>"),
            paragraph=("<p>", "</p>"),
            quote=('<p style="border-left:3px solid;padding-left:.8em">', "</p>"),
            fine_print=('<p style="font-size:.9em">', "</p>"),
            headline=('<h2 style="font-size:1.25em">', "</h2>"),
            document=(_MAIL_HEAD, "\n</body></html>"),
            line_break="<br>",
            gap="\n",
            limit=60_000,
            anchor=_html_anchor,
        ),
        # Only what is declared as text is escaped by the sender in every version.
        Form.SLACK: Dialect(limit=30_000),
        Form.TELEGRAM: Dialect(
            body_format=BodyFormat.HTML,
            escape=_html,
            mark=("<b>", "</b>"),
            code=("<code>", "</code>"),
            headline=("<b>", "</b>"),
            titled=True,
            limit=4000,
            anchor=_html,
        ),
        # Declared as text, so that the sender leaves our escapes alone; the service
        # reads Markdown in any case.
        Form.DISCORD: Dialect(
            escape=_discord,
            mark=("**", "**"),
            headline=("**", "**"),
            titled=True,
            limit=1950,
            not_in_links=_NOT_IN_DISCORD_LINKS,
        ),
        Form.MATRIX: Dialect(
            body_format=BodyFormat.HTML,
            escape=_matrix,
            mark=("<strong>", "</strong>"),
            code=("<code>", "</code>"),
            headline=("<strong>", "</strong>"),
            titled=True,
            line_break="<br>",
            gap="<br><br>",
            limit=28_000,  # of 64 KiB; the service gets a plain form beside it
            size=_byte_size,
            anchor=_html_anchor,
            not_in_links=_NOT_IN_MATRIX_LINKS,
        ),
        # A card's text is Markdown in any case, and only this is left alone.
        Form.TEAMS: Dialect(
            body_format=BodyFormat.MARKDOWN,
            escape=_teams,
            title_escape=_teams,
            mark=("**", "**"),
            line_break="\n\n",
            limit=20_000,
            size=_json_size,
            anchor=_teams_anchor,
            not_in_links=_NOT_IN_TEAMS_LINKS,
        ),
        Form.NTFY: Dialect(limit=3900, size=_ntfy_size),
    }
)

_BARE_ESCAPES: Mapping[Form, Callable[[str], str]] = MappingProxyType(
    {
        Form.DISCORD: _discord,
        Form.TELEGRAM: _without_tags,
        Form.TEAMS: _without_tags,
        Form.MATRIX: lambda text: _AT_ROOM.sub(f"@{_ZERO_WIDTH}", text),
    }
)
