"""CloudFormation's intrinsic functions, as values that people write into settings."""

from __future__ import annotations

from typing import Any, Final

FUNCTIONS: Final = {
    name: name if name == "Ref" else f"Fn::{name}"
    for name in (
        "Ref",
        "GetAtt",
        "Sub",
        "Join",
        "Select",
        "Split",
        "Base64",
        "Cidr",
        "GetAZs",
        "ImportValue",
    )
}
"""Functions that need neither a condition nor a mapping nor a macro, by their short names."""
CONDITIONAL: Final = ("If", "Equals", "And", "Or", "Not", "Condition")

LOCAL: Final = "Local::Path"
"""A path of the consumer's own, from the folder of the root template."""
BUNDLED: Final = "Local::Bundled"
"""A path that comes with the library."""


def is_function(node: object) -> bool:
    """Tell whether *node* is one value to CloudFormation, though it is written as a mapping."""
    if not isinstance(node, dict) or len(node) != 1:
        return False
    (name,) = node
    return name == "Ref" or name in {LOCAL, BUNDLED} or str(name).startswith("Fn::")


def called(name: str, argument: Any) -> dict[str, Any]:
    """Return the long form of the function with the short *name*."""
    if name == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {FUNCTIONS[name]: argument}


def unknown_function(name: str) -> str:
    """Explain why the function with the short *name* is not taken."""
    if name in CONDITIONAL:
        return f"!{name}, which needs a condition; decide in the settings, templates have none"
    return (
        f"!{name}, which is not taken here; taken are {', '.join(f'!{one}' for one in FUNCTIONS)}"
    )
