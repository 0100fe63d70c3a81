"""API Gateway's HTTP APIs, and as much of WebSocket APIs as is the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from ..access_logs import check_access_log
from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from ..openapi import http

SERVICE: Final = "apigatewayv2"
SETTINGS: Final = (
    "ApiKeySelectionExpression",
    "CorsConfiguration",
    "Description",
    "DisableExecuteApiEndpoint",
    "DisableSchemaValidation",
    "Name",
    "ProtocolType",
    "RouteSelectionExpression",
    "Version",
)
WITHOUT: Final = {"Description": "", "DisableExecuteApiEndpoint": False, "Version": ""}
"""An API's settings once the template says no more of them."""
STAGE_WITHOUT: Final[Mapping[str, Any]] = {
    "AccessLogSettings": {},
    "DefaultRouteSettings": {},
    "Description": "",
    "RouteSettings": {},
    "StageVariables": {},
}
"""A stage's settings once the template says no more of them."""


class Wanted(NamedTuple):
    """An API as its properties, or else its body, describe it."""

    settings: Mapping[str, Any]
    tags: Mapping[str, str]
    body: http.HttpBody | None


def _wanted(properties: Properties) -> Wanted:
    # Whatever AWS warns of fails here.
    properties.get("FailOnWarnings")
    own = {name: properties[name] for name in SETTINGS if name in properties}
    tags = properties.get("Tags", {})
    if "Body" not in properties:
        return Wanted(own, tags, None)
    body = http.read(properties["Body"])
    return Wanted({**body.settings, **own}, {**body.tags, **tags}, body)


def _create_api(context: Context, properties: Properties) -> Made:
    wanted = _wanted(properties)
    api = context.call(SERVICE, "create_api", **wanted.settings, Tags=dict(wanted.tags))["ApiId"]
    if wanted.body:
        _fill(context, api, wanted.body)
    return _api(context, api)


def _update_api(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    api = deployed.physical_id
    before, wanted = _wanted(Properties(deployed.properties)), _wanted(properties)
    gone = before.settings.keys() - wanted.settings.keys()
    if "CorsConfiguration" in gone:
        context.call(SERVICE, "delete_cors_configuration", ApiId=api)
    emptied = _emptied(gone - {"CorsConfiguration"}, WITHOUT)
    settings = {name: one for name, one in wanted.settings.items() if name != "ProtocolType"}
    context.call(SERVICE, "update_api", ApiId=api, **emptied, **settings)
    _tag(context, f"/apis/{api}", before.tags, wanted.tags)
    if before.body != wanted.body:
        _empty(context, api)
        if wanted.body:
            _fill(context, api, wanted.body)
    return _api(context, api)


def _delete_api(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "delete_api", ApiId=deployed.physical_id)


def _api(context: Context, api: str) -> Made:
    endpoint = context.call(SERVICE, "get_api", ApiId=api)["ApiEndpoint"]
    arn = f"arn:aws:execute-api:{context.region}:{context.account}:{api}"
    return Made(api, {"ApiId": api, "ApiEndpoint": endpoint, "ExecuteApiArn": arn})


def _fill(context: Context, api: str, body: http.HttpBody) -> None:
    """Make the parts of the body one by one: moto has no ImportApi."""
    authorizers = {
        name: context.call(SERVICE, "create_authorizer", ApiId=api, Name=name, **one)[
            "AuthorizerId"
        ]
        for name, one in body.authorizers.items()
    }
    for route in body.routes:
        context.call(
            SERVICE,
            "create_route",
            ApiId=api,
            RouteKey=route.key,
            Target=_integrate(context, api, route.integration),
            AuthorizationType=route.type,
            AuthorizerId=authorizers[route.authorizer] if route.authorizer else None,
            AuthorizationScopes=route.scopes,
        )


def _integrate(context: Context, api: str, integration: Mapping[str, Any] | None) -> str | None:
    if integration is None:
        return None
    made = context.call(SERVICE, "create_integration", ApiId=api, **integration)
    return f"integrations/{made['IntegrationId']}"


def _empty(context: Context, api: str) -> None:
    """Delete everything that a body makes; the stages stay."""
    for kind in ("Route", "Integration", "Authorizer"):
        for one in context.call(SERVICE, f"get_{kind.lower()}s", ApiId=api)["Items"]:
            identifier = {f"{kind}Id": one[f"{kind}Id"]}
            context.call(SERVICE, f"delete_{kind.lower()}", ApiId=api, **identifier)


def _create_stage(context: Context, properties: Properties) -> Made:
    api, name = properties["ApiId"], properties["StageName"]
    _check_stage(context, properties)
    stages = context.call(SERVICE, "get_stages", ApiId=api)["Items"]
    if name in [stage["StageName"] for stage in stages]:
        raise Failure(f"Stage already exists: {name} of API {api}")
    settings = properties.without("ApiId", "StageName")
    context.call(SERVICE, "create_stage", ApiId=api, StageName=name, **settings)
    return Made(name, {})


def _update_stage(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    api, name = properties["ApiId"], deployed.physical_id
    _check_stage(context, properties)
    old_tags, tags = deployed.properties.get("Tags", {}), properties.get("Tags", {})
    emptied = _emptied(deployed.properties.keys() - properties.keys() - {"Tags"}, STAGE_WITHOUT)
    settings = properties.without("ApiId", "StageName", "Tags")
    context.call(SERVICE, "update_stage", ApiId=api, StageName=name, **emptied, **settings)
    _tag(context, f"/apis/{api}/stages/{name}", old_tags, tags)
    return Made(name, {})


def _delete_stage(context: Context, deployed: DeployedResource) -> None:
    api = deployed.properties["ApiId"]
    context.call(SERVICE, "delete_stage", ApiId=api, StageName=deployed.physical_id)


def _check_stage(context: Context, properties: Properties) -> None:
    api = properties["ApiId"]
    if log := properties.get("AccessLogSettings"):
        check_access_log(context, log["DestinationArn"], log["Format"])
    keys = [route["RouteKey"] for route in context.call(SERVICE, "get_routes", ApiId=api)["Items"]]
    for key in properties.get("RouteSettings", {}):
        if key not in keys:
            raise Failure(f"Unable to find Route by key {key} within the provided RouteSettings")
    if deployment := properties.get("DeploymentId"):
        context.call(SERVICE, "get_deployment", ApiId=api, DeploymentId=deployment)


def _emptied(gone: set[str], without: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := sorted(gone - without.keys()):
        raise Failure(f"the local cloud cannot remove {', '.join(unknown)} in place")
    return {name: without[name] for name in gone}


def _tag(context: Context, path: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    arn = f"arn:aws:apigateway:{context.region}::{path}"
    if gone := sorted(old.keys() - new.keys()):
        context.call(SERVICE, "untag_resource", ResourceArn=arn, TagKeys=gone)
    if new:
        context.call(SERVICE, "tag_resource", ResourceArn=arn, Tags=dict(new))


TYPES: Final = [
    ResourceType("AWS::ApiGatewayV2::Api", _create_api, _delete_api, _update_api),
    ResourceType("AWS::ApiGatewayV2::Stage", _create_stage, _delete_stage, _update_stage),
]
