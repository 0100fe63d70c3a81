"""Two ways to log in to RDS Proxy side by side: a password, and an IAM token."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.database_users import VISITS_TABLES
from ..aws.database_users import secrets as secrets_of
from ..aws.engines import ENGINES
from ..aws.kinds import (
    Cidr,
    Command,
    DatabaseName,
    DatabaseUser,
    Hostname,
    SecretArn,
    SecretArns,
    SubnetIds,
    Url,
)
from ..errors import Problem
from ..model import Ports, Stack, did_you_mean, nest
from ..resources.zones import zones_outside_regions
from . import common
from .administration import DatabaseContext, administration
from .common import RegionalSettings, user_problems
from .logins import both_master_warnings, grant_warnings


class Database(common.Database):
    """Names inside the database; they become the defaults of the parameters."""

    mysql_master = "admin"

    name: str = Field(default="auth", description="Default of the parameter RDSDatabaseName.")


class Config(RegionalSettings):
    """What can be chosen before rendering; every setting has a safe default."""

    vpc: stacks.function_vpc.FunctionVpcSettings = Field(
        default=stacks.function_vpc.FunctionVpcSettings(), description="The network."
    )
    database: Database = Field(default=Database(), description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        default=stacks.secrets.Config(), description="The master user's secret."
    )
    rds: stacks.two_proxies.Config = Field(
        default=stacks.two_proxies.Config(), description="Instance, users and both proxies."
    )
    sam: stacks.two_functions.TwoFunctionsSettings = Field(
        default=stacks.two_functions.TwoFunctionsSettings(),
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
        yield from common.proxy_problems(self.rds.engine, self.regions)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.rds.engine, self.regions)
        yield from both_master_warnings(self.password_user, self.iam_user, self.rds.users)
        for user in dict.fromkeys((self.password_user, self.iam_user)):
            yield from grant_warnings(user, self.rds.users, self.rds.engine, VISITS_TABLES)

    def _login_problems(self) -> Iterator[Problem]:
        passwords = self.rds.password_users
        tokens = {user.name for user in self.rds.users} - passwords
        for field, wanted, known in (
            ("password_user", self.password_user, passwords),
            ("iam_user", self.iam_user, tokens),
        ):
            if wanted is None and not self.rds.master_login:
                yield Problem(field, "must name one of rds.users: rds.master_login is off")
            if wanted is not None and wanted not in known:
                there = ", ".join(sorted(known)) or "none"
                yield Problem(
                    field,
                    f"must name one of rds.users with that login ({there}), got {wanted!r}"
                    f"{did_you_mean(wanted, sorted(known))}",
                )


class Inputs(Ports):
    vpc_cidr: Cidr = Field(description="IPv4 range of the VPC; at creation only.")
    function_subnet_cidr: Cidr = Field(
        description="IPv4 range of the functions' subnet; at creation only."
    )
    database_subnet1_cidr: Cidr = Field(
        description="IPv4 range of the database's first subnet; at creation only."
    )
    database_subnet2_cidr: Cidr = Field(
        description="IPv4 range of its second subnet; at creation only."
    )
    rds_master_username: DatabaseUser = Field(
        description="Name of the database's master user; at creation only."
    )
    rds_database_name: DatabaseName = Field(
        description="Name of the first database; at creation only."
    )


class Outputs(Ports):
    password_url: Url = Field(description="Address of the function that uses a password.")
    iam_url: Url = Field(description="Address of the function that uses an IAM token.")
    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    get_secret_value_by_cli: Command = Field(
        description="Prints the master user's secret; needs the AWS CLI and the right to read it."
    )
    password_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes passwords, and leads to readers."
    )
    iam_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host that takes IAM tokens, and leads to readers."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """One database behind two proxies, and a function for each way to log in."""
    engine = ENGINES[config.rds.engine]
    vpc = nest(
        "VPCStack",
        stacks.function_vpc,
        config.vpc.with_context(stacks.function_vpc.Config, port=engine.port),
        stacks.function_vpc.Inputs(
            vpc_cidr=inputs.vpc_cidr,
            function_subnet_cidr=inputs.function_subnet_cidr,
            database_subnet1_cidr=inputs.database_subnet1_cidr,
            database_subnet2_cidr=inputs.database_subnet2_cidr,
        ),
    )
    endpoints = common.secrets_manager_endpoint(
        vpc.outputs.vpc_id, SubnetIds([vpc.outputs.function_subnet_id])
    )
    secrets = common.master_secret(config.secrets, inputs.rds_master_username)
    user_secrets = common.user_secrets(config.rds.users)
    rds = nest(
        "RDSStack",
        stacks.two_proxies,
        config.rds,
        stacks.two_proxies.Inputs(
            rds_database_name=inputs.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            user_secret_arns=common.arns(user_secrets),
            database_subnet_ids=vpc.outputs.database_subnet_ids,
            db_security_group_id=vpc.outputs.db_security_group_id,
            rds_proxy_security_group_id=vpc.outputs.rds_proxy_security_group_id,
        ),
    )
    master_secret = secrets.outputs.rds_master_user_secret_arn
    users = administration(
        config.rds.users,
        config.rds,
        config.sam,
        config.iam_user,
        DatabaseContext(
            vpc_id=vpc.outputs.vpc_id,
            subnet_ids=SubnetIds([vpc.outputs.function_subnet_id]),
            db_security_group_id=vpc.outputs.db_security_group_id,
            db_endpoint=rds.outputs.db_endpoint,
            db_resource_id=rds.outputs.db_resource_id,
            rds_database_name=inputs.rds_database_name,
            rds_master_user_secret_arn=master_secret,
            user_secret_arns=common.arns(user_secrets),
            attached_secret_arns=rds.outputs.attached_secret_arns,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
        ),
    )
    sam = nest(
        "SAMStack",
        stacks.two_functions,
        config.sam.with_context(stacks.two_functions.Config, engine_family=engine.family),
        stacks.two_functions.Inputs(
            function_subnet_id=vpc.outputs.function_subnet_id,
            function_security_group_id=vpc.outputs.function_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
            rds_database_name=inputs.rds_database_name,
            password_proxy_endpoint=rds.outputs.password_proxy_endpoint,
            password_secret_arn=_secret(config, common.arns(user_secrets)) or master_secret,
            iam_proxy_endpoint=rds.outputs.iam_proxy_endpoint,
            iam_proxy_arn=rds.outputs.iam_proxy_arn,
            iam_user=users.function_user or inputs.rds_master_username,
        ),
    )
    return Stack(
        children=[
            child
            for child in (vpc, endpoints, secrets, user_secrets, rds, *users.children, sam)
            if child is not None
        ],
        outputs=Outputs(
            password_url=sam.outputs.password_url,
            iam_url=sam.outputs.iam_url,
            password_proxy_endpoint=rds.outputs.password_proxy_endpoint,
            iam_proxy_endpoint=rds.outputs.iam_proxy_endpoint,
            get_secret_value_by_cli=secrets.outputs.get_secret_value_by_cli,
            password_read_only_endpoint=rds.outputs.password_read_only_endpoint,
            iam_read_only_endpoint=rds.outputs.iam_read_only_endpoint,
        ),
        parameters={
            **config.vpc.attributes(),
            **config.database.attributes(engine),
        },
    )


def _secret(config: Config, arns: SecretArns | None) -> SecretArn | None:
    """The secret of the user that the password function logs in as."""
    own = {user.name: secret for user, secret in secrets_of(config.rds.users, arns)}
    return own.get(config.password_user or "")
