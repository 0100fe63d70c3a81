"""Secret of the database's master user: a generated password beside the user's name."""

from __future__ import annotations

from pydantic import Field

from ...aws.kinds import Command, DatabaseUser, KeyArn, SecretArn
from ...model import Ports, Settings, Stack
from ...resources.secret import get_secret_value, login_secret


class Config(Settings):
    password_length: int = Field(
        default=32,
        ge=16,
        le=41,
        description="Characters in the generated password; MySQL takes 41. Decided at creation: "
        "a change generates another password, which the database does not learn.",
    )


class Inputs(Ports):
    rds_master_username: DatabaseUser = Field(description="Name of the master user.")
    own_key_arn: KeyArn | None = Field(
        default=None, description="Key that encrypts the secret, where it is not AWS's."
    )


class Outputs(Ports):
    rds_master_user_secret_arn: SecretArn = Field(
        description="Secret with the username and password of the master user."
    )
    get_secret_value_by_cli: Command = Field(
        description="Prints the secret; needs the AWS CLI and the right to read it."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One secret, as RDS and RDS Proxy read it: JSON with ``username`` and ``password``."""
    master = login_secret(
        "RDSMasterUserSecret",
        username=inputs.rds_master_username,
        description="Master user of the database; RDS Proxy logs in with it",
        password_length=config.password_length,
        key=inputs.own_key_arn,
    )
    return Stack(
        resources=[master],
        outputs=Outputs(
            rds_master_user_secret_arn=SecretArn(master.ref()),
            get_secret_value_by_cli=get_secret_value(master.ref()),
        ),
    )
