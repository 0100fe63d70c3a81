"""Findings of the other validators that do not hold, because of what they do not know."""

from __future__ import annotations

import re
from typing import Any, Final

from ..aws.secret_signs import secret_sign
from .sources import Source
from .transform import made_by_sam

_NAMELESS: Final = re.compile(r"(?:DependsOn target|Ref) '([\w.]+)' does not ")
_PASSWORD: Final = re.compile(r"Parameter '(\w+)' appears to be a password")
_OUTPUT: Final = re.compile(r"Output '(\w+)' value must be a string, not an object")
_UNFOUNDED: Final = (
    "'Hooks' is not a valid top-level",
    "Condition '' ",
    "'' is not one of []",
    "Unknown exception while processing rule",
)
"""Beginnings of sentences about legal forms, and about a mistake of cfn-lint itself."""
_TYPE: Final = re.compile(r"Resource type '([\w:]+)' does not exist in ")
_MISSING: Final = re.compile(r"Properties \[(.*)\] missing for zip file deployment")
_LOOSE: Final = "${self:"
"""A variable of the Serverless Framework, of which only the framework knows the value."""
_VERSIONED: Final = ("Alias", "Version")
"""What `Ref` reads of a function of SAM that publishes an alias."""


def is_refuted(source: Source, sentence: str) -> bool:
    """Tell whether what another validator says of *source*, in this *sentence*, does not hold."""
    if _LOOSE in sentence or any(map(sentence.startswith, _UNFOUNDED)):
        return True
    if (found := _TYPE.match(sentence)) or "'Hooks' was unexpected" in sentence:
        return found is None or not found[1].startswith("AWS::")
    if found := _MISSING.match(sentence):
        # Globals of SAM hold for functions that a loop makes, too.
        return {*re.findall(r"'(\w+)'", found[1])} <= _global_properties(source)
    if found := _PASSWORD.match(sentence):
        # It goes by a part of the name; DatabaseSecretArn and PasswordLength hold no password.
        return secret_sign(found[1], "any") is None
    if found := _OUTPUT.match(sentence):
        return _is_expression(source.body.get("Outputs", {}).get(found[1]))
    if found := _NAMELESS.match(sentence):
        return _is_made_by_sam(source, found[1])
    return False


def _is_made_by_sam(source: Source, name: str) -> bool:
    title, _, attribute = name.partition(".")
    body = source.body["Resources"].get(title)
    if attribute:
        kind = str(body.get("Type")) if isinstance(body, dict) else ""
        return attribute in _VERSIONED and kind == "AWS::Serverless::Function"
    return name in made_by_sam(source)


def _global_properties(source: Source) -> set[str]:
    found = source.document.value.get("Globals")
    functions = found.get("Function") if isinstance(found, dict) else None
    return {*functions} if isinstance(functions, dict) else set()


def _is_expression(output: Any) -> bool:
    value = output.get("Value") if isinstance(output, dict) else None
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith("Fn::")
