"""HTTP API and the function behind it, which logs in to RDS Proxy with an IAM token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field
from troposphere import apigatewayv2, awslambda, logs, serverless

from ..errors import Problem
from ..frame import LocalPath, Ports, Settings, Stack, sub
from ..gaps import HttpApiAuth, LoggingConfig
from ..kinds import (
    DatabaseName,
    DatabaseUser,
    Hostname,
    ProxyArn,
    SecurityGroupId,
    SubnetId,
    Url,
)
from ..policies import connects

LogRetention = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
    2922, 3288, 3653,
]  # fmt: skip
"""Days that CloudWatch Logs takes as the retention of a log group."""

SHORTEST = 15
"""Seconds that the library's own function needs at least, whatever becomes of the database."""

ACCESS_LOG = (
    '{"requestId":"$context.requestId","time":"$context.requestTime",'
    '"sourceIp":"$context.identity.sourceIp","route":"$context.routeKey",'
    '"path":"$context.path","status":"$context.status",'
    '"latency":"$context.responseLatency","error":"$context.integrationErrorMessage"}'
)


class Config(Settings):
    """The function and its HTTP API."""

    authorizer: Literal["iam", "jwt", "none"] = Field(
        "iam",
        description="Who may call the API: callers with `execute-api:Invoke`, bearers of a "
        "token of `jwt_issuer`, or anybody.",
    )
    jwt_issuer: str | None = Field(
        None, pattern="^https://", description="Issuer of the tokens, for `authorizer: jwt`."
    )
    jwt_audience: tuple[str, ...] = Field(
        (), strict=False, description="Audiences that tokens may be for, for `authorizer: jwt`."
    )
    throttling_rate_limit: int = Field(
        100, ge=1, le=10_000, description="Requests a second that the API lets through."
    )
    throttling_burst_limit: int = Field(
        50, ge=1, le=5_000, description="Requests at once that the API lets through."
    )
    runtime: Literal["python3.13", "python3.14"] = Field(
        "python3.13", description="Lambda runtime; both are supported until mid-2029."
    )
    architecture: Literal["arm64", "x86_64"] = Field(
        "arm64", description="Processor of the function; arm64 costs less."
    )
    memory_size: int = Field(256, ge=128, le=10_240, description="MiB of the function.")
    timeout: int = Field(
        29, ge=1, le=29, description="Seconds of the function; an HTTP API waits for 30."
    )
    reserved_concurrent_executions: int | None = Field(
        None, ge=1, description="Executions at once, at most. Left out: the account's limit."
    )
    log_retention_in_days: LogRetention = Field(30, description="Days that logs are kept.")
    code_uri: str | None = Field(
        None,
        min_length=1,
        description="Folder of another function's code, relative to the rendered folder; it "
        "has `app.handler` and the Makefile target `build-BlogRDSProxyFunction`. Left out: "
        "the library's own.",
    )

    def problems(self) -> Iterator[Problem]:
        if self.authorizer == "jwt":
            if not self.jwt_issuer:
                yield Problem("jwt_issuer", "must be given for `authorizer: jwt`")
            if not self.jwt_audience:
                yield Problem("jwt_audience", "must name an audience for `authorizer: jwt`")
        elif self.jwt_issuer or self.jwt_audience:
            yield Problem(
                "authorizer", f"must be jwt where a JWT setting is given, got {self.authorizer!r}"
            )
        if not self.code_uri and self.timeout < SHORTEST:
            yield Problem(
                "timeout",
                f"must be at least {SHORTEST}, got {self.timeout}: the function waits 3 s for a "
                "connection and 8 s for an answer, and must have time to say so",
            )
        if self.code_uri and self.code_uri.startswith(("/", "~")):
            yield Problem(
                "code_uri", f"must be relative to the rendered folder, got {self.code_uri!r}"
            )

    def warnings(self) -> Iterator[Problem]:
        if self.authorizer == "none":
            yield Problem("authorizer", "is none: whoever knows the address can call the API")


class Inputs(Ports):
    private_subnet1_id: SubnetId = Field(description="Subnet of the function.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    rds_master_username: DatabaseUser = Field(description="User that the function logs in as.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_proxy_arn: ProxyArn = Field(description="Proxy that the function may log in to.")


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """Every path of the API goes to one function, in the subnets of the proxy."""
    access_log = logs.LogGroup("HttpApiAccessLogGroup", **_log_group(config))
    api = serverless.HttpApi(
        "HttpApi",
        AccessLogSettings=apigatewayv2.AccessLogSettings(
            DestinationArn=access_log.get_att("Arn"), Format=ACCESS_LOG
        ),
        DefaultRouteSettings=apigatewayv2.RouteSettings(
            ThrottlingBurstLimit=config.throttling_burst_limit,
            ThrottlingRateLimit=config.throttling_rate_limit,
        ),
        **_authorization(config),
    )
    function_log = logs.LogGroup("BlogRDSProxyFunctionLogGroup", **_log_group(config))
    function = serverless.Function(
        "BlogRDSProxyFunction",
        # A build of our own: it packages for the runtime above on any host.
        Metadata={"BuildMethod": "makefile"},
        CodeUri=_code(config),
        Handler="app.handler",
        Runtime=config.runtime,
        Architectures=[config.architecture],
        MemorySize=config.memory_size,
        Timeout=config.timeout,
        **_concurrency(config),
        VpcConfig=awslambda.VPCConfig(
            SubnetIds=[given.private_subnet1_id, given.private_subnet2_id],
            SecurityGroupIds=[given.function_security_group_id],
        ),
        Environment=awslambda.Environment(
            Variables={
                "RDS_PROXY_ENDPOINT": given.rds_proxy_endpoint,
                "RDS_USER": given.rds_master_username,
                "RDS_DATABASE_NAME": given.rds_database_name,
            }
        ),
        Policies=[
            "AWSLambdaVPCAccessExecutionRole",
            connects(given.rds_proxy_arn, given.rds_master_username),
        ],
        LoggingConfig=LoggingConfig(LogFormat="JSON", LogGroup=function_log.ref()),
        Events={
            "CatchAllApi": {
                "Type": "HttpApi",
                "Properties": {"ApiId": api.ref(), "Method": "ANY", "Path": "/{proxy+}"},
            }
        },
    )
    return Stack(
        resources=[function, function_log, api, access_log],
        outputs=Outputs(
            api_endpoint=Url(
                sub(
                    "https://${api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/",
                    api=api.ref(),
                )
            )
        ),
    )


def _code(config: Config) -> LocalPath:
    if config.code_uri:
        return LocalPath(config.code_uri)
    return LocalPath("lambda/blog_rds_proxy", carried=True)


def _log_group(config: Config) -> dict[str, Any]:
    return {
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "RetentionInDays": config.log_retention_in_days,
    }


def _authorization(config: Config) -> dict[str, Any]:
    match config.authorizer:
        case "none":
            return {}
        case "iam":
            auth = HttpApiAuth(EnableIamAuthorizer=True, DefaultAuthorizer="AWS_IAM")
        case "jwt":
            issued = {"issuer": config.jwt_issuer, "audience": list(config.jwt_audience)}
            bearer = {
                "IdentitySource": "$request.header.Authorization",
                "JwtConfiguration": issued,
            }
            auth = HttpApiAuth(Authorizers={"JWT": bearer}, DefaultAuthorizer="JWT")
    return {"Auth": auth}


def _concurrency(config: Config) -> dict[str, Any]:
    if config.reserved_concurrent_executions is None:
        return {}
    return {"ReservedConcurrentExecutions": config.reserved_concurrent_executions}
