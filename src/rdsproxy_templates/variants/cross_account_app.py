"""Across two accounts, 3 of 3: HTTP API and function, which reaches the database elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import (
    DatabaseName,
    DatabaseUser,
    Hostname,
    KeyArn,
    RoleArn,
    SecretArn,
    SecurityGroupId,
    SubnetIds,
    Url,
)
from ..model import Ports, Stack, nest
from .common import RegionalSettings
from .cross_account import AcrossAccountsSettings, Login

TAKEN: Final[Mapping[Login, frozenset[str]]] = {
    "iam": frozenset({"rds_user", "connect_role_arn"}),
    "password": frozenset({"secret_arn", "key_arn"}),
}
"""What the function must be told to log in."""


class Config(AcrossAccountsSettings, RegionalSettings):
    """What can be chosen before rendering; every setting has a safe default."""

    engine: EngineName = Field(default="aurora-mysql", description="Engine of the database.")
    sam: stacks.sam.FunctionApiSettings = Field(
        default=stacks.sam.FunctionApiSettings(), description="Function and HTTP API."
    )

    def root_inputs(self) -> frozenset[str]:
        return TAKEN[self.login]


class Inputs(Ports):
    shared_subnet_ids: SubnetIds = Field(description="Subnets of the function.")
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    function_role_arn: RoleArn = Field(description="Role of the function.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    rds_user: DatabaseUser | None = Field(
        default=None, description="User that the function logs in as, by IAM."
    )
    connect_role_arn: RoleArn | None = Field(
        default=None,
        description="Role of the other account with which the function signs its tokens.",
    )
    secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the user that the function logs in as, by password."
    )
    key_arn: KeyArn | None = Field(default=None, description="Key of that secret.")


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The function in its network, which knows of the database by what it is told."""
    sam = nest(
        "SAMStack",
        stacks.remote_sam,
        config.sam.with_context(stacks.sam.Config, engine_family=ENGINES[config.engine].family),
        stacks.remote_sam.Inputs(
            subnet_ids=inputs.shared_subnet_ids,
            function_security_group_id=inputs.function_security_group_id,
            function_role_arn=inputs.function_role_arn,
            rds_proxy_endpoint=inputs.rds_proxy_endpoint,
            rds_database_name=inputs.rds_database_name,
            rds_user=inputs.rds_user,
            connect_role_arn=inputs.connect_role_arn,
            secret_arn=inputs.secret_arn,
            key_arn=inputs.key_arn,
        ),
    )
    return Stack(children=[sam], outputs=Outputs(api_endpoint=sam.outputs.api_endpoint))
