"""Templates of somebody, put together: a root with all that it nests, as the library's own data.

Conditions and mappings become global, under the titles of the stacks around them, so that one flat
form holds everything; :mod:`.scenarios` decides them there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..model.template import Nested, Template
from ..rendering.documents import SAM_TRANSFORM
from .loops import expanded
from .serverless import with_globals
from .shape import Misshape
from .sources import NESTING, Source, Sources

CONDITION: Final = "Condition?"
"""Type of a resource that stands for a condition while templates are being flattened."""
RULE: Final = "Rule?"
"""Type of a resource that stands for a rule, which refuses values of parameters together."""
STANDING: Final = (CONDITION, RULE)
UNDER: Final = "Condition"
"""Attribute of a resource: names of the conditions that must hold, in the flat form a list."""
UNKNOWN: Final = "Fn::Unknown"
"""An expression of which nothing is known, as if by a function that CloudFormation lacks."""
NO_VALUE: Final = {"Ref": "AWS::NoValue"}
MOST_STACKS: Final = 500
_SERVERLESS: Final = re.compile(r"\$\{(self|opt|env|file|sls|cf|ssm|s3|param|aws|git)\b[:.(]")
"""A variable of the Serverless Framework, which knows it when it deploys."""


@dataclass(frozen=True)
class Instance:
    """One template where it is nested, once for each place."""

    source: Source
    places: Mapping[str, tuple[str | int, ...]]
    """Where a resource is written that has another place than under its title."""


@dataclass
class Assembly:
    """A root template with what it nests."""

    root: Template
    instances: dict[tuple[str, ...], Instance] = field(default_factory=dict)
    mappings: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    misshapes: list[tuple[Source, Misshape]] = field(default_factory=list)
    is_complete: bool = True
    """False where resources are made in a way that cannot be followed."""

    @property
    def paths(self) -> dict[tuple[str, ...], str]:
        """The file of each stack by the titles of the stacks around it and its own."""
        return {path: instance.source.file for path, instance in self.instances.items()}

    @property
    def templates(self) -> dict[str, str]:
        """The text of each file."""
        return {one.source.file: one.source.text for one in self.instances.values()}


def assembled(root: Source, sources: Sources, number: int = 0) -> Assembly:
    """Put together *root*, which has this *number* among all roots, and what it nests."""
    building = _Building(sources, f"{number}.")
    building.assembly.root = building.template(root, (), (), ())
    return building.assembly


class _Building:
    def __init__(self, sources: Sources, prefix: str) -> None:
        self._sources = sources
        self._prefix = prefix
        self.assembly = Assembly(_EMPTY)

    def template(
        self,
        source: Source,
        path: tuple[str, ...],
        around: tuple[Path, ...],
        under: tuple[str, ...],
    ) -> Template:
        """Return the template of *source*, nested at *path* in the files *around*."""
        body, places, is_complete = expanded(source.body)
        body = with_globals(body)
        self.assembly.is_complete &= is_complete and source.mending.is_complete
        self.assembly.instances[path] = Instance(source, places)
        if source not in [known for known, _ in self.assembly.misshapes]:
            self.assembly.misshapes += [(source, one) for one in source.mending.misshapes]
        prefix = "".join((self._prefix, *path))
        for name, mapping in body["Mappings"].items():
            self.assembly.mappings[prefix + name] = mapping
        nested = dict(source.nested())
        children: dict[str, Nested] = {}
        resources: dict[str, Any] = {}
        for title, written in body["Resources"].items():
            resource = {
                key: value if key == "Type" else _global(value, prefix)
                for key, value in written.items()
            }
            if UNDER in resource:
                resource[UNDER] = f"{prefix}{resource[UNDER]}"
            conditions = (*under, *([resource.pop(UNDER)] if UNDER in resource else []))
            if conditions:
                resource[UNDER] = list(conditions)
            file = nested.get(title)
            if str(resource["Type"]) not in NESTING:
                resources[title] = resource
            elif file in (*around, source.path):
                self._refuse_circle(source, title)
            elif file in self._sources.by_path and len(self.assembly.instances) < MOST_STACKS:
                child = self.template(
                    self._sources.by_path[file],
                    (*path, title),
                    (*around, source.path),
                    conditions,
                )
                children[title] = Nested(
                    template=child,
                    arguments=_arguments(resource, child),
                    waits_for=resource.get("DependsOn", ()),
                )
        for name, expression in body["Conditions"].items():
            stands = {"Name": prefix + name, "Expression": _global(expression, prefix)}
            resources[f"{name}?"] = {"Type": CONDITION, "Properties": stands}
        for name, stands in _rules(body.get("Rules")):
            attributes = {UNDER: list(under)} if under else {}
            resources[f"{name}??"] = {"Type": RULE, "Properties": stands, **attributes}
        return Template(
            description=str(body.get("Description", "")),
            parameters=body["Parameters"],
            children=children,
            resources=resources,
            outputs={name: _global(one, prefix) for name, one in body["Outputs"].items()},
            transforms=_macros(body.get("Transform")),
        )

    def _refuse_circle(self, source: Source, title: str) -> None:
        sentence = f"{title} nests a template that nests this one, without an end"
        misshape = Misshape(("Resources", title), sentence, "Nest a template that does not")
        self.assembly.misshapes.append((source, misshape))


_EMPTY: Final = Template(description="", parameters={}, children={}, resources={}, outputs={})


def _global(node: Any, prefix: str) -> Any:
    """Copy *node* with the names of conditions and mappings made global by *prefix*."""
    if isinstance(node, str) and "${" not in node:
        return node
    match node:
        case {"Fn::If": [str(name), holds, otherwise]} if len(node) == 1:
            return {"Fn::If": [prefix + name, _global(holds, prefix), _global(otherwise, prefix)]}
        case {"Fn::FindInMap": [str(name), *keys]} if len(node) == 1:
            return {"Fn::FindInMap": [prefix + name, *(_global(key, prefix) for key in keys)]}
        case {"Condition": str(name)}:
            rest = {key: _global(value, prefix) for key, value in node.items() if key != UNDER}
            # In a statement of a policy it is a mapping; text is the name of a condition, or "".
            return {**rest, "Condition": prefix + name} if name else rest
        case {"Fn::GetAtt": [str(), str()]} | {"Fn::Sub": str()} if len(node) == 1:
            return node
        case {"Fn::Sub": [str(text), variables]} if len(node) == 1:
            return {"Fn::Sub": [text, _global(variables, prefix)]}
        case str() if _SERVERLESS.search(node):
            return {UNKNOWN: node}
        case {"Fn::GetAtt": _} | {"Fn::If": _} if len(node) == 1:
            return {UNKNOWN: str(node)}
        case dict():
            return {key: _global(value, prefix) for key, value in node.items()}
        case list():
            return [_global(item, prefix) for item in node]
        case _:
            return node


def _rules(section: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each rule: when it is asked, and what it then asserts."""
    for name, rule in section.items() if isinstance(section, dict) else ():
        match rule:
            case {"Assertions": [*assertions]}:
                asserted = [one["Assert"] for one in assertions if _is_assertion(one)]
                yield name, {"When": rule.get("RuleCondition"), "Asserted": asserted}


def _is_assertion(one: Any) -> bool:
    return isinstance(one, dict) and "Assert" in one


def _macros(transform: Any) -> list[str]:
    """Return the names of the macros beside SAM's, in any of the forms of ``Transform``."""
    named = [
        one.get("Name") if isinstance(one, dict) else one
        for one in (transform if isinstance(transform, list) else [transform])
    ]
    return [str(one) for one in named if one and one != SAM_TRANSFORM]


def _arguments(resource: Mapping[str, Any], child: Template) -> dict[str, Any]:
    """Return what a nested stack is passed; all of it is unknown where a condition decides."""
    passed = resource.get("Properties", {}).get("Parameters", {})
    if not isinstance(passed, dict) or any(key.startswith("Fn::") for key in passed):
        return {name: {UNKNOWN: name} for name in child.parameters}
    return {
        name: _or_default(value, child.parameters.get(name, {})) for name, value in passed.items()
    }


def _or_default(argument: Any, parameter: Mapping[str, Any]) -> Any:
    """Replace no value in *argument* by the default that *parameter* takes in its place."""
    match argument:
        case {"Fn::If": [name, holds, otherwise]}:
            arms = [_or_default(holds, parameter), _or_default(otherwise, parameter)]
            return {"Fn::If": [name, *arms]}
        case {"Ref": "AWS::NoValue"}:
            return parameter.get("Default", {UNKNOWN: "no value"})
        case [*items]:
            return {"Fn::Join": [",", items]}
        case _:
            return argument


def is_known_by_default(parameter: Mapping[str, Any]) -> bool:
    """Tell whether a parameter's default is its value: that of an SSM type is a path."""
    return "Default" in parameter and not str(parameter["Type"]).startswith("AWS::SSM::")
