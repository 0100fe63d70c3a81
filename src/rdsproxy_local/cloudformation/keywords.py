"""The keywords of AWS's schemas, and of those that cfn-lint adds, for a validator of Draft 7."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import regex
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

PASSWORD: Final = "MasterUserPassword"  # noqa: S105 - a property
"""RDS takes one beside a snapshot or another source, where cfn-lint wants a user name, too."""


def _pattern(
    _validator: Any, pattern: str, value: Any, _schema: object
) -> Iterator[ValidationError]:
    """AWS's patterns are Java's, of which Python's ``re`` does not know all."""
    if isinstance(value, str) and not regex.search(pattern, value):
        yield ValidationError(f"does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], value: Any, _schema: object
) -> Iterator[ValidationError]:
    for name, one in value.items() if isinstance(value, dict) else ():
        for pattern, declared in patterns.items():
            if regex.search(pattern, name):
                yield from validator.descend(one, declared, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, value: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    patterns = schema.get("patternProperties", {})
    for name, one in value.items() if isinstance(value, dict) else ():
        known = name in schema.get("properties", {})
        if known or any(regex.search(pattern, name) for pattern in patterns):
            continue
        if allowed is False:
            yield ValidationError(f"Additional properties are not allowed ({name!r})")
        elif isinstance(allowed, dict):
            yield from validator.descend(one, allowed, path=name)


def _properties(
    validator: Any, declared: Mapping[str, Any], value: Any, _schema: object
) -> Iterator[ValidationError]:
    for name, one in declared.items() if isinstance(value, dict) else ():
        if name not in value:
            continue
        if one is False:
            yield ValidationError(f"{name!r} is not allowed here")
        else:
            yield from validator.descend(value[name], one, path=name, schema_path=name)


def _dependent_required(
    _validator: Any, needs: Mapping[str, list[str]], value: Any, _schema: object
) -> Iterator[ValidationError]:
    for name, others in needs.items() if isinstance(value, dict) else ():
        for other in others:
            if name != PASSWORD and name in value and other not in value:
                yield ValidationError(f"{other!r} is a dependency of {name!r}")


def _dependent_excluded(
    _validator: Any, rivals: Mapping[str, list[str]], value: Any, _schema: object
) -> Iterator[ValidationError]:
    for name, others in rivals.items() if isinstance(value, dict) else ():
        for other in others:
            if PASSWORD not in {name, other} and name in value and other in value:
                yield ValidationError(f"{other!r} should not be included with {name!r}")


def _required_xor(
    _validator: Any, names: list[str], value: Any, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(value, dict) and len([name for name in names if name in value]) != 1:
        yield ValidationError(f"Exactly one of {names} is required")


def _required_or(
    _validator: Any, names: list[str], value: Any, _schema: object
) -> Iterator[ValidationError]:
    if isinstance(value, dict) and not any(name in value for name in names):
        yield ValidationError(f"at least one of {names} is required")


def _unique_keys(
    _validator: Any, keys: list[str], value: Any, _schema: object
) -> Iterator[ValidationError]:
    members = value if isinstance(value, list) else []
    named = [tuple(one.get(key) for key in keys) for one in members if isinstance(one, dict)]
    if len(set(map(repr, named))) < len(named):
        yield ValidationError(f"has two members of the same {', '.join(keys)}")


OF_CFN_LINT: Final = {
    "dependentExcluded": _dependent_excluded,
    "dependentRequired": _dependent_required,
    "requiredOr": _required_or,
    "requiredXor": _required_xor,
    "uniqueKeys": _unique_keys,
}
"""Keywords that cfn-lint adds to those of Draft 7."""

Validator: Final = extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    {
        "pattern": _pattern,
        "properties": _properties,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        **OF_CFN_LINT,
    },
)
