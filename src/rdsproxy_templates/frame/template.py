"""A template as plain data, before it is decided how it is nested and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Problem, WiringError
from .references import references

Body = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A template inside another, and what the outer one passes to it."""

    template: Template
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Template:
    """Parameters, resources and outputs by logical ID, as CloudFormation spells them."""

    description: str
    parameters: Mapping[str, Body]
    children: Mapping[str, Nested]
    resources: Mapping[str, Body]
    outputs: Mapping[str, Body]
    transforms: Sequence[str] = ()
    """Macros beside SAM's, which follows from the resources' types."""

    def walk(self) -> Iterator[tuple[tuple[str, ...], Template]]:
        """The template itself, then all that it nests, each with its path of titles."""
        yield (), self
        for title, nested in self.children.items():
            for path, template in nested.template.walk():
                yield (title, *path), template


def checked(place: str, template: Template) -> Template:
    """*template*, when every name that it uses is declared, and the other way round.

    Raises :class:`WiringError` with all loose ends.
    """
    if problems := [Problem(place, sentence) for sentence in _loose_ends(template)]:
        raise WiringError(problems)
    return template


def _loose_ends(template: Template) -> Iterator[str]:
    given = template.parameters.keys()
    created = template.children.keys() | template.resources.keys()
    arguments = [nested.arguments for nested in template.children.values()]
    bodies = [*arguments, *template.resources.values(), *template.outputs.values()]
    used = {name for body in bodies for name in references(dict(body))}
    for name in sorted(used - given - created):
        yield f"refers to {name}, which it is not given and does not create"
    for name in sorted(given - used):
        yield f"is given {name}, which it never uses"
    for name in sorted(given & created):
        yield f"is given {name} and creates {name} too"
    for name in sorted(template.children.keys() & template.resources.keys()):
        yield f"nests {name} and creates {name} too"
