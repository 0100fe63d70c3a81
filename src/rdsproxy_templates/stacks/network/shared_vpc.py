"""Private network of a function, with its subnets shared with another account."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field
from troposphere import AWSHelperFn, ec2, ram

from ...aws.engines import ENGINES
from ...aws.kinds import AccountId, SecurityGroupId, SubnetIds, VpcId, ZoneIds
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack, sub
from ...resources import network
from ...resources.network import PrivateRanges, new_subnet, private_routes
from ...resources.port_groups import VpcRanges
from ...resources.security_groups import inline_egress_to_range
from ...resources.zones import chosen_zone, is_zone_id, zone_problems


class SharedVpcSettings(PrivateRanges):
    """Availability Zones and address ranges; the ranges become the parameters' defaults."""

    availability_zone_ids: OptionalPairOf[str] = Field(
        default=None,
        description="Two Availability Zone IDs for the subnets, such as `use1-az1`, which mean the "
        "same in both accounts; at creation only. Default: the first two zones that the "
        "region offers. RDS Proxy does not support `use1-az3` and `usw1-az2`. "
        "See https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zone_problems(self.availability_zone_ids, "availability_zone_ids")
        for name in self.availability_zone_ids or ():
            if not is_zone_id(name):
                yield Problem(
                    "availability_zone_ids",
                    f"must be IDs such as use1-az1, got {name!r}, a name whose zone differs "
                    "between accounts",
                )


class Config(SharedVpcSettings):
    """The settings, and the database's port, which the parent stack knows."""

    port: int = Field(
        default=ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="TCP port of the proxy's endpoint, 1 to 65535.",
    )


class Inputs(VpcRanges):
    db_account_id: AccountId = Field(
        description="ID of the account that the subnets are shared with."
    )


class Outputs(Ports):
    vpc_id: VpcId = Field(description="ID of the VPC.")
    subnet_ids: SubnetIds = Field(description="IDs of both private subnets.")
    availability_zone_ids: ZoneIds = Field(
        description="Availability Zone IDs of the subnets, in the order of the subnets."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function, which may connect to both subnets on the "
        "database's port."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Share subnets in which the other account creates a proxy endpoint with its own group.

    That group does not exist yet, so the function may connect to the subnets' addresses instead.
    """
    vpc = network.new_vpc(inputs.vpc_cidr)
    subnets = [
        new_subnet(
            f"PrivateSubnet{index + 1}", vpc, cidr, chosen_zone(config.availability_zone_ids, index)
        )
        for index, cidr in enumerate((inputs.private_subnet1_cidr, inputs.private_subnet2_cidr))
    ]
    group = ec2.SecurityGroup(
        "FunctionSecurityGroup",
        GroupDescription="Function: in from nowhere, out to the endpoint of the proxy",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[
            inline_egress_to_range(
                inputs.private_subnet1_cidr,
                config.port,
                "Endpoint in the first subnet",
            ),
            inline_egress_to_range(
                inputs.private_subnet2_cidr,
                config.port,
                "Endpoint in the second subnet",
            ),
        ],
    )
    share = ram.ResourceShare(
        "SubnetShare",
        Name=sub("${AWS::StackName}"),
        ResourceArns=[_arn(one) for one in subnets],
        Principals=[inputs.db_account_id],
        AllowExternalPrincipals=False,
    )
    return Stack(
        resources=[vpc, *subnets, *private_routes(vpc, *subnets), group, share],
        outputs=Outputs(
            vpc_id=VpcId(vpc.ref()),
            subnet_ids=SubnetIds([one.ref() for one in subnets]),
            availability_zone_ids=ZoneIds([one.get_att("AvailabilityZoneId") for one in subnets]),
            function_security_group_id=SecurityGroupId(group.ref()),
        ),
    )


def _arn(shared: ec2.Subnet) -> AWSHelperFn:
    return sub(
        "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:subnet/${subnet}",
        subnet=shared.ref(),
    )
