"""HTTP API with two functions: one logs in with a password, the other with an IAM token."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pydantic import Field

from ...aws.kinds import (
    DatabaseName,
    DatabaseUser,
    Hostname,
    ProxyArn,
    SecretArn,
    SecurityGroupId,
    SubnetId,
    Url,
)
from ...errors import Problem
from ...model import LocalPath, Ports, Stack
from ...resources.database_functions import (
    DatabaseFunctionSettings,
    FunctionNetwork,
    database_function,
)
from ...resources.functions import TimeoutSettings, database_layer
from ...resources.http_api import HttpApiSettings, http_api
from ...resources.logins import SecretLogin, TokenLogin
from ...resources.security_groups import endpoint_access_rules

CODE = LocalPath("lambda/visits", bundled=True)


class TwoFunctionsSettings(HttpApiSettings, TimeoutSettings):
    """Settings of both functions and of the API in front of them."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


class Config(TwoFunctionsSettings, DatabaseFunctionSettings):
    """The settings, and what the parent stack knows of the database."""


class Inputs(Ports):
    function_subnet_id: SubnetId = Field(description="Subnet of both functions.")
    function_security_group_id: SecurityGroupId = Field(description="Group of both functions.")
    endpoint_security_group_id: SecurityGroupId = Field(
        description="Group of Secrets Manager's endpoint, which lets the functions in."
    )
    rds_database_name: DatabaseName = Field(description="Database that the functions use.")
    password_proxy_endpoint: Hostname = Field(description="Host that takes passwords.")
    password_secret_arn: SecretArn = Field(
        description="Secret of the user that the password function logs in as."
    )
    iam_proxy_endpoint: Hostname = Field(description="Host that takes IAM tokens.")
    iam_proxy_arn: ProxyArn = Field(description="Proxy that the IAM function may log in to.")
    iam_user: DatabaseUser = Field(description="User that the IAM function logs in as.")


class Outputs(Ports):
    password_url: Url = Field(description="Address of the function that uses a password.")
    iam_url: Url = Field(description="Address of the function that uses an IAM token.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Deploy one code as two functions; each may do only what its own login needs."""
    api = http_api(config)
    layer = database_layer(config)
    way = endpoint_access_rules(
        inputs.function_security_group_id,
        inputs.endpoint_security_group_id,
        api="Secrets Manager",
        who="The functions",
    )
    either = partial(
        database_function,
        config=config,
        code=CODE,
        layers=[layer],
        network=FunctionNetwork(
            subnets=[inputs.function_subnet_id], group=inputs.function_security_group_id
        ),
    )
    password = either(
        "PasswordFunction",
        login=SecretLogin(
            host=inputs.password_proxy_endpoint,
            secret_arn=inputs.password_secret_arn,
            database=inputs.rds_database_name,
        ),
        events={"PasswordRoute": api.route("/func1")},
    )
    iam = either(
        "IAMFunction",
        login=TokenLogin(
            host=inputs.iam_proxy_endpoint,
            proxy_arn=inputs.iam_proxy_arn,
            user=inputs.iam_user,
            database=inputs.rds_database_name,
        ),
        events={"IAMRoute": api.route("/func2")},
    )
    return Stack(
        resources=[
            *way,
            layer,
            *password.resources,
            *iam.resources,
            *api.resources,
        ],
        outputs=Outputs(password_url=api.at("func1"), iam_url=api.at("func2")),
    )
