"""Lambda: layers, versions, aliases, and settings of asynchronous calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .function_code import uploaded

PROVISIONED: Final = "ProvisionedConcurrencyConfig"


def _create_layer(context: Context, properties: Properties) -> Made:
    layer = context.call(
        "lambda",
        "publish_layer_version",
        LayerName=properties.get("LayerName") or context.name(140),
        Content={"ZipFile": uploaded(context, properties["Content"])},
        **properties.without("LayerName", "Content"),
    )
    arn = layer["LayerVersionArn"]
    return Made(arn, {"LayerVersionArn": arn})


def _delete_layer(context: Context, deployed: DeployedResource) -> None:
    layer, _, version = deployed.physical_id.rpartition(":")
    context.call("lambda", "delete_layer_version", LayerName=layer, VersionNumber=version)


def _create_version(context: Context, properties: Properties) -> Made:
    function = properties["FunctionName"]
    versions = context.call("lambda", "list_versions_by_function", FunctionName=function)
    known = [one["Version"] for one in versions["Versions"]]
    _require_code(context, function, properties.get("CodeSha256"))
    published = context.call(
        "lambda",
        "publish_version",
        FunctionName=function,
        Description=properties.get("Description"),
    )
    if published["Version"] in known:
        raise Failure(
            f"A version for this Lambda function exists ( {published['Version']} ). "
            "Modify the function to create a new version."
        )
    attributes = {"FunctionArn": published["FunctionArn"], "Version": published["Version"]}
    return Made(published["FunctionArn"], attributes)


def _delete_version(context: Context, deployed: DeployedResource) -> None:
    function, _, version = deployed.physical_id.rpartition(":")
    context.call("lambda", "delete_function", FunctionName=function, Qualifier=version)


def _require_code(context: Context, function: str, wanted: str | None) -> None:
    """A version may be of certain code only."""
    known = context.call("lambda", "get_function_configuration", FunctionName=function)
    if wanted not in (None, known["CodeSha256"]):
        raise Failure(f"CodeSha256 ({wanted}) is different from current CodeSha256 in $LATEST")


def _create_alias(context: Context, properties: Properties) -> Made:
    alias = context.call("lambda", "create_alias", **_alias(properties))
    return Made(alias["AliasArn"], {"AliasArn": alias["AliasArn"]})


def _update_alias(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    properties.changed_from(deployed, resets=["Description", PROVISIONED, "RoutingConfig"])
    reset = {"Description": "", "RoutingConfig": {"AdditionalVersionWeights": {}}}
    context.call("lambda", "update_alias", **(reset | _alias(properties)))
    return Made(deployed.physical_id, deployed.attributes)


def _delete_alias(context: Context, deployed: DeployedResource) -> None:
    names = {name: deployed.properties[name] for name in ("FunctionName", "Name")}
    context.call("lambda", "delete_alias", **names)


def _alias(properties: Properties) -> dict[str, Any]:
    """The alias for the API, which maps versions to weights, and refuses unknown names."""
    # Nothing shows here that a function was ready before its call.
    properties.get(PROVISIONED)
    alias = properties.without(PROVISIONED, "RoutingConfig")
    if "RoutingConfig" not in properties:
        return alias
    weights = properties["RoutingConfig"].get("AdditionalVersionWeights", [])
    routes = {weight["FunctionVersion"]: weight["FunctionWeight"] for weight in weights}
    return alias | {"RoutingConfig": {"AdditionalVersionWeights": routes}}


def _put_invoke_config(context: Context, properties: Properties) -> Made:
    context.call("lambda", "put_function_event_invoke_config", **properties)
    return Made(f"{properties['FunctionName']}|{properties['Qualifier']}", {})


def _put_invoke_config_again(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    _delete_invoke_config(context, deployed)
    return _put_invoke_config(context, properties)


def _delete_invoke_config(context: Context, deployed: DeployedResource) -> None:
    names: Mapping[str, str] = {
        name: deployed.properties[name] for name in ("FunctionName", "Qualifier")
    }
    context.call("lambda", "delete_function_event_invoke_config", **names)


TYPES: Final = [
    ResourceType("AWS::Lambda::LayerVersion", _create_layer, _delete_layer),
    ResourceType("AWS::Lambda::Version", _create_version, _delete_version),
    ResourceType("AWS::Lambda::Alias", _create_alias, _delete_alias, _update_alias),
    ResourceType(
        "AWS::Lambda::EventInvokeConfig",
        _put_invoke_config,
        _delete_invoke_config,
        _put_invoke_config_again,
    ),
]
