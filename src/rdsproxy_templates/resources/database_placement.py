"""What surrounds a database in its network and account: subnet group, direct clients, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Final

from pydantic import Field
from troposphere import ec2

from ..aws.documentation import RDS_GUIDE, VPC_GUIDE
from ..aws.identifiers import SECURITY_GROUP, identifier_problems
from ..aws.kinds import SecurityGroupId
from ..errors import Problem
from ..model import ListOf, Settings
from ..model.tags import tag_problems
from .database_record import Database
from .optional_properties import give_tags
from .security_groups import ingress_rule, ingress_rule_from_range

_GROUP: Final = re.compile(r"[a-z](-?[a-z0-9_. ])*", re.IGNORECASE)
_LONGEST: Final = 255
_TAGGED: Final = "AWS::RDS::"
"""Beginning of the types that the database's own tags are for."""


class DatabaseClient(Settings):
    """Who may connect to the database itself, beside the proxy: a group, or addresses."""

    security_group_id: str | None = Field(
        default=None,
        description="ID of the client's security group, in this VPC or a peered one. Either this "
        f"or `cidr`. See {VPC_GUIDE}security-group-rules.html",
    )
    cidr: str | None = Field(
        default=None,
        description="Private IPv4 range of the client, such as `10.20.0.0/16` of a VPN. Either "
        "this or `security_group_id`.",
    )
    description: str = Field(
        default="A client of the database itself",
        pattern=r"^[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255}$",
        description="Description of the rule, at most 255 characters that EC2 takes.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from identifier_problems(SECURITY_GROUP, "security_group_id", self.security_group_id)
        if (self.security_group_id is None) == (self.cidr is None):
            yield Problem("cidr", "must be given, or security_group_id: one of both")
        if self.cidr is not None and not _is_private(self.cidr):
            yield Problem(
                "cidr",
                "must be a private IPv4 range, such as 10.20.0.0/16: the database has no public "
                f"address, got {self.cidr!r}",
            )

    @property
    def title(self) -> str:
        """The source as part of a logical ID."""
        return re.sub(r"[^a-zA-Z0-9]", "x", self.security_group_id or self.cidr or "")

    def rule(self, group: SecurityGroupId, port: int) -> ec2.SecurityGroupIngress:
        """The rule that lets the client into *group* on *port*."""
        title = f"DatabaseClient{self.title}Ingress"
        if self.security_group_id:
            source = SecurityGroupId(self.security_group_id)
            return ingress_rule(title, group, port, source, self.description)
        return ingress_rule_from_range(title, group, port, str(self.cidr), self.description)


class PlacementSettings(Settings):
    """Settings of what surrounds a database."""

    subnet_group: str | None = Field(
        default=None,
        description="Name of a DB subnet group that exists, in the VPC of the proxy, in place of "
        "the one that is created. Another one means another, empty database. See "
        f"{RDS_GUIDE}USER_VPC.WorkingWithRDSInstanceinaVPC.html",
    )
    clients: ListOf[DatabaseClient] = Field(
        default=(),
        max_length=20,
        description="Who may connect to the database itself, beside the proxy and the functions "
        "that administer it; at most 20. Default: nobody.",
    )
    tags: dict[str, str] = Field(
        default={},
        description="Tags of the database's own resources (cluster, instances and their groups), "
        "beside those of the stack, which they override. Default: none. See "
        f"{RDS_GUIDE}USER_Tagging.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from (problem.within("tags") for problem in tag_problems(self.tags))
        name = self.subnet_group
        if name is not None and not (len(name) <= _LONGEST and _GROUP.fullmatch(name)):
            yield Problem(
                "subnet_group",
                f"must be the name of a DB subnet group, at most {_LONGEST} letters, digits, "
                f"spaces and ._-, got {name!r}",
            )
        titles = [client.title for client in self.clients]
        if any(titles.count(title) > 1 for title in titles):
            yield Problem("clients", "must name each group and each range once")


def placed(
    choices: PlacementSettings, database: Database, group: SecurityGroupId, port: int
) -> Database:
    """*database* in its subnet group, with the rules of its clients and its tags."""
    resources = list(database.resources)
    if choices.subnet_group and database.itself is not None:
        resources = [one for one in resources if one.resource_type != "AWS::RDS::DBSubnetGroup"]
        database.itself.DBSubnetGroupName = choices.subnet_group
    own = [one for one in resources if str(one.resource_type).startswith(_TAGGED)]
    give_tags(own, choices.tags)
    rules = [client.rule(group, port) for client in choices.clients]
    return replace(database, resources=[*resources, *rules])


def _is_private(text: str) -> bool:
    try:
        return IPv4Network(text).is_private
    except ValueError:
        return False
