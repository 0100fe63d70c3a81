"""RDS: DB proxies and their endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource
from ..types.importable import NO_PROXY_NAME
from .reading import Reader, only, picked, reads

OF_PROXY: Final = (
    "Auth",
    "DBProxyName",
    "DebugLogging",
    "DefaultAuthScheme",
    "EndpointNetworkType",
    "EngineFamily",
    "IdleClientTimeout",
    "RequireTLS",
    "RoleArn",
    "TargetConnectionNetworkType",
    "VpcSecurityGroupIds",
    "VpcSubnetIds",
)
OF_ENDPOINT: Final = (
    "DBProxyEndpointName",
    "DBProxyName",
    "TargetRole",
    "VpcSecurityGroupIds",
    "VpcSubnetIds",
)


def _tags(context: Context, arn: str) -> Any:
    return context.call("rds", "list_tags_for_resource", ResourceName=arn)["TagList"]


@reads(*OF_PROXY, "Tags")
def _proxy(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    answer = context.call("rds", "describe_db_proxies", DBProxyName=deployed.physical_id)
    found = only(answer["DBProxies"])
    return {**picked(found, *OF_PROXY), "Tags": _tags(context, found["DBProxyArn"])}


@reads(*OF_ENDPOINT, "Tags")
def _endpoint(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = only(
        context.call(
            "rds", "describe_db_proxy_endpoints", DBProxyEndpointName=deployed.physical_id
        )["DBProxyEndpoints"]
    )
    return {**picked(found, *OF_ENDPOINT), "Tags": _tags(context, found["DBProxyEndpointArn"])}


@reads("TargetGroupName")
def _targets(_: Context, __: DeployedResource) -> Mapping[str, Any]:
    """Fail: CloudFormation's handler asks RDS without the proxy's name.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2488
    """
    raise Failure(NO_PROXY_NAME)


READERS: Final[Mapping[str, Reader]] = {
    "AWS::RDS::DBProxy": _proxy,
    "AWS::RDS::DBProxyEndpoint": _endpoint,
    "AWS::RDS::DBProxyTargetGroup": _targets,
}
