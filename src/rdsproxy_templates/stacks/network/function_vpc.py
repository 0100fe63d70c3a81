"""Private network of two functions: a subnet for them, two for the database and its proxies."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.engines import ENGINES
from ...aws.kinds import Cidr, SecurityGroupId, SubnetId, SubnetIds, VpcId
from ...errors import Problem
from ...model import OptionalPairOf, Ports, Stack
from ...resources import network
from ...resources.network import Ranges, new_subnet, private_routes
from ...resources.security_groups import function_to_database_groups
from ...resources.zones import chosen_zone, zone_problems


class FunctionVpcSettings(Ranges):
    """Availability Zones and address ranges; the ranges become the parameters' defaults."""

    subnets = ("function_subnet_cidr", "database_subnet1_cidr", "database_subnet2_cidr")

    vpc_cidr: str = Field(
        default="10.2.0.0/16",
        description="IPv4 range of the VPC in CIDR notation, /16 to /28; at creation only. "
        "See https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html",
    )
    function_subnet_cidr: str = Field(
        default="10.2.0.0/24",
        description="IPv4 range of the functions' subnet, /16 to /28, inside the VPC's; at "
        "creation only.",
    )
    database_subnet1_cidr: str = Field(
        default="10.2.1.0/24",
        description="IPv4 range of the database's first subnet, /16 to /28, inside the VPC's; at "
        "creation only.",
    )
    database_subnet2_cidr: str = Field(
        default="10.2.2.0/24",
        description="IPv4 range of the database's second subnet, /16 to /28, inside the VPC's; at "
        "creation only.",
    )
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Two Availability Zones for the database's subnets, by name, or by ID such as "
        "`use1-az1`, which means the same in every account; at creation only. Default: the "
        "first two zones that the region offers. RDS Proxy does not support `use1-az3` and "
        "`usw1-az2`. See https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zone_problems(self.availability_zones)


class Config(FunctionVpcSettings):
    """The settings, and the database's port, which the parent stack knows."""

    port: int = Field(
        default=ENGINES["mysql"].port,
        ge=1,
        le=65_535,
        description="TCP port that the proxy listens on, 1 to 65535.",
    )
    database_port: int | None = Field(
        default=None,
        description="TCP port that the database listens on. Left out: the same as the proxy.",
    )


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    function_subnet_cidr: Cidr = Field(
        description="IPv4 range of the functions' subnet; at creation only."
    )
    database_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the database's first subnet; at creation only."
    )
    database_subnet2_cidr: Cidr = Field(
        description="IPv4 range of the database's second subnet; at creation only."
    )


class Outputs(Ports):
    vpc_id: VpcId = Field(description="ID of the VPC.")
    function_subnet_id: SubnetId = Field(description="ID of the functions' subnet.")
    database_subnet_ids: SubnetIds = Field(
        description="IDs of the two subnets of the database and its proxies."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the functions, which may connect to the proxies."
    )
    db_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which the proxies may connect to."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of both proxies, which admit the functions and connect to the "
        "database."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Create the network, and groups that admit functions to proxies, proxies to the database."""
    vpc = network.new_vpc(inputs.vpc_cidr)
    first, second = (
        chosen_zone(config.availability_zones, 0),
        chosen_zone(config.availability_zones, 1),
    )
    functions = new_subnet("FunctionSubnet", vpc, inputs.function_subnet_cidr, first)
    database1 = new_subnet("DatabaseSubnet1", vpc, inputs.database_subnet1_cidr, first)
    database2 = new_subnet("DatabaseSubnet2", vpc, inputs.database_subnet2_cidr, second)
    subnets = [functions, database1, database2]
    groups = function_to_database_groups(
        vpc,
        config.port,
        config.database_port,
        database="DBSecurityGroup",
        noun="instance",
    )
    return Stack(
        resources=[vpc, *subnets, *private_routes(vpc, *subnets), *groups.resources],
        outputs=Outputs(
            vpc_id=VpcId(vpc.ref()),
            function_subnet_id=SubnetId(functions.ref()),
            database_subnet_ids=SubnetIds([database1.ref(), database2.ref()]),
            function_security_group_id=SecurityGroupId(groups.function.ref()),
            db_security_group_id=SecurityGroupId(groups.database.ref()),
            rds_proxy_security_group_id=SecurityGroupId(groups.proxy.ref()),
        ),
    )
