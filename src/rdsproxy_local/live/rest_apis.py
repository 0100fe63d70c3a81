"""API Gateway's REST APIs, and their deployments, stages, keys and usage plans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, known, picked, reads, tag_list
from .wording import in_words_of

SERVICE: Final = "apigateway"


@reads(
    "ApiKeySourceType",
    "BinaryMediaTypes",
    "Description",
    "DisableExecuteApiEndpoint",
    "EndpointConfiguration",
    "MinimumCompressionSize",
    "Name",
    "Policy",
    "Tags",
)
def _api(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call(SERVICE, "get_rest_api", restApiId=deployed.physical_id)
    policy = found.get("policy")
    return {
        **known(
            ApiKeySourceType=found.get("apiKeySource"),
            BinaryMediaTypes=found.get("binaryMediaTypes"),
            Description=found.get("description"),
            DisableExecuteApiEndpoint=found.get("disableExecuteApiEndpoint"),
            MinimumCompressionSize=found.get("minimumCompressionSize"),
            Name=found.get("name"),
            Policy=json.loads(policy) if policy else None,
        ),
        **_worded(deployed, found, "EndpointConfiguration"),
        "Tags": tag_list(found.get("tags", {})),
    }


@reads("Description", "RestApiId")
def _deployment(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    api = deployed.properties["RestApiId"]
    found = context.call(
        SERVICE, "get_deployment", restApiId=api, deploymentId=deployed.physical_id
    )
    return {**known(Description=found.get("description")), "RestApiId": api}


@reads(
    "AccessLogSetting",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "ClientCertificateId",
    "DeploymentId",
    "Description",
    "MethodSettings",
    "RestApiId",
    "StageName",
    "Tags",
    "TracingEnabled",
    "Variables",
)
def _stage(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    api = deployed.properties["RestApiId"]
    found = context.call(SERVICE, "get_stage", restApiId=api, stageName=deployed.physical_id)
    own = {**found, "accessLogSetting": found.get("accessLogSettings")}
    own["methodSettings"] = [
        {**_place(key), **settings} for key, settings in found.get("methodSettings", {}).items()
    ]
    stated = {name: one for name, one in deployed.properties.items() if name != "Tags"}
    return {
        **in_words_of(stated, own),
        "RestApiId": api,
        "Tags": tag_list(found.get("tags", {})),
    }


def _place(key: str) -> dict[str, str]:
    """Return the methods that settings are for, whose key is RESOURCE/METHOD."""
    resource, _, method = key.rpartition("/")
    path = resource.replace("~1", "/")
    return {"httpMethod": method, "resourcePath": f"/{path.removeprefix('/')}"}


@reads("CustomerId", "Description", "Enabled", "Name", "StageKeys", "Tags")
def _key(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call(SERVICE, "get_api_key", apiKey=deployed.physical_id)
    stages = [one.split("/") for one in found.get("stageKeys", ())]
    return {
        **_worded(deployed, found, "CustomerId", "Description", "Enabled", "Name"),
        "StageKeys": [{"RestApiId": api, "StageName": stage} for api, stage in stages],
        "Tags": tag_list(found.get("tags", {})),
    }


@reads("ApiStages", "Description", "Quota", "Tags", "Throttle", "UsagePlanName")
def _plan(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call(SERVICE, "get_usage_plan", usagePlanId=deployed.physical_id)
    return {
        **_worded(deployed, found, "ApiStages", "Description", "Quota", "Throttle"),
        "UsagePlanName": found["name"],
        "Tags": tag_list(found.get("tags", {})),
    }


@reads("CloudWatchRoleArn")
def _account(context: Context, _: DeployedResource) -> Mapping[str, Any]:
    found = context.call(SERVICE, "get_account")
    return known(CloudWatchRoleArn=found.get("cloudwatchRoleArn") or None)


def _worded(deployed: DeployedResource, found: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    stated = picked(deployed.properties, *names)
    worded: Mapping[str, Any] = in_words_of(stated, found) if stated else {}
    return worded


READERS: Final[Mapping[str, Reader]] = {
    "AWS::ApiGateway::Account": _account,
    "AWS::ApiGateway::ApiKey": _key,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::RestApi": _api,
    "AWS::ApiGateway::Stage": _stage,
    "AWS::ApiGateway::UsagePlan": _plan,
}
