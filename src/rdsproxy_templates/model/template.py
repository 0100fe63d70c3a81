"""Templates as plain data, before a nesting is chosen and anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, Final

from ..errors import Problem, WiringError
from ..records import record
from .references import references, wires

Body = Mapping[str, Any]
_AFTER: Final = {"Events", "DeploymentPreference"}


@record(frozen=True, kw_only=True)
class Nested:
    """A template inside another, and what the outer one passes to it."""

    template: Template
    arguments: Mapping[str, Any]
    waits_for: Sequence[str] = ()
    """What ``DependsOn`` names, in templates that we have not written ourselves."""

    def needs(self) -> set[str]:
        """Return the names that must exist before it is created."""
        return {*references(dict(self.arguments)), *self.waits_for}


@record(frozen=True, kw_only=True)
class Template:
    """Parameters, resources and outputs by logical ID, as CloudFormation spells them."""

    description: str
    parameters: Mapping[str, Body]
    children: Mapping[str, Nested]
    resources: Mapping[str, Body]
    outputs: Mapping[str, Body]
    when_read: frozenset[str] = frozenset()
    """Outputs that a parent leaves out where it does not read them."""
    transforms: Sequence[str] = ()
    """Macros beside SAM's, which follows from the resources' types."""
    settings: str = ""
    """Hash of the settings that it was built with."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Rules that it may break, each with the reason."""

    def walk(self) -> Iterator[tuple[tuple[str, ...], Template]]:
        """Yield the template itself, then all that it nests, each with its path of titles."""
        yield (), self
        for title, nested in self.children.items():
            for path, template in nested.template.walk():
                yield (title, *path), template


def checked(place: str, template: Template) -> Template:
    """Return *template* if it declares every name that it uses, and uses every input.

    Its children keep only those of their outputs ``when_read`` that it reads. Raises
    :class:`WiringError` with all loose ends.
    """
    if problems := [Problem(place, sentence) for sentence in _loose_ends(template)]:
        raise WiringError(problems)
    read = {wire for body in _bodies(template) for wire in wires(dict(body))}
    children = {title: _as_read(title, one, read) for title, one in template.children.items()}
    return replace(template, children=children)


def without_unused(template: Template, names: Collection[str]) -> Template:
    """Drop the parameters in *names* to which nothing refers."""
    used = {name for body in _bodies(template) for name in references(dict(body))}
    kept = {
        name: body
        for name, body in template.parameters.items()
        if name in used or name not in names
    }
    return replace(template, parameters=kept)


def _as_read(title: str, nested: Nested, read: Collection[str]) -> Nested:
    """Drop the outputs of *nested* that are optional and not in *read*."""
    inside = nested.template
    outputs = {
        name: body
        for name, body in inside.outputs.items()
        if name not in inside.when_read or f"{title}.Outputs.{name}" in read
    }
    return replace(nested, template=replace(inside, outputs=outputs))


def _bodies(template: Template) -> Sequence[Body]:
    """Everything that may hold references: arguments, resources and outputs."""
    arguments = [nested.arguments for nested in template.children.values()]
    return [*arguments, *template.resources.values(), *template.outputs.values()]


def _loose_ends(template: Template) -> Iterator[str]:
    given = template.parameters.keys()
    created = template.children.keys() | template.resources.keys()
    used = {name for body in _bodies(template) for name in references(dict(body))}
    for name in sorted(used - given - created):
        yield f"refers to {name}, which it is not given and does not create"
    for name in sorted(given - used):
        yield f"is given {name}, which it never uses"
    for name in sorted(given & created):
        yield f"is given {name} and creates {name} too"
    for name in sorted(template.children.keys() & template.resources.keys()):
        yield f"nests {name} and creates {name} too"
    yield from circles(template)


def in_reading_order(body: Body) -> dict[str, Any]:
    """Return the resource *body* with its type before the rest."""
    first = ("Type", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy")
    ahead = {key: body[key] for key in first if key in body}
    return {**ahead, **body}


def needed(body: Body) -> set[str]:
    """Return the names that must exist before the resource *body* is created."""
    return {*references(_creation(body))}


def in_order(template: Template) -> Sequence[str]:
    """Order children and resources, each after those it needs; raises :class:`WiringError`."""
    try:
        return tuple(TopologicalSorter(_needs(template)).static_order())
    except CycleError:
        problems = [Problem("stack", sentence) for sentence in circles(template)]
        raise WiringError(problems) from None


def circles(template: Template) -> Iterator[str]:
    """Yield a sentence for each circle of dependencies, with the wires that close it."""
    needs = _needs(template)
    while True:
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            # Each is needed by the next, and the first is the last.
            circle = error.args[1]
            pairs = pairwise(circle)
            taken = ", ".join(_wire(template, taker, giver) for giver, taker in pairs)
            yield f"has a circle in which nothing can be created first: {taken}"
            needs = {
                name: [other for other in others if other != circle[0]]
                for name, others in needs.items()
                if name != circle[0]
            }
        else:
            return


def circle(template: Template) -> tuple[str, str] | None:
    """Return what takes and what gives in a circle of dependencies, if there is one."""
    try:
        TopologicalSorter(_needs(template)).prepare()
    except CycleError as error:
        giver, taker, *_ = error.args[1]
        return taker, giver
    return None


def _needs(template: Template) -> dict[str, list[str]]:
    """Map children and resources to what each needs, sorted so that all renders are alike."""
    created = (template.children.keys() | template.resources.keys()) - template.parameters.keys()
    return {
        **{name: sorted(child.needs() & created) for name, child in template.children.items()},
        **{name: sorted(needed(body) & created) for name, body in template.resources.items()},
    }


def _wire(template: Template, taker: str, giver: str) -> str:
    """``OneStack.Host takes TwoStack.Outputs.Url``."""
    if taker in template.children:
        child = template.children[taker]
        places = {"DependsOn": child.waits_for, **child.arguments}
    else:
        body = _creation(template.resources[taker])
        places = {**body, **body.get("Properties", {})}
    for place, expression in places.items():
        if place == "DependsOn" and giver in expression:
            return f"{taker} depends on {giver}"
        for wire in wires(expression) if place != "Properties" else ():
            if wire.partition(".")[0] == giver:
                return f"{taker}.{place} takes {wire}"
    return f"{taker} takes {giver}"


def _creation(body: Body) -> dict[str, Any]:
    """Return *body* without what SAM turns into resources after the function."""
    properties = body.get("Properties", {})
    if body["Type"] != "AWS::Serverless::Function" or _AFTER.isdisjoint(properties):
        return dict(body)
    before = {key: value for key, value in properties.items() if key not in _AFTER}
    return {**body, "Properties": before}
