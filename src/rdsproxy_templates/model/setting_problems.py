"""Sentences about settings that are wrong, in place of pydantic's messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeGuard, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ..errors import ConfigError, Problem
from .wording import did_you_mean, shown


def problems_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    for detail in error.errors():
        place = ".".join(str(part) for part in detail["loc"])
        broken = (detail.get("ctx") or {}).get("error")
        if isinstance(broken, ConfigError):
            yield from (p.within(place) if place else p for p in broken.relative)
        else:
            yield Problem(place, _sentence(detail, model))


def _sentence(detail: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Say in our words instead of pydantic's what is wrong, what is allowed and what was got."""
    value, context, loc = detail["input"], detail.get("ctx") or {}, detail["loc"]
    got = shown(value)
    match detail["type"]:
        case "extra_forbidden":
            record = _record(model, loc[:-1])
            known = [field.alias or name for name, field in record.model_fields.items()]
            meant = did_you_mean(loc[-1], known) or _one_level_deeper(record, loc[-1])
            return f"is not a setting{meant}; there are {', '.join(known) or 'none'}"
        case "missing":
            return "is missing; it has no default"
        case "int_type" | "int_from_float":
            return f"must be a whole number, got {got}"
        case "float_type" | "finite_number":
            return f"must be a number, got {got}"
        case "bool_type":
            return f"must be true or false, got {got}"
        case "string_type" if isinstance(value, int | float) and not isinstance(value, bool):
            return f'must be text, got {got}; put it in quotes: "{got}"'
        case "string_type":
            return f"must be text, got {got}"
        case "model_type" if value is None:
            return "must be a mapping of settings, got null; leave it out to have the defaults"
        case "model_type":
            return f"must be a mapping of settings, got {got}"
        case "dict_type" | "mapping_type" if value is None:
            return "must be a mapping, got null; leave it out to have the default"
        case "dict_type" | "mapping_type":
            return f"must be a mapping, got {got}"
        case "tuple_type" | "list_type":
            return f"must be a list, got {got}"
        case "too_short" | "too_long":
            bound = context.get("min_length", context.get("max_length"))
            limit = "at least" if detail["type"] == "too_short" else "at most"
            return f"must have {limit} {bound} entries, got {got}"
        case "string_too_short" | "string_too_long":
            bound = context.get("min_length", context.get("max_length"))
            limit = "at least" if detail["type"] == "string_too_short" else "at most"
            return f"must be {limit} {bound} characters long, got {got}"
        case "greater_than_equal":
            return f"must be at least {context['ge']}, got {got}"
        case "less_than_equal":
            return f"must be at most {context['le']}, got {got}"
        case "multiple_of":
            return f"must be a multiple of {context['multiple_of']}, got {got}"
        case "literal_error":
            allowed = [str(value) for value in _choices(model, loc)]
            similar = did_you_mean(value, allowed) if isinstance(value, str) else ""
            return f"must be one of {', '.join(allowed)}, got {got}{similar}"
        case _:
            return f"is not valid, got {got}: {detail['msg']}"


def _one_level_deeper(record: type[BaseModel], name: int | str) -> str:
    """Return `` (did you mean …?)`` where a group of *record* has *name*, else nothing."""
    groups = [
        group for group in record.model_fields if name in _record(record, (group,)).model_fields
    ]
    return f" (did you mean {groups[0]}.{name}?)" if groups else ""


def _record(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel]:
    """Return the record that *loc* leads to from *model*, or *model* where it leads nowhere."""
    record = model
    for part in loc:
        annotation = _field(record, part).annotation
        record = next(
            (kind for kind in (annotation, *get_args(annotation)) if is_model(kind)),
            record,
        )
    return record


def _choices(model: type[BaseModel], loc: Sequence[int | str]) -> Sequence[object]:
    names = [part for part in loc if isinstance(part, str)]
    annotation = _field(_record(model, names[:-1]), names[-1]).annotation
    return [choice for choice in _leaves(annotation) if choice is not Ellipsis]


def _leaves(annotation: object) -> Iterator[object]:
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        arguments = arguments[:1]
    if not arguments and not isinstance(annotation, type):
        yield annotation
    for argument in arguments:
        yield from _leaves(argument)


def _field(record: type[BaseModel], name: int | str) -> FieldInfo:
    return record.model_fields.get(str(name), FieldInfo())


def is_model(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
