"""Secrets of the database's users: a generated password beside each user's name."""

from __future__ import annotations

from pydantic import Field
from troposphere import secretsmanager

from ...aws.database_users import User, with_secrets
from ...aws.kinds import KeyArn, RoleArn, SecretArn, SecretArns
from ...aws.policies import lets_read
from ...model import Ports, Settings, Stack
from ...resources.secret import login_secret


class Config(Settings):
    users: tuple[User, ...] = Field(description="The database's users.")
    shared_user: str | None = Field(
        default=None, description="User whose secret a role of another account reads."
    )
    password_length: int = Field(
        default=32,
        ge=16,
        le=41,
        description="Characters in a password. Decided at creation: a change generates other "
        "passwords, which the database does not learn.",
    )


class Inputs(Ports):
    """Keys, and the reader of a shared user: each name is part of the configuration."""

    reader_role_arn: RoleArn | None = Field(
        default=None, description="Role that may read the secret of the shared user."
    )
    key_arn: KeyArn | None = Field(
        default=None, description="Key of the secret of the shared user."
    )
    own_key_arn: KeyArn | None = Field(
        default=None, description="Key of all other secrets, where it is not AWS's."
    )


class Outputs(Ports):
    user_secret_arns: SecretArns = Field(
        description="Secrets of the users that have a password, in their order."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One secret for each user that has a password; another account may read a shared one."""
    secrets = {
        user.name: login_secret(
            f"{user.title}Secret",
            username=user.name,
            description=f"Database user {user.name}",
            password_length=config.password_length,
            key=inputs.key_arn if user.name == config.shared_user else inputs.own_key_arn,
        )
        for user in with_secrets(config.users)
    }
    policies = [
        secretsmanager.ResourcePolicy(
            f"{one.title}Policy",
            SecretId=one.ref(),
            ResourcePolicy=lets_read(inputs.reader_role_arn),
            BlockPublicPolicy=True,
        )
        for name, one in secrets.items()
        if name == config.shared_user and inputs.reader_role_arn
    ]
    arns = [SecretArn(one.ref()) for one in secrets.values()]
    return Stack(
        resources=[*secrets.values(), *policies],
        outputs=Outputs(user_secret_arns=SecretArns(arns)),
    )
