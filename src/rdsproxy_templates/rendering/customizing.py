"""Overrides and further resources, made in the graph of templates before it is nested or flat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from ..errors import ConfigError, Problem
from ..model.customization import Customization
from ..model.merge_patch import merged, patch_between
from ..model.references import references
from ..model.template import Body, Template, circles, in_reading_order
from ..model.values import LocalPath, plain
from ..model.wording import shown
from ..records import record
from .publishing import published
from .resource_check import patch_problems, replacements, resource_problems
from .resource_paths import Path, matching, stack_named, stacks_by_path
from .role_bounds import bounded, unbounded
from .tagging import tagged

_LOCAL = {
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::Application": ("Location",),
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
}
"""Properties that SAM reads as a path where they are no URL."""


@record(frozen=True)
class Customized:
    """A template with its customization, and what is to be said about that."""

    root: Template
    places: Mapping[tuple[Path, str], tuple[str, ...]]
    """Settings that made or changed a resource, by its path and title."""
    warnings: tuple[Problem, ...]


def customized(root: Template, customization: Customization) -> Customized:
    """Make the changes of *customization* in *root*.

    Raises :class:`ConfigError` with everything that is wrong with any of them.
    """
    work = _Work(root)
    work.add(customization.extra_resources)
    for pattern, override in customization.overrides.items():
        work.override(pattern, override)
    if work.problems:
        raise ConfigError(dict.fromkeys(work.problems))
    made = work.rebuilt(())
    if customization.publish:
        made = published(made, customization.publish)
    if customization.tags:
        made = tagged(made, customization.tags)
    if customization.iam_roles:
        made = bounded(made, customization.iam_roles)
        work.warnings += unbounded(made)
    if customization.ignore:
        made = _accepting(made, customization.ignore)
    return Customized(
        made,
        {where: tuple(places) for where, places in work.places.items()},
        tuple(dict.fromkeys(work.warnings)),
    )


def _accepting(template: Template, rules: Mapping[str, str]) -> Template:
    """Return *template*, and all that it nests, with *rules* that they may break."""
    children = {
        title: replace(nested, template=_accepting(nested.template, rules))
        for title, nested in template.children.items()
    }
    return replace(template, children=children, accepted=rules)


class _Work:
    """The stacks of a root template while they change, and what was found on the way."""

    def __init__(self, root: Template) -> None:
        self._stacks = stacks_by_path(root)
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.places: dict[tuple[Path, str], list[str]] = {}

    def add(self, resources: Mapping[str, Any]) -> None:
        """Add all *resources*, by the names of their stacks, then judge them together."""
        added = []
        for name, bodies in resources.items():
            place = f"extra_resources.{name}"
            try:
                path = stack_named(self._stacks, name)
            except ConfigError as error:
                self._refuse("extra_resources", error.relative)
                continue
            if isinstance(bodies, Mapping):
                added += [
                    (f"{place}.{title}", path, title, _normal(plain(body)))
                    for title, body in bodies.items()
                ]
            else:
                self._refuse_sentence(place, f"must be a mapping from titles, got {shown(bodies)}")
        for place, path, title, body in added:
            if clash := self._clash(path, title):
                self._refuse_sentence(place, clash)
            elif isinstance(body, dict) and isinstance(type_ := body.get("Type"), str):
                self._put(path, title, _with_local_paths(body, type_))
        for place, path, title, body in added:
            if problems := list(resource_problems(title, body, self._stacks[path])):
                self._refuse(place, problems)
                if title in self._stacks[path].resources:
                    self._put(path, title, {"Type": self._stacks[path].resources[title]["Type"]})
            else:
                self.places.setdefault((path, title), []).append(place)
                self._refuse_circles(place, path, title)

    def override(self, pattern: str, override: Any) -> None:
        """Change every resource that *pattern* matches."""
        place = f"overrides.{pattern}"
        try:
            found = matching(self._stacks, pattern)
        except ConfigError as error:
            self._refuse(place, error.relative)
            return
        for path, title in found:
            stack = self._stacks[path]
            body = dict(stack.resources[title])
            patch = _patch(override, body)
            if not isinstance(patch, dict):
                self._refuse_sentence(place, f"must be a mapping, got {shown(patch)}")
                continue
            if problems := list(patch_problems(patch, body["Type"], stack)):
                self._refuse(place, problems)
                continue
            self.warnings += [
                problem.within(place)
                for problem in replacements(patch, body, ".".join((*path, title)))
            ]
            self._put(path, title, merged(body, _with_local_paths(patch, body["Type"])))
            self.places.setdefault((path, title), []).append(place)
            self._refuse_circles(place, path, title)

    def rebuilt(self, path: Path) -> Template:
        """Return the stack at *path*, without parameters that nothing uses any more."""
        stack = self._stacks[path]
        children = {}
        for title, nested in stack.children.items():
            inner = self.rebuilt((*path, title))
            passed = {n: value for n, value in nested.arguments.items() if n in inner.parameters}
            children[title] = replace(nested, template=inner, arguments=passed)
        used = {
            name
            for bodies in (
                [dict(nested.arguments) for nested in children.values()],
                stack.resources.values(),
                stack.outputs.values(),
            )
            for body in bodies
            for name in references(dict(body))
        }
        parameters = {name: body for name, body in stack.parameters.items() if name in used}
        return replace(stack, children=children, parameters=parameters)

    def _put(self, path: Path, title: str, body: Body) -> None:
        stack = self._stacks[path]
        resources = {**stack.resources, title: in_reading_order(body)}
        self._stacks[path] = replace(stack, resources=resources)

    def _refuse(self, place: str, problems: Iterable[Problem]) -> None:
        self.problems += [problem.within(place) for problem in problems]

    def _refuse_sentence(self, place: str, sentence: str) -> None:
        self._refuse(place, [Problem("", sentence)])

    def _refuse_circles(self, place: str, path: Path, title: str) -> None:
        circular = [one for one in circles(self._stacks[path]) if title in one]
        for sentence in circular:
            self._refuse_sentence(place, sentence)

    def _clash(self, path: Path, title: str) -> str | None:
        stack = self._stacks[path]
        if title in stack.resources:
            return "is the title of a resource already; change it by overrides"
        if title in stack.children or title in stack.parameters:
            return "is the title of a nested stack or a parameter already"
        joined = "".join((*path, title))
        if any(
            joined == "".join((*other, name))
            for other, one in self._stacks.items()
            for name in one.resources
        ):
            return f"would be {joined} in the flat form, as another resource is"
        return None


def _patch(override: Any, body: Body) -> Any:
    """Return *override* as a patch on *body*."""
    if not callable(override):
        return _normal(plain(override))
    after = _normal(plain(override(deepcopy(body))))
    return patch_between(body, after) if isinstance(after, dict) else after


def _normal(body: Any) -> Any:
    """Return *body* with a list of what it waits for, or null where that is nothing."""
    if not isinstance(body, dict) or "DependsOn" not in body:
        return body
    titles = body["DependsOn"]
    listed = [titles] if isinstance(titles, str) else titles or None
    return {**body, "DependsOn": listed}


def _with_local_paths(body: dict[str, Any], type_: str) -> dict[str, Any]:
    """Mark the paths in *body*, which are written from the folder of the root template."""
    properties = body.get("Properties")
    if not isinstance(properties, dict):
        return body
    local = {
        name: LocalPath(value).to_dict()
        for name in _LOCAL.get(type_, ())
        if isinstance(value := properties.get(name), str) and "://" not in value
    }
    return {**body, "Properties": {**properties, **local}} if local else body
