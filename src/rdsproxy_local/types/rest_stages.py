"""Deployments of API Gateway's REST APIs, their stages, and the account's role for the logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..access_logs import check_access_log
from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

SERVICE: Final = "apigateway"
METHOD_SETTINGS: Final = {
    "CacheDataEncrypted": "caching/dataEncrypted",
    "CacheTtlInSeconds": "caching/ttlInSeconds",
    "CachingEnabled": "caching/enabled",
    "DataTraceEnabled": "logging/dataTrace",
    "LoggingLevel": "logging/loglevel",
    "MetricsEnabled": "metrics/enabled",
    "ThrottlingBurstLimit": "throttling/burstLimit",
    "ThrottlingRateLimit": "throttling/rateLimit",
}


def _create_deployment(context: Context, properties: Properties) -> Made:
    api = properties["RestApiId"]
    description = properties.get("Description")
    made = context.call(SERVICE, "create_deployment", restApiId=api, description=description)
    if name := properties.get("StageName"):
        _deploy(context, {"restApiId": api, "stageName": name}, made["id"])
    return Made(made["id"], {"DeploymentId": made["id"]})


def _deploy(context: Context, stage: Mapping[str, str], deployment: str) -> None:
    """Move the stage to the deployment; moto's CreateDeployment would make it anew."""
    if stage["stageName"] in [one["stageName"] for one in _stages(context, stage["restApiId"])]:
        moved = {"op": "replace", "path": "/deploymentId", "value": deployment}
        context.call(SERVICE, "update_stage", **stage, patchOperations=[moved])
    else:
        context.call(SERVICE, "create_stage", **stage, deploymentId=deployment)


def _delete_deployment(context: Context, deployed: DeployedResource) -> None:
    api, own = deployed.properties["RestApiId"], deployed.properties.get("StageName")
    for stage in _stages(context, api):
        if stage["deploymentId"] != deployed.physical_id:
            continue
        if stage["stageName"] != own:
            raise Failure("Active stages pointing to this deployment must be moved or deleted")
        context.call(SERVICE, "delete_stage", restApiId=api, stageName=own)
    context.call(SERVICE, "delete_deployment", restApiId=api, deploymentId=deployed.physical_id)


def _stages(context: Context, api: str) -> list[dict[str, Any]]:
    stages: list[dict[str, Any]] = context.call(SERVICE, "get_stages", restApiId=api)["item"]
    return stages


def _create_stage(context: Context, properties: Properties) -> Made:
    stage = {"restApiId": properties["RestApiId"], "stageName": properties["StageName"]}
    _check_stage(context, properties)
    context.call(
        SERVICE,
        "create_stage",
        **stage,
        deploymentId=properties["DeploymentId"],
        description=properties.get("Description"),
        cacheClusterEnabled=properties.get("CacheClusterEnabled"),
        cacheClusterSize=properties.get("CacheClusterSize"),
        tracingEnabled=properties.get("TracingEnabled"),
        variables=properties.get("Variables"),
        tags=_tags(properties),
    )
    _patch(context, stage, {**_log_patches(properties), **_method_patches(properties)})
    return Made(properties["StageName"], {})


def _update_stage(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    stage = {"restApiId": properties["RestApiId"], "stageName": deployed.physical_id}
    _check_stage(context, properties)
    before, after = _patches(deployed.properties), _patches(properties)
    if gone := sorted(before.keys() - after.keys()):
        raise Failure(f"the local cloud cannot remove {', '.join(gone)} of a stage in place")
    changed = {path: value for path, value in after.items() if before.get(path) != value}
    _patch(context, stage, changed)
    _tag(context, stage, _tags(deployed.properties), _tags(properties))
    return Made(deployed.physical_id, {})


def _delete_stage(context: Context, deployed: DeployedResource) -> None:
    api = deployed.properties["RestApiId"]
    context.call(SERVICE, "delete_stage", restApiId=api, stageName=deployed.physical_id)


def _check_stage(context: Context, properties: Properties) -> None:
    api, deployment = properties["RestApiId"], properties["DeploymentId"]
    deployments = context.call(SERVICE, "get_deployments", restApiId=api)["items"]
    if deployment not in [one["id"] for one in deployments]:
        raise Failure(f"Deployment {deployment} of the API {api} does not exist")
    log = properties.get("AccessLogSetting")
    if log:
        check_access_log(context, log["DestinationArn"], log["Format"])
    levels = [one.get("LoggingLevel", "OFF") for one in properties.get("MethodSettings", [])]
    if log or set(levels) - {"OFF"}:
        _check_account(context)


def _check_account(context: Context) -> None:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    if not context.call(SERVICE, "get_account").get("cloudwatchRoleArn"):
        raise Failure("CloudWatch Logs role ARN must be set in account settings to enable logging")


def _patches(properties: Mapping[str, Any]) -> dict[str, Any]:
    """All that UpdateStage can set: paths to values."""
    single = {
        "/deploymentId": properties.get("DeploymentId"),
        "/description": properties.get("Description"),
        "/cacheClusterEnabled": properties.get("CacheClusterEnabled"),
        "/cacheClusterSize": properties.get("CacheClusterSize"),
        "/tracingEnabled": properties.get("TracingEnabled"),
    }
    variables = properties.get("Variables", {})
    return {
        **{path: value for path, value in single.items() if value is not None},
        **{f"/variables/{name}": value for name, value in variables.items()},
        **_log_patches(properties),
        **_method_patches(properties),
    }


def _log_patches(properties: Mapping[str, Any]) -> dict[str, str]:
    log = properties.get("AccessLogSetting")
    if not log:
        return {}
    return {
        "/accessLogSettings/destinationArn": log["DestinationArn"],
        "/accessLogSettings/format": log["Format"],
    }


def _method_patches(properties: Mapping[str, Any]) -> dict[str, Any]:
    settings = properties.get("MethodSettings", [])
    return {path: value for one in settings for path, value in _method_paths(one)}


def _method_paths(setting: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    resource = setting["ResourcePath"].replace("/", "~1")
    everywhere = setting["ResourcePath"] == "/*"
    place = f"/{'*' if everywhere else resource}/{setting['HttpMethod']}"
    for name, value in setting.items():
        if name not in ("ResourcePath", "HttpMethod"):
            yield f"{place}/{METHOD_SETTINGS[name]}", value


def _patch(context: Context, stage: Mapping[str, str], values: Mapping[str, Any]) -> None:
    operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    if operations:
        context.call(SERVICE, "update_stage", **stage, patchOperations=operations)


def _tags(properties: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def _tag(
    context: Context, stage: Mapping[str, str], old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    path = f"/restapis/{stage['restApiId']}/stages/{stage['stageName']}"
    arn = f"arn:aws:apigateway:{context.region}::{path}"
    if gone := sorted(old.keys() - new.keys()):
        context.call(SERVICE, "untag_resource", resourceArn=arn, tagKeys=gone)
    if new:
        context.call(SERVICE, "tag_resource", resourceArn=arn, tags=dict(new))


def _create_account(context: Context, properties: Properties) -> Made:
    _set_role(context, properties)
    name = context.name()
    return Made(name, {"Id": name})


def _update_account(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    _set_role(context, properties)
    return Made(deployed.physical_id, deployed.attributes)


def _set_role(context: Context, properties: Properties) -> None:
    role = properties.get("CloudWatchRoleArn", "")
    if role:
        context.call("iam", "get_role", RoleName=role.rpartition("/")[2])
    patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
    context.call(SERVICE, "update_account", patchOperations=[patch])


def _delete_account(context: Context, deployed: DeployedResource) -> None:
    """Keep the account's role, which belongs to no stack."""


TYPES: Final = [
    ResourceType("AWS::ApiGateway::Deployment", _create_deployment, _delete_deployment),
    ResourceType("AWS::ApiGateway::Stage", _create_stage, _delete_stage, _update_stage),
    ResourceType("AWS::ApiGateway::Account", _create_account, _delete_account, _update_account),
]
