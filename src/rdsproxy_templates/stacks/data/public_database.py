"""Database instance with an address in the internet, which takes TLS alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field
from troposphere import ec2

from ...aws.engines import ENGINES
from ...aws.kinds import (
    DatabaseArn,
    DatabaseResourceId,
    Hostname,
    SecretArn,
    SecretArns,
    SecurityGroupId,
)
from ...errors import Problem
from ...model import ListOf, Ports, Stack
from ...model.accepted_rules import accepted
from ...resources import rds_instance
from ...resources.addresses import AllowedCidrsSettings
from ...resources.attachments import attachments
from ...resources.audit import AuditSettings, option_group
from ...resources.optional_properties import without_none
from ...resources.port_groups import DatabaseCredentials, PublicNetwork
from ...resources.security_groups import inline_ingress_from_range, no_egress

MOST_RULES: Final = 60
"""Rules of a security group, in one direction, until the account's quota is raised."""

OLD_CLASSES: Final = ("db.t1.", "db.m1.", "db.t2.micro", "db.t2.small")
"""Too small, or too old, for IAM login with TLS at each connection."""

RANGES: Final = "https://ip-ranges.amazonaws.com/ip-ranges.json"


class Config(AuditSettings, rds_instance.RdsInstanceSettings, AllowedCidrsSettings):
    """The instance, who may connect to it, and the record of who logged in."""

    ip_versions: ClassVar[tuple[int, ...]] = (4,)

    engine: Literal["mysql", "postgres"] = Field(
        default="mysql", description="Engine of the database."
    )
    allowed_cidrs: ListOf[str] = Field(
        default=("203.0.113.0/24",),
        max_length=1_000,
        description="IPv4 ranges that may connect to the database's port. A function outside "
        "any VPC has no fixed address: it comes from the ranges of EC2 in its region "
        f"({RANGES}), where everybody's instances are. The default one lets in nobody.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.network.port is not None:
            yield Problem(
                "network.port",
                "must be left out: the function connects to the engine's own port",
            )
        if self.db_instance_class.startswith(OLD_CLASSES):
            yield Problem(
                "instance_class",
                f"must be of a newer generation, such as {ENGINES[self.engine].default_class}: "
                f"{self.db_instance_class} is too small for IAM login",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.lets_in_nobody:
            yield Problem(
                "allowed_cidrs",
                "names only ranges for documentation, and so lets nobody in, nor the function: "
                "outside any VPC it has no fixed address, and comes from the ranges of EC2 in its "
                f"region ({RANGES})",
            )
        else:
            yield Problem(
                "allowed_cidrs",
                f"opens port {self.port} of a public database: everybody who has an address in "
                "these ranges gets to its login, the master user's too, and in the ranges of EC2 "
                "that is everybody who runs anything there. Variant `base` keeps the function in "
                "the VPC, behind RDS Proxy; Aurora's Data API needs no open port",
            )
        if len(self.allowed_cidrs) > MOST_RULES:
            yield Problem(
                "allowed_cidrs",
                f"names {len(self.allowed_cidrs)} ranges, and a security group takes "
                f"{MOST_RULES} until the quota of the account is raised",
            )


class Inputs(Ports):
    network: PublicNetwork = Field(description="VPC and subnets of the database.")
    credentials: DatabaseCredentials = Field(description="Name of the database, and its secret.")


class Outputs(Ports):
    when_read = frozenset({"db_arn", "attached_secret_arns", "managed_secret_arn"})

    db_endpoint: Hostname = Field(description="Host of the database.")
    db_arn: DatabaseArn = Field(description="ARN of the instance.")
    db_resource_id: DatabaseResourceId = Field(description="ID that permissions name it by.")
    db_security_group_id: SecurityGroupId = Field(
        description="Group of the database; who is to reach it from the VPC adds a rule to it."
    )
    attached_secret_arns: SecretArns = Field(
        description="The master's secret, for rotation, once it says where the database is."
    )
    managed_secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the master user, where RDS manages it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The instance behind a group that lets the chosen ranges in on one port."""
    group = _group(config, inputs)
    options = option_group(config)
    database = rds_instance.database_instance(
        config,
        name=inputs.credentials.rds_database_name,
        master=inputs.credentials.master,
        subnets=[inputs.network.public_subnet1_id, inputs.network.public_subnet2_id],
        group=SecurityGroupId(group.get_att("GroupId")),
        iam=True,
        parameters=config.audit.parameters,
        options=options,
        log_exports=config.audit.log_exports,
        public=True,
    )
    attached = attachments(database, config.master)
    return Stack(
        resources=[
            group,
            *([options] if options else []),
            *database.resources,
            *attached,
        ],
        outputs=Outputs(
            db_endpoint=database.host,
            db_arn=database.arn,
            db_resource_id=DatabaseResourceId(database.resource_id),
            db_security_group_id=SecurityGroupId(group.get_att("GroupId")),
            attached_secret_arns=SecretArns([one.ref() for one in attached]),
            managed_secret_arn=database.managed_secret,
        ),
    )


def _group(config: Config, inputs: Inputs) -> ec2.SecurityGroup:
    reason = "allowed_cidrs lets in everybody, by open_to_everyone"
    metadata = accepted("network/open-to-the-world", reason) if config.open_to_everyone else None
    return ec2.SecurityGroup(
        "DBSecurityGroup",
        **without_none(Metadata=metadata),
        GroupDescription="Public database: in from the allowed ranges, out to nowhere",
        VpcId=inputs.network.vpc_id,
        SecurityGroupIngress=[
            inline_ingress_from_range(str(network), config.port, "An allowed range")
            for network in config.ipv4
        ],
        SecurityGroupEgress=[no_egress("Nowhere: the database opens no connections")],
    )
