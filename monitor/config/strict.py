"""What the models of both files share: unknown keys are errors, short forms exist."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import override

_SCALAR = ["string", "number", "boolean"]


class Strict(BaseModel):
    """A mapping whose keys are all known; a key without a value counts as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    short_for: ClassVar[str] = ""
    """The key that a bare text stands for, where one may stand for the mapping."""

    @model_validator(mode="before")
    @classmethod
    def _full_form(cls, value: object) -> object:
        if isinstance(value, dict):
            return {key: part for key, part in value.items() if part is not None}
        return cls.lengthened(value)

    @classmethod
    def lengthened(cls, value: object) -> object:
        """Return the mapping that a short form stands for."""
        if cls.short_for and isinstance(value, str):
            return {cls.short_for: value}
        return value

    @classmethod
    @override
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the mapping, with the short form beside it."""
        full = handler(core_schema)
        if not cls.short_for:
            return full
        resolved = handler.resolve_ref_schema(full)
        short = cls.short_schema()
        parts = {k: resolved.pop(k) for k in list(resolved) if k != "description"}
        resolved["anyOf"] = [*short, parts]
        return full

    @classmethod
    def short_schema(cls) -> list[dict[str, Any]]:
        """Return the schemas of the short forms."""
        return [{"type": _SCALAR}]


def keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the keys that the mapping at a location may have."""
    kind: object = model
    for step in location:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kind = kind.model_fields[cast("str", step)].annotation
        else:  # a mapping or a list: what it holds is its last argument but `...`
            held = [a for a in getattr(kind, "__args__", ()) if a is not Ellipsis]
            kind = held[-1] if held else None
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return tuple(kind.model_fields)
    return ()
