"""A network as another team has it: a VPC, two private subnets, a group for each part."""

from __future__ import annotations

from pydantic import Field
from troposphere import GetAZs, Select, ec2

from rdsproxy_templates.aws.kinds import SecurityGroupId, SubnetId
from rdsproxy_templates.model import Ports, Settings, Stack

MYSQL = 3306


class Config(Settings):
    second_octet: int = Field(
        default=20, ge=0, le=255, description="The network is 10.<this>.0.0/16."
    )


class Inputs(Ports): ...


class Outputs(Ports):
    subnet_a: SubnetId = Field(description="Private subnet of the first zone.")
    subnet_b: SubnetId = Field(description="Private subnet of the second zone.")
    clients: SecurityGroupId = Field(description="Group of what uses the database.")
    proxy: SecurityGroupId = Field(description="Group of the proxy.")
    database: SecurityGroupId = Field(description="Group of the database.")


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
            subnet_a=SubnetId(subnets[0].ref()),
            subnet_b=SubnetId(subnets[1].ref()),
            clients=SecurityGroupId(clients.ref()),
            proxy=SecurityGroupId(proxy.ref()),
            database=SecurityGroupId(database.ref()),
        ),
    )


def _group(title: str, vpc: ec2.VPC, egress: ec2.SecurityGroupRule) -> ec2.SecurityGroup:
    return ec2.SecurityGroup(
        title, GroupDescription=title, VpcId=vpc.ref(), SecurityGroupEgress=[egress]
    )


def _mysql(**peer: object) -> ec2.SecurityGroupRule:
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
