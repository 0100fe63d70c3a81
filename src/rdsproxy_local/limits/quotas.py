"""Quotas of an account that asked for no others, held to by each stack.

What other stacks have made does not count: tests share an account, which nobody does on AWS.
https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .check import Check


class Quota(NamedTuple):
    """The most of a kind in a Region, and the answer to one more."""

    most: int
    code: str
    noun: str


QUOTAS: Final[Mapping[str, Quota]] = {
    "AWS::EC2::EIP": Quota(5, "AddressLimitExceeded", "addresses"),
    "AWS::EC2::InternetGateway": Quota(5, "InternetGatewayLimitExceeded", "internet gateways"),
    "AWS::EC2::VPC": Quota(5, "VpcLimitExceeded", "VPCs"),
    "AWS::RDS::DBCluster": Quota(40, "DBClusterQuotaExceededFault", "DB clusters"),
    "AWS::RDS::DBClusterParameterGroup": Quota(
        50, "DBParameterGroupQuotaExceeded", "DB cluster parameter groups"
    ),
    "AWS::RDS::DBInstance": Quota(40, "InstanceQuotaExceeded", "DB instances"),
    "AWS::RDS::DBParameterGroup": Quota(50, "DBParameterGroupQuotaExceeded", "DB parameter groups"),
    "AWS::RDS::DBProxy": Quota(20, "DBProxyQuotaExceededFault", "DB proxies"),
    "AWS::RDS::DBSubnetGroup": Quota(50, "DBSubnetGroupQuotaExceeded", "DB subnet groups"),
    "AWS::RDS::OptionGroup": Quota(20, "OptionGroupQuotaExceededFault", "option groups"),
}
GONE: Final = ("CREATE_FAILED", "DELETE_COMPLETE")


def _room(type_name: str, context: Context, _: Mapping[str, Any]) -> Iterator[str]:
    quota = QUOTAS[type_name]
    others = [
        one
        for one in _resources(context)
        if one["ResourceType"] == type_name
        and one["LogicalResourceId"] != context.logical_id
        and one["ResourceStatus"] not in GONE
        and one.get("PhysicalResourceId")
    ]
    if len(others) >= quota.most:
        yield f"{quota.code}: The maximum number of {quota.noun} has been reached: {quota.most}"


def _resources(context: Context) -> list[Mapping[str, Any]]:
    try:
        answer = context.as_service().call(
            "cloudformation", "describe_stack_resources", StackName=context.stack_name
        )
    except ClientError:
        return []
    found: list[Mapping[str, Any]] = answer["StackResources"]
    return found


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {name: (partial(_room, name),) for name in QUOTAS}
