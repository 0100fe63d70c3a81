"""Private network of two functions: one subnet for them, two for database and proxies."""

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
    """Address ranges, which become the defaults of the parameters, and zones."""

    subnets = ("function_subnet_cidr", "database_subnet1_cidr", "database_subnet2_cidr")

    vpc_cidr: str = Field(
        default="10.2.0.0/16", description="IPv4 range of the VPC, /16 to /28; at creation only."
    )
    function_subnet_cidr: str = Field(
        default="10.2.0.0/24",
        description="IPv4 range of the functions' subnet, inside the VPC's; at creation only.",
    )
    database_subnet1_cidr: str = Field(
        default="10.2.1.0/24",
        description="IPv4 range of the database's first subnet; at creation only.",
    )
    database_subnet2_cidr: str = Field(
        default="10.2.2.0/24",
        description="IPv4 range of the database's second subnet; at creation only.",
    )
    availability_zones: OptionalPairOf[str] = Field(
        default=None,
        description="Zones of the database's subnets, by name or by ID, such as `use1-az1`, which "
        "means the same in every account; at creation only. Left out: the first two that the "
        "region offers. RDS Proxy is missing in `use1-az3` and `usw1-az2`.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zone_problems(self.availability_zones)


class Config(FunctionVpcSettings):
    """The choices, and what the parent knows of the database."""

    port: int = Field(
        default=ENGINES["mysql"].port,
        ge=1,
        le=65_535,
        description="Port that the database listens on.",
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
        description="IPv4 range of its second subnet; at creation only."
    )


class Outputs(Ports):
    vpc_id: VpcId = Field(description="The VPC.")
    function_subnet_id: SubnetId = Field(description="Subnet of the functions.")
    database_subnet_ids: SubnetIds = Field(description="Subnets of database and proxies.")
    function_security_group_id: SecurityGroupId = Field(
        description="Group of the functions; they may reach the proxies."
    )
    db_security_group_id: SecurityGroupId = Field(
        description="Group of the database; the proxies may reach it."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Group of both proxies; the functions may reach them, and they the database."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Network and security groups: functions to proxies to database, on the database's port."""
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
        vpc, config.port, database="DBSecurityGroup", noun="instance"
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
