"""The subnets and security groups that RDS allows for databases and proxies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from moto.ec2.exceptions import InvalidSubnetIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet
from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue, RDSClientError
from moto.rds.models import RDSBackend

from .subnets import known_subnets

FEWEST_ZONES: Final = 2

# Quotas and limitations for RDS Proxy.
WITHOUT_PROXY: Final = ("use1-az3", "usw1-az2")


def usable_subnets(backend: RDSBackend, subnet_ids: Iterable[str]) -> list[Subnet]:
    """The subnets, which must be of one VPC and lie in two zones at least."""
    try:
        subnets = known_subnets(backend, subnet_ids)
    except InvalidSubnetIdError as unknown:
        raise RDSClientError("InvalidSubnet", unknown.message) from None
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        raise RDSClientError("InvalidSubnet", "The subnets are not all in the same VPC.")
    zones = sorted({subnet.availability_zone for subnet in subnets})
    if len(zones) < FEWEST_ZONES:
        raise RDSClientError(
            "DBSubnetGroupDoesNotCoverEnoughAZs",
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. "
            f"Current AZ coverage: {', '.join(zones)}. "
            f"Add subnets to cover at least {FEWEST_ZONES} AZs.",
        )
    return subnets


def proxied_subnets(backend: RDSBackend, subnet_ids: Iterable[str]) -> list[Subnet]:
    """The subnets in zones that have RDS Proxy; there must be two such zones.

    RDS leaves the others out without a word:
    https://github.com/hashicorp/terraform-provider-aws/pull/40498
    """
    subnets = [
        subnet
        for subnet in usable_subnets(backend, subnet_ids)
        if subnet.availability_zone_id not in WITHOUT_PROXY
    ]
    if len({subnet.availability_zone for subnet in subnets}) < FEWEST_ZONES:
        raise RDSClientError(
            "InvalidSubnet",
            f"RDS Proxy is not supported in the Availability Zones {', '.join(WITHOUT_PROXY)}; "
            f"the subnets must cover at least {FEWEST_ZONES} others.",
        )
    # Another account may share the subnets; the VPC is its own.
    vpc_id = subnets[0].vpc_id
    if subnets[0].ec2_backend.vpcs[vpc_id].instance_tenancy == "dedicated":
        raise InvalidParameterCombination(
            f"RDS Proxy is not supported in {vpc_id}, which has dedicated tenancy."
        )
    return subnets


def require_ip_versions(subnets: Iterable[Subnet], endpoint: str, targets: str = "IPV4") -> None:
    """The network types of a proxy's endpoint and targets must fit each other and the subnets."""
    if endpoint not in ("IPV4", "IPV6", "DUAL") or targets not in ("IPV4", "IPV6"):
        raise InvalidParameterValue(f"The network types {endpoint} and {targets} are not valid.")
    lacking = [one.id for one in subnets if not one.ipv6_cidr_block_associations]
    if endpoint != "IPV4" and lacking:
        raise InvalidParameterCombination(
            f"Network type {endpoint} needs an IPv6 CIDR block in {', '.join(lacking)}."
        )


def require_groups(backend: RDSBackend, vpc_id: str, group_ids: Iterable[str] | None) -> None:
    """Security groups must be there, and in the VPC of what they are for."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    for group_id in group_ids or ():
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            raise InvalidParameterValue(
                f"Invalid security group , groupId= {group_id}, groupName=."
            )
        if group.vpc_id != vpc_id:
            raise InvalidParameterCombination(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is "
                f"in {vpc_id} and the EC2 security group is in {group.vpc_id}"
            )


def default_vpc(backend: RDSBackend) -> str:
    """The VPC for databases and proxies without a subnet group."""
    vpc = ec2_backends[backend.account_id][backend.region_name].default_vpc
    if vpc is None:
        raise InvalidParameterValue("There is no default VPC and no DB subnet group was given.")
    return str(vpc.id)
