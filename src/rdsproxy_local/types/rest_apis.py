"""API Gateway's REST APIs, up to their deployment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from ..openapi import rest

SERVICE: Final = "apigateway"
CHANGEABLE: Final = ("name", "description", "apiKeySource", "policy")
"""The identifiers of a method, in CloudFormation and in the API."""


class Calls(NamedTuple):
    """The arguments of the API's calls that make a method."""

    method: Mapping[str, Any]
    responses: Iterable[Mapping[str, Any]]
    integration: Mapping[str, Any] | None
    integration_responses: Iterable[Mapping[str, Any]]


def _create_api(context: Context, properties: Properties) -> Made:
    settings, body = _settings(properties), _body(properties)
    media_types = settings.pop("binaryMediaTypes", [])
    tags = _tags(properties)
    api = context.call(SERVICE, "create_rest_api", **settings, tags=tags)["id"]
    for media_type in media_types:
        # moto's CreateRestApi forgets them.
        added = {
            "op": "add",
            "path": f"/binaryMediaTypes/{_escaped(media_type)}",
            "value": media_type,
        }
        context.call(SERVICE, "update_rest_api", restApiId=api, patchOperations=[added])
    if body:
        _fill(context, api, body)
    return _api(context, api)


def _update_api(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    api = deployed.physical_id
    old = Properties(deployed.properties)
    before, after = _settings(old), _settings(properties)
    patches = [
        {"op": "replace", "path": path, "value": value} for path, value in _changes(before, after)
    ]
    if _tags(old) != _tags(properties):
        raise Failure("the local cloud cannot change the Tags of a REST API in place")
    context.call(SERVICE, "update_rest_api", restApiId=api, patchOperations=patches)
    old_body, body = _body(old), _body(properties)
    if old_body != body:
        _empty(context, api)
        if body:
            _fill(context, api, body)
    return _api(context, api)


def _delete_api(context: Context, deployed: DeployedResource) -> None:
    context.call(SERVICE, "delete_rest_api", restApiId=deployed.physical_id)


def _api(context: Context, api: str) -> Made:
    return Made(api, {"RestApiId": api, "RootResourceId": _resources(context, api)["/"]})


def _body(properties: Properties) -> rest.RestBody | None:
    return rest.read(properties["Body"]) if "Body" in properties else None


def _settings(properties: Properties) -> dict[str, Any]:
    """The API's own settings, with those of its body where its properties say nothing."""
    # Whatever AWS warns of fails here, and a body always takes the place of what was there.
    properties.get("FailOnWarnings")
    if properties.get("Mode", "overwrite") != "overwrite":
        raise Failure("the local cloud does not merge a Body with what was there")
    body = _body(properties)
    own = {
        "name": properties.get("Name"),
        "description": properties.get("Description"),
        "apiKeySource": properties.get("ApiKeySourceType"),
        "binaryMediaTypes": [_unescaped(one) for one in properties.get("BinaryMediaTypes", [])],
        "disableExecuteApiEndpoint": properties.get("DisableExecuteApiEndpoint"),
        "endpointConfiguration": _endpoint(properties),
        "minimumCompressionSize": properties.get("MinimumCompressionSize"),
        "policy": json.dumps(properties["Policy"]) if "Policy" in properties else None,
    }
    given = {name: value for name, value in own.items() if value not in (None, [])}
    return {**(body.settings if body else {}), **given}


def _endpoint(properties: Properties) -> dict[str, Any] | None:
    """The endpoint for CreateRestApi; SAM repeats it in the parameters of the import."""
    parameters = dict(properties.get("Parameters", {}))
    imported = parameters.pop("endpointConfigurationTypes", None)
    if parameters:
        raise Failure(f"the local cloud does not understand Parameters {sorted(parameters)}")
    if "EndpointConfiguration" not in properties:
        return {"types": [imported]} if imported else None
    return _lowered(properties["EndpointConfiguration"])


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The paths that differ, with their new values."""
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if name == "endpointConfiguration" and old and new and _types_alone(old, new):
            yield f"/endpointConfiguration/types/{old['types'][0]}", new["types"][0]
        elif name in CHANGEABLE and new is not None:
            yield f"/{name}", new
        else:
            raise Failure(f"the local cloud cannot change {name} of a REST API in place")


def _types_alone(*configurations: Mapping[str, Any]) -> bool:
    return all(one.keys() == {"types"} for one in configurations)


def _fill(context: Context, api: str, body: rest.RestBody) -> None:
    """Make the parts of the body one by one: moto's PutRestApi loses most of it."""
    authorizers = {
        name: context.call(SERVICE, "create_authorizer", restApiId=api, name=name, **one)["id"]
        for name, one in body.authorizers.items()
    }
    for response_type, response in body.gateway_responses.items():
        _put_gateway_response(context, api, response_type, response)
    resources = _resources(context, api)
    for method in body.methods:
        place = {
            "restApiId": api,
            "resourceId": _resource(context, api, resources, method.path),
            "httpMethod": method.verb,
        }
        authorizer = authorizers[method.authorizer] if method.authorizer else None
        responses = [
            {"statusCode": status, "responseParameters": dict(headers)}
            for status, headers in method.responses.items()
        ]
        settings = {**method.settings, "authorizerId": authorizer}
        calls = Calls(settings, responses, method.integration, method.integration_responses)
        _put(context, place, calls)


def _put(context: Context, place: Mapping[str, str], calls: Calls) -> None:
    """Make the method of a resource, in the place of one that is there."""
    context.call(SERVICE, "put_method", **place, **calls.method)
    for response in calls.responses:
        context.call(SERVICE, "put_method_response", **place, **response)
    if calls.integration:
        context.call(SERVICE, "put_integration", **place, **calls.integration)
    for response in calls.integration_responses:
        context.call(SERVICE, "put_integration_response", **place, **response)


def _resource(context: Context, api: str, resources: dict[str, str], path: str) -> str:
    """The ID of *path*, made with those above it where *resources* does not have it yet."""
    if path not in resources:
        above, _, part = path.rpartition("/")
        parent = _resource(context, api, resources, above or "/")
        made = context.call(
            SERVICE, "create_resource", restApiId=api, parentId=parent, pathPart=part
        )
        resources[path] = made["id"]
    return resources[path]


def _resources(context: Context, api: str) -> dict[str, str]:
    """The API's resources: path to ID."""
    return {one["path"]: one["id"] for one in _resource_items(context, api)}


def _resource_items(context: Context, api: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = context.call(SERVICE, "get_resources", restApiId=api)["items"]
    return items


def _empty(context: Context, api: str) -> None:
    """Delete everything that a body makes; the root and the stages stay."""
    items = _resource_items(context, api)
    # What is below another first: with AWS it goes with that, with moto it stays.
    for one in sorted(items, key=lambda item: len(item["path"]), reverse=True):
        place = {"restApiId": api, "resourceId": one["id"]}
        if one["path"] != "/":
            context.call(SERVICE, "delete_resource", **place)
            continue
        for verb in one.get("resourceMethods", {}):
            context.call(SERVICE, "delete_method", **place, httpMethod=verb)
    for one in context.call(SERVICE, "get_authorizers", restApiId=api)["items"]:
        context.call(SERVICE, "delete_authorizer", restApiId=api, authorizerId=one["id"])
    for one in context.call(SERVICE, "get_gateway_responses", restApiId=api)["items"]:
        place = {"restApiId": api, "responseType": one["responseType"]}
        context.call(SERVICE, "delete_gateway_response", **place)


def _put_gateway_response(
    context: Context, api: str, response_type: str, settings: Mapping[str, Any]
) -> None:
    place = {"restApiId": api, "responseType": response_type}
    context.call(SERVICE, "put_gateway_response", **place, **settings)


def _lowered(given: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's names, as the API spells them."""
    return {f"{name[0].lower()}{name[1:]}": value for name, value in given.items()}


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}


def _escaped(part: str) -> str:
    """*part* as a part of a JSON pointer, which is what the path of a patch is."""
    return part.replace("~", "~0").replace("/", "~1")


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


TYPES: Final = [
    ResourceType("AWS::ApiGateway::RestApi", _create_api, _delete_api, _update_api),
]
