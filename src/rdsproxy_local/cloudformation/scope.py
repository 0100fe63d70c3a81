"""The meaning of the names in a stack's template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..types import is_custom
from . import dynamic
from .failure import Failure
from .functions import NO_VALUE, holds, resolved
from .resource import DeployedResource
from .schemas import schema
from .stack import STACK, Plan, Stack

Exports = Callable[[str], str]
"""Gives the value of an export; fails if no stack exports the name."""


def _ipv6_ranges(call: Callable[..., Any], vpc_id: str) -> list[str]:
    vpc = call("ec2", "describe_vpcs", VpcIds=[vpc_id])["Vpcs"][0]
    return [one["Ipv6CidrBlock"] for one in vpc["Ipv6CidrBlockAssociationSet"]]


READ_AGAIN: Final = {("AWS::EC2::VPC", "Ipv6CidrBlocks"): _ipv6_ranges}
"""Attributes that another resource gives, such as a range of a VPC, which is associated later."""


class StackScope:
    """A scope of functions: a plan, and the resources there are at the time."""

    def __init__(self, stack: Stack, plan: Plan, exports: Exports) -> None:
        self.region = stack.region
        self.mappings: Mapping[str, Any] = plan.template.mappings
        self.imports: set[str] = set()
        """The exports that were read."""
        self._stack, self._plan, self._exports = stack, plan, exports
        self._pseudo = {
            "AWS::AccountId": stack.account,
            "AWS::NoValue": NO_VALUE,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": stack.region,
            "AWS::StackId": stack.id,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._plan.parameters.values:
            return self._plan.parameters.values[name]
        return self.deployed(name).physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        deployed = self.deployed(logical_id)
        if read := READ_AGAIN.get((deployed.type, name)):
            return read(self._stack.call, deployed.physical_id)
        return attribute_of(deployed, name)

    def condition(self, name: str) -> bool:
        conditions = self._plan.template.conditions
        if name not in conditions:
            raise Failure(f"Template format error: Unresolved condition dependency {name}")
        return holds(conditions[name], self)

    def imported(self, name: str) -> str:
        self.imports.add(name)
        return self._exports(name)

    def zones(self, region: str) -> list[str]:
        answer = self._stack.clients.call(
            "ec2", "describe_availability_zones", self._stack.account, region
        )
        return [zone["ZoneName"] for zone in answer["AvailabilityZones"]]

    def deployed(self, logical_id: str) -> DeployedResource:
        """A resource that exists: its condition may say that it does not."""
        try:
            return self._stack.deployed[logical_id]
        except KeyError as error:
            raise Failure(
                f"Template format error: Unresolved resource dependencies [{logical_id}] "
                "in the Resources block of the template"
            ) from error

    def active(self) -> dict[str, Any]:
        """The resources of the template whose conditions hold."""
        return {
            logical_id: resource
            for logical_id, resource in self._plan.template.resources.items()
            if "Condition" not in resource or self.condition(resource["Condition"])
        }

    def written(self, type_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Properties of the types that the schema declares, their dynamic references unread."""
        declared = schema(type_name)
        assert declared is not None
        return declared.converted(resolved(dict(properties), self))

    def read(self, type_name: str, written: Mapping[str, Any]) -> dict[str, Any]:
        """The same properties, with the present values of dynamic references."""
        declared = schema(type_name)
        assert declared is not None
        if type_name == STACK:
            # Its parameters are shown: what reads a dynamic reference is the resource inside.
            return dict(written)
        return declared.converted(dynamic.resolved(dict(written), self._stack.call))


def attribute_of(deployed: DeployedResource, name: str) -> Any:
    """The value of GetAtt for a resource."""
    declared = schema(deployed.type)
    if declared is None or not declared.has_attribute(name):
        raise Failure(f"Requested attribute {name} does not exist in schema for {deployed.type}")
    if name in deployed.attributes:
        return deployed.attributes[name]
    if deployed.type == STACK:
        output = name.removeprefix("Outputs.")
        raise Failure(f"Output '{output}' not found in stack '{deployed.physical_id}'")
    if is_custom(deployed.type):
        raise Failure(
            f"CustomResource attribute error: Vendor response doesn't contain {name} attribute"
        )
    if name in deployed.properties:
        return deployed.properties[name]
    raise Failure(f"The local cloud does not know the attribute {name} of {deployed.type}")
