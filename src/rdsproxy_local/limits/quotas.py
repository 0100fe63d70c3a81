"""Quotas of an account that asked for no others, held to by each stack.

What others have made in the account and Region counts only where that is asked for: tests share an
account, which nobody does on AWS.
https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html,
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import jmespath
from botocore.exceptions import ClientError

from ..cloudformation.pace import present
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
EXISTING: Final[Mapping[str, tuple[str, str, str]]] = {
    "AWS::EC2::EIP": ("ec2", "describe_addresses", "Addresses[].AllocationId"),
    "AWS::EC2::InternetGateway": (
        *("ec2", "describe_internet_gateways"),
        "InternetGateways[].InternetGatewayId",
    ),
    "AWS::EC2::VPC": ("ec2", "describe_vpcs", "Vpcs[].VpcId"),
    "AWS::RDS::DBCluster": ("rds", "describe_db_clusters", "DBClusters[].DBClusterIdentifier"),
    "AWS::RDS::DBClusterParameterGroup": (
        *("rds", "describe_db_cluster_parameter_groups"),
        "DBClusterParameterGroups[].DBClusterParameterGroupName",
    ),
    "AWS::RDS::DBInstance": ("rds", "describe_db_instances", "DBInstances[].DBInstanceIdentifier"),
    "AWS::RDS::DBParameterGroup": (
        *("rds", "describe_db_parameter_groups"),
        "DBParameterGroups[].DBParameterGroupName",
    ),
    "AWS::RDS::DBProxy": ("rds", "describe_db_proxies", "DBProxies[].DBProxyName"),
    "AWS::RDS::DBSubnetGroup": (
        *("rds", "describe_db_subnet_groups"),
        "DBSubnetGroups[].DBSubnetGroupName",
    ),
    "AWS::RDS::OptionGroup": (
        *("rds", "describe_option_groups"),
        "OptionGroupsList[].OptionGroupName",
    ),
}
"""The calls that show what there is of each kind in the account and Region."""
OF_RDS: Final = ("default.", "default:")
"""The beginnings of the names of groups that RDS makes, and does not count."""
GONE: Final = ("CREATE_FAILED", "DELETE_COMPLETE")


def account_problems(type_name: str, context: Context) -> Iterator[str]:
    """Refuse one more than the account has, whoever has made the others, where that counts."""
    if type_name not in QUOTAS or not present.pace.account_quotas:
        return
    service, operation, path = EXISTING[type_name]
    names = jmespath.search(path, context.as_service().call(service, operation))
    others = [name for name in names if not name.startswith(OF_RDS)]
    if len(others) >= QUOTAS[type_name].most:
        yield _full(QUOTAS[type_name])


def _full(quota: Quota) -> str:
    return f"{quota.code}: The maximum number of {quota.noun} has been reached: {quota.most}"


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
        yield _full(quota)


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
