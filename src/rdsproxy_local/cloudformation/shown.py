"""Stacks, their resources and their templates as CloudFormation's API shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .drift import status_of
from .functions import text
from .refusals import ValidationError
from .stack import Stack, described
from .stacks import StackBackend
from .template import Template, transforms_of


def stack(one: Stack, stacks: StackBackend) -> dict[str, Any]:
    """A stack in DescribeStacks."""
    return _common(one, stacks) | {
        "ChangeSetId": one.change_set,
        "Description": one.plan.template.description,
        "Parameters": one.plan.parameters.shown(),
        "DisableRollback": not one.rolls_back,
        "NotificationARNs": list(one.notifications),
        "Capabilities": list(one.capabilities),
        "Outputs": [
            {
                "OutputKey": name,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": output.export,
            }
            for name, output in one.outputs.items()
        ],
        "RoleARN": one.role,
        "Tags": described(one.tags),
        "EnableTerminationProtection": one.protected,
    }


def summary(one: Stack, stacks: StackBackend) -> dict[str, Any]:
    """A stack in ListStacks."""
    return _common(one, stacks) | {"TemplateDescription": one.plan.template.description}


def resource_ids(one: Stack) -> list[str]:
    """The logical IDs of what the stack has, or had before it was deleted."""
    seen = {event.logical_id: None for event in one.events if event.logical_id != one.name}
    there = one.deployed if one.deleted is None else seen
    return [logical_id for logical_id in seen if logical_id in there]


def holder_of(physical_id: str, stacks: Iterable[Stack]) -> Stack:
    """Return the stack that has a resource of this name, of whichever type."""
    for one in stacks:
        if physical_id in {deployed.physical_id for deployed in [*one.deployed.values()]}:
            return one
    raise ValidationError(f"Stack for {physical_id} does not exist")


def resource(one: Stack, logical_id: str) -> dict[str, Any]:
    """A resource in DescribeStackResources and similar answers."""
    event = one.event_of(logical_id)
    deployed, drift = one.deployed.get(logical_id), one.drifts.get(logical_id)
    return {
        "StackName": one.name,
        "StackId": one.id,
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": deployed.physical_id if deployed else event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "LastUpdatedTimestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "DriftInformation": {
            "StackResourceDriftStatus": drift.status if drift else "NOT_CHECKED",
            "LastCheckTimestamp": drift.at if drift else None,
        },
    }


def template_body(template: Template, stage: str) -> str:
    """The text as it was given, or what SAM's transform made of it."""
    return template.text if stage == "Original" else json.dumps(template.sections)


def template_summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """A template in GetTemplateSummary."""
    resources = document.get("Resources", {})
    return {
        "Parameters": [
            {
                "ParameterKey": name,
                "DefaultValue": text(one["Default"]) if "Default" in one else None,
                "ParameterType": one.get("Type"),
                "NoEcho": text(one.get("NoEcho", False)) == "true",
                "Description": one.get("Description"),
                "ParameterConstraints": {
                    "AllowedValues": [text(value) for value in one.get("AllowedValues", [])]
                },
            }
            for name, one in document.get("Parameters", {}).items()
        ],
        "Description": document.get("Description"),
        "ResourceTypes": sorted({one.get("Type") for one in resources.values()}),
        "Version": document.get("AWSTemplateFormatVersion"),
        "DeclaredTransforms": list(transforms_of(document)),
    }


def _common(one: Stack, stacks: StackBackend) -> dict[str, Any]:
    family = _family(one, stacks)
    return {
        "StackId": one.id,
        "StackName": one.name,
        "CreationTime": one.created,
        "LastUpdatedTime": one.updated,
        "DeletionTime": one.deleted,
        "StackStatus": one.status,
        "StackStatusReason": one.reason,
        "ParentId": family[1] if len(family) > 1 else None,
        "RootId": family[-1] if len(family) > 1 else None,
        "DriftInformation": {
            "StackDriftStatus": status_of([*one.drifts.values()]) if one.drifts else "NOT_CHECKED",
            "LastCheckTimestamp": one.drift_checked,
        },
    }


def _family(one: Stack, stacks: StackBackend) -> list[str]:
    """The IDs of the stack, of its parent, and so on to the root."""
    parent = stacks.parent(one)
    return [one.id] + (_family(parent, stacks) if parent else [])
