"""EC2: VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

OF_INTERFACES: Final = ("SecurityGroupIds", "SubnetIds")


def _kind(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    kind = given.get("VpcEndpointType", "Gateway")
    if kind == "Gateway" and (misplaced := [one for one in OF_INTERFACES if given.get(one)]):
        yield f"{', '.join(misplaced)} cannot be specified for an endpoint of type Gateway"
    if kind == "Gateway" and given.get("PrivateDnsEnabled") is True:
        yield "Private DNS can only be enabled for interface endpoints."
    if kind == "Interface" and given.get("RouteTableIds"):
        yield "Route table IDs cannot be specified for an endpoint of type Interface"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::EC2::VPCEndpoint": (_kind,)}
