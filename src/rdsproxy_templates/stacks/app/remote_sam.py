"""HTTP API and the function behind it, which logs in to a proxy of another account."""

from __future__ import annotations

from collections.abc import Mapping

from awacs.aws import PolicyDocument
from pydantic import Field
from troposphere import Select, Split, iam

from ...aws.kinds import (
    DatabaseName,
    DatabaseUser,
    Hostname,
    KeyArn,
    RoleArn,
    SecretArn,
    SecurityGroupId,
    SubnetIds,
    Url,
)
from ...aws.policies import assumes, decrypts, reads_secrets
from ...model import Expression, Ports, Stack
from ...resources.functions import database_layer, family, function, log_group
from ...resources.http_api import http_api
from . import sam

Config = sam.Config


class Inputs(Ports):
    subnet_ids: SubnetIds = Field(description="Subnets of the function.")
    function_security_group_id: SecurityGroupId = Field(description="Group of the function.")
    function_role_arn: RoleArn = Field(description="Role of the function.")
    rds_proxy_endpoint: Hostname = Field(description="Host that the function connects to.")
    rds_database_name: DatabaseName = Field(description="Database that the function uses.")
    rds_user: DatabaseUser | None = Field(
        default=None, description="User that the function logs in as, by IAM."
    )
    connect_role_arn: RoleArn | None = Field(
        default=None,
        description="Role of the other account with which the function signs its tokens.",
    )
    secret_arn: SecretArn | None = Field(
        default=None, description="Secret of the user that the function logs in as, by password."
    )
    key_arn: KeyArn | None = Field(default=None, description="Key of that secret.")


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The function acts in a role that the other account knows already."""
    api = http_api(config)
    log = log_group("BlogRDSProxyFunctionLogGroup", config)
    # Another's function brings its own drivers.
    layers = [] if config.code_uri else [database_layer(config)]
    rights = [
        iam.PolicyType(
            f"FunctionRole{name}",
            PolicyName=name,
            Roles=[Select(1, Split("/", inputs.function_role_arn))],
            PolicyDocument=document,
        )
        for name, document in _rights(inputs).items()
    ]
    blog = function(
        "BlogRDSProxyFunction",
        config,
        code=sam.code(config),
        handler="app.handler",
        layers=layers,
        timeout=config.timeout,
        concurrency=config.reserved_concurrent_executions,
        log=log,
        subnets=inputs.subnet_ids,
        group=inputs.function_security_group_id,
        role=inputs.function_role_arn,
        variables={
            "RDS_PROXY_ENDPOINT": inputs.rds_proxy_endpoint,
            "RDS_DATABASE_NAME": inputs.rds_database_name,
            **_login(inputs),
            **family(config.engine_family),
        },
        events={"CatchAllApi": api.route("/{proxy+}")},
    )
    return Stack(
        resources=[*rights, *layers, blog, log, *api.resources],
        outputs=Outputs(api_endpoint=api.at()),
    )


def _login(inputs: Inputs) -> Mapping[str, Expression]:
    """The variables by which the function knows who it is to the proxy."""
    named = {
        "RDS_USER": inputs.rds_user,
        "RDS_CONNECT_ROLE_ARN": inputs.connect_role_arn,
        "RDS_SECRET_ARN": inputs.secret_arn,
    }
    return {name: value for name, value in named.items() if value}


def _rights(inputs: Inputs) -> Mapping[str, PolicyDocument]:
    """What the function's role may do beyond its own account."""
    documents = {
        "AssumeConnectRole": inputs.connect_role_arn and assumes(inputs.connect_role_arn),
        "ReadSecret": inputs.secret_arn and reads_secrets([inputs.secret_arn]),
        "DecryptSecret": inputs.key_arn and decrypts(inputs.key_arn),
    }
    return {name: document for name, document in documents.items() if document}
