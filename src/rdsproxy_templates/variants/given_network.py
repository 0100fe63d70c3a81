"""A network that is given: how many subnets it has, and who makes its security groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import SecurityGroupId, VpcId
from ..errors import Problem, WiringError
from ..model import Child, nest
from ..resources.port_groups import PrivateSubnets, ServiceNetwork
from .service_stacks import ServiceSettings

CLIENT_GROUPS: Final = frozenset({"function_security_group_id", "rds_proxy_security_group_id"})
DATABASE_GROUP: Final = "db_cluster_security_group_id"


class GivenNetwork(PrivateSubnets):
    """Subnets and groups that exist, as far as the settings ask for them."""

    vpc_id: VpcId | None = Field(
        default=None, description="ID of the VPC of the subnets; at creation only."
    )
    function_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the function, which may connect to the proxy's on the "
        "engine's port.",
    )
    db_cluster_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the database, which admits the proxy's on the engine's "
        "port.",
    )
    rds_proxy_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Security group of the proxy, which admits the function's on the engine's "
        "port, and may connect to the database's.",
    )
    secrets_manager_endpoint_security_group_id: SecurityGroupId | None = Field(
        default=None,
        description="Group of the VPC's interface endpoint for Secrets Manager; rules that let "
        "the functions in are added to it.",
    )


class GivenNetworkSettings(ServiceSettings):
    """Settings of a service in a VPC that exists."""

    subnets: int = Field(
        default=2,
        ge=2,
        le=6,
        description="Number of private subnets that are parameters, 2 to 6, each in another "
        "Availability Zone, as interface endpoints need; at creation only.",
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

    @property
    def makes_groups(self) -> bool:
        """True where the stack creates the groups of function and proxy."""
        raise NotImplementedError

    @property
    def makes_database_group(self) -> bool:
        """True where the stack creates the database's group, too."""
        raise NotImplementedError

    def root_inputs(self) -> frozenset[str]:
        endpoint = self.administration.reads_secrets and self.secrets_manager_endpoint == "existing"
        return frozenset(
            {f"private_subnet{number}_id" for number in range(3, self.subnets + 1)}
            | ({"vpc_id"} if self.makes_groups else CLIENT_GROUPS)
            | (set() if self.makes_database_group else {DATABASE_GROUP})
            | ({"secrets_manager_endpoint_security_group_id"} if endpoint else set())
        )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.secrets_manager_endpoint == "existing" and not self.administration.reads_secrets:
            yield Problem(
                "secrets_manager_endpoint",
                "is for rds.users and rds.rotate_secrets_after_days, or for functions that read "
                "other secrets; there are none, and nothing needs an endpoint",
            )


def service_network(
    config: GivenNetworkSettings, inputs: GivenNetwork, place: str
) -> tuple[list[Child[Any]], ServiceNetwork]:
    """``GroupsStack`` where groups are made, and the network with made or given groups.

    Raises :class:`WiringError` for what the settings ask for and nobody wired.
    """
    unwired = [name for name in sorted(config.root_inputs()) if getattr(inputs, name) is None]
    if unwired:
        raise WiringError(
            Problem(place, f"{name} is not wired, and the settings ask for it") for name in unwired
        )
    wired = {name: value for name, value in inputs if value is not None}
    subnets = {name: wired[name] for name in PrivateSubnets.__annotations__ if name in wired}
    given = {name: wired[name] for name in (*CLIENT_GROUPS, DATABASE_GROUP) if name in wired}
    if not config.makes_groups:
        return [], ServiceNetwork(**subnets, **given)
    groups = nest(
        "GroupsStack",
        stacks.service_groups,
        stacks.service_groups.Config(
            proxy_port=ENGINES[config.rds.engine].port, database_port=config.rds.port
        ),
        stacks.service_groups.Inputs(
            vpc_id=wired["vpc_id"], db_cluster_security_group_id=wired.get(DATABASE_GROUP)
        ),
    )
    made = {name: value for name, value in groups.outputs if value is not None}
    return [groups], ServiceNetwork(**subnets, **{**given, **made})
