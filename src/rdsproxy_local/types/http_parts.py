"""API Gateway: routes, integrations, authorizers and deployments of HTTP APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

SERVICE: Final = "apigatewayv2"


def _create_route(context: Context, properties: Properties) -> Made:
    api, key = properties["ApiId"], properties["RouteKey"]
    _check_route(context, properties)
    routes = context.call(SERVICE, "get_routes", ApiId=api)["Items"]
    if key in [route["RouteKey"] for route in routes]:
        raise Failure(f"Route with key {key} already exists for this API")
    return _part(context.call(SERVICE, "create_route", **properties), "RouteId")


def _update_route(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    _check_route(context, properties)
    return _update_part("Route", context, deployed, properties)


def _delete_route(context: Context, deployed: DeployedResource) -> None:
    _delete_part("Route", context, deployed)


def _check_route(context: Context, properties: Properties) -> None:
    api = properties["ApiId"]
    if target := properties.get("Target"):
        integration = target.removeprefix("integrations/")
        context.call(SERVICE, "get_integration", ApiId=api, IntegrationId=integration)
    if authorizer := properties.get("AuthorizerId"):
        context.call(SERVICE, "get_authorizer", ApiId=api, AuthorizerId=authorizer)


def _create_integration(context: Context, properties: Properties) -> Made:
    settings = {**properties, **_response_parameters(properties)}
    return _part(context.call(SERVICE, "create_integration", **settings), "IntegrationId")


def _update_integration(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    changed = properties.changed_from(deployed)
    identifier = {"ApiId": deployed.properties["ApiId"], "IntegrationId": deployed.physical_id}
    settings = {**changed, **_response_parameters(changed)}
    context.call(SERVICE, "update_integration", **identifier, **settings)
    return Made(deployed.physical_id, deployed.attributes)


def _response_parameters(settings: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation has lists where the API has maps from destination to source."""
    if "ResponseParameters" not in settings:
        return {}
    given = settings["ResponseParameters"]
    maps = {
        status: {each["Destination"]: each["Source"] for each in one["ResponseParameters"]}
        for status, one in given.items()
    }
    return {"ResponseParameters": maps}


def _delete_integration(context: Context, deployed: DeployedResource) -> None:
    routes = context.call(SERVICE, "get_routes", ApiId=deployed.properties["ApiId"])["Items"]
    if users := [one["RouteKey"] for one in routes if _target(one) == deployed.physical_id]:
        raise Failure(f"Cannot delete Integration {deployed.physical_id}: {users} are routed to it")
    _delete_part("Integration", context, deployed)


def _target(route: Mapping[str, Any]) -> str:
    target: str = route.get("Target") or ""
    return target.removeprefix("integrations/")


def _create_authorizer(context: Context, properties: Properties) -> Made:
    made = context.call(SERVICE, "create_authorizer", **{"IdentitySource": [], **properties})
    return _part(made, "AuthorizerId")


def _update_authorizer(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    return _update_part("Authorizer", context, deployed, properties)


def _delete_authorizer(context: Context, deployed: DeployedResource) -> None:
    _delete_part("Authorizer", context, deployed)


def _create_deployment(context: Context, properties: Properties) -> Made:
    return _part(context.call(SERVICE, "create_deployment", **properties), "DeploymentId")


def _delete_deployment(context: Context, deployed: DeployedResource) -> None:
    _delete_part("Deployment", context, deployed)


def _part(made: Mapping[str, Any], identifier: str) -> Made:
    return Made(made[identifier], {identifier: made[identifier]})


def _update_part(
    kind: str, context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    changed = properties.changed_from(deployed)
    identifier = {"ApiId": deployed.properties["ApiId"], f"{kind}Id": deployed.physical_id}
    context.call(SERVICE, f"update_{kind.lower()}", **identifier, **changed)
    return Made(deployed.physical_id, deployed.attributes)


def _delete_part(kind: str, context: Context, deployed: DeployedResource) -> None:
    identifier = {"ApiId": deployed.properties["ApiId"], f"{kind}Id": deployed.physical_id}
    context.call(SERVICE, f"delete_{kind.lower()}", **identifier)


TYPES: Final = [
    ResourceType("AWS::ApiGatewayV2::Route", _create_route, _delete_route, _update_route),
    ResourceType(
        "AWS::ApiGatewayV2::Integration",
        _create_integration,
        _delete_integration,
        _update_integration,
    ),
    ResourceType(
        "AWS::ApiGatewayV2::Authorizer",
        _create_authorizer,
        _delete_authorizer,
        _update_authorizer,
    ),
    ResourceType("AWS::ApiGatewayV2::Deployment", _create_deployment, _delete_deployment),
]
