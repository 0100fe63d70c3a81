"""Security groups and their rules.

An *inline* rule is part of its group. A rule that would close a cycle between two groups, or whose
group belongs to another stack, is a resource of its own (``ingress_rule``, ``egress_rule``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from troposphere import AWSHelperFn, AWSObject, ec2

from ..aws.kinds import AccountId, Cidr, SecurityGroupId, VpcId
from ..records import record
from .network import EVERYWHERE
from .optional_properties import without_none

NOWHERE: Final = "127.0.0.1/32"
"""Destination of a rule that allows nothing: without any rule, EC2 adds one that allows all."""

HTTPS: Final = 443
SSH: Final = 22


@record(frozen=True, kw_only=True)
class Chain:
    """Groups of a function, a proxy and a database, each admitted by the next."""

    function: ec2.SecurityGroup
    proxy: ec2.SecurityGroup
    database: ec2.SecurityGroup
    resources: Sequence[AWSObject]


@record(frozen=True, kw_only=True)
class Pair:
    """Groups of a proxy and a database that admits it."""

    proxy: ec2.SecurityGroup
    database: ec2.SecurityGroup
    into_database: ec2.SecurityGroupIngress


def function_to_database_groups(
    vpc: ec2.VPC, port: int, database_port: int | None, *, database: str, noun: str
) -> Chain:
    """``FunctionSecurityGroup``, ``RDSProxySecurityGroup`` and the group titled *database*.

    The proxy listens on *port*, the database on *database_port* or the same; *noun* describes it.
    """
    behind = proxy_to_database_groups(
        vpc, database_port or port, database=database, noun=noun, client="the function"
    )
    function_group = ec2.SecurityGroup(
        "FunctionSecurityGroup",
        GroupDescription="Function: in from nowhere, out to the proxy",
        VpcId=vpc.ref(),
        SecurityGroupEgress=[inline_egress(behind.proxy.get_att("GroupId"), port, "RDS Proxy")],
    )
    # The egress above names the proxy's group, so the ingress is a resource of its own.
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
    """``RDSProxySecurityGroup`` and the group titled *database*, which admits it on *port*.

    *noun* and *client* name the database and the proxy's client in descriptions.
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


def database_group(vpc: ec2.VPC | VpcId, title: str, description: str) -> ec2.SecurityGroup:
    """Group *title* of a database, without ingress: whoever connects adds a rule of its own."""
    return ec2.SecurityGroup(
        title,
        GroupDescription=description,
        VpcId=vpc.ref() if isinstance(vpc, ec2.VPC) else vpc,
        SecurityGroupEgress=[no_egress("Nowhere: the database opens no connections")],
    )


def no_egress(description: str) -> ec2.SecurityGroupRule:
    """Inline egress rule that allows nothing."""
    return ec2.SecurityGroupRule(Description=description, IpProtocol="-1", CidrIp=NOWHERE)


def inline_egress(
    group: SecurityGroupId | AWSHelperFn, port: int, description: str
) -> ec2.SecurityGroupRule:
    """Inline egress rule to *group* on a TCP *port*."""
    return ec2.SecurityGroupRule(
        Description=description,
        **_tcp(port),
        DestinationSecurityGroupId=group,
    )


def inline_egress_to_everywhere(port: int, description: str) -> ec2.SecurityGroupRule:
    """Inline egress rule to any IPv4 address on a TCP *port*."""
    return inline_egress_to_range(EVERYWHERE, port, description)


def inline_egress_to_range(cidr: Cidr | str, port: int, description: str) -> ec2.SecurityGroupRule:
    """Inline egress rule to the addresses of *cidr* on a TCP *port*."""
    return ec2.SecurityGroupRule(Description=description, **_tcp(port), CidrIp=cidr)


def inline_ingress_from_range(cidr: str, port: int, description: str) -> ec2.SecurityGroupRule:
    """Inline ingress rule from the addresses of *cidr* on a TCP *port*."""
    return ec2.SecurityGroupRule(Description=description, **_tcp(port), CidrIp=cidr)


def egress_rule(
    title: str,
    group: SecurityGroupId | AWSHelperFn,
    port: int,
    target: SecurityGroupId | AWSHelperFn,
    description: str,
) -> ec2.SecurityGroupEgress:
    """Egress rule *title* from *group*, which may be another stack's, to *target*."""
    return ec2.SecurityGroupEgress(
        title,
        Description=description,
        GroupId=group,
        **_tcp(port),
        DestinationSecurityGroupId=target,
    )


def ingress_rule(  # noqa: PLR0917 - a rule has two ends, one perhaps in another account
    title: str,
    group: SecurityGroupId | AWSHelperFn,
    port: int,
    source: SecurityGroupId | AWSHelperFn,
    description: str,
    owner: AccountId | None = None,
) -> ec2.SecurityGroupIngress:
    """Ingress rule *title* into *group* from *source*.

    *owner* is the account of *source* if it is another one.
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
    """Ingress rule *title* into *group* from the addresses of *cidr*."""
    return ec2.SecurityGroupIngress(
        title,
        Description=description,
        GroupId=group,
        **_tcp(port),
        CidrIp=cidr,
    )


@record(frozen=True, kw_only=True)
class Administrator:
    """Access of a function that administers a database and reads its secrets."""

    group: ec2.SecurityGroup
    ways: Sequence[ec2.SecurityGroupIngress]
    """Rules that admit the group to the database and to Secrets Manager's endpoint."""


def administrator_group(
    title: str,
    who: str,
    vpc_id: VpcId,
    *,
    port: int,
    database: SecurityGroupId,
    endpoint: SecurityGroupId | None,
) -> Administrator:
    """Group *title* of *who*, and the rules that admit it to *database* and any *endpoint*."""
    away = "to the database and to Secrets Manager" if endpoint else "to the database"
    group = ec2.SecurityGroup(
        title,
        GroupDescription=f"{who.capitalize()}: out {away}",
        VpcId=vpc_id,
        SecurityGroupEgress=[
            inline_egress(database, port, "The database"),
            *([inline_egress(endpoint, HTTPS, "Secrets Manager")] if endpoint else ()),
        ],
    )
    member, whose = group.get_att("GroupId"), f"The {who}"
    ways = [ingress_rule("DBSecurityGroupIngress", database, port, member, whose)]
    if endpoint:
        ways.append(ingress_rule("EndpointSecurityGroupIngress", endpoint, HTTPS, member, whose))
    return Administrator(group=group, ways=ways)


def endpoint_access_rules(
    function: SecurityGroupId, endpoint: SecurityGroupId, *, api: str, who: str
) -> list[AWSObject]:
    """Rules of both groups that let *who*, a function, reach the interface endpoint of *api*."""
    return [
        egress_rule("FunctionSecurityGroupEgress", function, HTTPS, endpoint, api),
        ingress_rule("EndpointSecurityGroupIngress", endpoint, HTTPS, function, who),
    ]


def _tcp(port: int) -> dict[str, Any]:
    """Protocol and port of a rule."""
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
