"""Across two accounts, 3 of 3: HTTP API and function, which reaches the database elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import (
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
    """Settings of the variant; each has a safe default."""

    engine: EngineName = Field(default="aurora-mysql", description="Engine of the database.")
    sam: stacks.sam.FunctionApiSettings = Field(
        default=stacks.sam.FunctionApiSettings(), description="Function and HTTP API."
    )

    def root_inputs(self) -> frozenset[str]:
        return TAKEN[self.login]


class Inputs(Ports):
    shared_subnet_ids: SubnetIds = Field(description="Subnets of the function.")
    remote: stacks.remote_sam.RemoteDatabase = Field(
        description="The function's role, and what it logs in to."
    )


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The function in its network, which knows of the database by what it is told."""
    sam = nest(
        "SAMStack",
        stacks.remote_sam,
        config.sam.with_context(stacks.sam.Config, engine_family=ENGINES[config.engine].family),
        stacks.remote_sam.Inputs(subnet_ids=inputs.shared_subnet_ids, remote=inputs.remote),
    )
    return Stack(children=[sam], outputs=Outputs(api_endpoint=sam.outputs.api_endpoint))
