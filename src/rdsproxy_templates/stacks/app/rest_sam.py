"""REST API and the function behind it, which logs in to a public database with an IAM token."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.kinds import DatabaseName, DatabaseResourceId, DatabaseUser, Hostname, SecretArn, Url
from ...errors import Problem
from ...model import LocalPath, Ports, Stack
from ...resources import rest_api
from ...resources.database_functions import DatabaseFunctionSettings, database_function
from ...resources.functions import TimeoutSettings, database_layer
from ...resources.logins import DatabaseLogin

CODE = LocalPath("lambda/user_names", bundled=True)


class RestApiFunctionSettings(rest_api.RestApiSettings, TimeoutSettings):
    """The function and its REST API."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


class Config(RestApiFunctionSettings, DatabaseFunctionSettings):
    """The settings, and what the parent stack knows of the database."""


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
    user_names = database_function(
        "UserNamesFunction",
        config,
        DatabaseLogin(
            host=inputs.db_endpoint,
            resource_id=inputs.db_resource_id,
            user=inputs.function_user,
            database=inputs.rds_database_name,
        ),
        code=CODE,
        layers=[layer],
        events=api.routes(),
    )
    return Stack(
        resources=[layer, *user_names.resources, *api.resources],
        outputs=Outputs(api_host=api.host, api_url=api.at()),
    )
