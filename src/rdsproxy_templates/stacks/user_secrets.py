"""Secrets of the database's users: a generated password beside each user's name."""

from __future__ import annotations

from pydantic import Field

from ..frame import Ports, Settings, Stack
from ..kinds import SecretArn, SecretArns
from ..parts.secret import secret
from ..users import User, with_secrets


class Config(Settings):
    users: tuple[User, ...] = Field(description="The database's users.")
    password_length: int = Field(32, ge=16, le=41, description="Characters in a password.")


class Inputs(Ports):
    """Nothing: each name is part of the configuration."""


class Outputs(Ports):
    user_secret_arns: SecretArns = Field(
        description="Secrets of the users that have a password, in their order."
    )


def build(config: Config, given: Inputs) -> Stack[Outputs]:  # noqa: ARG001 - has none
    """One secret for each user that has a password."""
    secrets = [
        secret(
            f"{user.title}Secret",
            username=user.name,
            description=f"Database user {user.name}",
            password_length=config.password_length,
        )
        for user in with_secrets(config.users)
    ]
    arns = [SecretArn(one.ref()) for one in secrets]
    return Stack(resources=secrets, outputs=Outputs(user_secret_arns=SecretArns(arns)))
