"""The JSON Schemas of both files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from monitor.config.config_model import Config
from monitor.config.rules_model import RuleFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _ForEditors(GenerateJsonSchema):
    """Neither defaults nor titles: the descriptions say it better."""

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of ``monitor.yaml``."""
    return _schema(Config, "monitor.yaml")


def rules_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rule file."""
    return _schema(RuleFile, "rules of the monitor")


def _schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(schema_generator=_ForEditors)
    for part in schema.get("$defs", {}).values():
        _untitle(part)
    return {"$schema": _DIALECT, **schema, "title": title}


def _untitle(part: dict[str, Any]) -> None:
    part.pop("title", None)
    for form in part.get("anyOf", ()):
        form.pop("title", None)
