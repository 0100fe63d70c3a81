"""API Gateway's REST APIs: what may be deployed, whose plan a key has, who writes the logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException, ConflictException
from moto.apigateway.models import APIGatewayBackend, Integration, UsagePlan

from ..data_plane.identities import role_may
from .surround import mend, surround

CALLER: Final = "arn:aws:iam::*:user/*"
"""The credentials of whoever calls a method; botocore's model documents them at Integration."""
PRINCIPAL: Final = "apigateway.amazonaws.com"
NUMBERS: Final = {"limit": int, "offset": int, "burstLimit": int, "rateLimit": float}


def install() -> None:
    mend(
        APIGatewayBackend,
        "put_integration",
        _put_integration,
        moto="the caller's credentials, arn:aws:iam::*:user/*, are another account's",
        aws="they are the caller's own",
        source="https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html",
    )
    surround(APIGatewayBackend, "create_deployment", _create_deployment)
    surround(APIGatewayBackend, "create_usage_plan_key", _create_usage_plan_key)
    surround(APIGatewayBackend, "update_account", _update_account)
    plan: Any = UsagePlan
    plan.apply_patch_operations = apply_patch_operations


def _put_integration(
    put: Callable[..., Integration],
    backend: APIGatewayBackend,
    *place: str,
    credentials: str | None = None,
    **settings: Any,
) -> Integration:
    if credentials != CALLER:
        return put(backend, *place, credentials=credentials, **settings)
    integration = put(backend, *place, **settings)
    integration.credentials = CALLER
    return integration


def _create_deployment(
    create: Callable[..., Any],
    backend: APIGatewayBackend,
    function_id: str,
    *rest: Any,
    **more: Any,
) -> Any:
    api = backend.get_rest_api(function_id)
    kinds = (api.endpoint_configuration or {}).get("types", [])
    if "PRIVATE" in kinds and not api.policy:
        raise BadRequestException("Private REST API doesn't have a resource policy attached to it")
    return create(backend, function_id, *rest, **more)


def _create_usage_plan_key(
    create: Callable[..., Any],
    backend: APIGatewayBackend,
    usage_plan_id: str,
    payload: dict[str, Any],
) -> Any:
    """A key has one usage plan for each stage."""
    key, plan = payload["keyId"], backend.usage_plans.get(usage_plan_id)
    wanted = [] if plan is None else plan.api_stages
    for other_id, keys in [*backend.usage_plan_keys.items()]:
        other = backend.usage_plans.get(other_id)
        if key in keys and other is not None and any(one in other.api_stages for one in wanted):
            raise ConflictException(
                f"Usage Plan Key {key} cannot be added: its API stages are in the usage plan "
                f"{other_id} already"
                if other_id != usage_plan_id
                else "Usage Plan Key already exists"
            )
    return create(backend, usage_plan_id, payload)


def _update_account(
    update: Callable[..., Any], backend: APIGatewayBackend, patch_operations: list[dict[str, Any]]
) -> Any:
    for patch in patch_operations:
        role = patch.get("value") if patch["path"] == "/cloudwatchRoleArn" else None
        if role and not role_may(role, PRINCIPAL, "logs:CreateLogGroup", "*"):
            raise BadRequestException(
                "The role ARN does not have required permissions configured. Please grant trust "
                "permission for API Gateway and add the required role policy."
            )
    return update(backend, patch_operations)


def apply_patch_operations(self: UsagePlan, patch_operations: list[dict[str, str]]) -> None:
    """Patch a usage plan as UpdateUsagePlan does, except for the limits of single methods."""
    for patch in patch_operations:
        match patch["op"], patch["path"].split("/")[1:]:
            case "add", ["apiStages"]:
                self.api_stages.append(_stage(patch["value"]))
            case "remove", ["apiStages"]:
                self.api_stages.remove(_stage(patch["value"]))
            case "remove", ["quota" | "throttle" as limits]:
                getattr(self, limits).clear()
            case "add" | "replace", ["quota" | "throttle" as limits, name]:
                getattr(self, limits)[name] = NUMBERS.get(name, str)(patch["value"])
            case "replace", ["name" | "description" as name]:
                setattr(self, name, patch["value"])
            case _:
                raise NotImplementedError(patch)


def _stage(value: str) -> dict[str, str]:
    api, stage = value.split(":")
    return {"apiId": api, "stage": stage}
