"""Properties that a resource has only with some settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from troposphere import AWSObject, Tags

NO_TAGS: Final[Mapping[str, str]] = MappingProxyType({})


def without_none(**properties: Any) -> dict[str, Any]:
    """Drop the properties that are None, for a resource's keyword arguments."""
    return {name: value for name, value in properties.items() if value is not None}


def own_tags(tags: Mapping[str, str]) -> dict[str, Any]:
    """``Tags`` of one resource, which has none of its own without *tags*."""
    return {"Tags": Tags(**tags)} if tags else {}


def give_tags(resources: Iterable[AWSObject], tags: Mapping[str, str]) -> None:
    """Give each of *resources* that takes tags these ones of its own."""
    for resource in resources:
        if tags and "Tags" in resource.props:
            resource.Tags = Tags(**tags)


def shortest(number: float) -> float:
    """Return 16.0 as 16, because defaults stand in templates without a fraction."""
    return int(number) if number == int(number) else number
