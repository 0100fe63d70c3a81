"""Rotation of the database's secrets, by functions that Secrets Manager provides."""

from __future__ import annotations

from pydantic import Field
from troposphere import AWSHelperFn, Join, Select, ec2, secretsmanager

from ..engines import ENGINES
from ..frame import Ports, Settings, Stack
from ..kinds import SecretArns, SecurityGroupId, SubnetIds, VpcId
from ..parts.groups import HTTPS, into, to
from ..parts.secret import REFUSED_IN_PASSWORDS

TRANSFORM = "AWS::SecretsManager-2024-09-16"
"""Puts a function of AWS's in the place of each ``HostedRotationLambda``."""


class Config(Settings):
    engine: str = Field(description="Engine of the database.")
    secrets: tuple[str, ...] = Field(
        strict=False, min_length=1, description="Logical names of the secrets, in their order."
    )
    days: int = Field(ge=1, le=1000, description="Days after which a password is replaced.")


class Inputs(Ports):
    vpc_id: VpcId = Field(description="VPC of the database.")
    subnet_ids: SubnetIds = Field(description="Subnets of the functions.")
    db_security_group_id: SecurityGroupId = Field(
        description="Group of the database, which lets the functions in."
    )
    endpoint_security_group_id: SecurityGroupId = Field(
        description="Group of Secrets Manager's endpoint, which lets the functions in."
    )
    attached_secret_arns: SecretArns = Field(
        description="Secrets that say which database they are for, in their order."
    )


class Outputs(Ports):
    """Nothing."""


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """Each user changes its own password: for a moment the secret is behind the database."""
    engine = ENGINES[config.engine]
    group = ec2.SecurityGroup(
        "RotationSecurityGroup",
        GroupDescription="Rotation functions: out to the database and to Secrets Manager",
        VpcId=given.vpc_id,
        SecurityGroupEgress=[
            to(given.db_security_group_id, engine.port, "The database"),
            to(given.endpoint_security_group_id, HTTPS, "Secrets Manager"),
        ],
    )
    ways = [
        into(title, target, port, group.get_att("GroupId"), "The rotation functions")
        for title, target, port in (
            ("DBSecurityGroupIngress", given.db_security_group_id, engine.port),
            ("EndpointSecurityGroupIngress", given.endpoint_security_group_id, HTTPS),
        )
    ]
    schedules = [
        secretsmanager.RotationSchedule(
            f"{name}Rotation",
            DependsOn=[str(way.title) for way in ways],
            SecretId=Select(index, given.attached_secret_arns),
            HostedRotationLambda=secretsmanager.HostedRotationLambda(
                RotationType=engine.rotation_type,
                ExcludeCharacters=REFUSED_IN_PASSWORDS,
                VpcSecurityGroupIds=group.get_att("GroupId"),
                VpcSubnetIds=_joined(given.subnet_ids),
            ),
            RotationRules=secretsmanager.RotationRules(AutomaticallyAfterDays=config.days),
            # The passwords are new: the first rotation can wait for its day.
            RotateImmediatelyOnUpdate=False,
        )
        for index, name in enumerate(config.secrets)
    ]
    return Stack(resources=[group, *ways, *schedules], outputs=Outputs(), transforms=[TRANSFORM])


def _joined(subnets: SubnetIds) -> AWSHelperFn:
    """The list as this one property wants it: text."""
    return Join(",", subnets)
