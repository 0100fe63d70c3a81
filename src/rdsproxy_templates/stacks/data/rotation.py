"""Rotation of the database's secrets, by functions that Secrets Manager provides."""

from __future__ import annotations

from pydantic import Field
from troposphere import AWSHelperFn, Join, Select, secretsmanager

from ...aws.engines import ENGINES
from ...aws.kinds import SecretArns, SubnetIds
from ...model import ListOf, Ports, Settings, Stack
from ...resources.optional_properties import without_none
from ...resources.port_groups import AdministrationNetwork
from ...resources.rotation_rules import RotationSettings
from ...resources.secret import REFUSED_IN_PASSWORDS
from ...resources.security_groups import administrator_group

TRANSFORM = "AWS::SecretsManager-2024-09-16"
"""Puts a function of AWS's in the place of each ``HostedRotationLambda``."""


class Config(Settings):
    engine: str = Field(description="Engine of the database.")
    port: int = Field(description="TCP port that the database listens on.")
    secrets: ListOf[str] = Field(
        min_length=1, description="Logical names of the secrets, in their order."
    )
    days: int | None = Field(
        ge=1, le=1000, description="Days after which a password is replaced, without a schedule."
    )
    secrets_key_arn: str | None = Field(
        default=None, description="Key of the secrets, where it is not AWS's."
    )
    rotation: RotationSettings = Field(
        default_factory=RotationSettings, description="When passwords are replaced."
    )


class Inputs(Ports):
    network: AdministrationNetwork = Field(description="Where the functions run.")
    attached_secret_arns: SecretArns = Field(
        description="Secrets that say which database they are for, in their order."
    )


class Outputs(Ports):
    """Nothing."""


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Each user changes its own password: for a moment the secret is behind the database."""
    engine = ENGINES[config.engine]
    inside = administrator_group(
        "RotationSecurityGroup",
        "rotation functions",
        inputs.network.vpc_id,
        port=config.port,
        database=inputs.network.db_security_group_id,
        endpoint=inputs.network.endpoint_security_group_id,
    )
    schedules = [
        secretsmanager.RotationSchedule(
            f"{name}Rotation",
            DependsOn=[str(way.title) for way in inside.ways],
            SecretId=Select(index, inputs.attached_secret_arns),
            HostedRotationLambda=secretsmanager.HostedRotationLambda(
                RotationType=engine.rotation_type,
                ExcludeCharacters=REFUSED_IN_PASSWORDS,
                **without_none(KmsKeyArn=config.secrets_key_arn),
                VpcSecurityGroupIds=inside.group.get_att("GroupId"),
                VpcSubnetIds=_joined(inputs.network.subnet_ids),
            ),
            RotationRules=secretsmanager.RotationRules(**config.rotation.rules(config.days)),
            # The passwords are new: the first rotation can wait for its day.
            RotateImmediatelyOnUpdate=config.rotation.immediately,
        )
        for index, name in enumerate(config.secrets)
    ]
    return Stack(
        resources=[inside.group, *inside.ways, *schedules],
        outputs=Outputs(),
        transforms=[TRANSFORM],
    )


def _joined(subnets: SubnetIds) -> AWSHelperFn:
    """The list as this one property wants it: text."""
    return Join(",", subnets)
