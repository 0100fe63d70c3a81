"""Two ways to log in to RDS Proxy side by side: a password, and an IAM token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..aws.kinds import DatabaseUser, DatabaseUsers, SecurityGroupId, SubnetIds
from ..errors import Problem
from ..model import Child, Stack, nest
from ..records import record
from ..resources.api_functions import visits_functions
from ..resources.login_ports import FunctionNetworkPorts, IAMPorts, PasswordPorts
from ..resources.port_groups import DatabaseNames
from ..resources.zones import zones_outside_regions
from . import common
from .administration import AdministeredDatabase, administration
from .auth_functions import AuthFunctions
from .auth_outputs import AuthOutputs
from .common import user_problems
from .database_secrets import Secrets, database_secrets
from .declared_stack import declared_functions, two_proxies_ports
from .endpoints import secrets_manager_endpoint


class Database(common.Database):
    """Names inside the database; they become the defaults of the parameters."""

    mysql_master = "admin"

    name: str = Field(default="auth", description="Default of the parameter RDSDatabaseName.")


class Config(AuthFunctions):
    """Settings of the variant; each has a safe default."""

    vpc: stacks.function_vpc.FunctionVpcSettings = Field(
        default_factory=stacks.function_vpc.FunctionVpcSettings, description="The network."
    )
    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)
        yield from common.database_problems(self.rds, self.database, self.regions)
        yield from user_problems(self.rds, self.database)
        yield from common.root_problems(self.rds.users, self.regions)
        for name in ("password_proxy", "iam_proxy"):
            for problem in getattr(self.rds, name).ipv6_problems():
                yield problem.within(f"rds.{name}")
        yield from common.proxy_problems(self.rds.engine, self.regions)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.rds.engine, self.regions)


class Inputs(DatabaseNames, stacks.function_vpc.Inputs):
    """Address ranges of the network, and names in the database."""


Outputs = AuthOutputs


@record(frozen=True, kw_only=True)
class _DataTier:
    """The database with its users behind two proxies, and what functions need of it."""

    children: Sequence[Child[Any]]
    rds: stacks.two_proxies.Outputs
    secrets: Secrets
    function_user: DatabaseUser
    """The user that the library's function with a token logs in as."""
    function_users: DatabaseUsers | None
    """The users that declared functions log in as with a token."""
    endpoint_security_group_id: SecurityGroupId | None
    """Group of the VPC's endpoint for Secrets Manager; None where no function reads a secret."""


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One database behind two proxies, and functions, each of which logs in to one of them."""
    engine = ENGINES[config.rds.engine]
    vpc = nest(
        "VPCStack",
        stacks.function_vpc,
        config.vpc.with_context(
            stacks.function_vpc.Config, port=engine.port, database_port=config.rds.network.port
        ),
        inputs,
    )
    data = _data_tier(config, inputs, vpc.outputs)
    network = FunctionNetworkPorts(
        function_subnet_id=vpc.outputs.function_subnet_id,
        function_security_group_id=vpc.outputs.function_security_group_id,
        endpoint_security_group_id=data.endpoint_security_group_id,
    )
    sam = (
        declared_functions(
            config,
            data,
            front=two_proxies_ports(config, data.rds),
            network=network,
        )
        if config.functions
        else _visits_functions(config, inputs, data, network)
    )
    return Stack(
        children=[vpc, *data.children, sam],
        outputs=Outputs(
            password_url=sam.outputs.password_url,
            iam_url=sam.outputs.iam_url,
            api_endpoint=sam.outputs.api_endpoint,
            password_proxy_endpoint=data.rds.password_proxy_endpoint,
            iam_proxy_endpoint=data.rds.iam_proxy_endpoint,
            get_secret_value_by_cli=data.secrets.get_secret_value_by_cli,
            password_read_only_endpoint=data.rds.password_read_only_endpoint,
            iam_read_only_endpoint=data.rds.iam_read_only_endpoint,
            password_proxy_hosts=data.rds.password_proxy_hosts,
            iam_proxy_hosts=data.rds.iam_proxy_hosts,
            password_proxy_arn=data.rds.password_proxy_arn,
            iam_proxy_arn=data.rds.iam_proxy_arn,
            db_endpoint=data.rds.db_endpoint,
            db_arn=data.rds.db_arn,
            db_resource_id=data.rds.db_resource_id,
            vpc_id=vpc.outputs.vpc_id,
            db_security_group_id=vpc.outputs.db_security_group_id,
            rds_proxy_security_group_id=vpc.outputs.rds_proxy_security_group_id,
            function_security_group_id=vpc.outputs.function_security_group_id,
            rds_master_user_secret_arn=data.secrets.master_secret,
            user_secret_arns=data.secrets.credentials.user_secret_arns,
            function_arns=sam.outputs.function_arns,
            queue_urls=sam.outputs.queue_urls,
        ),
        parameters={
            **config.vpc.attributes(),
            **config.database.attributes(engine),
        },
    )


def _data_tier(config: Config, inputs: Inputs, network: stacks.function_vpc.Outputs) -> _DataTier:
    """The database in *network*, both proxies, and the functions that keep users and secrets."""
    subnets = SubnetIds([network.function_subnet_id])
    endpoint = secrets_manager_endpoint(network.vpc_id, subnets) if config.reads_secrets else None
    endpoint_group = endpoint.outputs.endpoint_security_group_id if endpoint else None
    secrets = database_secrets(config.secrets, config.rds, config.rds.users, inputs)
    rds = nest(
        "RDSStack",
        stacks.two_proxies,
        config.rds,
        stacks.two_proxies.Inputs(
            credentials=secrets.credentials,
            database_subnet_ids=network.database_subnet_ids,
            db_security_group_id=network.db_security_group_id,
            rds_proxy_security_group_id=network.rds_proxy_security_group_id,
        ),
    )
    secrets = secrets.with_managed(rds.outputs.managed_secret_arn)
    administered = administration(
        config.administration,
        secrets,
        AdministeredDatabase(
            vpc_id=network.vpc_id,
            subnet_ids=subnets,
            db_security_group_id=network.db_security_group_id,
            endpoint_security_group_id=endpoint_group,
            db_endpoint=rds.outputs.db_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            attached_secret_arns=rds.outputs.attached_secret_arns,
        ),
    )
    return _DataTier(
        children=[
            *([endpoint] if endpoint else []),
            *secrets.children,
            rds,
            *administered.children,
        ],
        rds=rds.outputs,
        secrets=secrets,
        function_user=administered.function_user,
        function_users=administered.function_users,
        endpoint_security_group_id=endpoint_group,
    )


def _visits_functions(
    config: Config, names: DatabaseNames, data: _DataTier, network: FunctionNetworkPorts
) -> Child[stacks.functions.Outputs]:
    """``SAMStack`` with the library's two functions, one for each way to log in."""
    secret = data.secrets.by_user.get(config.password_user or "", data.secrets.master_secret)
    assert secret  # noqa: S101 - Config refuses a function without a login
    has_own_key = config.password_user or config.rds.master.is_own
    return nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam,
            functions=visits_functions(),
            engine_family=ENGINES[config.rds.engine].family,
        ),
        stacks.functions.Inputs(
            network=network,
            password=PasswordPorts(
                rds_database_name=names.rds_database_name,
                password_proxy_endpoint=data.rds.password_proxy_endpoint,
                password_secret_arn=secret,
                own_key_arn=data.secrets.own_key if has_own_key else None,
            ),
            iam=IAMPorts(
                rds_database_name=names.rds_database_name,
                iam_proxy_endpoint=data.rds.iam_proxy_endpoint,
                iam_proxy_arn=data.rds.iam_proxy_arn,
                iam_user=data.function_user,
            ),
        ),
    )
