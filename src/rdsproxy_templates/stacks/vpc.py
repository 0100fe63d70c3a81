"""Private network of the service: two subnets in two zones, no way in or out."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from pydantic import Field
from troposphere import AWSHelperFn, GetAZs, Select, ec2

from ..engines import ENGINES
from ..errors import Problem
from ..frame import Ports, Settings, Stack
from ..kinds import Cidr, SecurityGroupId, SubnetId

PORT = ENGINES["aurora-mysql"].port
NOWHERE = "127.0.0.1/32"
"""Egress that leads nowhere: a group without any rule would be given one to everywhere."""


class Config(Settings):
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
        networks: dict[str, IPv4Network] = {}
        for name in ("vpc_cidr", "private_subnet1_cidr", "private_subnet2_cidr"):
            try:
                networks[name] = IPv4Network(getattr(self, name))
            except ValueError as error:
                yield Problem(name, f"must be an IPv4 range such as 10.1.0.0/16: {error}")
                continue
            if not 16 <= networks[name].prefixlen <= 28:  # noqa: PLR2004 - the VPC's limits
                yield Problem(name, f"must be a /16 to /28, got {getattr(self, name)!r}")
        whole = networks.pop("vpc_cidr", None)
        for name, network in networks.items():
            if whole and not network.subnet_of(whole):
                yield Problem(name, f"must lie inside vpc_cidr ({whole}), got '{network}'")
        for (one, first), (two, second) in combinations(networks.items(), 2):
            if first.overlaps(second):
                yield Problem(two, f"must not overlap {one} ({first}), got '{second}'")
        if self.availability_zones and len({*self.availability_zones}) == 1:
            yield Problem(
                "availability_zones",
                f"must be two different zones, got {self.availability_zones[0]!r} twice; "
                "RDS Proxy and Aurora need subnets in two",
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
    vpc = ec2.VPC(
        "VPC",
        CidrBlock=given.vpc_cidr,
        EnableDnsHostnames=True,
        EnableDnsSupport=True,
        InstanceTenancy="default",
    )
    subnet1 = ec2.Subnet(
        "PrivateSubnet1",
        VpcId=vpc.ref(),
        CidrBlock=given.private_subnet1_cidr,
        AvailabilityZone=_zone(config, 0),
    )
    subnet2 = ec2.Subnet(
        "PrivateSubnet2",
        VpcId=vpc.ref(),
        CidrBlock=given.private_subnet2_cidr,
        AvailabilityZone=_zone(config, 1),
    )
    routes = ec2.RouteTable("PrivateRouteTable", VpcId=vpc.ref())
    routed1 = ec2.SubnetRouteTableAssociation(
        "PrivateSubnet1RouteTableAssociation",
        RouteTableId=routes.ref(),
        SubnetId=subnet1.ref(),
    )
    routed2 = ec2.SubnetRouteTableAssociation(
        "PrivateSubnet2RouteTableAssociation",
        RouteTableId=routes.ref(),
        SubnetId=subnet2.ref(),
    )

    cluster_group = ec2.SecurityGroup(
        "DBClusterSecurityGroup",
        GroupDescription="Database cluster: in from the proxy, out to nowhere",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[
            ec2.SecurityGroupRule(
                Description="Nowhere: the database opens no connections",
                IpProtocol="-1",
                CidrIp=NOWHERE,
            )
        ],
    )
    proxy_group = ec2.SecurityGroup(
        "RDSProxySecurityGroup",
        GroupDescription="RDS Proxy: in from the function, out to the cluster",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[_to(cluster_group, "The database cluster")],
    )
    function_group = ec2.SecurityGroup(
        "FunctionSecurityGroup",
        GroupDescription="Function: in from nowhere, out to the proxy",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[_to(proxy_group, "RDS Proxy")],
    )
    # Each egress above names the next group, so the ingress back is a resource of its own.
    into_proxy = _into(proxy_group, function_group, "The function")
    into_cluster = _into(cluster_group, proxy_group, "RDS Proxy")

    return Stack(
        resources=[
            vpc,
            subnet1,
            subnet2,
            routes,
            routed1,
            routed2,
            function_group,
            proxy_group,
            cluster_group,
            into_proxy,
            into_cluster,
        ],
        outputs=Outputs(
            private_subnet1_id=SubnetId(subnet1.ref()),
            private_subnet2_id=SubnetId(subnet2.ref()),
            function_security_group_id=SecurityGroupId(function_group.ref()),
            db_cluster_security_group_id=SecurityGroupId(cluster_group.ref()),
            rds_proxy_security_group_id=SecurityGroupId(proxy_group.ref()),
        ),
    )


def _zone(config: Config, index: int) -> AWSHelperFn | str:
    return (
        config.availability_zones[index] if config.availability_zones else Select(index, GetAZs())
    )


def _to(group: ec2.SecurityGroup, description: str) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(
        Description=description,
        IpProtocol="tcp",
        FromPort=PORT,
        ToPort=PORT,
        DestinationSecurityGroupId=group.get_att("GroupId"),
    )


def _into(
    group: ec2.SecurityGroup, source: ec2.SecurityGroup, description: str
) -> ec2.SecurityGroupIngress:
    return ec2.SecurityGroupIngress(
        f"{group.title}Ingress",
        Description=description,
        GroupId=group.get_att("GroupId"),
        IpProtocol="tcp",
        FromPort=PORT,
        ToPort=PORT,
        SourceSecurityGroupId=source.get_att("GroupId"),
    )
