"""REST API and the function behind it, which logs in to a public database with an IAM token."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.kinds import DatabaseName, DatabaseResourceId, DatabaseUser, Hostname, SecretArn, Url
from ...aws.policies import connects_to_database
from ...errors import Problem
from ...model import LocalPath, Ports, Stack
from ...resources import rest_api
from ...resources.functions import (
    RDS_ROOTS,
    TimeoutSettings,
    database_layer,
    family,
    function,
    log_group,
)


class RestApiFunctionSettings(rest_api.RestApiSettings, TimeoutSettings):
    """The function and its REST API."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


class Config(RestApiFunctionSettings):
    """The choices, and what the parent knows of the database."""

    engine_family: str = Field(default="MYSQL", description="Protocol that the database speaks.")


class Inputs(Ports):
    db_endpoint: Hostname = Field(description="Host that the function connects to.")
    db_resource_id: DatabaseResourceId = Field(
        description="ID of the database that the function may log in to."
    )
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    function_user: DatabaseUser = Field(description="User that the function logs in as.")
    api_key_secret_arn: SecretArn = Field(description="Secret with the API's key.")
    origin_secret_arn: SecretArn = Field(
        description="Secret with the value by which the API knows CloudFront."
    )


class Outputs(Ports):
    api_host: Hostname = Field(description="Host of the API.")
    api_url: Url = Field(
        description="The API's own address, which answers 403 to all but CloudFront."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Every path of the API goes to one function, which is in no VPC."""
    api = rest_api.rest_api(config, inputs.api_key_secret_arn, inputs.origin_secret_arn)
    layer = database_layer(config)
    log = log_group("UserNamesFunctionLogGroup", config)
    user_names = function(
        "UserNamesFunction",
        config,
        code=LocalPath("lambda/user_names", bundled=True),
        handler="app.handler",
        layers=[layer],
        timeout=config.timeout,
        concurrency=config.reserved_concurrent_executions,
        log=log,
        variables={
            "RDS_HOST": inputs.db_endpoint,
            "RDS_USER": inputs.function_user,
            "RDS_DATABASE_NAME": inputs.rds_database_name,
            "RDS_CA_FILE": RDS_ROOTS,
            **family(config.engine_family),
        },
        policies=[connects_to_database(inputs.db_resource_id, [inputs.function_user])],
        events=api.routes(),
    )
    return Stack(
        resources=[layer, user_names, log, *api.resources],
        outputs=Outputs(api_host=api.host, api_url=api.at()),
    )
