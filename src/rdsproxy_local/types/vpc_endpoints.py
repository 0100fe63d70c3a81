"""EC2: a network's endpoints for services."""

from __future__ import annotations

from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context
from .ec2 import ec2_type, require_success
from .steps import set_by


def _delete_endpoint(context: Context, endpoint_id: str) -> None:
    answer = context.call("ec2", "delete_vpc_endpoints", VpcEndpointIds=[endpoint_id])
    require_success(answer)


def _set_endpoint_groups(context: Context, endpoint_id: str, old: Any, new: Any) -> None:
    if not new:
        raise Failure("the local cloud cannot remove SecurityGroupIds in place")
    context.call(
        "ec2",
        "modify_vpc_endpoint",
        VpcEndpointId=endpoint_id,
        AddSecurityGroupIds=sorted(set(new) - set(old or ())),
        RemoveSecurityGroupIds=sorted(set(old or ()) - set(new)),
    )


TYPES: Final = [
    ec2_type(
        "AWS::EC2::VPCEndpoint",
        "vpc_endpoint",
        (
            "PolicyDocument",
            "PrivateDnsEnabled",
            "RouteTableIds",
            "SecurityGroupIds",
            "ServiceName",
            "SubnetIds",
            "VpcEndpointType",
            "VpcId",
        ),
        tagged="vpc-endpoint",
        # The API's default is private DNS, CloudFormation's is none, as its schema says.
        defaults={"PrivateDnsEnabled": False, "VpcEndpointType": "Gateway"},
        in_place={
            "PolicyDocument": set_by(
                "ec2", "modify_vpc_endpoint", "VpcEndpointId", "PolicyDocument"
            ),
            "SecurityGroupIds": _set_endpoint_groups,
        },
        delete=_delete_endpoint,
    ),
]
