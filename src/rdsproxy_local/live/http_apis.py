"""API Gateway's HTTP APIs and their stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, named, picked, reads

SERVICE: Final = "apigatewayv2"
OF_API: Final = (
    "CorsConfiguration",
    "Description",
    "DisableExecuteApiEndpoint",
    "Name",
    "ProtocolType",
    "RouteSelectionExpression",
    "Tags",
    "Version",
)
OF_STAGE: Final = (
    "AccessLogSettings",
    "AutoDeploy",
    "DefaultRouteSettings",
    "Description",
    "RouteSettings",
    "StageName",
    "StageVariables",
    "Tags",
)


@reads(*OF_API)
def _api(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    return picked(context.call(SERVICE, "get_api", ApiId=deployed.physical_id), *OF_API)


@reads("ApiId", *OF_STAGE)
def _stage(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    api = deployed.properties["ApiId"]
    stages = context.call(SERVICE, "get_stages", ApiId=api)["Items"]
    found = named(stages, "StageName", deployed.physical_id)
    return {**picked(found, *OF_STAGE), "ApiId": api}


READERS: Final[Mapping[str, Reader]] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Stage": _stage,
}
