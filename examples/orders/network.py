"""A network as another team has it: a VPC, two private subnets, a group for each part."""

from __future__ import annotations

from typing import Any

from troposphere import GetAZs, Select, ec2  # type: ignore[import-untyped]

from rdsproxy_templates import Field, Ports, Settings, Stack, kinds

MYSQL = 3306


class Config(Settings):
    second_octet: int = Field(
        default=20, ge=0, le=255, description="The network is 10.<this>.0.0/16."
    )


class Inputs(Ports): ...


class Outputs(Ports):
    subnet_a: kinds.SubnetId = Field(description="Private subnet of the first zone.")
    subnet_b: kinds.SubnetId = Field(description="Private subnet of the second zone.")
    clients: kinds.SecurityGroupId = Field(description="Group of what uses the database.")
    proxy: kinds.SecurityGroupId = Field(description="Group of the proxy.")
    database: kinds.SecurityGroupId = Field(description="Group of the database.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Clients reach the proxy, the proxy reaches the database, and nobody anything else."""
    prefix = f"10.{config.second_octet}"
    vpc = ec2.VPC("Vpc", CidrBlock=f"{prefix}.0.0/16", EnableDnsHostnames=True)
    subnets = [
        ec2.Subnet(
            f"Subnet{zone}",
            VpcId=vpc.ref(),
            CidrBlock=f"{prefix}.{number}.0/24",
            AvailabilityZone=Select(number, GetAZs()),
        )
        for number, zone in enumerate("AB")
    ]
    database = _group(
        "DatabaseGroup", vpc, ec2.SecurityGroupRule(IpProtocol="-1", CidrIp="127.0.0.1/32")
    )
    proxy = _group(
        "ProxyGroup", vpc, _mysql(DestinationSecurityGroupId=database.get_att("GroupId"))
    )
    clients = _group(
        "ClientGroup", vpc, _mysql(DestinationSecurityGroupId=proxy.get_att("GroupId"))
    )
    return Stack(
        resources=[
            vpc,
            *subnets,
            database,
            proxy,
            clients,
            _admit("ProxyGroupIngress", proxy, clients),
            _admit("DatabaseGroupIngress", database, proxy),
        ],
        outputs=Outputs(
            subnet_a=kinds.SubnetId(subnets[0].ref()),
            subnet_b=kinds.SubnetId(subnets[1].ref()),
            clients=kinds.SecurityGroupId(clients.ref()),
            proxy=kinds.SecurityGroupId(proxy.ref()),
            database=kinds.SecurityGroupId(database.ref()),
        ),
    )


def _group(title: str, vpc: ec2.VPC, egress: ec2.SecurityGroupRule) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(
        title, GroupDescription=title, VpcId=vpc.ref(), SecurityGroupEgress=[egress]
    )


def _mysql(**peer: Any) -> ec2.SecurityGroupRule:
    return ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=MYSQL, ToPort=MYSQL, **peer)


def _admit(
    title: str, group: ec2.SecurityGroup, source: ec2.SecurityGroup
) -> ec2.SecurityGroupIngress:
    return ec2.SecurityGroupIngress(
        title,
        GroupId=group.get_att("GroupId"),
        SourceSecurityGroupId=source.get_att("GroupId"),
        IpProtocol="tcp",
        FromPort=MYSQL,
        ToPort=MYSQL,
    )
