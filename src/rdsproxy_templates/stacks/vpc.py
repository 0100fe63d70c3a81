"""Private network of the service: two subnets in two zones, no way in or out."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ..engines import ENGINES
from ..errors import Problem
from ..frame import Ports, Settings, Stack
from ..kinds import Cidr, SecurityGroupId, SubnetId
from ..parts import network
from ..parts.groups import chain
from ..parts.network import private, range_problems, subnet, zone, zone_problems


class Choices(Settings):
    """Address ranges, which become the defaults of the parameters, and zones."""

    vpc_cidr: str = Field("10.1.0.0/16", description="IPv4 range of the VPC, /16 to /28.")
    private_subnet1_cidr: str = Field(
        "10.1.0.0/24", description="IPv4 range of the first subnet, inside the VPC's."
    )
    private_subnet2_cidr: str = Field(
        "10.1.1.0/24", description="IPv4 range of the second subnet, inside the VPC's."
    )
    availability_zones: tuple[str, str] | None = Field(
        None,
        strict=False,
        description="Zones of the subnets, by name. Left out: the first two that the region "
        "offers. RDS Proxy is missing in some zones; `use1-az3` is known.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        names = ("private_subnet1_cidr", "private_subnet2_cidr")
        yield from range_problems(self.vpc_cidr, {name: getattr(self, name) for name in names})
        yield from zone_problems(self.availability_zones)


class Config(Choices):
    """The choices, and what the parent knows of the database."""

    port: int = Field(
        ENGINES["aurora-mysql"].port,
        ge=1,
        le=65_535,
        description="Port that the database listens on.",
    )


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC.")
    private_subnet1_cidr: Cidr = Field(description="IPv4 range of the first private subnet.")
    private_subnet2_cidr: Cidr = Field(description="IPv4 range of the second private subnet.")


class Outputs(Ports):
    private_subnet1_id: SubnetId = Field(description="The first private subnet.")
    private_subnet2_id: SubnetId = Field(description="The second private subnet.")
    function_security_group_id: SecurityGroupId = Field(
        description="Group of the function; it may reach the proxy."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Group of the cluster; the proxy may reach it."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Group of the proxy; the function may reach it, and it the cluster."
    )


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """Network and security groups: function to proxy to cluster, on the database's port."""
    vpc = network.vpc(given.vpc_cidr)
    zones = config.availability_zones
    subnet1 = subnet("PrivateSubnet1", vpc, given.private_subnet1_cidr, zone(zones, 0))
    subnet2 = subnet("PrivateSubnet2", vpc, given.private_subnet2_cidr, zone(zones, 1))
    groups = chain(vpc, config.port, database="DBClusterSecurityGroup", noun="cluster")
    return Stack(
        resources=[vpc, subnet1, subnet2, *private(vpc, subnet1, subnet2), *groups.resources],
        outputs=Outputs(
            private_subnet1_id=SubnetId(subnet1.ref()),
            private_subnet2_id=SubnetId(subnet2.ref()),
            function_security_group_id=SecurityGroupId(groups.function.ref()),
            db_cluster_security_group_id=SecurityGroupId(groups.database.ref()),
            rds_proxy_security_group_id=SecurityGroupId(groups.proxy.ref()),
        ),
    )
