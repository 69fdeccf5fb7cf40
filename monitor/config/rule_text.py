"""A rule as it is in force, as YAML: all that decides what it does, lists included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from enum import Enum

from monitor.config.fillings import Fillings
from monitor.config.quantities import written_duration, written_rate
from monitor.model import Rate, Rule

_DECIDE_NOTHING = {"name", "tests", "path", "version", "lookback"}
_ALWAYS = {"query", "channels", "priority"}
_SHOWN = [(f.name, f.default) for f in fields(Rule) if f.name not in _DECIDE_NOTHING]
_PLAIN = re.compile(r"(?:[^\W\d_]|\$)[\w $()/.~*-]*(?<! )")
_MEANT_OTHERWISE = {"yes", "no", "on", "off", "y", "n", "true", "false", "null"}


class RuleTexts:
    """Writes rules out; the lists that a query names stand below it."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._fillings = Fillings(lists)

    def of(self, rule: Rule) -> str:
        """Return a rule as YAML, one list item a line, so that it can be compared."""
        return "".join(f"{line}\n" for line in self._lines(rule))

    def _lines(self, rule: Rule) -> Iterator[str]:
        for name, default in _SHOWN:
            value = getattr(rule, name)
            if value != default or name in _ALWAYS:
                yield from _written(name, value)
        named = [name for name, _ in self._fillings.of(rule.query)]
        if named:
            yield "lists:"
        for name in named:
            yield f"  {name}:"
            yield from (f"    - {_scalar(item)}" for item in self._lists[name])


def _written(name: str, value: object) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value.strip():
        yield f"{name}: |-"
        yield from (f"  {line}".rstrip() for line in value.strip().splitlines())
    elif isinstance(value, tuple | list):
        yield f"{name}: [{', '.join(map(_scalar, value))}]"
    else:
        yield f"{name}: {_scalar(value)}"


def _scalar(value: object) -> str:
    """Return a value as YAML, in quotes where it could be read as something else."""
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Rate):
        return written_rate(value)
    if isinstance(value, timedelta):
        return written_duration(value)
    text = str(value).strip()
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _MEANT_OTHERWISE
    return text if is_plain else json.dumps(text, ensure_ascii=False)
