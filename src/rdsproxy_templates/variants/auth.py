"""Two ways to log in to RDS Proxy side by side: a password, and an IAM token."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.database_users import VISITS_TABLES
from ..aws.engines import ENGINES
from ..aws.kinds import (
    Command,
    DatabaseArn,
    DatabaseResourceId,
    FunctionArns,
    Hostname,
    Hostnames,
    ProxyArn,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    SubnetIds,
    Url,
    VpcId,
)
from ..errors import Problem
from ..model import Ports, Stack, did_you_mean, nest
from ..resources.api_functions import visits_functions
from ..resources.login_ports import FunctionNetworkPorts, IAMPorts, PasswordPorts
from ..resources.port_groups import DatabaseNames
from ..resources.zones import zones_outside_regions
from . import common
from .administration import AdministeredDatabase, AdministrationSettings, administration
from .common import RegionalSettings, user_problems
from .database_secrets import database_secrets
from .endpoints import secrets_manager_endpoint
from .logins import both_master_warnings, grant_warnings


class Database(common.Database):
    """Names inside the database; they become the defaults of the parameters."""

    mysql_master = "admin"

    name: str = Field(default="auth", description="Default of the parameter RDSDatabaseName.")


class Config(RegionalSettings):
    """Settings of the variant; each has a safe default."""

    vpc: stacks.function_vpc.FunctionVpcSettings = Field(
        default_factory=stacks.function_vpc.FunctionVpcSettings, description="The network."
    )
    database: Database = Field(default_factory=Database, description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default_factory=stacks.secrets.Config, description="The master user's secret."
    )
    rds: stacks.two_proxies.Config = Field(
        default_factory=stacks.two_proxies.Config, description="Instance, users and both proxies."
    )
    sam: stacks.functions.TwoFunctionsSettings = Field(
        default_factory=stacks.functions.TwoFunctionsSettings,
        description="Both functions and their HTTP API.",
    )
    password_user: str | None = Field(
        default=None,
        description="One of `rds.users` with `login: password`, that /func1 logs in as. Left "
        "out: the master user.",
    )
    iam_user: str | None = Field(
        default=None,
        description="One of `rds.users` that logs in by IAM, that /func2 logs in as. Left out: "
        "the master user.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)
        yield from common.database_problems(self.rds, self.database, self.regions)
        yield from user_problems(self.rds, self.database)
        yield from common.root_problems(self.rds.users, self.regions)
        yield from self._login_problems()
        for name in ("password_proxy", "iam_proxy"):
            for problem in getattr(self.rds, name).ipv6_problems():
                yield problem.within(f"rds.{name}")
        yield from common.proxy_problems(self.rds.engine, self.regions)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.rds.engine, self.regions)
        yield from both_master_warnings(self.password_user, self.iam_user, self.rds.users)
        for user in dict.fromkeys((self.password_user, self.iam_user)):
            yield from grant_warnings(user, self.rds.users, self.rds.engine, VISITS_TABLES)

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=self.iam_user,
            functions=self.sam,
            creates_tables=True,
        )

    def _login_problems(self) -> Iterator[Problem]:
        passwords = self.rds.password_users
        tokens = {user.name for user in self.rds.users} - passwords
        for field, wanted, known in (
            ("password_user", self.password_user, passwords),
            ("iam_user", self.iam_user, tokens),
        ):
            if field == "password_user" and wanted is None and self.rds.master.kms_key_arn:
                yield Problem(
                    field,
                    "must name one of rds.users, because rds.master.kms_key_arn encrypts the "
                    "master's secret, and the function may not use that key",
                )
            if wanted is None and not self.rds.master_login:
                yield Problem(field, "must name one of rds.users: rds.master_login is off")
            if wanted is not None and wanted not in known:
                there = ", ".join(sorted(known)) or "none"
                yield Problem(
                    field,
                    f"must name one of rds.users with that login ({there}), got {wanted!r}"
                    f"{did_you_mean(wanted, sorted(known))}",
                )


class Inputs(DatabaseNames, stacks.function_vpc.Inputs):
    """Address ranges of the network, and names in the database."""


class Outputs(Ports):
    password_url: Url = Field(description="Address of the function that uses a password.")
    iam_url: Url = Field(description="Address of the function that uses an IAM token.")
    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    password_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords, and leads to readers."
    )
    iam_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens, and leads to readers."
    )
    password_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.password_proxy.endpoints`, in their order."
    )
    iam_proxy_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.iam_proxy.endpoints`, in their order."
    )
    password_proxy_arn: ProxyArn = Field(description="ARN of the proxy that takes passwords.")
    iam_proxy_arn: ProxyArn = Field(description="ARN of the proxy that takes IAM tokens.")
    db_endpoint: Hostname = Field(
        description="Host of the database's writer itself, for administration."
    )
    db_arn: DatabaseArn = Field(description="ARN of the database.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID by which `rds-db:connect` names the database itself."
    )
    vpc_id: VpcId = Field(description="ID of the VPC.")
    db_security_group_id: SecurityGroupId = Field(
        description="ID of the database's security group."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="ID of both proxies' security group, which must admit a client's."
    )
    function_security_group_id: SecurityGroupId = Field(
        description="ID of the functions' security group."
    )
    rds_master_user_secret_arn: SecretArn | None = Field(
        default=None, description="ARN of the master user's secret."
    )
    user_secret_arns: SecretArns | None = Field(
        default=None,
        description="ARNs of the secrets of `rds.users` that have a password, in their order.",
    )
    function_arns: FunctionArns = Field(
        description="ARNs of the functions: the one with a password, the one with a token."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One database behind two proxies, and a function for each way to log in."""
    engine = ENGINES[config.rds.engine]
    vpc = nest(
        "VPCStack",
        stacks.function_vpc,
        config.vpc.with_context(
            stacks.function_vpc.Config, port=engine.port, database_port=config.rds.network.port
        ),
        inputs,
    )
    function_subnets = SubnetIds([vpc.outputs.function_subnet_id])
    endpoints = secrets_manager_endpoint(vpc.outputs.vpc_id, function_subnets)
    secrets = database_secrets(config.secrets, config.rds, config.rds.users, inputs)
    rds = nest(
        "RDSStack",
        stacks.two_proxies,
        config.rds,
        stacks.two_proxies.Inputs(
            credentials=secrets.credentials,
            database_subnet_ids=vpc.outputs.database_subnet_ids,
            db_security_group_id=vpc.outputs.db_security_group_id,
            rds_proxy_security_group_id=vpc.outputs.rds_proxy_security_group_id,
        ),
    )
    secrets = secrets.with_managed(rds.outputs.managed_secret_arn)
    administered = administration(
        config.administration,
        secrets,
        AdministeredDatabase(
            vpc_id=vpc.outputs.vpc_id,
            subnet_ids=function_subnets,
            db_security_group_id=vpc.outputs.db_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            db_endpoint=rds.outputs.db_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            attached_secret_arns=rds.outputs.attached_secret_arns,
        ),
    )
    password_secret = secrets.by_user.get(config.password_user or "", secrets.master_secret)
    assert password_secret  # noqa: S101 - Config refuses a function without a login
    sam = nest(
        "SAMStack",
        stacks.functions,
        stacks.functions.Config(
            api=config.sam, functions=visits_functions(), engine_family=engine.family
        ),
        stacks.functions.Inputs(
            network=FunctionNetworkPorts(
                function_subnet_id=vpc.outputs.function_subnet_id,
                function_security_group_id=vpc.outputs.function_security_group_id,
                endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            ),
            password=PasswordPorts(
                rds_database_name=inputs.rds_database_name,
                password_proxy_endpoint=rds.outputs.password_proxy_endpoint,
                password_secret_arn=password_secret,
                own_key_arn=secrets.own_key
                if config.password_user or config.rds.master.is_own
                else None,
            ),
            iam=IAMPorts(
                rds_database_name=inputs.rds_database_name,
                iam_proxy_endpoint=rds.outputs.iam_proxy_endpoint,
                iam_proxy_arn=rds.outputs.iam_proxy_arn,
                iam_user=administered.function_user,
            ),
        ),
    )
    return Stack(
        children=[vpc, endpoints, *secrets.children, rds, *administered.children, sam],
        outputs=Outputs(
            password_url=sam.outputs.at("password_url"),
            iam_url=sam.outputs.at("iam_url"),
            password_proxy_endpoint=rds.outputs.password_proxy_endpoint,
            iam_proxy_endpoint=rds.outputs.iam_proxy_endpoint,
            get_secret_value_by_cli=secrets.get_secret_value_by_cli,
            password_read_only_endpoint=rds.outputs.password_read_only_endpoint,
            iam_read_only_endpoint=rds.outputs.iam_read_only_endpoint,
            password_proxy_hosts=rds.outputs.password_proxy_hosts,
            iam_proxy_hosts=rds.outputs.iam_proxy_hosts,
            password_proxy_arn=rds.outputs.password_proxy_arn,
            iam_proxy_arn=rds.outputs.iam_proxy_arn,
            db_endpoint=rds.outputs.db_endpoint,
            db_arn=rds.outputs.db_arn,
            db_resource_id=rds.outputs.db_resource_id,
            vpc_id=vpc.outputs.vpc_id,
            db_security_group_id=vpc.outputs.db_security_group_id,
            rds_proxy_security_group_id=vpc.outputs.rds_proxy_security_group_id,
            function_security_group_id=vpc.outputs.function_security_group_id,
            rds_master_user_secret_arn=secrets.master_secret,
            user_secret_arns=secrets.credentials.user_secret_arns,
            function_arns=sam.outputs.function_arns,
        ),
        parameters={
            **config.vpc.attributes(),
            **config.database.attributes(engine),
        },
    )
