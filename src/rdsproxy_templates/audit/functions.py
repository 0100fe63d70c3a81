"""Names of functions in a template: those of CloudFormation, and what was meant by others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..model.wording import did_you_mean
from .document import Path

FUNCTIONS: Final = (
    "Ref", "Condition", "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "GetStackOutput",
    "ImportValue", "Join", "Length", "Select", "Split", "Sub", "ToJsonString", "Transform",
    "And", "Equals", "If", "Not", "Or",
    "Contains", "EachMemberEquals", "EachMemberIn", "RefAll", "ValueOf", "ValueOfAll",
)  # fmt: skip
"""Functions by their short names, those of rules too."""
_LONG: Final = "Fn::"
_LOOP: Final = "ForEach"
_OF_TOOLS: Final = ("Rain::",)
"""Functions that a tool replaces before CloudFormation sees them."""


def unknown_functions(node: Any) -> Iterator[tuple[Path, str]]:
    """Yield the place and the sentence of each function below *node* that CloudFormation lacks."""
    for path, one in nodes(node):
        if isinstance(one, dict) and len(one) == 1 and (sentence := unknown(next(iter(one)))):
            yield path, sentence


def nodes(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each mapping and list from *node* down, with its path, outer ones first."""
    todo = [(path, node)]
    while todo:
        path, one = todo.pop()
        yield path, one
        inner = one.items() if isinstance(one, dict) else enumerate(one)
        todo += [((*path, key), value) for key, value in inner if isinstance(value, dict | list)][
            ::-1
        ]


def unknown(key: str) -> str | None:
    """Explain that *key*, in the form of a function, is not one; None where it is fine."""
    name = key.removeprefix(_LONG)
    if name == key or name in FUNCTIONS or name.startswith((_LOOP, *_OF_TOOLS)):
        return None
    similar = did_you_mean(name, FUNCTIONS).replace("mean ", "mean !")
    return f"!{name} is not a function of CloudFormation{similar}"


def is_function(body: object) -> bool:
    """Tell whether *body* is one value to CloudFormation, or was meant to be."""
    return (
        isinstance(body, dict)
        and len(body) == 1
        and str(next(iter(body))).startswith(("Ref", _LONG))
    )
