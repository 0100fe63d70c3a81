"""Values of a template that name what exists: those of parameters, and those of settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...model import Template
from ...rendering.flat import Origin, flattened
from ...resources.existing_database import ExistingDatabaseSettings
from ...validators.values import is_literal


class Given(NamedTuple):
    """A value that was told, and its place: a parameter, or a property of a resource."""

    place: str
    text: str


class Use(NamedTuple):
    """A property of a resource that names what exists."""

    resource: str
    """Logical ID of the resource in the flat form."""
    properties: Mapping[str, Any]
    given: tuple[Given, ...]
    whole: bool
    """True where the stack makes nothing of what the property names."""

    @property
    def places(self) -> str:
        """The places of all its values."""
        return " and ".join(dict.fromkeys(one.place for one in self.given))


@dataclass(frozen=True)
class GivenValues:
    """The flat form of a root template, with the values of its parameters."""

    flat: Template
    origins: Mapping[str, Origin]
    parameters: Mapping[str, str]
    database: ExistingDatabaseSettings | None
    """What the settings tell of a database that exists."""

    @classmethod
    def of(cls, root: Template, values: Mapping[str, str], config: Any = None) -> GivenValues:
        """Flatten *root*; a parameter without one of *values* has its default."""
        flat, origins = flattened(root)
        defaults = {
            name: str(body["Default"])
            for name, body in root.parameters.items()
            if "Default" in body
        }
        told = {name: value for name, value in values.items() if name in root.parameters}
        database = getattr(config, "rds", None)
        if not isinstance(database, ExistingDatabaseSettings):
            database = None
        return cls(flat, origins, defaults | told, database)

    def uses(self, path: str, *types: str) -> Iterator[Use]:
        """Yield each use of what exists in the property *path* of resources of *types*."""
        for name, body in self.flat.resources.items():
            if body["Type"] not in types:
                continue
            properties = body.get("Properties", {})
            expression = _at(properties, path)
            if expression is None:
                continue
            told = tuple(self.told(expression, f"{self.path(name)}.{path}"))
            if told:
                wanted = len(expression) if isinstance(expression, list) else 1
                yield Use(name, properties, told, whole=len(told) >= wanted)

    def told(self, expression: object, place: str) -> Iterator[Given]:
        """Yield the values of *expression* that are told: none for what the stack makes."""
        match expression:
            case [*items]:
                for item in items:
                    yield from self.told(item, place)
            case {"Ref": str(name)} if self.parameters.get(name):
                yield Given(name, self.parameters[name])
            case {"Fn::Split": [str(mark), {"Ref": str(name)}]} if self.parameters.get(name):
                for one in self.parameters[name].split(mark):
                    yield Given(name, one.strip())
            case str() if expression and is_literal(expression):
                yield Given(place, expression)

    def path(self, name: str) -> str:
        """Return the logical ID of the resource *name*, after those of the stacks around it."""
        origin = self.origins[name]
        return ".".join((*origin.path, origin.title))


def _at(properties: Any, path: str) -> Any:
    """Return the value at *path*, such as ``VpcConfig.SubnetIds``; ``*`` is each of a list."""
    found = properties
    for index, key in enumerate(parts := path.split(".")):
        if key == "*":
            rest = ".".join(parts[index + 1 :])
            items = found if isinstance(found, list) else []
            return [one for item in items if (one := _at(item, rest)) is not None]
        found = found.get(key) if isinstance(found, dict) else None
    return found
