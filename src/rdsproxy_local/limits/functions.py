"""Lambda: functions, their aliases, and whom their asynchronous calls name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .check import Check
from .existence import answers

MOST_MEMORY: Final = 10240
LATEST: Final = "$LATEST"
UNRESERVED: Final = 900
"""The executions of an account that a function may have provisioned; 100 are kept for all others.

https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""
LAYER: Final = re.compile(r"arn:[^:]+:lambda:([^:]+):\d{12}:layer:.+")
LEVELS: Final = ("ApplicationLogLevel", "SystemLogLevel")


def _settings(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    memory = given.get("MemorySize", 0)
    if memory > MOST_MEMORY and "CapacityProviderConfig" not in given:
        yield (
            f"'MemorySize' value failed to satisfy constraint: Member must have value less than "
            f"or equal to {MOST_MEMORY}"
        )
    if given.get("PackageType", "Zip") == "Zip" and not ("Handler" in given and "Runtime" in given):
        yield (
            "Runtime and Handler are mandatory parameters for functions created with "
            "deployment packages."
        )
    variables = given.get("Environment", {}).get("Variables", {})
    for name in [name for name, value in variables.items() if isinstance(value, dict | list)]:
        yield f"Environment variable {name} must be a string"
    logging = given.get("LoggingConfig", {})
    if logging.get("LogFormat", "Text") == "Text" and set(LEVELS) & set(logging):
        yield (
            'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from '
            'your request or change the LogFormat to "JSON" and try again.'
        )


def _layers(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for layer in given.get("Layers", ()):
        found = LAYER.fullmatch(layer)
        if found is not None and found[1] != context.region:
            yield (
                "Layers are not in the same region as the function. Layers are expected to be in "
                f"region {context.region}."
            )


def _runtime(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    runtime = str(given.get("Runtime", ""))
    blocked = _blocked().get(runtime)
    if blocked is not None and blocked <= datetime.now(UTC).date():
        yield (
            f"The runtime parameter of {runtime} is no longer supported for creating or updating "
            "AWS Lambda functions. We recommend you use a supported runtime while creating or "
            "updating functions."
        )


@cache
def _blocked() -> dict[str, date]:
    """The day from which Lambda makes no function of a runtime, by cfn-lint's data."""
    place = files("cfnlint.data.AdditionalSpecs") / "LmbdRuntimeLifecycle.json"
    runtimes = json.loads(place.read_text("utf-8"))
    return {
        name: date.fromisoformat(days["create-block"])
        for name, days in runtimes.items()
        if days["create-block"]
    }


def _addresses(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse IPv6 in subnets that have none; subnets that are missing are the service's to tell."""
    network = given.get("VpcConfig", {})
    if network.get("Ipv6AllowedForDualStack") is not True:
        return
    try:
        found = context.call("ec2", "describe_subnets", SubnetIds=network.get("SubnetIds", []))
    except ClientError:
        return
    for subnet in found["Subnets"]:
        if not subnet.get("Ipv6CidrBlockAssociationSet"):
            yield (
                "Ipv6AllowedForDualStack needs dual-stack subnets: "
                f"{subnet['SubnetId']} has no IPv6 CIDR block"
            )


def _alias(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    weights = given.get("RoutingConfig", {}).get("AdditionalVersionWeights", [])
    versions = [given.get("FunctionVersion"), *(one.get("FunctionVersion") for one in weights)]
    if weights and LATEST in versions:
        yield f"Routing config is not supported for the version {LATEST}"
    if len(set(versions)) < len(versions):
        yield f"The version {versions[0]} is in the routing config, too"
    yield from _provisioned(context, given)
    for version in versions[1:]:
        if version != LATEST and not _is_there(context, given.get("FunctionName", ""), version):
            yield f"Function not found: {given.get('FunctionName')}:{version}"


def _provisioned(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse provisioned concurrency of the version that changes, or more than there is."""
    if "ProvisionedConcurrencyConfig" not in given:
        return
    if given.get("FunctionVersion") == LATEST:
        yield "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    wanted = given["ProvisionedConcurrencyConfig"].get("ProvisionedConcurrentExecutions", 0)
    if wanted < 1:
        yield "ProvisionedConcurrentExecutions must have value greater than or equal to 1"
    name = given.get("FunctionName", "")
    try:
        found = context.call("lambda", "get_function_concurrency", FunctionName=name)
    except ClientError:
        return
    reserved = found.get("ReservedConcurrentExecutions")
    if reserved is not None and wanted > reserved:
        yield (
            "Requested Provisioned Concurrency should not be greater than the "
            "reservedConcurrentExecution for function"
        )
    elif reserved is None and wanted > UNRESERVED:
        yield (
            "Specified ConcurrentExecutions for function is greater than account's "
            f"UnreservedConcurrentExecution [{UNRESERVED}]."
        )


def _invoke_config(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    name, qualifier = given.get("FunctionName", ""), given.get("Qualifier", LATEST)
    if qualifier == LATEST:
        return
    if not _is_there(context, name, qualifier):
        yield (
            f"The function {name} doesn't exist with the qualifier {qualifier}: "
            f"Function not found: {name}:{qualifier}"
        )


def _is_there(context: Context, name: str, qualifier: str) -> bool:
    return answers(context, "lambda", "get_function", FunctionName=name, Qualifier=qualifier)


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::Lambda::Alias": (_alias,),
    "AWS::Lambda::EventInvokeConfig": (_invoke_config,),
    "AWS::Lambda::Function": (_settings, _layers, _runtime, _addresses),
}
