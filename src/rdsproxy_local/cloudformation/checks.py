"""Errors that CloudFormation finds in a template before it creates anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..types import find
from .dynamic_places import reference_problems
from .failure import Failure
from .order import depends_on, ordered, references
from .schemas import schema
from .template import Template

PSEUDO_PARAMETERS: Final = frozenset(
    {
        "AWS::AccountId",
        "AWS::NoValue",
        "AWS::NotificationARNs",
        "AWS::Partition",
        "AWS::Region",
        "AWS::StackId",
        "AWS::StackName",
        "AWS::URLSuffix",
    }
)
WITH_SNAPSHOTS: Final = frozenset(
    {
        "AWS::DocDB::DBCluster",
        "AWS::EC2::Volume",
        "AWS::ElastiCache::CacheCluster",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::Neptune::DBCluster",
        "AWS::RDS::DBCluster",
        "AWS::RDS::DBInstance",
        "AWS::Redshift::Cluster",
    }
)
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"""
POLICIES: Final = {
    "DeletionPolicy": {"Delete", "Retain", "RetainExceptOnCreate", "Snapshot"},
    "UpdateReplacePolicy": {"Delete", "Retain", "Snapshot"},
}
SHIFTS: Final = "CodeDeployLambdaAliasUpdate"
"""The only UpdatePolicy that the local cloud knows; an alias leads to its new version at once."""
HOOKS: Final = frozenset({"BeforeAllowTrafficHook", "AfterAllowTrafficHook"})


def check(template: Template) -> None:
    """Raise :class:`Failure` with the first thing that is wrong."""
    for problem in problems(template):
        raise Failure(problem)


def problems(template: Template) -> Iterator[str]:
    """All problems, the most general first."""
    yield from _type_problems(template.resources)
    yield from _name_problems(template)
    yield from _attribute_problems(template)
    yield from _condition_problems(template)
    yield from reference_problems(template.parameters, template.resources)
    for logical_id, resource in template.resources.items():
        yield from _policy_problems(logical_id, resource)
    try:
        ordered(template.resources)
    except Failure as cycle:
        yield str(cycle)


def _type_problems(resources: Mapping[str, Any]) -> Iterator[str]:
    names = sorted({resource["Type"] for resource in resources.values()})
    # cfn-lint has schemas of SAM's types, which AWS knows no more once they are transformed.
    unheard_of = [n for n in names if n.startswith("AWS::Serverless::") or schema(n) is None]
    if unheard_of:
        yield f"Template format error: Unrecognized resource types: [{', '.join(unheard_of)}]"
    if strange := [name for name in names if name not in unheard_of and find(name) is None]:
        yield (
            f"The local cloud does not know the resource types [{', '.join(strange)}]; "
            'docs/local.md, "Teach it a resource type", says how to add them'
        )


def _name_problems(template: Template) -> Iterator[str]:
    names = set(template.resources) | set(template.parameters) | PSEUDO_PARAMETERS
    blocks = {"Resources": template.resources, "Outputs": template.outputs}
    for block, members in blocks.items():
        mentioned = {one.name for one in references(_in_effect(members))}
        needed = {name for member in members.values() for name in depends_on(member)}
        if strange := sorted((mentioned - names) | (needed - set(template.resources))):
            yield (
                f"Template format error: Unresolved resource dependencies "
                f"[{', '.join(strange)}] in the {block} block of the template"
            )
    known = set(template.parameters) | PSEUDO_PARAMETERS
    if strange := sorted({one.name for one in references(template.conditions)} - known):
        yield (
            f"Template format error: Unresolved dependencies [{', '.join(strange)}]. "
            "Cannot reference resources in the Conditions block of the template"
        )


def _attribute_problems(template: Template) -> Iterator[str]:
    for reference in references(_in_effect(template.resources) + _in_effect(template.outputs)):
        if reference.attribute is None:
            continue
        resource = template.resources.get(reference.name)
        declared = schema(resource["Type"]) if resource else None
        if resource is None:
            yield (
                "Template error: instance of Fn::GetAtt references undefined resource "
                f"{reference.name}"
            )
        elif declared is not None and not declared.has_attribute(reference.attribute):
            yield (
                f"Template error: resource {reference.name} does not support attribute type "
                f"{reference.attribute} in Fn::GetAtt"
            )


def _condition_problems(template: Template) -> Iterator[str]:
    members = _in_effect(template.resources) + _in_effect(template.outputs)
    named = {member["Condition"] for member in members if "Condition" in member}
    used = named | set(_chosen_by(members)) | set(_parts(template.conditions))
    if strange := sorted(used - set(template.conditions)):
        yield (
            f"Template format error: Unresolved condition dependency {strange[0]} "
            "in the Resources block of the template"
        )


def _in_effect(members: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The members of a section without their metadata, which have no effect."""
    return [
        {name: member[name] for name in member if name != "Metadata"} for member in members.values()
    ]


def _parts(value: Any) -> Iterator[str]:
    """The conditions that conditions consist of."""
    match value:
        case {"Condition": str(name), **more} if not more:
            yield name
        case dict():
            for inner in value.values():
                yield from _parts(inner)
        case list():
            for inner in value:
                yield from _parts(inner)


def _chosen_by(value: Any) -> Iterator[str]:
    """The conditions of every Fn::If."""
    match value:
        case {"Fn::If": [str(name), *branches], **more} if not more:
            yield name
            yield from _chosen_by(branches)
        case dict():
            for inner in value.values():
                yield from _chosen_by(inner)
        case list():
            for inner in value:
                yield from _chosen_by(inner)


def _policy_problems(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    for attribute, allowed in POLICIES.items():
        policy = resource.get(attribute)
        if policy is not None and policy not in allowed:
            yield f"Template format error: Unrecognized {attribute} {policy} for {logical_id}"
        if policy == "Snapshot" and resource["Type"] not in WITH_SNAPSHOTS:
            yield (
                f"Template error: resource type {resource['Type']} does not support "
                f"{attribute} Snapshot"
            )
    if "CreationPolicy" in resource:
        yield f"The local cloud does not know CreationPolicy, which {logical_id} has"
    if "UpdatePolicy" in resource:
        yield from _update_policy_problems(logical_id, resource)


def _update_policy_problems(logical_id: str, resource: Mapping[str, Any]) -> Iterator[str]:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
    match resource["UpdatePolicy"]:
        case {"CodeDeployLambdaAliasUpdate": dict(shift), **more} if not more:
            pass
        case _:
            yield (
                f"The local cloud does not know UpdatePolicy, which {logical_id} has, but for "
                f"{SHIFTS}"
            )
            return
    if resource["Type"] != "AWS::Lambda::Alias":
        yield f"UpdatePolicy {SHIFTS} of {logical_id} is for AWS::Lambda::Alias only"
    for name in ("ApplicationName", "DeploymentGroupName"):
        if name not in shift:
            yield f"UpdatePolicy {SHIFTS} of {logical_id} must have {name}"
    for hook in sorted(HOOKS & set(shift)):
        yield f"The local cloud does not call {hook}, which the UpdatePolicy of {logical_id} has"
