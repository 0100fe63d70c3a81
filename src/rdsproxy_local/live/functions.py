"""Lambda: functions; and the log groups that they write to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource
from .reading import Reader, named, picked, reads, tag_list

CONFIGURATION: Final = (
    "Architectures",
    "Description",
    "DeadLetterConfig",
    "Environment",
    "EphemeralStorage",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
)


@reads(*CONFIGURATION, "Layers", "ReservedConcurrentExecutions", "Tags")
def _function(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    found = context.call("lambda", "get_function", FunctionName=deployed.physical_id)
    configuration = found["Configuration"]
    concurrency = found.get("Concurrency", {})
    return {
        **picked(configuration, *CONFIGURATION),
        **picked(concurrency, "ReservedConcurrentExecutions"),
        "Layers": [layer["Arn"] for layer in configuration.get("Layers", ())],
        "Tags": tag_list(found.get("Tags", {})),
    }


@reads("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerName", "LicenseInfo")
def _layer(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    layer, version = deployed.physical_id.rsplit(":", 1)
    name = layer.rpartition(":")[2]
    found = context.call("lambda", "get_layer_version", LayerName=name, VersionNumber=int(version))
    names = ("CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo")
    return {**picked(found, *names), "LayerName": name}


@reads("Description", "FunctionVersion", "Name")
def _alias(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    function, _, name = deployed.physical_id.rpartition(":")
    found = context.call("lambda", "get_alias", FunctionName=function, Name=name)
    return picked(found, "Description", "FunctionVersion", "Name")


@reads("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier")
def _invoke_config(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    function, _, qualifier = deployed.physical_id.rpartition("|")
    found = context.call(
        "lambda",
        "get_function_event_invoke_config",
        FunctionName=function,
        Qualifier=qualifier,
    )
    names = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
    return {**picked(found, *names), "Qualifier": qualifier}


@reads("LogGroupClass", "LogGroupName", "RetentionInDays", "Tags")
def _log_group(context: Context, deployed: DeployedResource) -> Mapping[str, Any]:
    name = deployed.physical_id
    groups = context.call("logs", "describe_log_groups", logGroupNamePrefix=name)["logGroups"]
    found = named(groups, "logGroupName", name)
    arn = f"arn:aws:logs:{context.region}:{context.account}:log-group:{name}"
    tags = context.call("logs", "list_tags_for_resource", resourceArn=arn)["tags"]
    own = {
        "LogGroupClass": found.get("logGroupClass"),
        "LogGroupName": name,
        "RetentionInDays": found.get("retentionInDays"),
    }
    return {**picked(own, *own), "Tags": tag_list(tags)}


READERS: Final[Mapping[str, Reader]] = {
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Logs::LogGroup": _log_group,
}
