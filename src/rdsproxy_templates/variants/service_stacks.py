"""The stacks of the service, wherever its network comes from: data tier, function and HTTP API."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from .. import stacks
from ..aws.connections import default_connections
from ..aws.engines import ENGINES
from ..aws.kinds import (
    SecurityGroupId,
)
from ..errors import Problem
from ..model import Child, ListOf, nest
from ..model.local_code import LocalCode
from ..records import record
from ..resources.database_functions import (
    DatabaseFunctionSettings,
    FunctionNetwork,
    database_function_settings,
)
from ..resources.function_code import function_folders
from ..resources.function_declaration import DeclaredFunction, token_users
from ..resources.login_ports import FunctionNetworkPorts, TokenPorts
from ..resources.logins import TokenLogin
from ..resources.port_groups import DatabaseNames, ServiceNetwork
from . import common
from .administration import AdministrationSettings
from .common import Database, RegionalSettings, user_problems
from .data_stacks import DataTier, data_tier
from .declared import (
    declared_problems,
    declared_warnings,
    region_problems,
    replaced_problems,
)
from .declared_stack import (
    declared_functions,
    function_users,
    proxy_ports,
    reads_given_secrets,
)
from .logins import (
    function_user_problems,
    grant_warnings,
    master_warnings,
)
from .service_outputs import ServiceOutputs


class ServiceSettings(RegionalSettings):
    """Settings of the service, whichever network it is in."""

    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )
    rds: stacks.rds.Config = Field(
        default_factory=stacks.rds.Config, description="Database and proxy."
    )
    sam: stacks.functions.FunctionApiSettings = Field(
        default_factory=stacks.functions.FunctionApiSettings, description="Function and HTTP API."
    )
    function_user: str | None = Field(
        default=None,
        description="One of `rds.users` that the function logs in as, by IAM. Left out: the "
        "master user, which AWS recommends against.",
    )
    functions: ListOf[DeclaredFunction] = Field(
        default=(),
        description="Functions of your own, in place of the library's; docs/functions.md. `sam` "
        "has their API, and the defaults of their runtime, architecture, memory and logs.",
    )

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets, from inside the VPC."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=None if self.functions else self.function_user,
            function_users=token_users(self.functions, self.rds.users),
            functions=self.sam,
            creates_tables=not (self.sam.code_uri or self.functions),
            functions_read_secrets=reads_given_secrets(self),
        )

    @property
    def function_settings(self) -> DatabaseFunctionSettings:
        """The settings of functions that log in to the database's proxy."""
        return database_function_settings(self.sam, ENGINES[self.rds.engine].family)

    def local_code(self) -> Iterator[LocalCode]:
        yield from super().local_code()
        yield from function_folders(self.functions, self.sam.runtime, self.sam.architecture)

    @property
    def has_proxy(self) -> bool:
        """True where an RDS Proxy stands before the database."""
        return True

    @property
    def may_have_ipv6(self) -> bool:
        """True where the subnets are given, and may have IPv6 ranges."""
        return False

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self._database_problems()
        if self.has_proxy:
            yield from user_problems(self.rds, self.database)
            yield from common.root_problems(self.rds.users, self.regions)
            if self.functions:
                yield from self._declared_problems()
            else:
                yield from function_user_problems(self.function_user, self.rds)
            yield from common.proxy_problems(self.rds.engine, self.regions)

    def _database_problems(self) -> Iterator[Problem]:
        yield from common.database_problems(
            self.rds, self.database, self.regions, has_ipv6=self.may_have_ipv6
        )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.has_proxy:
            yield from common.proxy_warnings(self.rds.engine, self.regions)
            yield from self._login_warnings()
            if not self.functions:
                yield from self._connection_warnings()

    def _declared_problems(self) -> Iterator[Problem]:
        has_readers = self.rds.readers > 0
        known = function_users(self.rds)
        for problem in declared_problems(self.functions, known, has_readers=has_readers):
            yield problem.within("functions")
        yield from region_problems(self.functions, self)
        yield from replaced_problems(self, self.sam)

    def _login_warnings(self) -> Iterator[Problem]:
        if self.functions:
            yield from declared_warnings(self.functions, self.sam)
            return
        yield from master_warnings(self.function_user, self.rds.users)
        if not self.sam.code_uri:
            yield from grant_warnings(self.function_user, self.rds.users, self.rds.engine)

    def _connection_warnings(self) -> Iterator[Problem]:
        concurrency = self.sam.reserved_concurrent_executions
        writer, *_ = self.rds.db_instance_classes
        connections = default_connections(ENGINES[self.rds.engine], writer, self.rds.max_capacity)
        if concurrency is None or connections is None:
            return
        pooled = connections * self.rds.max_connections_percent // 100
        if concurrency > pooled:
            yield Problem(
                "sam.reserved_concurrent_executions",
                f"is {concurrency}, and the proxy has {pooled} connections to share (about "
                f"{connections} of {writer}, "
                f"{self.rds.max_connections_percent} %): executions will wait for one",
            )


@record(frozen=True, kw_only=True)
class Service:
    """The stacks of the service, and what they offer."""

    children: Sequence[Child[Any]]
    outputs: ServiceOutputs
    data: DataTier
    login: TokenLogin
    """Login of the service's function, for further functions too."""
    function_network: FunctionNetwork


def service_in(
    config: ServiceSettings,
    names: DatabaseNames,
    network: ServiceNetwork,
    *,
    endpoint_security_group_id: SecurityGroupId | None = None,
) -> Service:
    """The stacks of the service in *network*, for a variant that may have more beside it."""
    data = data_tier(
        config,
        names,
        network.proxy_network,
        endpoint_security_group_id=endpoint_security_group_id,
    )
    return service_on(config, names, network, data)


def service_on(
    config: ServiceSettings, names: DatabaseNames, network: ServiceNetwork, data: DataTier
) -> Service:
    """The stacks of the service in *network* before *data*."""
    token = TokenPorts(
        rds_master_username=data.function_user,
        rds_database_name=names.rds_database_name,
        rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
        rds_proxy_arn=data.rds.rds_proxy_arn,
    )
    functions = FunctionNetworkPorts(
        subnets=network, function_security_group_id=network.function_security_group_id
    )
    sam = (
        declared_functions(
            config,
            data,
            front=proxy_ports(config, data.rds),
            network=functions,
            by_ipv6=config.rds.proxy.by_ipv6_only,
        )
        if config.functions
        else nest(
            "SAMStack",
            stacks.functions,
            stacks.functions.Config(
                api=config.sam,
                functions=(config.sam.function("token"),),
                engine_family=ENGINES[config.rds.engine].family,
                by_ipv6=config.rds.proxy.by_ipv6_only,
            ),
            stacks.functions.Inputs(network=functions, token=token),
        )
    )
    return Service(
        children=[*data.children, sam],
        outputs=ServiceOutputs(
            api_endpoint=sam.outputs.api_endpoint,
            rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
            get_secret_value_by_cli=data.secrets.get_secret_value_by_cli,
            rds_proxy_read_only_endpoint=data.rds.rds_proxy_read_only_endpoint,
            rds_proxy_endpoint_hosts=data.rds.rds_proxy_endpoint_hosts,
            db_cluster_endpoint=data.rds.db_cluster_endpoint,
            data=data.outputs,
            function_security_group_id=network.function_security_group_id,
            function_arns=sam.outputs.function_arns,
            queue_urls=sam.outputs.queue_urls,
        ),
        data=data,
        login=token.login,
        function_network=functions.function_network,
    )
