"""The form of a template: what is not as CloudFormation demands becomes a sentence, and is mended.

Whoever reads a mended template may rely on it: every resource has a type, and mappings for its
properties and metadata; ``DependsOn`` is a list of text; no value is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .document import Document, Path
from .functions import is_function, unknown, unknown_functions

SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")
LOOP: Final = "Fn::ForEach::"
MACRO: Final = "Fn::Transform"


@dataclass(frozen=True)
class Misshape:
    """A place in a template that CloudFormation refuses as it is."""

    path: Path
    sentence: str
    remedy: str


@dataclass
class Mending:
    """A template in its demanded form, and what was not."""

    body: dict[str, Any] = field(default_factory=dict)
    misshapes: list[Misshape] = field(default_factory=list)
    takes_null: bool = False
    """True where a transform comes first, and may drop what is null."""
    has_macro: bool = False
    """True where a macro of somebody's may know further functions."""
    is_complete: bool = True
    """False where a macro makes resources or properties that nobody sees before."""

    def refuse(self, path: Path, sentence: str, remedy: str) -> None:
        """Report the place *path*."""
        self.misshapes.append(Misshape(path, sentence, remedy))

    def refuse_null(self, path: Path, sentence: str, remedy: str) -> None:
        """Report the place *path*, where null stands, unless a transform sees it first."""
        if not self.takes_null:
            self.refuse(path, sentence, remedy)


def mended(document: Document) -> Mending:
    """Return the template in *document* in the form that CloudFormation demands."""
    value = document.value if isinstance(document.value, dict) else {}
    transform = value.get("Transform")
    named = transform if isinstance(transform, list) else [transform]
    mending = Mending(
        takes_null=bool(transform),
        has_macro=any(one and not str(one).startswith("AWS::") for one in named),
    )
    mending.body = {
        name: body for name, body in value.items() if name not in SECTIONS and body is not None
    }
    for name in SECTIONS:
        mending.body[name] = dict(_section(mending, value, name))
    if not mending.has_macro:
        for path, sentence in unknown_functions(value):
            mending.refuse(path, sentence, "Name a function that CloudFormation has")
    return mending


def resources_in_shape(resources: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield those of *resources* that a loop has made, or stood beside one, in demanded form."""
    yield from _section(Mending(), {"Resources": resources}, "Resources")


def _section(mending: Mending, value: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    section = value.get(name, {})
    if section is None:
        mending.refuse((name,), f"the section {name} is empty", "Fill it, or leave it out")
        return
    if not isinstance(section, dict):
        mending.refuse((name,), f"the section {name} is no mapping", "Map names to their bodies")
        return
    for title, body in section.items():
        path: Path = (name, title)
        if title == MACRO:
            mending.is_complete &= name != "Resources"
        elif title.startswith(LOOP) or name == "Conditions":
            yield title, body
        elif not isinstance(body, dict):
            kind = "null" if body is None else "no mapping"
            mending.refuse(path, f"{title} is {kind}", "Give it a body, or leave it out")
        elif name == "Resources":
            properties = body.get("Properties")
            if MACRO in body or (isinstance(properties, dict) and MACRO in properties):
                mending.is_complete = False
            elif isinstance(body.get("Type"), str):
                yield title, _resource(mending, path, body)
            elif is_function(body):
                if not unknown(next(iter(body))):
                    sentence = f"{title} is a function, and no function makes a resource"
                    mending.refuse(path, sentence, "Write the resource, with a type")
            elif is_function(body.get("Type")):
                sentence = f"the type of {title} is a function, and must be written"
                mending.refuse((*path, "Type"), sentence, "Name its type, as in AWS::SNS::Topic")
            else:
                mending.refuse(path, f"{title} has no type", "Name its type, as in AWS::SNS::Topic")
        elif name == "Parameters":
            if not isinstance(body.get("Type"), str):
                mending.refuse(path, f"{title} has no type", "Name its type, as in String")
            yield title, {**body, "Type": str(body.get("Type", "String"))}
        else:
            yield title, _without_nulls(mending, path, body)


def _resource(mending: Mending, path: Path, body: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in body.items():
        place = (*path, key)
        if key == "Ref" or key.startswith("Fn::"):
            mending.refuse(place, f"{key} is no attribute of a resource", f"Remove {key}")
        elif value is None:
            sentence = f"{key} of {path[-1]} is null, which CloudFormation refuses"
            mending.refuse_null(place, sentence, f"Remove {key}")
        elif key in {"Properties", "Metadata"} and not isinstance(value, dict):
            mending.refuse(place, f"{key} of {path[-1]} is no mapping", "Map names to values")
        elif key == "DependsOn":
            made[key] = [one for one in _listed(value) if isinstance(one, str)]
        elif key == "Condition" and not isinstance(value, str):
            mending.refuse(place, f"Condition of {path[-1]} is no name", "Name a condition")
        elif key == "Properties":
            made[key] = _without_nulls(mending, place, value)
        else:
            made[key] = value
    return made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _without_nulls(mending: Mending, path: Path, node: Any) -> Any:
    match node:
        case dict():
            kept = {}
            for key, value in node.items():
                if value is None:
                    mending.refuse_null(
                        (*path, key),
                        f"{key} is null, which CloudFormation refuses",
                        f"Remove {key}, or use !Ref AWS::NoValue",
                    )
                else:
                    kept[key] = _without_nulls(mending, (*path, key), value)
            return kept
        case list():
            for number, item in enumerate(node):
                if item is None:
                    mending.refuse_null((*path, number), "an item is null", "Remove it")
            return [
                _without_nulls(mending, (*path, number), item)
                for number, item in enumerate(node)
                if item is not None
            ]
        case _:
            return node
