"""API Gateway's HTTP APIs: lists of authorizers, changes of stages, deployments."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote

from moto.apigateway import urls as rest_urls
from moto.apigatewayv2 import urls
from moto.apigatewayv2.exceptions import APIGatewayV2Error
from moto.apigatewayv2.models import Api, Stage
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.core.utils import iso_8601_datetime_without_milliseconds
from moto.moto_api._internal import mock_random

Answer = tuple[int, dict[str, Any], str | bytes]

PATHS: Final = (
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments$",
    "{0}/v2/apis/(?P<api_id>[^/]+)/deployments/(?P<deployment_id>[^/]+)$",
    "{0}/v2/tags/(?P<resource_arn>[^/]+)/apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)$",
)
_tag_resource: Final = ApiGatewayV2Response.tag_resource
_untag_resource: Final = ApiGatewayV2Response.untag_resource
_stage_to_json: Final = Stage.to_json


class BadRequest(APIGatewayV2Error):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


class DeploymentNotFound(APIGatewayV2Error):
    code = 404

    def __init__(self, deployment_id: str) -> None:
        super().__init__(
            "NotFoundException", f"Invalid Deployment identifier specified {deployment_id}"
        )


def install() -> None:
    for path in PATHS:
        urls.url_paths[path] = ApiGatewayV2Response.dispatch
        # One service to whoever signs requests, and so one table of paths.
        rest_urls.url_paths[path] = ApiGatewayV2Response.dispatch
    for added in (
        get_authorizers,
        update_stage,
        create_deployment,
        get_deployment,
        get_deployments,
        delete_deployment,
        tag_resource,
        untag_resource,
    ):
        setattr(ApiGatewayV2Response, added.__name__, added)
    stage: Any = Stage
    stage.to_json = stage_to_json


def get_authorizers(self: ApiGatewayV2Response) -> Answer:
    authorizers = _api(self).authorizers.values()
    return _answer({"items": [one.to_json() for one in authorizers]})


def update_stage(self: ApiGatewayV2Response) -> Answer:
    """Each setting that is given takes the place of the one before."""
    api = _api(self)
    before = api.get_stage(unquote(self.path.split("/")[5]))
    config = {**before.config, "tags": before.tags, **json.loads(self.body)}
    stage = api.create_stage(config)
    stage.created = before.created
    return _answer(stage.to_json())


def stage_to_json(self: Stage) -> dict[str, Any]:
    return {**_stage_to_json(self), "deploymentId": self.config.get("deploymentId")}


def create_deployment(self: ApiGatewayV2Response) -> Answer:
    api, given = _api(self), json.loads(self.body)
    if not api.routes:
        raise BadRequest("At least one route is required to deploy the Api.")
    deployment = {
        "deploymentId": mock_random.get_random_hex(6),
        "autoDeployed": False,
        "createdDate": iso_8601_datetime_without_milliseconds(datetime.now(UTC)),
        "deploymentStatus": "DEPLOYED",
        "description": given.get("description"),
    }
    if name := given.get("stageName"):
        api.get_stage(name).config["deploymentId"] = deployment["deploymentId"]
    _deployments(api)[deployment["deploymentId"]] = deployment
    return _answer(deployment)


def get_deployment(self: ApiGatewayV2Response) -> Answer:
    return _answer(_deployment(self))


def get_deployments(self: ApiGatewayV2Response) -> Answer:
    return _answer({"items": list(_deployments(_api(self)).values())})


def delete_deployment(self: ApiGatewayV2Response) -> Answer:
    deployment_id = _deployment(self)["deploymentId"]
    api = _api(self)
    if deployment_id in [stage.config.get("deploymentId") for stage in [*api.stages.values()]]:
        raise BadRequest("Active stages pointing to this deployment must be moved or deleted")
    del _deployments(api)[deployment_id]
    return 204, {}, ""


def tag_resource(self: ApiGatewayV2Response) -> Answer:
    stage = _tagged_stage(self)
    if stage is None:
        return _tag_resource(self)
    stage.tags = {**stage.tags, **json.loads(self.body)["tags"]}
    return 201, {}, "{}"


def untag_resource(self: ApiGatewayV2Response) -> Answer:
    stage = _tagged_stage(self)
    if stage is None:
        return _untag_resource(self)
    gone = self.querystring["tagKeys"]
    stage.tags = {name: value for name, value in stage.tags.items() if name not in gone}
    return 200, {}, "{}"


def _api(response: ApiGatewayV2Response) -> Api:
    return response.apigatewayv2_backend.get_api(response.path.split("/")[3])


def _deployments(api: Api) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = vars(api).setdefault("deployments", {})
    return found


def _deployment(response: ApiGatewayV2Response) -> dict[str, Any]:
    deployment_id = response.path.split("/")[5]
    deployments = _deployments(_api(response))
    if deployment_id not in deployments:
        raise DeploymentNotFound(deployment_id)
    return deployments[deployment_id]


def _tagged_stage(response: ApiGatewayV2Response) -> Stage | None:
    """The stage of a request for its tags; None for other resources' tags."""
    arn = re.fullmatch(r".*:/apis/([^/]+)/stages/(.+)", unquote(response.path))
    return response.apigatewayv2_backend.get_stage(arn[1], arn[2]) if arn else None


def _answer(value: dict[str, Any]) -> Answer:
    return 200, {}, json.dumps(value)
