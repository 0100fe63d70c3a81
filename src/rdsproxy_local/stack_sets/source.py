"""What the stacks of a stack set are made from, as calls say it, checked as far as AWS does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation import capabilities, checks
from ..cloudformation.capabilities import AUTO_EXPAND
from ..cloudformation.failure import Failure
from ..cloudformation.parameters import FROM_SSM, parameters
from ..cloudformation.refusals import ValidationError, refusals
from ..cloudformation.stack import STACK, from_described
from ..cloudformation.template import Template, read
from .stack_set import Source, StackSet

OF_ACCOUNTS: Final = re.compile(r"(List<)?AWS::.+")
TRANSFORM: Final = "Transform is not supported in SERVICE_MANAGED permission model"
NESTED: Final = "{} is not supported in SERVICE_MANAGED permission model"
NESTING: Final = (STACK, "AWS::CloudFormation::StackSet")


def source_of(text: str, given: Mapping[str, Any], old: Source | None = None) -> Source:
    """The source that a call describes; tags that it does not name stay as they were."""
    before = old.parameters if old else {}
    return Source(
        text,
        values(given.get("Parameters", []), before),
        tuple(given.get("Capabilities", ())),
        from_described(given["Tags"]) if "Tags" in given else old.tags if old else {},
    )


def values(given: list[dict[str, Any]], before: Mapping[str, str]) -> dict[str, str]:
    """Parameters as the API takes them; some are to stay as they were."""
    found = {}
    for one in given:
        name = one["ParameterKey"]
        if not one.get("UsePreviousValue"):
            found[name] = one.get("ParameterValue", "")
        elif "ParameterValue" in one:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                "and non empty value for a parameter"
            )
        elif name in before:
            found[name] = before[name]
        else:
            raise ValidationError(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                "for a parameter key not in the previous template"
            )
    return found


def check_source(stack_set: StackSet, source: Source) -> None:
    """Refuse a source from which no stack could be made in any account."""
    with refusals():
        template = read(source.text, source.parameters, stack_set.region)
        checks.check(template)
        if stack_set.model == "SERVICE_MANAGED":
            _check_nesting(stack_set, template, source)
        capabilities.check(template, source.capabilities, directly=True)
        check_values(template, source.parameters)


def check_overrides(stack_set: StackSet, overrides: Mapping[str, str]) -> None:
    """Refuse values of parameters that the stack set's template does not declare."""
    source = stack_set.source
    with refusals():
        template = read(source.text, source.parameters, stack_set.region)
        check_values(template, {**source.parameters, **overrides})


def check_values(template: Template, given: Mapping[str, str]) -> None:
    """Fail at missing, unknown and wrong values; those of an account are for it to judge."""
    declared = {
        name: {**one, "Type": _plain(one.get("Type", ""))} if "Type" in one else one
        for name, one in template.parameters.items()
    }
    parameters(declared, given, _nothing)


def _check_nesting(stack_set: StackSet, template: Template, source: Source) -> None:
    """Refuse what only a customized execution role may provision, or what was not acknowledged."""
    types = [one["Type"] for one in template.resources.values() if one["Type"] in NESTING]
    if not (template.transforms or types):
        return
    if not stack_set.has_custom_role:
        raise Failure(TRANSFORM if template.transforms else NESTED.format(types[0]))
    if AUTO_EXPAND not in source.capabilities:
        raise capabilities.InsufficientCapabilities(f"Requires capabilities : [{AUTO_EXPAND}]")


def _plain(type_name: str) -> str:
    """The type of the text of a value that only the account of a stack can judge."""
    if FROM_SSM.fullmatch(type_name):
        return "String"
    if OF_ACCOUNTS.fullmatch(type_name):
        return "CommaDelimitedList" if type_name.startswith("List<") else "String"
    return type_name


def _nothing(*_: Any, **__: Any) -> Any:
    raise AssertionError("no account is asked")
