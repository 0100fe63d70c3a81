"""Properties compared with AWS's schema of their resource: names, types and allowed values.

A schema tells less than AWS knows, and some of it is for complete resources only; what is
judged here is what holds of each property by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from ..model.intrinsic_functions import is_function
from ..model.pieces import leading
from ..model.wording import did_you_mean, shown
from .resource_schemas import Pointer, ResourceSchema

Node = Mapping[str, Any]
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_SHOWN: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_MOST_NAMES: Final = 40


class Fault(NamedTuple):
    """A property that AWS's schema does not take, by its path, and the reason."""

    path: Pointer
    sentence: str
    of_type: bool = False


def faults(schema: ResourceSchema, properties: object) -> Iterator[Fault]:
    """Yield what the schema does not take of *properties*; null stands for any value."""
    read_only = set(schema.pointers("readOnlyProperties"))
    for path, value in leading(properties):
        around = {_starred(path[:length]) for length in range(1, len(path))}
        if value is not None and _starred(path) in read_only and not around & read_only:
            yield Fault(path, f"is read-only: AWS sets it on {schema.type}")
    yield from _faults(schema, [schema.body], properties, ())


def covered(path: Pointer, pointers: Iterable[Pointer]) -> bool:
    """Tell whether *path* is one of *pointers*, within one, or around one."""
    starred = _starred(path)
    return any(all(a == b for a, b in zip(starred, one, strict=False)) for one in pointers)


def _starred(path: Pointer) -> Pointer:
    return tuple("*" if part.isdecimal() else part for part in path)


def _faults(
    schema: ResourceSchema, nodes: Sequence[Node], value: object, path: Pointer
) -> Iterator[Fault]:
    views = [view for node in nodes for view in _views(schema, node)]
    if value is None or is_function(value):
        return
    if found := list(_own_faults(schema, views, value, path)):
        yield from found
        return
    for view in views:
        for alternatives in (view.get("anyOf"), view.get("oneOf")):
            verdicts = [list(_faults(schema, [one], value, path)) for one in alternatives or ()]
            if verdicts and all(verdicts):
                # What gets furthest is most probably what was meant.
                yield from max(verdicts, key=_closeness)


def _closeness(some: Sequence[Fault]) -> tuple[int, bool, int]:
    return len(some[0].path), not some[0].of_type, -len(some)


def _own_faults(
    schema: ResourceSchema, views: Sequence[Node], value: object, path: Pointer
) -> Iterator[Fault]:
    if sentence := _misfit(views, value):
        yield Fault(path, sentence, of_type=True)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _property_faults(schema, views, name, inner, path)
    elif isinstance(value, list):
        items = [view["items"] for view in views if isinstance(view.get("items"), dict)]
        for number, inner in enumerate(value):
            yield from _faults(schema, items, inner, (*path, str(number)))
    elif not _is_dynamic(value):
        for view in views:
            if sentence := _bound(view, value):
                yield Fault(path, sentence)
                return


def _property_faults(
    schema: ResourceSchema, views: Sequence[Node], name: str, value: object, path: Pointer
) -> Iterator[Fault]:
    known = [key for view in views for key in view.get("properties", {})]
    inside = [view["properties"][name] for view in views if name in view.get("properties", {})]
    inside += [
        node
        for view in views
        for pattern, node in view.get("patternProperties", {}).items()
        if _matches(pattern, name)
    ]
    others = [view["additionalProperties"] for view in views if "additionalProperties" in view]
    inside = inside or [one for one in others if isinstance(one, dict)]
    if inside:
        yield from _faults(schema, inside, value, (*path, name))
    elif False in others:
        place = f"{schema.type}{''.join(f'.{part}' for part in _starred(path))}"
        sentence = f"is not a property of {place}{did_you_mean(name, known)}"
        if known and len(known) <= _MOST_NAMES and path:
            sentence += f"; there are {', '.join(known)}"
        yield Fault((*path, name), sentence)


def _views(schema: ResourceSchema, node: Node, depth: int = 0) -> Iterator[Node]:
    """Yield *node*, what it refers to, and all that must hold besides."""
    if depth > 8:  # noqa: PLR2004 - deeper than any schema, in which a circle would have no end
        return
    yield node
    if isinstance(reference := node.get("$ref"), str):
        name = reference.removeprefix("#/definitions/").replace("~1", "/")
        yield from _views(schema, schema.body.get("definitions", {}).get(name, {}), depth + 1)
    for one in node.get("allOf", ()):
        yield from _views(schema, one, depth + 1)


def _misfit(views: Sequence[Node], value: object) -> str | None:
    """Explain why *value* is of none of the types that *views* name."""
    types = {
        type_
        for view in views
        if (given := view.get("type"))
        for type_ in (given if isinstance(given, list) else [given])
    }
    if not types or any(_fits(value, type_) for type_ in types):
        return None
    wanted = " or ".join(_SHOWN.get(type_, type_) for type_ in sorted(types))
    if isinstance(value, float) and "string" in types:
        return f'must be text, got {value!r}; put it in quotes: "{value!r}"'
    return f"must be {wanted}, got {shown(value)}"


def _fits(value: object, type_: str) -> bool:
    """Tell whether CloudFormation takes *value* as *type_*; it turns scalars into each other."""
    match type_:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str | int)
        case "boolean":
            return isinstance(value, bool) or value in ("true", "false") or _is_dynamic(value)
        case "integer" | "number" if isinstance(value, str):
            return bool(_NUMBER.fullmatch(value)) or _is_dynamic(value)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            return False


def _is_dynamic(value: object) -> bool:
    return isinstance(value, str) and "{{resolve:" in value


def _bound(view: Node, value: object) -> str | None:
    """Explain which bound of *view* the scalar *value* breaks."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    choices = [str(choice) for choice in view.get("enum", ())]
    if choices and text not in choices and not isinstance(value, bool):
        similar = did_you_mean(text, choices)
        return f"must be one of {', '.join(choices)}, got {shown(value)}{similar}"
    if isinstance(value, str):
        if len(value) > view.get("maxLength", len(value)):
            return f"must be at most {view['maxLength']} characters long, got {len(value)}"
        if len(value) < view.get("minLength", 0):
            return f"must be at least {view['minLength']} characters long, got {len(value)}"
        if "pattern" in view and not _matches(view["pattern"], value):
            return f"must match {view['pattern']}, got {shown(value)}"
    with suppress(ValueError):
        number = float(text)
        if number < view.get("minimum", number):
            return f"must be at least {view['minimum']}, got {shown(value)}"
        if number > view.get("maximum", number):
            return f"must be at most {view['maximum']}, got {shown(value)}"
    return None


def _matches(pattern: str, text: str) -> bool:
    """Search *pattern*, a regular expression of JavaScript; one that Python lacks matches."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True
