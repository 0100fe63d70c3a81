"""RDS: DB proxies, their targets, their endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    Properties,
    ResourceType,
    attributes_in,
)
from ..data_plane.proxy_health import NO_USER_YET
from .database_groups import set_rds_tags
from .steps import undone_on_failure

TARGETS: Final = ("DBClusterIdentifiers", "DBInstanceIdentifiers")
POOL_DEFAULTS: Final = {
    "MaxConnectionsPercent": 100,
    "ConnectionBorrowTimeout": 120,
    "SessionPinningFilters": [],
}


def _create_proxy(context: Context, properties: Properties) -> Made:
    return proxy_made(context.call("rds", "create_db_proxy", **properties)["DBProxy"])


def _update_proxy(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=["Tags"])
    tags = changed.pop("Tags", deployed.properties.get("Tags"))
    groups = changed.pop("VpcSecurityGroupIds", None)
    proxy = context.call(
        "rds", "modify_db_proxy", DBProxyName=deployed.physical_id, SecurityGroups=groups, **changed
    )["DBProxy"]
    set_rds_tags(context, proxy["DBProxyArn"], deployed.properties.get("Tags"), tags)
    return proxy_made(proxy)


def _delete_proxy(context: Context, deployed: DeployedResource) -> None:
    context.call("rds", "delete_db_proxy", DBProxyName=deployed.physical_id)


def proxy_made(proxy: Mapping[str, Any]) -> Made:
    names = ["DBProxyArn", "Endpoint", "VpcId"]
    return Made(proxy["DBProxyName"], attributes_in(proxy, names))


def _create_targets(context: Context, properties: Properties) -> Made:
    if properties["TargetGroupName"] != "default":
        raise Failure("TargetGroupName must be default")
    proxy = properties["DBProxyName"]
    _register(context, properties)
    with undone_on_failure(lambda: _deregister(context, properties)):
        group = _set_pool(context, proxy, properties.get("ConnectionPoolConfigurationInfo", {}))
        arn = group["TargetGroupArn"]
        set_rds_tags(context, arn, None, properties.get("Tags"))
    return Made(arn, {"TargetGroupArn": arn})


def _stabilized_targets(context: Context, deployed: DeployedResource) -> Made | None:
    """The target group, once each of its targets is available."""
    answer = context.call(
        "rds", "describe_db_proxy_targets", DBProxyName=deployed.properties["DBProxyName"]
    )
    healths = [one["TargetHealth"] for one in answer["Targets"]]
    if any(one["State"] != "AVAILABLE" and one["Description"] != NO_USER_YET for one in healths):
        return None
    return Made(deployed.physical_id, deployed.attributes)


def _update_targets(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    if _targets(deployed.properties) != _targets(properties):
        _deregister(context, deployed.properties)
        with undone_on_failure(lambda: _register(context, deployed.properties)):
            _register(context, properties)
    pool = properties.get("ConnectionPoolConfigurationInfo", {})
    _set_pool(context, properties["DBProxyName"], pool)
    tags = properties.get("Tags")
    set_rds_tags(context, deployed.physical_id, deployed.properties.get("Tags"), tags)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_targets(context: Context, deployed: DeployedResource) -> None:
    _deregister(context, deployed.properties)


def _targets(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: properties[name] for name in TARGETS if properties.get(name)}


def _register(context: Context, properties: Mapping[str, Any]) -> None:
    if targets := _targets(properties):
        proxy = properties["DBProxyName"]
        context.call("rds", "register_db_proxy_targets", DBProxyName=proxy, **targets)


def _deregister(context: Context, properties: Mapping[str, Any]) -> None:
    if targets := _targets(properties):
        proxy = properties["DBProxyName"]
        context.call("rds", "deregister_db_proxy_targets", DBProxyName=proxy, **targets)


def _set_pool(context: Context, proxy: str, pool: Mapping[str, Any]) -> Any:
    """Make the proxy's pool as wanted, with AWS's defaults for what is not said."""
    if "InitQuery" in pool:
        raise Failure("the local cloud has no InitQuery")
    return context.call(
        "rds",
        "modify_db_proxy_target_group",
        DBProxyName=proxy,
        TargetGroupName="default",
        ConnectionPoolConfig={**POOL_DEFAULTS, **pool},
    )["DBProxyTargetGroup"]


def _create_endpoint(context: Context, properties: Properties) -> Made:
    return _endpoint(context.call("rds", "create_db_proxy_endpoint", **properties))


def _update_endpoint(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=["Tags"])
    tags = changed.pop("Tags", deployed.properties.get("Tags"))
    answer = context.call(
        "rds", "modify_db_proxy_endpoint", DBProxyEndpointName=deployed.physical_id, **changed
    )
    arn = deployed.attributes["DBProxyEndpointArn"]
    set_rds_tags(context, arn, deployed.properties.get("Tags"), tags)
    return _endpoint(answer)


def _delete_endpoint(context: Context, deployed: DeployedResource) -> None:
    context.call("rds", "delete_db_proxy_endpoint", DBProxyEndpointName=deployed.physical_id)


def _endpoint(answer: Mapping[str, Any]) -> Made:
    endpoint = answer["DBProxyEndpoint"]
    names = ["DBProxyEndpointArn", "Endpoint", "IsDefault", "VpcId"]
    return Made(endpoint["DBProxyEndpointName"], attributes_in(endpoint, names))


TYPES: Final = [
    ResourceType("AWS::RDS::DBProxy", _create_proxy, _delete_proxy, _update_proxy),
    ResourceType(
        "AWS::RDS::DBProxyTargetGroup",
        _create_targets,
        _delete_targets,
        _update_targets,
        _stabilized_targets,
        # https://github.com/aws/aws-cdk/issues/8919
        "Timed out waiting for target group to become available.",
    ),
    ResourceType("AWS::RDS::DBProxyEndpoint", _create_endpoint, _delete_endpoint, _update_endpoint),
]
