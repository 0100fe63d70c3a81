"""HTTP API, function, RDS Proxy and database in the subnets of a VPC that exists already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ..aws.engines import ENGINES
from ..aws.kinds import (
    SubnetId,
)
from ..errors import Problem
from ..model import Stack
from ..resources.port_groups import DatabaseNames
from . import common
from .given_network import GivenNetwork, GivenNetworkSettings, service_network
from .logins import (
    FUNCTION_USER,
    WithFunctionUser,
)
from .service_outputs import ServiceOutputs
from .service_stacks import service_in

Database = common.Database


class Config(GivenNetworkSettings):
    """Settings of the variant; each has a safe default."""

    rds: WithFunctionUser = Field(
        default_factory=WithFunctionUser, description="Database and proxy."
    )
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="One of `rds.users` that the function logs in as, by IAM; null is the master "
        "user, with `rds.master_login`.",
    )
    security_groups: Literal["make", "existing"] = Field(
        default="existing",
        description="Groups of function, proxy and database. `existing`: they are parameters, and "
        "their rules are yours. `make`: the stack creates them in the VPC of the parameter VPCId.",
    )

    @property
    def makes_groups(self) -> bool:
        return self.security_groups == "make"

    @property
    def makes_database_group(self) -> bool:
        return self.makes_groups

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.rds.network.port is not None and not self.makes_groups:
            yield Problem(
                "rds.network.port",
                f"is {self.rds.network.port}: the security groups that you give must let the proxy "
                "reach the database on it, and the function reach the proxy on the engine's own",
            )


class Inputs(GivenNetwork, DatabaseNames):
    """Names in the database, then subnets and groups that exist."""

    private_subnet1_id: SubnetId = Field(
        description="ID of a private subnet of the VPC; at creation only."
    )
    private_subnet2_id: SubnetId = Field(
        description="ID of a second private subnet, in a different Availability Zone; at creation "
        "only."
    )


Outputs = ServiceOutputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Secrets, the cluster and proxy that use them, the function that uses the proxy."""
    groups, network = service_network(config, inputs, "existing_vpc.Inputs")
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    service = service_in(config, inputs, network, endpoint_security_group_id=endpoint)
    return Stack(
        children=[*groups, *service.children],
        outputs=service.outputs,
        parameters=config.database.attributes(ENGINES[config.rds.engine]),
    )
