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
from ...aws.policies import connects, reads_secrets
from ...errors import Problem
from ...model import LocalPath, Ports, Stack
from ...resources.functions import TimeoutSettings, database_layer, family, function, log_group
from ...resources.http_api import HttpApiSettings, http_api
from ...resources.security_groups import endpoint_access_rules

CODE = LocalPath("lambda/visits", bundled=True)


class TwoFunctionsSettings(HttpApiSettings, TimeoutSettings):
    """Settings of both functions and of the API in front of them."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


class Config(TwoFunctionsSettings):
    """The choices, and what the parent knows of the database."""

    engine_family: str = Field(default="MYSQL", description="Protocol that the database speaks.")


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
    """The same code twice; each may do what its own login needs, and nothing of the other's."""
    api = http_api(config)
    layer = database_layer(config)
    way = endpoint_access_rules(
        inputs.function_security_group_id,
        inputs.endpoint_security_group_id,
        api="Secrets Manager",
        who="The functions",
    )
    either = partial(
        function,
        choices=config,
        code=CODE,
        handler="app.handler",
        layers=[layer],
        timeout=config.timeout,
        concurrency=config.reserved_concurrent_executions,
        subnets=[inputs.function_subnet_id],
        group=inputs.function_security_group_id,
    )
    password_log = log_group("PasswordFunctionLogGroup", config)
    password = either(
        "PasswordFunction",
        log=password_log,
        variables={
            "RDS_PROXY_ENDPOINT": inputs.password_proxy_endpoint,
            "RDS_SECRET_ARN": inputs.password_secret_arn,
            "RDS_DATABASE_NAME": inputs.rds_database_name,
            **family(config.engine_family),
        },
        policies=[reads_secrets([inputs.password_secret_arn])],
        events={"PasswordRoute": api.route("/func1")},
    )
    iam_log = log_group("IAMFunctionLogGroup", config)
    iam = either(
        "IAMFunction",
        log=iam_log,
        variables={
            "RDS_PROXY_ENDPOINT": inputs.iam_proxy_endpoint,
            "RDS_USER": inputs.iam_user,
            "RDS_DATABASE_NAME": inputs.rds_database_name,
            **family(config.engine_family),
        },
        policies=[connects(inputs.iam_proxy_arn, inputs.iam_user)],
        events={"IAMRoute": api.route("/func2")},
    )
    return Stack(
        resources=[
            *way,
            layer,
            password,
            password_log,
            iam,
            iam_log,
            *api.resources,
        ],
        outputs=Outputs(password_url=api.at("func1"), iam_url=api.at("func2")),
    )
