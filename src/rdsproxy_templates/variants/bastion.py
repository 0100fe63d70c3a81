"""Aurora that scales, in a private network, and ways in from a laptop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from .. import stacks
from ..aws.kinds import Command, Hostname, SubnetIds, Url
from ..errors import Problem
from ..model import Child, Stack, nest
from ..resources import proxy as proxies
from ..resources.access import AccessSettings
from ..resources.network import range_problems
from ..resources.proxied_database import pause_problems
from . import base, common
from .common import require
from .logins import FUNCTION_USER, WithFunctionUser

BEHIND_PROXY = (
    *proxies.ProxySettings.model_fields,
    "users",
    "master_login",
    "rotate_secrets_after_days",
)
"""Settings of ``rds`` that mean nothing without a proxy."""


class Database(common.Database):
    """Names inside the database; they become the defaults of the parameters."""

    name: str = Field(default="bastion", description="Default of the parameter RDSDatabaseName.")


class Cluster(WithFunctionUser):
    """A cluster that scales, with or without a proxy before it."""

    engine: Literal["aurora-postgresql", "aurora-mysql"] = Field(
        default="aurora-postgresql", description="Engine of the database."
    )
    max_capacity: float | None = Field(
        default=4, ge=1, le=256, multiple_of=0.5, description="Serverless v2: ACUs at full load."
    )

    @property
    def offers_host(self) -> bool:
        """Always: tunnels lead there."""
        return True

    def pause_problems(self) -> Iterator[Problem]:
        """None: only the variant knows whether there is a proxy."""
        yield from ()


class Config(base.Config):
    """The settings of ``base``, and the ways in."""

    database: Database = Field(default=Database(), description="Names inside the database.")
    rds: Cluster = Field(
        default=Cluster(), description="Cluster and, with `proxy`, what is before it."
    )
    proxy: bool = Field(
        default=False,
        description="Put what `base` has before the cluster: RDS Proxy, function and HTTP API.",
    )
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="With `proxy`: one of `rds.users` that the function logs in as, by IAM; null "
        "is the master user, with `rds.master_login`.",
    )
    bastion: AccessSettings = Field(
        default=AccessSettings(), description="The ways in from a laptop."
    )
    public_subnet_cidr: str = Field(
        default="10.1.2.0/24",
        description="IPv4 range of the public subnet, which there is for `ssh` and for a NAT "
        "gateway; part of the template, at creation only.",
    )

    @property
    def has_proxy(self) -> bool:
        return self.proxy

    @property
    def is_public(self) -> bool:
        """Whether there is a public subnet."""
        return self.bastion.is_public or self.bastion.nat

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        ranges = {**self.vpc.subnet_ranges, "public_subnet_cidr": self.public_subnet_cidr}
        for problem in range_problems(self.vpc.vpc_cidr, ranges):
            if problem.place == "public_subnet_cidr" and self.is_public:
                yield problem
        if self.proxy:
            yield from (problem.within("rds") for problem in pause_problems(self.rds))
        else:
            yield from self._without_proxy()

    def _without_proxy(self) -> Iterator[Problem]:
        sentence = "needs the proxy, and `proxy` is false"
        for name in BEHIND_PROXY:
            if name in self.rds.model_fields_set:
                yield Problem(f"rds.{name}", sentence)
        for name in ("sam", "function_user"):
            if name in self.model_fields_set:
                yield Problem(name, sentence)


Inputs = base.Inputs


class Outputs(stacks.bastion_host.Outputs):
    get_secret_value_by_cli: Command = Field(
        description="Prints the master user's secret; needs the AWS CLI and the right to read it."
    )
    db_cluster_endpoint: Hostname = Field(description="Host to which tunnels lead.")
    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API; see /initialize and /load."
    )
    rds_proxy_endpoint: Hostname | None = Field(
        default=None, description="Host that clients inside the network connect to."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )


@dataclass(frozen=True, kw_only=True)
class _Database:
    """What there is before a way in, and what it offers."""

    children: Sequence[Child[Any]]
    network: stacks.database_vpc.Outputs
    host: Hostname
    get_secret: Command
    api: Url | None = None
    proxy: Hostname | None = None
    readers: Hostname | None = None


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The database in its network, then what the chosen ways need, then the bastion."""
    database = _with_proxy(config, inputs) if config.proxy else _alone(config, inputs)
    network = database.network
    public = _public(config, network) if config.is_public else None
    endpoints = _endpoints(network) if config.bastion.endpoints else None
    bastion = nest(
        "BastionStack",
        stacks.bastion_host,
        config.bastion.with_context(stacks.bastion_host.Config, engine=config.rds.engine),
        stacks.bastion_host.Inputs(
            vpc_id=network.vpc_id,
            subnet_id=public.outputs.subnet_id if public else network.private_subnet1_id,
            db_security_group_id=network.db_cluster_security_group_id,
            db_endpoint=database.host,
            rds_database_name=inputs.rds_database_name,
            rds_master_username=inputs.rds_master_username,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id
            if endpoints
            else None,
        ),
    )
    around = [child for child in (public, endpoints, bastion) if child]
    return Stack(
        children=[*database.children, *around],
        outputs=Outputs(
            get_secret_value_by_cli=database.get_secret,
            db_cluster_endpoint=database.host,
            api_endpoint=database.api,
            rds_proxy_endpoint=database.proxy,
            rds_proxy_read_only_endpoint=database.readers,
            bastion_instance_id=bastion.outputs.bastion_instance_id,
            tunnel_by_ssm=bastion.outputs.tunnel_by_ssm,
            tunnel_by_eice=bastion.outputs.tunnel_by_eice,
            tunnel_by_ssh=bastion.outputs.tunnel_by_ssh,
            connect_through_tunnel=bastion.outputs.connect_through_tunnel,
            start_bastion_by_cli=bastion.outputs.start_bastion_by_cli,
        ),
        parameters=base.attributes(config),
    )


def _with_proxy(config: Config, inputs: Inputs) -> _Database:
    vpc = base.network(config, inputs, expose_network=True)
    inside = base.within(vpc.outputs, config, inputs)
    return _Database(
        children=[vpc, *inside.children],
        network=stacks.database_vpc.Outputs(
            vpc_id=require(vpc.outputs.vpc_id),
            private_subnet1_id=vpc.outputs.private_subnet1_id,
            private_subnet2_id=vpc.outputs.private_subnet2_id,
            private_route_table_id=require(vpc.outputs.private_route_table_id),
            db_cluster_security_group_id=vpc.outputs.db_cluster_security_group_id,
        ),
        host=require(inside.rds.db_cluster_endpoint),
        get_secret=inside.outputs.get_secret_value_by_cli,
        api=inside.outputs.api_endpoint,
        proxy=inside.outputs.rds_proxy_endpoint,
        readers=inside.outputs.rds_proxy_read_only_endpoint,
    )


def _alone(config: Config, inputs: Inputs) -> _Database:
    vpc = nest(
        "VPCStack",
        stacks.database_vpc,
        config.vpc,
        stacks.database_vpc.Inputs(
            vpc_cidr=inputs.vpc_cidr,
            private_subnet1_cidr=inputs.private_subnet1_cidr,
            private_subnet2_cidr=inputs.private_subnet2_cidr,
        ),
    )
    secrets = common.master_secret(config.secrets, inputs.rds_master_username)
    rds = nest(
        "RDSStack",
        stacks.database,
        config.rds,
        stacks.database.Inputs(
            rds_database_name=inputs.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            private_subnet1_id=vpc.outputs.private_subnet1_id,
            private_subnet2_id=vpc.outputs.private_subnet2_id,
            db_cluster_security_group_id=vpc.outputs.db_cluster_security_group_id,
        ),
    )
    return _Database(
        children=[vpc, secrets, rds],
        network=vpc.outputs,
        host=rds.outputs.db_cluster_endpoint,
        get_secret=secrets.outputs.get_secret_value_by_cli,
    )


def _public(
    config: Config, network: stacks.database_vpc.Outputs
) -> Child[stacks.public_network.Outputs]:
    """``PublicNetworkStack``: around the bastion for ``ssh``, else a way out for it."""
    nat = config.bastion.nat
    return nest(
        "PublicNetworkStack",
        stacks.public_network,
        stacks.public_network.Config(
            public_subnet_cidr=config.public_subnet_cidr,
            availability_zones=config.vpc.availability_zones,
        ),
        stacks.public_network.Inputs(
            vpc_id=network.vpc_id,
            private_subnet_id=network.private_subnet1_id if nat else None,
            private_route_table_id=network.private_route_table_id if nat else None,
        ),
    )


def _endpoints(network: stacks.database_vpc.Outputs) -> Child[stacks.endpoints.Outputs]:
    """``BastionEndpointsStack``: Session Manager's APIs, in the zone of the one bastion."""
    return common.endpoints(
        network.vpc_id,
        SubnetIds([network.private_subnet1_id]),
        ("ssm", "ssmmessages"),
        title="BastionEndpointsStack",
    )
