"""HTTP API, function, RDS Proxy and database in the subnets of a VPC that exists already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from ..aws.engines import ENGINES
from ..aws.kinds import (
    SecurityGroupId,
    SubnetId,
)
from ..errors import Problem, WiringError
from ..model import Stack
from ..resources.port_groups import DatabaseNames, ServiceNetwork
from . import common
from .logins import (
    FUNCTION_USER,
    WithFunctionUser,
)
from .service_stacks import ServiceOutputs, ServiceSettings, service_in

Database = common.Database


class Config(ServiceSettings):
    """Settings of the variant; each has a safe default."""

    rds: WithFunctionUser = Field(
        default_factory=WithFunctionUser, description="Database and proxy."
    )
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="One of `rds.users` that the function logs in as, by IAM; null is the master "
        "user, with `rds.master_login`.",
    )
    secrets_manager_endpoint: Literal["make", "existing"] = Field(
        default="make",
        description="Interface endpoint for Secrets Manager, which users and rotation need. "
        "`existing`: the VPC has one, whose security group is a parameter; a VPC cannot have two "
        "with private DNS.",
    )

    @property
    def may_have_ipv6(self) -> bool:
        return True

    def root_inputs(self) -> frozenset[str]:
        inputs = self.administration.reads_secrets and self.secrets_manager_endpoint == "existing"
        return frozenset({"secrets_manager_endpoint_security_group_id"} if inputs else ())

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.secrets_manager_endpoint == "existing" and not self.administration.reads_secrets:
            yield Problem(
                "secrets_manager_endpoint",
                "is for rds.users and rds.rotate_secrets_after_days, and there are neither: "
                "nothing needs an endpoint",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.rds.network.port is not None:
            yield Problem(
                "rds.network.port",
                f"is {self.rds.network.port}: the security groups that you give must let the proxy "
                "reach the database on it, and the function reach the proxy on the engine's own",
            )


class Inputs(ServiceNetwork, DatabaseNames):
    """Names in the database, then subnets and groups that exist."""

    private_subnet1_id: SubnetId = Field(
        description="ID of a private subnet of the VPC; at creation only."
    )
    private_subnet2_id: SubnetId = Field(
        description="ID of a second private subnet, in a different Availability Zone; at creation "
        "only."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="Security group of the function, which may connect to the proxy's on the "
        "engine's port."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Security group of the database, which admits the proxy's on the engine's port."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Security group of the proxy, which admits the function's on the engine's "
        "port, and may connect to the database's."
    )
    secrets_manager_endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Group of the VPC's interface endpoint for Secrets Manager; rules that let "
        "the functions in are added to it.",
    )


Outputs = ServiceOutputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Secrets, the cluster and proxy that use them, the function that uses the proxy."""
    endpoint = inputs.secrets_manager_endpoint_security_group_id
    if endpoint is None and config.secrets_manager_endpoint == "existing":
        sentence = (
            "secrets_manager_endpoint_security_group_id is not wired, and "
            "secrets_manager_endpoint is existing"
        )
        raise WiringError([Problem("existing_vpc.Inputs", sentence)])
    service = service_in(config, inputs, inputs, endpoint_security_group_id=endpoint)
    return Stack(
        children=service.children,
        outputs=service.outputs,
        parameters=config.database.attributes(ENGINES[config.rds.engine]),
    )
