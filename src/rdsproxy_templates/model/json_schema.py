"""JSON Schema of settings, the defaults of groups included."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from .settings import Settings


def json_schema(settings: type[Settings]) -> dict[str, Any]:
    """Return the JSON Schema of *settings*, with which editors complete and check a file."""
    return settings.model_json_schema(schema_generator=_WithEveryDefault)


class _WithEveryDefault(GenerateJsonSchema):
    """Schemas that also show defaults which are made when they are used."""

    def get_default_value(self, schema: core_schema.WithDefaultSchema) -> Any:
        if "default_factory" in schema:
            return schema["default_factory"]()  # type: ignore[call-arg]  # none takes data
        return super().get_default_value(schema)
