"""Access to API Gateway's REST APIs and its limits: API keys and usage plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

SERVICE: Final = "apigateway"
KEY_PATHS: Final = {
    "CustomerId": "/customerId",
    "Description": "/description",
    "Enabled": "/enabled",
}
PLAN_PATHS: Final = {"Description": "/description", "UsagePlanName": "/name"}

Patch = dict[str, str]


def _create_key(context: Context, properties: Properties) -> Made:
    stages = [(one["RestApiId"], one["StageName"]) for one in properties.get("StageKeys", [])]
    _check_stages(context, stages)
    made = context.call(
        SERVICE,
        "create_api_key",
        name=properties.get("Name", context.name()),
        description=properties.get("Description"),
        customerId=properties.get("CustomerId"),
        enabled=properties.get("Enabled", False),
        generateDistinctId=properties.get("GenerateDistinctId"),
        value=properties.get("Value"),
        stageKeys=[{"restApiId": api, "stageName": stage} for api, stage in stages],
        tags=_tags(properties),
    )
    return Made(made["id"], {"APIKeyId": made["id"]})


def _update_key(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed)
    if unknown := sorted(changed.keys() - KEY_PATHS.keys()):
        raise Failure(f"the local cloud cannot change {', '.join(unknown)} of an API key in place")
    patches = [_replaced(KEY_PATHS[name], value) for name, value in changed.items()]
    context.call(SERVICE, "update_api_key", apiKey=deployed.physical_id, patchOperations=patches)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_key(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "delete_api_key", apiKey=deployed.physical_id)


def _create_plan(context: Context, properties: Properties) -> Made:
    _check_stages(context, _api_stages(properties))
    made = context.call(
        SERVICE,
        "create_usage_plan",
        name=properties.get("UsagePlanName", context.name()),
        description=properties.get("Description"),
        apiStages=[_stage(one) for one in properties.get("ApiStages", [])],
        throttle=_lowered(properties.get("Throttle", {})) or None,
        quota=_lowered(properties.get("Quota", {})) or None,
        tags=_tags(properties),
    )
    return Made(made["id"], {"Id": made["id"]})


def _update_plan(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=("ApiStages", "Quota", "Throttle"))
    if "Tags" in changed or any("Throttle" in one for one in changed.get("ApiStages") or []):
        raise Failure("the local cloud cannot change Tags or methods' limits of a plan in place")
    _check_stages(context, _api_stages(properties))
    context.call(
        SERVICE,
        "update_usage_plan",
        usagePlanId=deployed.physical_id,
        patchOperations=[
            *_stage_patches(_api_stages(deployed.properties), _api_stages(properties)),
            *_limit_patches("quota", deployed.properties.get("Quota"), properties.get("Quota")),
            *_limit_patches(
                "throttle", deployed.properties.get("Throttle"), properties.get("Throttle")
            ),
            *(_replaced(PLAN_PATHS[name], changed[name]) for name in PLAN_PATHS if name in changed),
        ],
    )
    return Made(deployed.physical_id, deployed.attributes)


def _delete_plan(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "delete_usage_plan", usagePlanId=deployed.physical_id)


def _stage(given: Mapping[str, Any]) -> dict[str, Any]:
    stage = {"apiId": given["ApiId"], "stage": given["Stage"]}
    if "Throttle" not in given:
        return stage
    return {**stage, "throttle": {place: _lowered(one) for place, one in given["Throttle"].items()}}


def _api_stages(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(one["ApiId"], one["Stage"]) for one in properties.get("ApiStages", [])]


def _check_stages(context: Context, stages: Iterable[tuple[str, str]]) -> None:
    for api, stage in stages:
        context.call(SERVICE, "get_stage", restApiId=api, stageName=stage)


def _stage_patches(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Patch]:
    for operation, stages in (("remove", set(old) - set(new)), ("add", set(new) - set(old))):
        for api, stage in sorted(stages):
            yield {"op": operation, "path": "/apiStages", "value": f"{api}:{stage}"}


def _limit_patches(
    kind: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Patch]:
    old, new = _lowered(old or {}), _lowered(new or {})
    if old.keys() - new.keys():
        yield {"op": "remove", "path": f"/{kind}"}
    for name, value in new.items():
        yield _replaced(f"/{kind}/{name}", value)


def _replaced(path: str, value: Any) -> Patch:
    return {"op": "replace", "path": path, "value": value}


def _create_plan_key(context: Context, properties: Properties) -> Made:
    plan, key = properties["UsagePlanId"], properties["KeyId"]
    context.call(SERVICE, "get_usage_plan", usagePlanId=plan)
    kind = properties["KeyType"]
    context.call(SERVICE, "create_usage_plan_key", usagePlanId=plan, keyId=key, keyType=kind)
    return Made(f"{key}:{plan}", {"Id": f"{key}:{plan}"})


def _delete_plan_key(context: Context, deployed: DeployedResource) -> None:
    plan, key = deployed.properties["UsagePlanId"], deployed.properties["KeyId"]
    context.call(SERVICE, "delete_usage_plan_key", usagePlanId=plan, keyId=key)


def _lowered(given: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's names, as the API spells them."""
    return {f"{name[0].lower()}{name[1:]}": value for name, value in given.items()}


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


TYPES: Final = [
    ResourceType("AWS::ApiGateway::ApiKey", _create_key, _delete_key, _update_key),
    ResourceType("AWS::ApiGateway::UsagePlan", _create_plan, _delete_plan, _update_plan),
    ResourceType("AWS::ApiGateway::UsagePlanKey", _create_plan_key, _delete_plan_key),
]
