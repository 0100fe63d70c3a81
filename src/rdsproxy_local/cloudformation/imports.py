"""Imports: a stack takes over resources that exist, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ..types.importable import IMPORTABLE
from .background import Steps
from .change import Change
from .drift import drift_of
from .failure import Failure
from .handlers import as_deployed, property_problems, reason_of
from .order import ordered
from .resource import DeployedResource
from .scope import Exports, StackScope
from .stack import Plan, Stack

Imports = Mapping[str, str]
"""The physical names of the resources to import, by logical ID."""

TAGGING = "Apply stack-level tags to imported resource if applicable."


def named(given: Sequence[Mapping[str, Any]], plan: Plan) -> Imports:
    """The resources to import, if each is one that the template has and AWS can find."""
    if not given:
        raise Failure("ResourcesToImport must be specified for a change set of type IMPORT")
    resources = plan.template.resources
    ids = [one["LogicalResourceId"] for one in given]
    if strange := [one for one in ids if one not in resources]:
        raise Failure(f"Resources to import {_listed(strange)} are not in the template")
    types = {one["LogicalResourceId"]: one["ResourceType"] for one in given}
    if other := [name for name in ids if types[name] != resources[name]["Type"]]:
        raise Failure(f"Resources to import {_listed(other)} have another type in the template")
    if refused := [types[name] for name in ids if types[name] not in IMPORTABLE]:
        raise Failure(
            f"The following resource types are not supported for resource import: "
            f"{','.join(refused)}"
        )
    if unprotected := [name for name in ids if "DeletionPolicy" not in resources[name]]:
        raise Failure(
            f"The following resources to import {_listed(unprotected)} must have DeletionPolicy "
            "attribute specified in the template."
        )
    return {one["LogicalResourceId"]: _identifier(one) for one in given}


def only_imports(found: Iterable[Change | str], imports: Imports) -> list[Change | str]:
    """The changes as imports, if there are no others."""
    changes = [one for one in found if isinstance(one, Change)]
    others = [one.logical_id for one in changes if one.logical_id not in imports]
    same = [name for name in imports if name not in {one.logical_id for one in changes}]
    owned = [one.logical_id for one in changes if one.action != "Add"]
    if wrong := sorted({*others, *owned, *same}):
        raise Failure(f"As part of the import operation, you cannot modify or add {_listed(wrong)}")
    return [replace(one, action="Import", physical_id=imports[one.logical_id]) for one in changes]


def require_same_outputs(stack: Stack, plan: Plan) -> None:
    """Refuse outputs that the stack does not have."""
    if plan.template.outputs != stack.plan.template.outputs:
        raise Failure("As part of the import operation, you cannot modify or add [Outputs]")


def require_free(stacks: Iterable[Stack], plan: Plan, imports: Imports) -> None:
    """Refuse resources that a stack has already."""
    for stack in stacks:
        for deployed in [*stack.deployed.values()]:
            for logical_id, name in imports.items():
                kind = plan.template.resources[logical_id]["Type"]
                if (deployed.type, deployed.physical_id) == (kind, name):
                    raise Failure(f"Resource {name} already exists in stack {stack.id}")


def take_over(stack: Stack, plan: Plan, exports: Exports, imports: Imports) -> Steps:
    """Give the stack all of *imports*, or none."""
    stack.becomes("IMPORT_IN_PROGRESS", "User Initiated")
    old, before = stack.plan, dict(stack.deployed)
    stack.plan, stack.updated = plan, datetime.now(UTC)
    scope = StackScope(stack, plan, exports)
    yield
    try:
        for logical_id in ordered(scope.active()):
            if logical_id in imports:
                _take(stack, scope, logical_id, imports[logical_id])
    except Failure as failure:
        stack.becomes("IMPORT_ROLLBACK_IN_PROGRESS", str(failure))
        for logical_id in [name for name in [*stack.deployed] if name not in before]:
            stack.note(stack.deployed.pop(logical_id), "IMPORT_ROLLBACK_COMPLETE")
        stack.plan = old
        stack.becomes("IMPORT_ROLLBACK_COMPLETE")
    else:
        stack.becomes("IMPORT_COMPLETE")


def _take(stack: Stack, scope: StackScope, logical_id: str, name: str) -> None:
    resource = stack.plan.template.resources[logical_id]
    kind = resource["Type"]
    thing = DeployedResource(logical_id, kind, name, {})
    stack.note(thing, "IMPORT_IN_PROGRESS", "Resource import started.")
    try:
        written = scope.written(kind, resource.get("Properties", {}))
        properties = scope.read(kind, written)
        made, described = IMPORTABLE[kind].read(stack.context(logical_id), name)
        _require_valid(kind, properties)
        deployed = as_deployed(thing, made, properties, written)
        _require_described(stack, deployed)
        _require_complete(kind, properties, described)
    except Exception as error:
        stack.note(thing, "IMPORT_FAILED", reason_of(error))
        raise Failure(f"The following resource(s) failed to import: [{logical_id}]. ") from error
    stack.deployed[logical_id] = deployed
    stack.note(deployed, "IMPORT_COMPLETE", "Resource import completed.")
    stack.note(deployed, "UPDATE_IN_PROGRESS", TAGGING)
    stack.note(deployed, "UPDATE_COMPLETE")


def _require_valid(kind: str, properties: Mapping[str, Any]) -> None:
    if problems := property_problems(kind, properties):
        raise Failure(f"Properties validation failed: {'; '.join(problems)}")


def _require_described(stack: Stack, deployed: DeployedResource) -> None:
    """Refuse differences: AWS applies some of them at once, and leaves others as drift.

    An import of an instance "applies the changes in the template":
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
    """
    found = drift_of(stack, deployed)
    if found.reason:
        raise Failure(found.reason)
    for one in found.differences:
        raise Failure(
            f"The local cloud changes nothing at an import: {'.'.join(one.path)} is {one.actual} "
            f"and not {one.expected}"
        )


def _require_complete(
    kind: str, properties: Mapping[str, Any], described: Mapping[str, Any]
) -> None:
    """Refuse a template without what its resource loses where nobody states it."""
    for name, key in IMPORTABLE[kind].ended.items():
        if described.get(key) and name not in properties:
            raise Failure(
                f"The local cloud changes nothing at an import: without {name} in the template, "
                f"CloudFormation takes away {described[key]}"
            )


def _identifier(one: Mapping[str, Any]) -> str:
    wanted, given = IMPORTABLE[one["ResourceType"]].identifier, one["ResourceIdentifier"]
    if set(given) != {wanted}:
        raise Failure(
            f"Invalid ResourceIdentifier {_listed(given)} for {one['LogicalResourceId']}: "
            f"a resource of type {one['ResourceType']} is identified by [{wanted}]"
        )
    return str(given[wanted])


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"
