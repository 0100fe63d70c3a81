"""Shared steps of resource types that several calls make or change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Properties

Setter = Callable[[Context, str, Any, Any], object]
"""Brings a property of a resource, by physical ID, from an old to a new value; None is no value."""


@contextmanager
def undone_on_failure(undo: Callable[[], object]) -> Iterator[None]:
    """Take a first step back when a later one fails: a failed creation leaves nothing."""
    try:
        yield
    except Exception:
        undo()
        raise


def set_by(service: str, operation: str, identifier: str, parameter: str) -> Setter:
    """The setter of a property that one call sets and none removes."""

    def set_property(context: Context, physical_id: str, _: Any, new: Any) -> None:
        if new is None:
            raise Failure(f"the local cloud cannot remove {parameter} in place")
        context.call(service, operation, **{identifier: physical_id, parameter: new})

    return set_property


def set_each(
    setters: Mapping[str, Setter], context: Context, physical_id: str, properties: Properties
) -> None:
    """Set those properties of a new resource that its first call did not."""
    for name, setter in setters.items():
        if name in properties:
            setter(context, physical_id, None, properties[name])


def change_each(
    setters: Mapping[str, Setter],
    context: Context,
    deployed: DeployedResource,
    properties: Properties,
) -> None:
    """Set the changed properties."""
    changed = properties.changed_from(deployed, resets=setters)
    refuse_others(changed, setters)
    for name, new in changed.items():
        setters[name](context, deployed.physical_id, deployed.properties.get(name), new)


def refuse_others(changed: Iterable[str], known: Iterable[str]) -> None:
    """Fail when more changed than what the type knows how to change."""
    if unknown := sorted(set(changed) - set(known)):
        raise Failure(f"the local cloud cannot change {', '.join(unknown)} in place")


def gone_tags(old: Iterable[Mapping[str, str]] | None, new: Any) -> list[str]:
    """The keys of tags that are no longer wanted."""
    return sorted({tag["Key"] for tag in old or ()} - {tag["Key"] for tag in new or ()})


def tags_by_key(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str] | None:
    """The tags as APIs take them that have a mapping; None if there are none."""
    return {tag["Key"]: tag["Value"] for tag in tags} if tags else None
