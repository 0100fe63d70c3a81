"""CodeDeploy: applications and deployment groups, which shift a function's callers.

Here, an alias leads to its new version at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType

RESETS: Final = {
    "AlarmConfiguration": {"enabled": False, "alarms": []},
    "AutoRollbackConfiguration": {"enabled": False},
}
"""Settings that may be left out, and what they are then."""


def _create_application(context: Context, properties: Properties) -> Made:
    name = properties.get("ApplicationName") or context.name(100)
    context.call(
        "codedeploy",
        "create_application",
        applicationName=name,
        computePlatform=properties.get("ComputePlatform"),
        tags=properties.get("Tags"),
    )
    return Made(name, {})


def _delete_application(context: Context, deployed: DeployedResource) -> None:
    context.call("codedeploy", "delete_application", applicationName=deployed.physical_id)


def _create_group(context: Context, properties: Properties) -> Made:
    name = properties.get("DeploymentGroupName") or context.name(100)
    context.call(
        "codedeploy",
        "create_deployment_group",
        deploymentGroupName=name,
        tags=properties.get("Tags"),
        **_api_names(properties.without("DeploymentGroupName", "Tags")),
    )
    return Made(name, {})


def _update_group(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=RESETS)
    context.call(
        "codedeploy",
        "update_deployment_group",
        applicationName=properties["ApplicationName"],
        currentDeploymentGroupName=deployed.physical_id,
        **_api_names(
            {name: RESETS[name] if value is None else value for name, value in changed.items()}
        ),
    )
    return Made(deployed.physical_id, deployed.attributes)


def _delete_group(context: Context, deployed: DeployedResource) -> None:
    context.call(
        "codedeploy",
        "delete_deployment_group",
        applicationName=deployed.properties["ApplicationName"],
        deploymentGroupName=deployed.physical_id,
    )


def _api_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as the API spells them, with a small letter first."""
    return {name[:1].lower() + name[1:]: _small(value) for name, value in settings.items()}


def _small(value: Any) -> Any:
    match value:
        case dict():
            return _api_names(value)
        case list():
            return [_small(one) for one in value]
    return value


TYPES: Final = [
    ResourceType("AWS::CodeDeploy::Application", _create_application, _delete_application),
    ResourceType("AWS::CodeDeploy::DeploymentGroup", _create_group, _delete_group, _update_group),
]
