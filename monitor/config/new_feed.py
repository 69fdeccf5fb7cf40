"""A feed that is to be written into ``monitor.yaml``, and how it is written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum

_PLAIN = re.compile(
    r"(?:\$\{)?[\w/.](?:[\w./~%?=&+@:!*'()$;{}-]*[\w./~%?=&+@!*'()$;}-])?"
)
_PLAIN_IN_FLOW = re.compile(r"\w[\w.-]*")


class Form(Enum):
    """How a feed stands in the file."""

    BLOCK = "block"  # a line for each key
    FLOW = "flow"  # {url: "...", name: ...}
    JSON = "json"  # {"url": "...", "name": "..."}


@dataclass(frozen=True, slots=True)
class NewFeed:
    """What is written of a feed; what is empty is left out.

    `url` holds ``${...}`` unexpanded, `every` is as the file says it (``5m``).
    """

    url: str
    name: str = ""
    tags: tuple[str, ...] = ()
    every: str = ""
    is_sitemap: bool = False

    def keys(self) -> dict[str, str | tuple[str, ...]]:
        """Return the keys and values that are written."""
        said = {
            "url": self.url,
            "name": self.name,
            "kind": "sitemap" if self.is_sitemap else "",
            "tags": self.tags,
            "every": self.every,
        }
        return {key: value for key, value in said.items() if value}

    def lines(self, form: Form) -> list[str]:
        """Return the lines of the entry, without dash and indentation."""
        keys = self.keys()
        if form is Form.JSON:
            return [json.dumps(keys if len(keys) > 1 else self.url, ensure_ascii=False)]
        is_flow = form is Form.FLOW
        if len(keys) == 1:
            return [_scalar(self.url, is_flow=is_flow)]
        pairs = [f"{k}: {_value(v, is_flow=is_flow)}" for k, v in keys.items()]
        return ["{" + ", ".join(pairs) + "}"] if is_flow else pairs


def _value(value: str | tuple[str, ...], *, is_flow: bool) -> str:
    if isinstance(value, str):
        return _scalar(value, is_flow=is_flow)
    return "[" + ", ".join(_scalar(v, is_flow=True) for v in value) + "]"


def _scalar(text: str, *, is_flow: bool) -> str:
    """Return a text as it may stand there: plain where that is safe, else quoted."""
    plain = _PLAIN_IN_FLOW if is_flow else _PLAIN
    return text if plain.fullmatch(text) else json.dumps(text, ensure_ascii=False)
