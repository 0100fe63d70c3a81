"""CloudWatch: alarms and dashboards, which nothing sets off here."""

from __future__ import annotations

from typing import Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import gone_tags


def _create_alarm(context: Context, properties: Properties) -> Made:
    name = properties.get("AlarmName") or context.name(255)
    return _put_alarm(context, name, properties)


def _update_alarm(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    new = properties.get("Tags")
    if gone := gone_tags(deployed.properties.get("Tags"), new):
        arn = deployed.attributes["Arn"]
        context.call("cloudwatch", "untag_resource", ResourceARN=arn, TagKeys=gone)
    return _put_alarm(context, deployed.physical_id, properties)


def _delete_alarm(context: Context, deployed: DeployedResource) -> None:
    context.call("cloudwatch", "delete_alarms", AlarmNames=[deployed.physical_id])


def _put_alarm(context: Context, name: str, properties: Properties) -> Made:
    # It takes the place of a whole alarm.
    settings = properties.without("AlarmName")
    context.call("cloudwatch", "put_metric_alarm", AlarmName=name, **settings)
    arn = f"arn:aws:cloudwatch:{context.region}:{context.account}:alarm:{name}"
    return Made(name, {"Arn": arn})


def _create_dashboard(context: Context, properties: Properties) -> Made:
    return _put_dashboard(context, properties.get("DashboardName") or context.name(255), properties)


def _update_dashboard(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    return _put_dashboard(context, deployed.physical_id, properties)


def _delete_dashboard(context: Context, deployed: DeployedResource) -> None:
    context.call("cloudwatch", "delete_dashboards", DashboardNames=[deployed.physical_id])


def _put_dashboard(context: Context, name: str, properties: Properties) -> Made:
    body = properties["DashboardBody"]
    context.call("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=body)
    return Made(name, {})


TYPES: Final = [
    ResourceType("AWS::CloudWatch::Alarm", _create_alarm, _delete_alarm, _update_alarm),
    ResourceType(
        "AWS::CloudWatch::Dashboard", _create_dashboard, _delete_dashboard, _update_dashboard
    ),
]
