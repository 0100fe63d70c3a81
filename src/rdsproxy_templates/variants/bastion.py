"""Aurora Serverless v2 in a private network, and tunnels from a laptop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import Field

from .. import stacks
from ..aws.kinds import Command, FunctionArns, Hostname, Hostnames, Url, Urls
from ..errors import Problem
from ..model import Child, Ports, Stack, nest
from ..records import record
from ..resources import proxy as proxies
from ..resources.access import AccessSettings
from ..resources.network import range_problems
from ..resources.port_groups import DataTierOutputs
from ..resources.proxied_database import refused_behind_proxy
from . import base, common
from .bastion_network import public_network, session_endpoints
from .database_secrets import Secrets, database_secrets
from .logins import FUNCTION_USER, WithFunctionUser
from .service_outputs import ServiceOutputs
from .service_stacks import service_in

BEHIND_PROXY = (
    *proxies.ProxySettings.model_fields,
    "proxy",
    "users",
    "master_login",
    "rotate_secrets_after_days",
    "rotation",
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

    def refused_behind_proxy(self) -> Iterator[Problem]:
        """None: only the variant knows whether there is a proxy."""
        yield from ()


class Config(base.Config):
    """The settings of ``base``, and the ways in."""

    database: Database = Field(default_factory=Database, description="Names inside the database.")
    rds: Cluster = Field(
        default_factory=Cluster, description="Cluster and, with `proxy`, what is before it."
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
        default_factory=AccessSettings, description="The ways in from a laptop."
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
        """True where there is a public subnet."""
        return self.bastion.is_public or self.bastion.nat

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        ranges = {**self.vpc.subnet_ranges, "public_subnet_cidr": self.public_subnet_cidr}
        for problem in range_problems(self.vpc.vpc_cidr, ranges):
            if problem.place == "public_subnet_cidr" and self.is_public:
                yield problem
        if self.proxy:
            yield from (problem.within("rds") for problem in refused_behind_proxy(self.rds))
        else:
            yield from self._without_proxy()

    def _without_proxy(self) -> Iterator[Problem]:
        sentence = "needs the proxy, and `proxy` is false"
        for name in BEHIND_PROXY:
            if name in self.rds.model_fields_set:
                yield Problem(f"rds.{name}", sentence)
        for name in ("sam", "function_user", "functions"):
            if name in self.model_fields_set:
                yield Problem(name, sentence)


Inputs = base.Inputs


class Outputs(Ports):
    bastion: stacks.bastion_host.Outputs = Field(description="The bastion, and the ways to it.")
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    db_cluster_endpoint: Hostname = Field(description="Host to which tunnels lead.")
    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API in front of the functions."
    )
    rds_proxy_endpoint: Hostname | None = Field(
        default=None, description="Host that clients inside the network connect to."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )
    rds_proxy_endpoint_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.proxy.endpoints`, in their order."
    )
    data: DataTierOutputs | None = Field(
        default=None, description="With `proxy`: the database and its proxy."
    )
    function_arns: FunctionArns | None = Field(
        default=None, description="With `proxy`: ARNs of the functions, in their order."
    )
    queue_urls: Urls | None = Field(
        default=None,
        description="With `functions`: URLs of the queues, in the order of their functions.",
    )


@record(frozen=True, kw_only=True)
class _Database:
    """The stacks before a way in, and what they offer."""

    children: Sequence[Child[Any]]
    network: stacks.database_vpc.Outputs
    host: Hostname
    secrets: Secrets
    service: ServiceOutputs | None = None


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Place the database in its network, then what the chosen ways need, then the bastion."""
    database = _with_proxy(config, inputs) if config.proxy else _without_proxy(config, inputs)
    network = database.network
    public = _public(config, network) if config.is_public else None
    endpoints = session_endpoints(network) if config.bastion.endpoints else None
    bastion = nest(
        "BastionStack",
        stacks.bastion_host,
        config.bastion.with_context(
            stacks.bastion_host.Config,
            engine=config.rds.engine,
            database_port=config.rds.network.port,
        ),
        stacks.bastion_host.Inputs(
            vpc_id=network.vpc_id,
            subnet_id=public.outputs.subnet_id if public else network.subnets.private_subnet1_id,
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
    service = database.service
    return Stack(
        children=[*database.children, *around],
        outputs=Outputs(
            bastion=bastion.outputs,
            get_secret_value_by_cli=database.secrets.get_secret_value_by_cli,
            db_cluster_endpoint=database.host,
            api_endpoint=service.api_endpoint if service else None,
            rds_proxy_endpoint=service.rds_proxy_endpoint if service else None,
            rds_proxy_read_only_endpoint=service.rds_proxy_read_only_endpoint if service else None,
            rds_proxy_endpoint_hosts=service.rds_proxy_endpoint_hosts if service else None,
            data=service.data if service else None,
            function_arns=service.function_arns if service else None,
            queue_urls=service.queue_urls if service else None,
        ),
        parameters=base.parameter_attributes(config),
    )


def _with_proxy(config: Config, inputs: Inputs) -> _Database:
    vpc = base.network(config, inputs, expose_network=True)
    exposed = vpc.outputs.exposed
    assert exposed  # noqa: S101 - expose_network offers it
    service = service_in(config, inputs, vpc.outputs)
    return _Database(
        children=[vpc, *service.children],
        network=stacks.database_vpc.Outputs(
            vpc_id=exposed.vpc_id,
            subnets=vpc.outputs,
            private_route_table_id=exposed.private_route_table_id,
            db_cluster_security_group_id=vpc.outputs.db_cluster_security_group_id,
        ),
        host=service.data.rds.db_cluster_endpoint,
        secrets=service.data.secrets,
        service=service.outputs,
    )


def _without_proxy(config: Config, inputs: Inputs) -> _Database:
    vpc = nest("VPCStack", stacks.database_vpc, config.vpc, inputs)
    secrets = database_secrets(config.secrets, config.rds, (), inputs)
    rds = nest(
        "RDSStack",
        stacks.database,
        config.rds,
        stacks.database.Inputs(
            credentials=secrets.credentials,
            subnets=vpc.outputs.subnets,
            db_cluster_security_group_id=vpc.outputs.db_cluster_security_group_id,
        ),
    )
    secrets = secrets.with_managed(rds.outputs.managed_secret_arn)
    return _Database(
        children=[vpc, *secrets.children, rds],
        network=vpc.outputs,
        host=rds.outputs.db_cluster_endpoint,
        secrets=secrets,
    )


def _public(
    config: Config, network: stacks.database_vpc.Outputs
) -> Child[stacks.public_network.Outputs]:
    subnet_cidr, nat = config.public_subnet_cidr, config.bastion.nat
    return public_network(config.vpc, network, subnet_cidr=subnet_cidr, nat=nat)
