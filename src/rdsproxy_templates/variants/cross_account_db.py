"""Across two accounts, 2 of 3: the database, and its proxy's endpoint in the shared subnets."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import (
    AccountId,
    DatabaseName,
    GroupIdElsewhere,
    Hostname,
    Hostnames,
    RoleArn,
    SubnetIds,
    VpcId,
    ZoneIds,
)
from ..errors import Problem
from ..model import Child, Ports, Stack, did_you_mean, nest
from ..resources.functions import FunctionSettings
from ..resources.network import PrivateRanges
from ..resources.port_groups import (
    DatabaseNames,
    DataTierOutputs,
    RoleCredentials,
    SecretCredentials,
    VpcRanges,
)
from . import common
from .administration import AdministrationSettings
from .common import Database, RegionalSettings, user_problems
from .cross_account import ACCOUNT, AcrossAccountsSettings
from .data_stacks import ClientAccount, DataTier, data_tier
from .database_secrets import SharedSecret
from .logins import (
    FUNCTION_USER,
    WithFunctionUser,
    function_user_problems,
    grant_warnings,
    master_warnings,
)


class Config(AcrossAccountsSettings, RegionalSettings):
    """Settings of the variant; each has a safe default."""

    vpc: PrivateRanges = Field(default_factory=PrivateRanges, description="The network.")
    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )
    rds: WithFunctionUser = Field(
        default_factory=WithFunctionUser, description="Database and proxy."
    )
    functions: FunctionSettings = Field(
        default_factory=FunctionSettings, description="The functions that create users."
    )
    function_user: str | None = Field(
        default=FUNCTION_USER,
        description="One of `rds.users` that the other account's function logs in as; null is the "
        "master user, by IAM, with `rds.master_login`.",
    )
    function_tables: bool = Field(
        default=True,
        description="Create the tables of the library's own function; turn it off where "
        "`cross_account_app` has a `code_uri`.",
    )

    @property
    def engine(self) -> EngineName:
        """Engine of the database."""
        return self.rds.engine

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=self.function_user,
            functions=self.functions,
            creates_tables=self.function_tables,
        )

    @property
    def shared_user(self) -> str | None:
        """The user whose secret the other account reads."""
        return self.function_user if self.login == "password" else None

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from common.database_problems(self.rds, self.database, self.regions)
        yield from common.proxy_problems(self.rds.engine, self.regions)
        yield from user_problems(self.rds, self.database)
        yield from common.root_problems(self.rds.users, self.regions)
        for problem in self.rds.proxy.ipv6_problems():
            yield problem.within("rds.proxy")
        if self.login == "iam":
            yield from function_user_problems(self.function_user, self.rds)
            return
        yield from self._password_problems()

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.rds.engine, self.regions)
        yield from master_warnings(self.function_user, self.rds.users)
        if self.function_tables:
            yield from grant_warnings(self.function_user, self.rds.users, self.rds.engine)

    def _password_problems(self) -> Iterator[Problem]:
        known = [user.name for user in self.rds.users if user.login == "password"]
        if self.function_user not in known:
            similar = did_you_mean(self.function_user, known)
            name = known[0] if known else FUNCTION_USER
            users = "" if known else f"`rds: {{users: [{{name: {name}, login: password}}]}}` and "
            yield Problem(
                "function_user",
                f"must name one of rds.users with `login: password` ({', '.join(known) or 'none'})"
                f", because login is password; got {self.function_user!r}{similar}; write "
                f"{users}`function_user: {name}`",
            )
        if self.rds.rotates:
            days = self.rds.rotate_secrets_after_days
            yield Problem(
                "rds.rotate_secrets_after_days" if days else "rds.rotation",
                "cannot be given where login is password: the functions that rotate may not use "
                "the key of the secret that is shared",
            )


class Inputs(DatabaseNames, VpcRanges):
    app_account_id: AccountId = Field(description="Account of the function.")
    shared_vpc_id: VpcId = Field(description="VPC of the function.")
    shared_subnet_ids: SubnetIds = Field(description="Shared subnets of the function's network.")
    availability_zone_ids: ZoneIds = Field(
        description="Zones of those subnets, by ID; at creation only."
    )
    function_security_group_id: GroupIdElsewhere = Field(description="Group of the function.")
    function_role_arn: RoleArn = Field(description="Role of the function.")


class Outputs(Ports):
    rds_proxy_endpoint: Hostname = Field(
        description="Host in the shared subnets that the function connects to."
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="The same, whose connections go to readers, and may not write."
    )
    rds_proxy_endpoint_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.proxy.endpoints`, in their order."
    )
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    db_cluster_endpoint: Hostname = Field(
        description="Host of the database's writer itself, for administration."
    )
    data: DataTierOutputs = Field(description="The database and its proxy.")
    by_role: RoleCredentials | None = Field(default=None, description="For login by IAM.")
    by_secret: SecretCredentials | None = Field(default=None, description="For login by password.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A database as nobody reaches it here, and one door to it elsewhere."""
    port = ENGINES[config.engine].port
    vpc = nest(
        "VPCStack",
        stacks.proxy_vpc,
        config.vpc.with_context(stacks.proxy_vpc.Config, port=config.rds.port),
        stacks.proxy_vpc.Inputs(ranges=inputs, availability_zone_ids=inputs.availability_zone_ids),
    )
    client = nest(
        "ClientGroupStack",
        stacks.endpoint_security_group,
        stacks.endpoint_security_group.Config(port=port),
        stacks.endpoint_security_group.Inputs(
            vpc_id=inputs.shared_vpc_id,
            function_security_group_id=inputs.function_security_group_id,
            app_account_id=inputs.app_account_id,
        ),
    )
    data = data_tier(
        config,
        inputs,
        vpc.outputs,
        client=ClientAccount(
            network=stacks.rds.ClientNetwork(
                client_subnet_ids=inputs.shared_subnet_ids,
                client_endpoint_security_group_id=client.outputs.client_endpoint_security_group_id,
            ),
            shared_secret=SharedSecret(
                user=config.shared_user, reader_role_arn=inputs.function_role_arn
            )
            if config.shared_user
            else None,
        ),
    )
    connect = _connect(inputs, data) if config.login == "iam" else None
    return Stack(
        children=[vpc, client, *data.children, *([connect] if connect else [])],
        outputs=Outputs(
            rds_proxy_endpoint=data.rds.rds_proxy_endpoint,
            rds_proxy_read_only_endpoint=data.rds.rds_proxy_read_only_endpoint,
            rds_proxy_endpoint_hosts=data.rds.rds_proxy_endpoint_hosts,
            rds_database_name=inputs.rds_database_name,
            db_cluster_endpoint=data.rds.db_cluster_endpoint,
            data=data.outputs,
            by_role=RoleCredentials(
                rds_user=data.function_user, connect_role_arn=connect.outputs.connect_role_arn
            )
            if connect
            else None,
            by_secret=data.secrets.shared,
        ),
        parameters={
            **config.vpc.attributes(),
            **config.database.attributes(ENGINES[config.engine]),
            "app_account_id": ACCOUNT,
        },
    )


def _connect(inputs: Inputs, data: DataTier) -> Child[stacks.connect_role.Outputs]:
    """``ConnectRoleStack``, with which the other account signs tokens."""
    return nest(
        "ConnectRoleStack",
        stacks.connect_role,
        stacks.connect_role.Config(),
        stacks.connect_role.Inputs(
            function_role_arn=inputs.function_role_arn,
            rds_proxy_arn=data.rds.rds_proxy_arn,
            rds_user=data.function_user,
        ),
    )
