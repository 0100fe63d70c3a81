"""CodeDeploy on Lambda: what it refuses, and what moto lacks of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.codedeploy.exceptions import CodeDeployException
from moto.codedeploy.models import CodeDeployBackend
from moto.codedeploy.responses import CodeDeployResponse
from moto.core.responses import ActionResult

from .roles import may_assume
from .surround import surround

SERVICE: Final = "codedeploy.amazonaws.com"
ON_LAMBDA: Final = "Lambda"
# https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
CONFIGURATIONS: Final = frozenset(
    f"CodeDeployDefault.Lambda{way}"
    for way in (
        "AllAtOnce",
        *(f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)),
        "Linear10PercentEvery1Minute",
        *(f"Linear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)),
    )
)
STYLE: Final = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}


class Refused(CodeDeployException):
    """An answer with one of CodeDeploy's exceptions."""

    code = 400


def install() -> None:
    surround(CodeDeployBackend, "create_deployment_group", _create_group)
    for name, answer in ANSWERS.items():
        setattr(CodeDeployResponse, name, answer)


def _create_group(
    create: Callable[..., str], backend: CodeDeployBackend, application_name: str, **given: Any
) -> str:
    application = backend.applications.get(application_name)
    if application is not None and application.compute_platform == ON_LAMBDA:
        _require_lambda(backend, given)
    return create(backend, application_name, **given)


def _require_lambda(backend: CodeDeployBackend, given: dict[str, Any]) -> None:
    configuration = given.get("deployment_config_name") or "CodeDeployDefault.OneAtATime"
    if configuration not in CONFIGURATIONS:
        raise Refused(
            "DeploymentConfigDoesNotExistException",
            f"No Deployment Configuration found for name: {configuration}",
        )
    if given.get("deployment_style") != STYLE:
        raise Refused(
            "InvalidDeploymentStyleException",
            "For deployments to Lambda, the deployment type is BLUE_GREEN and the deployment "
            "option is WITH_TRAFFIC_CONTROL.",
        )
    if not may_assume(backend, given["service_role_arn"], SERVICE):
        raise Refused("InvalidRoleException", "CodeDeploy cannot assume the role that is provided.")


def _update_group(response: CodeDeployResponse) -> ActionResult:
    backend = response.codedeploy_backend
    application = response._get_param("applicationName")
    group = backend.get_deployment_group(
        application, response._get_param("currentDeploymentGroupName")
    )
    changed = {
        name: response._get_param(given)
        for name, given in CHANGEABLE.items()
        if response._get_param(given) is not None
    }
    if group.application.compute_platform == ON_LAMBDA:
        _require_lambda(backend, {name: getattr(group, name) for name in CHANGEABLE} | changed)
    for name, value in changed.items():
        setattr(group, name, value)
    return ActionResult({})


def _delete_group(response: CodeDeployResponse) -> ActionResult:
    """Delete a group; CodeDeploy says nothing of one that does not exist."""
    backend = response.codedeploy_backend
    groups = backend.deployment_groups.get(response._get_param("applicationName"), {})
    groups.pop(response._get_param("deploymentGroupName"), None)
    return ActionResult({"hooksNotCleanedUp": []})


def _delete_application(response: CodeDeployResponse) -> ActionResult:
    backend = response.codedeploy_backend
    name = response._get_param("applicationName")
    backend.applications.pop(name, None)
    backend.deployment_groups.pop(name, None)
    return ActionResult({})


ANSWERS: Final = {
    "delete_application": _delete_application,
    "delete_deployment_group": _delete_group,
    "update_deployment_group": _update_group,
}
CHANGEABLE: Final = {
    "alarm_configuration": "alarmConfiguration",
    "auto_rollback_configuration": "autoRollbackConfiguration",
    "deployment_config_name": "deploymentConfigName",
    "deployment_style": "deploymentStyle",
    "service_role_arn": "serviceRoleArn",
}
