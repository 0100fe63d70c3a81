"""Differences between two renders of one stack, as CloudFormation would carry them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from ..aws.property_check import covered
from ..aws.resource_schemas import schema_of
from ..records import record
from .reading import read

Outcome = Literal["created", "deleted", "replaced", "perhaps replaced", "updated"]

_ABSENT: Final = object()
Path = tuple[str, ...]


@record(frozen=True, kw_only=True)
class PropertyChange:
    """A property with two values; None where it is not there."""

    path: str
    """Names inwards from the resource, such as ``Properties.EngineVersion``."""
    before: Any
    after: Any
    outcome: Outcome


@record(frozen=True, kw_only=True)
class ResourceChange:
    """A resource, parameter or output that a deployment would change."""

    file: str
    section: str
    title: str
    type: str
    outcome: Outcome
    properties: tuple[PropertyChange, ...] = ()


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[ResourceChange]:
    """Compare the texts of templates by file, as far as CloudFormation deploys them.

    A property that is create-only by the schema of its type replaces the resource.
    """
    return [
        change
        for file in sorted(before.keys() | after.keys())
        for change in _of_file(file, _read(before.get(file)), _read(after.get(file)))
    ]


def _of_file(file: str, before: Any, after: Any) -> Iterator[ResourceChange]:
    for section in ("Parameters", "Resources", "Outputs"):
        old, new = before.get(section, {}), after.get(section, {})
        for title in dict.fromkeys((*old, *new)):
            if change := _of_title(file, section, title, old.get(title), new.get(title)):
                yield change


def _of_title(file: str, section: str, title: str, old: Any, new: Any) -> ResourceChange | None:
    if old == new:
        return None
    type_ = str((new or old).get("Type", ""))
    properties: tuple[PropertyChange, ...] = ()
    outcome: Outcome
    if old is None or new is None:
        outcome = "created" if old is None else "deleted"
    elif section == "Resources" and old.get("Type") != new.get("Type"):
        outcome = "replaced"
    else:
        properties = tuple(_properties(section, type_, old, new))
        outcomes = [one.outcome for one in properties]
        outcome = next(
            (one for one in ("replaced", "perhaps replaced") if one in outcomes), "updated"
        )
    return ResourceChange(
        file=file, section=section, title=title, type=type_, outcome=outcome, properties=properties
    )


def _properties(section: str, type_: str, old: Any, new: Any) -> Iterator[PropertyChange]:
    for path, before, after in _leaves(old, new):
        yield PropertyChange(
            path=".".join(path),
            before=None if before is _ABSENT else before,
            after=None if after is _ABSENT else after,
            outcome=_outcome(type_, path) if section == "Resources" else "updated",
        )


def _leaves(old: Any, new: Any, at: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the innermost values that differ, each with its path."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and not _is_function(old, new):
        for name in dict.fromkeys((*old, *new)):
            yield from _leaves(old.get(name, _ABSENT), new.get(name, _ABSENT), (*at, name))
    else:
        yield at, old, new


def _is_function(*values: dict[str, Any]) -> bool:
    return any(len(one) == 1 and next(iter(one)).startswith(("Ref", "Fn::")) for one in values)


def _outcome(type_: str, path: Path) -> Outcome:
    schema = schema_of(type_)
    if path[0] != "Properties" or schema is None:
        return "updated"
    if covered(path[1:], schema.pointers("createOnlyProperties")):
        return "replaced"
    if covered(path[1:], schema.pointers("conditionalCreateOnlyProperties")):
        return "perhaps replaced"
    return "updated"


def _read(text: str | None) -> Any:
    return read(text).value if text else {}
