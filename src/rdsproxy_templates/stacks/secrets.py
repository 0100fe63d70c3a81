"""Secret of the database's master user: a generated password beside the user's name."""

from __future__ import annotations

from pydantic import Field
from troposphere import secretsmanager

from ..frame import Ports, Settings, Stack, sub
from ..kinds import Command, DatabaseUser, SecretArn

REFUSED_IN_PASSWORDS = '"@/\\'
"""Characters that RDS refuses in a master password, and the backslash, which shells eat."""


class Config(Settings):
    password_length: int = Field(
        32, ge=16, le=41, description="Characters in the generated password; MySQL takes 41."
    )


class Inputs(Ports):
    rds_master_username: DatabaseUser = Field(description="Name of the master user.")


class Outputs(Ports):
    rds_master_user_secret_arn: SecretArn = Field(
        description="Secret with the username and password of the master user."
    )
    get_secret_value_by_cli: Command = Field(
        description="Prints the secret; needs the AWS CLI and the right to read it."
    )


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """One secret, as RDS and RDS Proxy read it: JSON with ``username`` and ``password``."""
    secret = secretsmanager.Secret(
        "RDSMasterUserSecret",
        # A snapshot keeps its own password: the secret is of no use without the cluster.
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
        Description="Master user of the database; RDS Proxy logs in with it",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate=sub(
                '{"username": "${username}"}', username=given.rds_master_username
            ),
            GenerateStringKey="password",
            PasswordLength=config.password_length,
            ExcludeCharacters=REFUSED_IN_PASSWORDS,
        ),
    )
    return Stack(
        resources=[secret],
        outputs=Outputs(
            rds_master_user_secret_arn=SecretArn(secret.ref()),
            get_secret_value_by_cli=Command(
                sub(
                    "aws secretsmanager get-secret-value --region ${AWS::Region} "
                    "--secret-id ${secret} --query SecretString --output text",
                    secret=secret.ref(),
                )
            ),
        ),
    )
