"""AWS's resource schemas, as cfn-lint bundles them: the properties that a template may set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError
from jsonschema import Draft7Validator, ValidationError

from . import replacements
from .keywords import OF_CFN_LINT, Validator

REGION: Final = "us-east-1"
MOST_LISTED: Final = 30
"""The number of values that a sentence lists."""
DYNAMIC: Final = "{{resolve:"
"""The beginning of a dynamic reference."""
BY_KEYWORD: Final = frozenset({"enum", "maxLength", "maximum", "minLength", "minimum", "pattern"})
"""Keywords of a single value, of which CloudFormation names only the keyword."""


class Schema:
    """AWS's schema of one resource type."""

    def __init__(self, type_name: str) -> None:
        self._schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_name)
        self._validator = Validator(self._schema.schema)

    @property
    def attributes(self) -> frozenset[str]:
        r"""The names that GetAtt takes; ``Outputs\..*`` stands for any output of a stack."""
        return frozenset(self._schema.get_atts)

    @property
    def document(self) -> Mapping[str, Any]:
        """The schema itself."""
        found: Mapping[str, Any] = self._schema.schema
        return found

    @property
    def write_only(self) -> list[tuple[str, ...]]:
        """The paths of the properties that no service shows."""
        paths = [path.split("/")[2:] for path in self.document.get("writeOnlyProperties", ())]
        return sorted(tuple(path) for path in paths if "*" not in path)

    def has_attribute(self, name: str) -> bool:
        return any(name == one or re.fullmatch(one, name) for one in self.attributes)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The properties that name the resource, of which most types' Ref is the first."""
        return tuple(map(_name, self._schema.schema.get("primaryIdentifier", ())))

    def converted(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """*properties* with "3306" and "true" as the types that the schema declares."""
        converted = _converted(dict(properties), self._schema.schema, self._schema.schema)
        assert isinstance(converted, dict)
        return converted

    def problems(self, properties: Mapping[str, Any]) -> list[str]:
        """A sentence for each reason why AWS would refuse *properties*, once converted."""
        return sorted(set(self._problems(properties)))

    def early_problems(
        self, properties: Mapping[str, Any], unknown: set[str]
    ) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield where, and why, *properties* are invalid beside others of *unknown* values.

        What is read from elsewhere, and what depends on several properties, is left to the
        resource's own handler.
        """
        known = {name: one for name, one in properties.items() if DYNAMIC not in json.dumps(one)}
        there = {*unknown, *properties}
        for error in self._validator.iter_errors(dict(known)):
            place = tuple(error.absolute_path)
            if error.validator == "required":
                name = error.message.split("'")[1]
                if place or name not in there:
                    yield place, f"required key [{name}] not found"
            elif error.validator == "additionalProperties":
                name = error.message.split("'")[1]
                yield place, f"extraneous key [{name}] is not permitted"
            elif error.validator in BY_KEYWORD:
                yield place, f"failed validation constraint for keyword [{error.validator}]"

    def replaces(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """True if the change from *old* to *new* replaces the resource."""
        return self.certainly_replaces(old, new) or replacements.replaces(
            self._schema.schema["typeName"], old, new
        )

    def certainly_replaces(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """True if a change set announces the replacement before anything is done."""
        return self._differs("createOnlyProperties", old, new)

    def may_replace(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """True if a change set cannot rule a replacement out."""
        return self.certainly_replaces(old, new) or self._differs(
            "conditionalCreateOnlyProperties", old, new
        )

    def recreation(self, path: tuple[str, ...]) -> str:
        """Say if a change of the value at *path*, after ``Properties``, recreates the resource."""
        for kind, word in (
            ("createOnlyProperties", "Always"),
            ("conditionalCreateOnlyProperties", "Conditionally"),
        ):
            for pointer in self._schema.schema.get(kind, ()):
                names = pointer.removeprefix("/properties/").split("/")
                if all(a in (b, "*") for a, b in zip(names, path[1:], strict=False)):
                    return word
        return "Never"

    def _differs(self, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        paths = self._schema.schema.get(kind, ())
        return any(_at(old, path) != _at(new, path) for path in paths)

    def _problems(self, properties: Mapping[str, Any]) -> Iterator[str]:
        for path in self._schema.schema.get("readOnlyProperties", ()):
            # An identifier may be both: AWS makes one up unless the template gives it.
            if path.count("/") == 2 and _name(path) in properties:
                yield f"{_name(path)}: is read-only"
        yield from _sentences(self._validator, dict(properties))


class Rules:
    """Rules on a value in the form of a schema, beside that of its type."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._validator = Validator(rules)

    def problems(self, value: Any) -> list[str]:
        """A sentence for each rule that *value* breaks."""
        return sorted(set(_sentences(self._validator, value)))


@cache
def schema(type_name: str) -> Schema | None:
    """The schema of a type; None for a type that AWS does not have."""
    try:
        return Schema(type_name)
    except ResourceNotFoundError:
        return None


def _sentences(validator: Draft7Validator, value: Any) -> Iterator[str]:
    for error in validator.iter_errors(value):
        place = "/".join(map(str, error.absolute_path)) or "Properties"
        yield f"{place}: {_sentence(error)}"


def _sentence(error: ValidationError) -> str:
    """A sentence about the error, without the value, which may have come out of a secret."""
    match error.validator:
        case "required" | "additionalProperties" | "properties":
            return str(error.message)
        case named if named in OF_CFN_LINT:
            return str(error.message)
        case "type":
            return f"is not of type {error.validator_value}"
        case "enum":
            values: Any = error.validator_value
            several = len(values) > MOST_LISTED
            return f"is not one of {f'{len(values)} values of AWS' if several else values}"
        case "anyOf" | "oneOf" | "allOf" | "not":
            return f"breaks the schema's {error.validator}"
        case rule:
            return f"does not keep to {rule} {error.validator_value}"


def _name(path: str) -> str:
    return path.removeprefix("/properties/")


def _at(properties: Mapping[str, Any], path: str) -> Any:
    value: Any = properties
    for part in _name(path).split("/"):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _converted(value: Any, declared: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    """CloudFormation turns strings, numbers and booleans into what the schema says they are."""
    while "$ref" in declared:
        declared = whole["definitions"][declared["$ref"].rpartition("/")[2]]
    if isinstance(value, dict):
        inner = declared.get("properties", {})
        return {name: _converted(one, inner.get(name, {}), whole) for name, one in value.items()}
    if isinstance(value, list):
        return [_converted(one, declared.get("items", {}), whole) for one in value]
    match declared.get("type"), value:
        case "integer", str() if re.fullmatch(r"-?\d+", value):
            return int(value)
        case "number", str() if re.fullmatch(r"-?\d+(\.\d+)?", value):
            return float(value)
        case "boolean", str() if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case "string", bool():
            return str(value).lower()
        case "string", int() | float():
            return str(value)
    return value
