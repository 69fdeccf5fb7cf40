"""Which parts of a URL are secrets, and how they are hidden where a line is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

REFERENCE = re.compile(r"\$\{([^{}]*)\}")
"""``${NAME}``, ``${file:PATH}``, ``${credential:NAME}``; group 1 is what is inside."""

_URL = re.compile(r"(?<![\w+.-])[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'`]+")
_SEPARATOR = re.compile(r"[/?&=@:#,;\s\]\[{}]+")
_HOST = re.compile(r"[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")
_WORD = re.compile(r"[a-z]{1,11}")
_LONG, _SHORTEST = 8, 4


def secret_parts(url: str) -> Iterator[str]:
    """Yield the parts of a literal URL that may be secrets, as written and decoded.

    A password is one from four characters on. In the URL of a channel so is every
    part of eight or more, unless it is a plain lower-case word or a host's name.
    """
    scheme, _, rest = REFERENCE.sub("/", url).partition("://")
    userinfo = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[0]
    parts = [userinfo.partition(":")[2]]
    parts = [part for part in parts if len(part) >= _SHORTEST]
    if scheme.lower() not in ("http", "https", "sqlite", "console"):
        parts += filter(_is_long_secret, _SEPARATOR.split(rest))
    for part in parts:
        yield part
        if "%" in part:
            yield unquote(part)


def _is_long_secret(part: str) -> bool:
    is_name = _WORD.fullmatch(part) or _HOST.fullmatch(part)
    return len(part) >= _LONG and not is_name


def mask(text: str) -> str:
    """Return the text with the secrets of its URLs as stars, each letter one."""
    return _URL.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    url = found[0]
    for part in sorted(secret_parts(url), key=len, reverse=True):
        url = url.replace(part, "*" * len(part))
    return url
