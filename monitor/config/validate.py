"""A file against its model: every error at once, each where the culprit stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.config.names import Names
from monitor.config.near import did_you_mean
from monitor.config.strict import keys_at
from monitor.config.yaml_file import KEY, YamlFile
from monitor.config.yaml_tree import ListNode, MapNode, TextNode
from monitor.model import Diagnostic

M = TypeVar("M", bound=BaseModel)
_Location = tuple[int | str, ...]


def validate(
    file: YamlFile, model: type[M], names: Names
) -> tuple[M | None, tuple[Diagnostic, ...]]:
    """Return the file as its model without what is wrong in it, and the errors.

    The model is None where too little is left of it.
    """
    data = file.data
    errors: tuple[ErrorDetails, ...] | None = None
    while data is not None:
        valid, found = _validated(data, model, names)
        errors = found if errors is None else errors
        if valid is not None:
            return valid, _diagnostics(file, model, errors)
        data = _pruned(data, [each["loc"] for each in found])
    return None, _diagnostics(file, model, errors or ())


def _validated(
    data: object, model: type[M], names: Names
) -> tuple[M | None, tuple[ErrorDetails, ...]]:
    try:
        return model.model_validate(data, context=names), ()
    except ValidationError as error:
        return None, tuple(error.errors(include_url=False, include_input=False))


def _pruned(data: object, locations: Iterable[_Location]) -> object:
    """Return the data without the keys that lead to the locations, None if none do."""
    kept = deepcopy(data)
    is_less = False
    for location in locations:
        at, cut = kept, None
        for step in location:
            if isinstance(at, dict) and step in at:
                cut, at = (at, step), at[step]
            elif isinstance(at, list) and isinstance(step, int) and step < len(at):
                at = at[step]
            else:
                break
        if cut is not None:
            del cut[0][cut[1]]
            is_less = True
    return kept if is_less else None


def _diagnostics(
    file: YamlFile, model: type[BaseModel], errors: Collection[ErrorDetails]
) -> tuple[Diagnostic, ...]:
    unknown = {each["loc"][:-1] for each in errors if each["type"] == "extra_forbidden"}
    return tuple(
        file.at(_place(each), _text(file, model, each))
        for each in errors
        if not file.is_refused(each["loc"])
        # A missing key beside an unknown one is one mistake, and told once.
        and not (each["type"] == "missing" and each["loc"][:-1] in unknown)
    )


def _place(error: ErrorDetails) -> _Location:
    location = error["loc"]
    return (*location, KEY) if error["type"] == "extra_forbidden" else location


def _text(file: YamlFile, model: type[BaseModel], error: ErrorDetails) -> str:
    location, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        near = did_you_mean(str(location[-1]), keys_at(model, location[:-1]))
        return f"unknown key `{location[-1]}`; {near}"
    if kind == "missing":
        return f"the key `{location[-1]}` is missing here"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return _wrong_kind(file, model, error)


def _wrong_kind(file: YamlFile, model: type[BaseModel], error: ErrorDetails) -> str:
    location, kind = error["loc"], error["type"]
    node = file.node(location)
    if isinstance(node, TextNode) and node.is_nothing:
        return _nothing(file, node)
    found = _KINDS.get(type(node), "this")
    if kind == "tuple_type":
        return f"a list belongs here, not {found}; write [one, another]"
    if kind in ("model_type", "dict_type"):
        keys = ", ".join(f"`{key}`" for key in keys_at(model, location))
        what = f"a mapping belongs here, not {found}"
        hint = f"; {file.hint}" if file.hint and isinstance(node, ListNode) else ""
        return what + (f"; its keys are {keys}" if keys else "") + hint
    return error["msg"]


def _nothing(file: YamlFile, node: TextNode) -> str:
    if file.source.rest_of_line(node.end).lstrip().startswith("#"):
        hint = f"; {file.hint}" if file.hint else ""
        return (
            f"nothing is written here: YAML reads what follows `#` as a comment{hint}"
        )
    return "nothing is written here"


_KINDS: dict[type, str] = {TextNode: "a text", ListNode: "a list", MapNode: "a mapping"}
