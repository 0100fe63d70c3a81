"""Security groups: who may reach whom, and on which port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from troposphere import AWSHelperFn, AWSObject, ec2

from ..aws.kinds import AccountId, Cidr, SecurityGroupId, VpcId
from .network import EVERYWHERE
from .optional_properties import without_none

NOWHERE: Final = "127.0.0.1/32"
"""Egress that leads nowhere: a group without any rule would be given one to everywhere."""

HTTPS: Final = 443
SSH: Final = 22


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Function to proxy to database, each let in by the next."""

    function: ec2.SecurityGroup
    proxy: ec2.SecurityGroup
    database: ec2.SecurityGroup
    resources: Sequence[AWSObject]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Proxy to database, the one let in by the other."""

    proxy: ec2.SecurityGroup
    database: ec2.SecurityGroup
    into_database: ec2.SecurityGroupIngress


def function_to_database_groups(vpc: ec2.VPC, port: int, *, database: str, noun: str) -> Chain:
    """``FunctionSecurityGroup`` to ``RDSProxySecurityGroup`` to the group titled *database*.

    *noun* says what the database is, in the descriptions.
    """
    behind = proxy_to_database_groups(
        vpc, port, database=database, noun=noun, client="the function"
    )
    function_group = ec2.SecurityGroup(
        "FunctionSecurityGroup",
        GroupDescription="Function: in from nowhere, out to the proxy",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[inline_egress(behind.proxy.get_att("GroupId"), port, "RDS Proxy")],
    )
    # The egress above names the proxy's group, so the ingress back is a resource of its own.
    into_proxy = ingress_rule(
        f"{behind.proxy.title}Ingress",
        behind.proxy.get_att("GroupId"),
        port,
        function_group.get_att("GroupId"),
        "The function",
    )
    return Chain(
        function=function_group,
        proxy=behind.proxy,
        database=behind.database,
        resources=[
            function_group,
            behind.proxy,
            behind.database,
            into_proxy,
            behind.into_database,
        ],
    )


def proxy_to_database_groups(
    vpc: ec2.VPC, port: int, *, database: str, noun: str, client: str
) -> Pair:
    """``RDSProxySecurityGroup`` to the group titled *database*.

    *client* says who is let in to the proxy, in its description.
    """
    db_group = database_group(vpc, database, f"Database {noun}: in from the proxy, out to nowhere")
    proxy_group = ec2.SecurityGroup(
        "RDSProxySecurityGroup",
        GroupDescription=f"RDS Proxy: in from {client}, out to the {noun}",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[
            inline_egress(db_group.get_att("GroupId"), port, f"The database {noun}")
        ],
    )
    into_database = ingress_rule(
        f"{db_group.title}Ingress",
        db_group.get_att("GroupId"),
        port,
        proxy_group.get_att("GroupId"),
        "RDS Proxy",
    )
    return Pair(proxy=proxy_group, database=db_group, into_database=into_database)


def database_group(vpc: ec2.VPC, title: str, description: str) -> ec2.SecurityGroup:
    """The group of a database, into which nobody comes who does not add a rule."""
    return ec2.SecurityGroup(
        title,
        GroupDescription=description,
        VpcId=vpc.ref(),
        SecurityGroupEgress=[no_egress("Nowhere: the database opens no connections")],
    )


def no_egress(description: str) -> ec2.SecurityGroupRule:
    """Egress that keeps a group from reaching anything."""
    return ec2.SecurityGroupRule(Description=description, IpProtocol="-1", CidrIp=NOWHERE)


def inline_egress(
    group: SecurityGroupId | AWSHelperFn, port: int, description: str
) -> ec2.SecurityGroupRule:
    """Egress, inside a group of its own, to *group* on *port*."""
    return ec2.SecurityGroupRule(
        Description=description,
        **_tcp(port),
        DestinationSecurityGroupId=group,
    )


def inline_egress_to_everywhere(port: int, description: str) -> ec2.SecurityGroupRule:
    """Egress to whatever address, on one port of TCP."""
    return inline_egress_to_range(EVERYWHERE, port, description)


def inline_egress_to_range(cidr: Cidr | str, port: int, description: str) -> ec2.SecurityGroupRule:
    """Egress, inside a group of its own, to an address range on *port*."""
    return ec2.SecurityGroupRule(Description=description, **_tcp(port), CidrIp=cidr)


def inline_ingress_from_range(cidr: str, port: int, description: str) -> ec2.SecurityGroupRule:
    """Ingress, inside a group of its own, from the addresses of *cidr*."""
    return ec2.SecurityGroupRule(Description=description, **_tcp(port), CidrIp=cidr)


def egress_rule(
    title: str,
    group: SecurityGroupId | AWSHelperFn,
    port: int,
    target: SecurityGroupId | AWSHelperFn,
    description: str,
) -> ec2.SecurityGroupEgress:
    """Egress from *group*, which another stack made, to *target*."""
    return ec2.SecurityGroupEgress(
        title,
        Description=description,
        GroupId=group,
        **_tcp(port),
        DestinationSecurityGroupId=target,
    )


def ingress_rule(  # noqa: PLR0917 - a rule has two ends, and one may be another account's
    title: str,
    group: SecurityGroupId | AWSHelperFn,
    port: int,
    source: SecurityGroupId | AWSHelperFn,
    description: str,
    owner: AccountId | None = None,
) -> ec2.SecurityGroupIngress:
    """Ingress into *group* from *source*; a resource of its own, so that groups make no cycle.

    *owner* is the account that *source* belongs to, where it is another one.
    """
    return ec2.SecurityGroupIngress(
        title,
        Description=description,
        GroupId=group,
        **_tcp(port),
        SourceSecurityGroupId=source,
        **without_none(SourceSecurityGroupOwnerId=owner),
    )


def ingress_rule_from_range(
    title: str, group: SecurityGroupId | AWSHelperFn, port: int, cidr: str, description: str
) -> ec2.SecurityGroupIngress:
    """Ingress into *group* from the addresses of *cidr*."""
    return ec2.SecurityGroupIngress(
        title,
        Description=description,
        GroupId=group,
        **_tcp(port),
        CidrIp=cidr,
    )


@dataclass(frozen=True, kw_only=True)
class Administrator:
    """Who works on a database from inside its VPC, and reads secrets for that."""

    group: ec2.SecurityGroup
    ways: Sequence[ec2.SecurityGroupIngress]
    """What lets it in to the database and to Secrets Manager's endpoint."""


def administrator_group(
    title: str,
    who: str,
    vpc_id: VpcId,
    *,
    port: int,
    database: SecurityGroupId,
    endpoint: SecurityGroupId,
) -> Administrator:
    """The group *title* of *who*, and the rules that add it to those of database and endpoint."""
    group = ec2.SecurityGroup(
        title,
        GroupDescription=f"{who.capitalize()}: out to the database and to Secrets Manager",
        VpcId=vpc_id,
        SecurityGroupEgress=[
            inline_egress(database, port, "The database"),
            inline_egress(endpoint, HTTPS, "Secrets Manager"),
        ],
    )
    member = group.get_att("GroupId")
    return Administrator(
        group=group,
        ways=[
            ingress_rule("DBSecurityGroupIngress", database, port, member, f"The {who}"),
            ingress_rule("EndpointSecurityGroupIngress", endpoint, HTTPS, member, f"The {who}"),
        ],
    )


def endpoint_access_rules(
    function: SecurityGroupId, endpoint: SecurityGroupId, *, api: str, who: str
) -> list[AWSObject]:
    """The rules of both groups that let *who*, a function, reach the endpoint of *api*."""
    return [
        egress_rule("FunctionSecurityGroupEgress", function, HTTPS, endpoint, api),
        ingress_rule("EndpointSecurityGroupIngress", endpoint, HTTPS, function, who),
    ]


def _tcp(port: int) -> dict[str, Any]:
    """One port, in any rule."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
