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
_NOT_IN_LINKS = re.compile(r"[\s<>\"]")
_NOT_IN_DISCORD_LINKS = re.compile(r"[\s<>\"`*|\\@]")


_BARE_LIMIT = 1500


@dataclass(frozen=True, slots=True)
class Dialect:
    """What makes text safe and readable for one kind of service.

    `size` is how the service counts, `limit` how much of body and title together it
    takes. `titled` says that the title goes into the body, as its first line.
    """

    body_format: BodyFormat = BodyFormat.TEXT
    escape: Callable[[str], str] = str
    title_escape: Callable[[str], str] = str
    mark: tuple[str, str] = ("»", "«")
    line_break: str = "\n"
    limit: int = 20_000
    size: Callable[[str], int] = len
    title_limit: int = 200
    titled: bool = False
    anchored: bool = False
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


def _discord(text: str) -> str:
    """Escape Markdown; a mention survives every escape but a broken word."""
    escaped = _DISCORD_MARKUP.sub(r"\\\1", text)
    return escaped.replace("@", f"@{_ZERO_WIDTH}").replace("<", f"<{_ZERO_WIDTH}")


def _without_tags(text: str) -> str:
    """Return text in which nothing is taken for a tag, without escapes."""
    return text.replace("<", "‹").replace(">", "›")  # noqa: RUF001


def _ntfy_size(text: str) -> int:
    """Return the greater of what the server counts and, to its scale, the sender."""
    escaped = len(json.dumps(text)) * 2 // 3
    return max(len(text.encode()), escaped)


_PLAIN = Dialect()

_DIALECTS: Mapping[Form, Dialect] = MappingProxyType(
    {
        Form.EMAIL: Dialect(
            body_format=BodyFormat.HTML,
            escape=_html,
            mark=("<strong>", "</strong>"),
            line_break="<br>",
            limit=60_000,
            anchored=True,
        ),
        # Only what is declared as text is escaped by the sender in every version.
        Form.SLACK: Dialect(limit=30_000),
        Form.TELEGRAM: Dialect(
            body_format=BodyFormat.HTML,
            escape=_html,
            title_escape=_html,
            mark=("<b>", "</b>"),
            limit=4000,
            titled=True,
        ),
        # Declared as text, so that the sender leaves our escapes alone; the service
        # reads Markdown in any case.
        Form.DISCORD: Dialect(
            escape=_discord,
            title_escape=_discord,
            mark=("**", "**"),
            limit=1950,
            not_in_links=_NOT_IN_DISCORD_LINKS,
        ),
        Form.NTFY: Dialect(limit=3900, size=_ntfy_size),
    }
)

_BARE_ESCAPES: Mapping[Form, Callable[[str], str]] = MappingProxyType(
    {Form.DISCORD: _discord, Form.TELEGRAM: _without_tags}
)
