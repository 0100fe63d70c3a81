"""HTTP API and the function behind it, which logs in to RDS Proxy with an IAM token."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ...aws.kinds import (
    DatabaseName,
    DatabaseUser,
    Hostname,
    ProxyArn,
    SecurityGroupId,
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
from ...resources.logins import TokenLogin
from ...resources.port_groups import PrivateSubnets


class FunctionApiSettings(HttpApiSettings, TimeoutSettings):
    """The function and its HTTP API."""

    code_uri: str | None = Field(
        default=None,
        min_length=1,
        description="Folder of another function's code, relative to the rendered folder; it "
        "has `app.handler` and the Makefile target `build-BlogRDSProxyFunction`. Left out: "
        "the library's own.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.code_uri:
            yield from self.too_short()
        if self.code_uri and self.code_uri.startswith(("/", "~")):
            yield Problem(
                "code_uri", f"must be relative to the rendered folder, got {self.code_uri!r}"
            )


class Config(FunctionApiSettings, DatabaseFunctionSettings):
    """The settings, and what the parent stack knows of the database."""


class Inputs(Ports):
    subnets: PrivateSubnets = Field(description="Subnets of the function.")
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    rds_master_username: DatabaseUser = Field(description="User that the function logs in as.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_proxy_arn: ProxyArn = Field(description="Proxy that the function may log in to.")


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """Every path of the API goes to one function, in the subnets of the proxy."""
    api = http_api(config)
    # Another's function brings its own drivers.
    layers = [] if config.code_uri else [database_layer(config)]
    blog = database_function(
        "BlogRDSProxyFunction",
        config,
        TokenLogin(
            host=inputs.rds_proxy_endpoint,
            proxy_arn=inputs.rds_proxy_arn,
            user=inputs.rds_master_username,
            database=inputs.rds_database_name,
        ),
        code=code(config),
        layers=layers,
        network=FunctionNetwork(
            subnets=inputs.subnets.both, group=inputs.function_security_group_id
        ),
        events={"CatchAllApi": api.route("/{proxy+}")},
    )
    return Stack(
        resources=[*layers, *blog.resources, *api.resources],
        outputs=Outputs(api_endpoint=api.at()),
    )


def code(config: Config) -> LocalPath:
    """The folder of the function's code: the consumer's, or the library's own."""
    if config.code_uri:
        return LocalPath(config.code_uri)
    return LocalPath("lambda/blog_rds_proxy", bundled=True)
