"""Lambda: functions and permissions to call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .function_code import code_of, require_fit
from .steps import gone_tags, refuse_others, undone_on_failure

CONFIGURATION: Final[Mapping[str, Any]] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "Handler": None,
    "KmsKeyArn": "",
    "Layers": [],
    "LoggingConfig": {},
    "MemorySize": 128,
    "Role": None,
    "Runtime": None,
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
"""The settings of UpdateFunctionConfiguration, with the values for those left out of a template."""

IMAGE_URI: Final = re.compile(
    r"\d{12}\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/[^\s:@]+(:[^\s:@]+)?(@sha256:[0-9a-f]{64})?"
)
IDLE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "RuntimeManagementConfig": ("UpdateRuntimeOn", ("Auto", "FunctionUpdate")),
    "SnapStart": ("ApplyOn", ("None",)),
}
"""Properties, with a member and its values that change nothing here: runtimes have one version."""
OTHERS: Final = (
    *("Architectures", "Code", "PackageType", "ReservedConcurrentExecutions", "Tags"),
    *IDLE,
)
"""Properties that other calls set, or nothing."""


def _create_function(context: Context, properties: Properties) -> Made:
    name = properties.get("FunctionName") or context.name(64)
    _require_idle(properties)
    function = context.call(
        "lambda",
        "create_function",
        FunctionName=name,
        PackageType=properties.get("PackageType"),
        Code=_code(context, properties),
        Architectures=properties.get("Architectures"),
        Tags=_tags(properties.get("Tags")),
        **_api_names({name: properties[name] for name in CONFIGURATION if name in properties}),
    )
    with undone_on_failure(lambda: context.call("lambda", "delete_function", FunctionName=name)):
        _reserve(context, name, properties.get("ReservedConcurrentExecutions"))
    return Made(name, {"Arn": function["FunctionArn"]})


def _require_idle(properties: Properties) -> None:
    for name, (member, values) in IDLE.items():
        value = properties.get(name, {}).get(member, values[0])
        if value not in values:
            raise Failure(f"the local cloud has no {name} with {member} {value}")


def _update_function(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=[*CONFIGURATION, *OTHERS])
    refuse_others(changed, [*CONFIGURATION, *OTHERS])
    _require_idle(properties)
    name = deployed.physical_id
    if {"Architectures", "Code"} & set(changed):
        context.call(
            "lambda",
            "update_function_code",
            FunctionName=name,
            **_code(context, properties),
            Architectures=properties.get("Architectures", ["x86_64"]),
        )
    if configuration := _reset({one: changed[one] for one in CONFIGURATION if one in changed}):
        context.call(
            "lambda",
            "update_function_configuration",
            FunctionName=name,
            **_api_names(configuration),
        )
    if "ReservedConcurrentExecutions" in changed:
        _reserve(context, name, changed["ReservedConcurrentExecutions"])
    if "Tags" in changed:
        _set_tags(context, deployed, changed["Tags"])
    return Made(name, deployed.attributes)


def _code(context: Context, properties: Properties) -> dict[str, Any]:
    """The code for the API: a zip, or the address of an image."""
    if properties.get("PackageType", "Zip") == "Zip":
        code = code_of(context, properties["Code"], properties.get("Runtime"))
        if layers := properties.get("Layers"):
            require_fit(context, code, layers)
        return {"ZipFile": code}
    uri = str(properties["Code"].get("ImageUri", ""))
    found = IMAGE_URI.fullmatch(uri)
    if found is None or found["region"] != context.region:
        raise Failure(
            f"Source image {uri} is not valid. Provide a valid source image: one of Amazon ECR in "
            f"{context.region}, with a tag or a digest."
        )
    return {"ImageUri": uri}


def _delete_function(context: Context, deployed: DeployedResource) -> None:
    context.call("lambda", "delete_function", FunctionName=deployed.physical_id)


def _api_names(configuration: Mapping[str, Any]) -> dict[str, Any]:
    names = {"KmsKeyArn": "KMSKeyArn"}
    return {names.get(name, name): value for name, value in configuration.items()}


def _reset(changed: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults of removed properties."""
    return {
        name: CONFIGURATION[name] if value is None else value for name, value in changed.items()
    }


def _reserve(context: Context, function: str, executions: int | None) -> None:
    if executions is None:
        context.call("lambda", "delete_function_concurrency", FunctionName=function)
        return
    context.call(
        "lambda",
        "put_function_concurrency",
        FunctionName=function,
        ReservedConcurrentExecutions=executions,
    )


def _set_tags(context: Context, deployed: DeployedResource, new: Any) -> None:
    arn = deployed.attributes["Arn"]
    if gone := gone_tags(deployed.properties.get("Tags"), new):
        context.call("lambda", "untag_resource", Resource=arn, TagKeys=gone)
    if new:
        context.call("lambda", "tag_resource", Resource=arn, Tags=_tags(new))


def _tags(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str] | None:
    return None if tags is None else {tag["Key"]: tag["Value"] for tag in tags}


def _create_permission(context: Context, properties: Properties) -> Made:
    statement = context.name(100)
    context.call("lambda", "add_permission", StatementId=statement, **properties)
    return Made(statement, {"Id": statement})


def _delete_permission(context: Context, deployed: DeployedResource) -> None:
    context.call(
        "lambda",
        "remove_permission",
        FunctionName=deployed.properties["FunctionName"],
        StatementId=deployed.physical_id,
    )


TYPES: Final = [
    ResourceType("AWS::Lambda::Function", _create_function, _delete_function, _update_function),
    ResourceType("AWS::Lambda::Permission", _create_permission, _delete_permission),
]
