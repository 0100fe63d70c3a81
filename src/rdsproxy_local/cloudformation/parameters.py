"""A stack's parameters: the given values, checked against the template's declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jmespath
from botocore.exceptions import ClientError
from cfnlint.helpers import VALID_PARAMETER_TYPES

from .failure import Failure
from .functions import text

Call = Callable[..., Any]
Value = str | list[str]

MOST_BYTES: Final = 4_096
HIDDEN: Final = "****"
UNKNOWN: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""Placeholder for a value that a resource which does not exist yet will have."""

DECLARATION: Final = frozenset(
    {
        "AllowedPattern",
        "AllowedValues",
        "ConstraintDescription",
        "Default",
        "Description",
        "MaxLength",
        "MaxValue",
        "MinLength",
        "MinValue",
        "NoEcho",
        "Type",
    }
)
FROM_SSM: Final = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
EXISTING: Final = {
    "AWS::EC2::AvailabilityZone::Name": (
        "ec2",
        "describe_availability_zones",
        "AvailabilityZones[].ZoneName",
    ),
    "AWS::EC2::Image::Id": ("ec2", "describe_images", "Images[].ImageId"),
    "AWS::EC2::Instance::Id": (
        "ec2",
        "describe_instances",
        "Reservations[].Instances[].InstanceId",
    ),
    "AWS::EC2::KeyPair::KeyName": ("ec2", "describe_key_pairs", "KeyPairs[].KeyName"),
    "AWS::EC2::SecurityGroup::GroupName": (
        "ec2",
        "describe_security_groups",
        "SecurityGroups[].GroupName",
    ),
    "AWS::EC2::SecurityGroup::Id": (
        "ec2",
        "describe_security_groups",
        "SecurityGroups[].GroupId",
    ),
    "AWS::EC2::Subnet::Id": ("ec2", "describe_subnets", "Subnets[].SubnetId"),
    "AWS::EC2::VPC::Id": ("ec2", "describe_vpcs", "Vpcs[].VpcId"),
    "AWS::EC2::Volume::Id": ("ec2", "describe_volumes", "Volumes[].VolumeId"),
    "AWS::Route53::HostedZone::Id": ("route53", "list_hosted_zones", "HostedZones[].Id"),
    "AWS::SSM::Parameter::Name": ("ssm", "describe_parameters", "Parameters[].Name"),
}
"""The calls whose answers must contain a value of such a type."""


@dataclass(frozen=True)
class Parameters:
    """The values of a stack's parameters."""

    given: Mapping[str, str] = field(default_factory=dict)
    """The values as text, including defaults."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Values that Ref gives."""
    hidden: frozenset[str] = frozenset()
    """Names of the parameters with NoEcho."""
    from_ssm: frozenset[str] = frozenset()

    @property
    def unknown(self) -> frozenset[str]:
        """Names of the parameters without a value until other resources are created."""
        return frozenset(set(self.given) - set(self.values))

    def shown(self) -> list[dict[str, str]]:
        """The parameters as the API shows them."""
        return [self._shown(name) for name in self.given]

    def masked(self, value: Any) -> Any:
        """*value* with asterisks in the place of each parameter with NoEcho."""
        match value:
            case dict():
                return {name: self.masked(one) for name, one in value.items()}
            case list():
                return [self.masked(one) for one in value]
            case str():
                for name in self.hidden:
                    value = value.replace(self.given[name], HIDDEN) if self.given[name] else value
        return value

    def _shown(self, name: str) -> dict[str, str]:
        given = HIDDEN if name in self.hidden else self.given[name]
        shown = {"ParameterKey": name, "ParameterValue": given}
        if name in self.from_ssm:
            value = self.values[name]
            shown["ResolvedValue"] = value if isinstance(value, str) else ",".join(value)
        return shown


def parameters(
    declared: Mapping[str, Any],
    given: Mapping[str, str],
    call: Call,
    unknown: Collection[str] = (),
) -> Parameters:
    """The parameters that result from *given* and the defaults of those *declared*.

    Those that are *unknown* are given too, by resources that are still to be made.
    """
    if strange := sorted({*given, *unknown} - set(declared)):
        raise Failure(f"Parameters: [{', '.join(strange)}] do not exist in the template")
    texts = _defaults(declared) | dict(given) | dict.fromkeys(unknown, UNKNOWN)
    if missing := [name for name in declared if name not in texts]:
        raise Failure(f"Parameters: [{', '.join(missing)}] must have values")
    # AWS hands placeholders down, and looks even them up in the parameter store. The like:
    # https://github.com/aws-cloudformation/cfn-language-discussion/issues/152
    judged = {
        name: one
        for name, one in declared.items()
        if name not in unknown or FROM_SSM.fullmatch(one.get("Type", ""))
    }
    for name, declaration in judged.items():
        for problem in _problems(name, declaration, texts[name]):
            raise Failure(problem)
    return Parameters(
        {name: texts[name] for name in declared},
        {name: _value(name, one, texts[name], call) for name, one in judged.items()},
        frozenset(name for name, one in declared.items() if is_hidden(one)),
        frozenset(name for name, one in declared.items() if FROM_SSM.fullmatch(one["Type"])),
    )


def is_hidden(declaration: Mapping[str, Any]) -> bool:
    """True if the value of a parameter is shown to nobody."""
    return text(declaration.get("NoEcho", "")) == "true"


def _defaults(declared: Mapping[str, Any]) -> dict[str, str]:
    return {name: text(one["Default"]) for name, one in declared.items() if "Default" in one}


def _problems(name: str, declaration: Mapping[str, Any], value: str) -> Iterator[str]:
    if unknown := sorted(set(declaration) - DECLARATION):
        yield f"Template format error: Invalid template parameter property '{unknown[0]}'"
    if (type_name := declaration.get("Type")) is None:
        yield f"Template format error: Every Parameters object must contain a Type member: {name}"
    elif type_name not in VALID_PARAMETER_TYPES:
        yield f"Template format error: Unrecognized parameter type: {type_name}"
    if len(value.encode()) > MOST_BYTES:
        yield f"Parameter '{name}' must not be longer than {MOST_BYTES} bytes"
    described = declaration.get("ConstraintDescription")
    for problem in _constraints(name, declaration, value):
        yield (
            f"Parameter '{name}' failed to satisfy constraint: {described}"
            if described
            else (problem)
        )


def _constraints(name: str, declaration: Mapping[str, Any], value: str) -> Iterator[str]:
    # Of an SSM parameter and of a list's items AWS checks nothing but the values it may have.
    type_name = declaration.get("Type", "")
    items = _items(value) if _is_list(type_name) else [value]
    allowed = [text(one) for one in declaration.get("AllowedValues", items)]
    if not set(items) <= set(allowed):
        yield f"Parameter '{name}' must be one of AllowedValues"
    pattern = declaration.get("AllowedPattern", ".*")
    if not all(re.fullmatch(pattern, one, re.DOTALL) for one in items):
        yield f"Parameter '{name}' must match pattern {pattern}"
    if len(value) < int(declaration.get("MinLength", 0)):
        yield f"Parameter '{name}' must contain at least {declaration['MinLength']} characters"
    if len(value) > int(declaration.get("MaxLength", MOST_BYTES)):
        yield f"Parameter '{name}' must contain at most {declaration['MaxLength']} characters"
    if type_name in {"Number", "List<Number>"}:
        yield from _number_problems(name, declaration, items)


def _number_problems(name: str, declaration: Mapping[str, Any], items: list[str]) -> Iterator[str]:
    try:
        numbers = [float(one) for one in items]
    except ValueError:
        yield f"Parameter '{name}' must be a number"
        return
    if any(number < float(declaration.get("MinValue", "-inf")) for number in numbers):
        yield f"Parameter '{name}' must be a number not less than {declaration['MinValue']}"
    if any(number > float(declaration.get("MaxValue", "inf")) for number in numbers):
        yield f"Parameter '{name}' must be a number not greater than {declaration['MaxValue']}"


def _value(name: str, declaration: Mapping[str, Any], given: str, call: Call) -> Value:
    type_name = declaration["Type"]
    if from_ssm := FROM_SSM.fullmatch(type_name):
        given, type_name = _from_ssm(given, from_ssm[1], call), from_ssm[1]
    value: Value = _items(given) if _is_list(type_name) else given
    item_type = type_name.removeprefix("List<").removesuffix(">")
    if item_type in EXISTING:
        _check_existence(name, item_type, value, call)
    return value


def _is_list(type_name: str) -> bool:
    return type_name == "CommaDelimitedList" or type_name.startswith("List<")


def _items(value: str) -> list[str]:
    return [item.strip() for item in value.split(",")]


def _from_ssm(name: str, type_name: str, call: Call) -> str:
    try:
        found = call("ssm", "get_parameter", Name=name)["Parameter"]
    except ClientError as error:
        raise Failure(
            f"Unable to fetch parameters [{name}] from parameter store for this account."
        ) from error
    if found["Type"] == "SecureString":
        raise Failure(f"Parameters [{name}] referenced by template have types not supported")
    if _is_list(type_name) != (found["Type"] == "StringList"):
        raise Failure(
            f"Types for SSM parameters [{name}] defined in CFN template and SSM are incompatible"
        )
    return str(found["Value"])


def _check_existence(name: str, type_name: str, value: Value, call: Call) -> None:
    service, operation, path = EXISTING[type_name]
    # Route 53's identifiers come as "/hostedzone/…", and both forms are taken.
    there = {one.rpartition("/")[2] for one in jmespath.search(path, call(service, operation))}
    for one in [value] if isinstance(value, str) else value:
        if one.rpartition("/")[2] not in there:
            raise Failure(
                f"Parameter validation failed: parameter value {one} "
                f"for parameter name {name} does not exist"
            )
