"""A rule as it is in force, as YAML: all that decides what it does, lists included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum

import yaml

from monitor.config.fillings import Fillings
from monitor.model import Rule

_DECIDE_NOTHING = {"name", "tests", "path", "version", "lookback"}
_ALWAYS = {"query", "channels", "priority"}


class RuleTexts:
    """Writes rules out; the lists that a query names stand below it."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._fillings = Fillings(lists)

    def of(self, rule: Rule) -> str:
        """Return a rule as YAML, one list item a line."""
        values: dict[str, object] = {
            field.name: _plain(value)
            for field in fields(rule)
            if field.name not in _DECIDE_NOTHING
            and (
                (value := getattr(rule, field.name)) != field.default
                or field.name in _ALWAYS
            )
        }
        named = [name for name, _ in self._fillings.of(rule.query)]
        if named:
            values["lists"] = {name: list(self._lists[name]) for name in named}
        return yaml.dump(
            values,
            Dumper=_Dumper,
            allow_unicode=True,
            sort_keys=False,
            width=float("inf"),
        )


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such, so that two versions can be compared."""


def _written(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _written)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | str | None) else str(value)
