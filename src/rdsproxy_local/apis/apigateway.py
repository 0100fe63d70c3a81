"""API Gateway's REST APIs: the caller's own credentials, and limits that are numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.apigateway.models import APIGatewayBackend, Integration, UsagePlan

from .surround import mend

CALLER: Final = "arn:aws:iam::*:user/*"
"""The credentials of whoever calls a method; botocore's model documents them at Integration."""
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
