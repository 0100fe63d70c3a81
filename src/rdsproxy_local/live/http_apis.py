"""API Gateway's HTTP APIs and their parts; CloudFormation checks no stages and integrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, picked, reads

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
OF_AUTHORIZER: Final = (
    "AuthorizerCredentialsArn",
    "AuthorizerPayloadFormatVersion",
    "AuthorizerResultTtlInSeconds",
    "AuthorizerType",
    "AuthorizerUri",
    "EnableSimpleResponses",
    "IdentitySource",
    "JwtConfiguration",
    "Name",
)
OF_ROUTE: Final = (
    "ApiKeyRequired",
    "AuthorizationScopes",
    "AuthorizationType",
    "AuthorizerId",
    "OperationName",
    "RouteKey",
    "Target",
)


@reads(*OF_API)
def _api(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    return picked(context.call(SERVICE, "get_api", ApiId=deployed.physical_id), *OF_API)


def _part(kind: str, *names: str) -> Reader:
    """Make a reader of a part of an API."""

    @reads("ApiId", *names)
    def read(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
        whose = {"ApiId": deployed.properties["ApiId"], f"{kind}Id": deployed.physical_id}
        found = context.call(SERVICE, f"get_{kind.lower()}", **whose)
        return {**picked(found, *names), "ApiId": whose["ApiId"]}

    return read


READERS: Final[Mapping[str, Reader]] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::ApiGatewayV2::Authorizer": _part("Authorizer", *OF_AUTHORIZER),
    "AWS::ApiGatewayV2::Deployment": _part("Deployment", "Description"),
    "AWS::ApiGatewayV2::Route": _part("Route", *OF_ROUTE),
}
