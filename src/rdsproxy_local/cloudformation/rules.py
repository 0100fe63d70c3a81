"""The section `Rules`: assertions about parameters, judged before anything is made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import jmespath
from botocore.exceptions import ClientError

from .failure import Failure
from .functions import text
from .parameters import Parameters

Call = Callable[..., Any]
PARTS: Final = range(2, 11)
"""The number of conditions in Fn::And and Fn::Or."""
GROUP: Final = "AWS::EC2::SecurityGroup::Id"
RESOURCES: Final[Mapping[str, tuple[str, str, str, Mapping[str, str]]]] = {
    "AWS::EC2::Image::Id": ("describe_images", "ImageIds", "Images[0]", {}),
    "AWS::EC2::Instance::Id": (
        "describe_instances",
        "InstanceIds",
        "Reservations[0].Instances[0]",
        {},
    ),
    GROUP: ("describe_security_groups", "GroupIds", "SecurityGroups[0]", {}),
    "AWS::EC2::Subnet::Id": (
        "describe_subnets",
        "SubnetIds",
        "Subnets[0]",
        {"AvailabilityZone": "AvailabilityZone", "VpcId": "VpcId"},
    ),
    "AWS::EC2::VPC::Id": ("describe_vpcs", "VpcIds", "Vpcs[0]", {}),
    "AWS::EC2::Volume::Id": ("describe_volumes", "VolumeIds", "Volumes[0]", {}),
}
"""Types of parameters whose values have attributes: how EC2 describes one, and which it has."""


def check_rules(
    rules: Mapping[str, Any],
    declared: Mapping[str, Any],
    parameters: Parameters,
    region: str,
    call: Call,
) -> None:
    """Raise :class:`Failure` with the first assertion that does not hold."""
    scope = _Rules(declared, parameters, region, call)
    for name, rule in rules.items():
        assertions = _assertions(name, rule)
        if scope.needs_unknown(rule):
            continue
        if "RuleCondition" in rule and not scope.holds(rule["RuleCondition"]):
            continue
        for assertion in assertions:
            if not scope.holds(assertion["Assert"]):
                described = assertion.get("AssertDescription")
                raise Failure(
                    f"Template error: Rule {name} is not satisfied"
                    + (f": {described}" if described else "")
                )


def _assertions(name: str, rule: Any) -> list[Mapping[str, Any]]:
    assertions = rule.get("Assertions") if isinstance(rule, Mapping) else None
    if not isinstance(assertions, list) or not assertions:
        raise Failure(f"Template format error: Rule {name} must have a list of Assertions")
    if strange := sorted(set(rule) - {"Assertions", "RuleCondition"}):
        raise Failure(f"Template format error: Rule {name} has an unknown member {strange[0]}")
    for assertion in assertions:
        if not isinstance(assertion, Mapping) or "Assert" not in assertion:
            raise Failure(f"Template format error: Each of Rule {name}'s Assertions has an Assert")
    return assertions


class _Rules:
    """The meaning of functions in rules, which know parameters and no resources."""

    def __init__(
        self, declared: Mapping[str, Any], parameters: Parameters, region: str, call: Call
    ) -> None:
        self._declared, self._parameters, self._call = declared, parameters, call
        self._pseudo = {"AWS::Region": region, "AWS::Partition": "aws", "AWS::NoValue": ""}

    def needs_unknown(self, value: Any) -> bool:
        """True if a parameter whose value a change set does not know yet is needed."""
        match value:
            case {"Ref": str(name)}:
                return name in self._parameters.unknown
            case {"Fn::ValueOf": [str(name), *_]}:
                return name in self._parameters.unknown
            case {"Fn::RefAll": str(kind)} | {"Fn::ValueOfAll": [str(kind), *_]}:
                return any(one in self._parameters.unknown for one in self._of_type(kind))
            case Mapping():
                return any(map(self.needs_unknown, value.values()))
            case list():
                return any(map(self.needs_unknown, value))
        return False

    def holds(self, condition: Any) -> bool:
        """True if a condition or an assertion holds."""
        match condition:
            case {"Fn::Equals": [one, other], **more} if not more:
                return self._value(one) == self._value(other)
            case {"Fn::Not": [one], **more} if not more:
                return not self.holds(one)
            case {"Fn::And": list(parts), **more} if not more and len(parts) in PARTS:
                return all(self.holds(part) for part in parts)
            case {"Fn::Or": list(parts), **more} if not more and len(parts) in PARTS:
                return any(self.holds(part) for part in parts)
            case {"Fn::Contains": [values, one], **more} if not more:
                return self._value(one) in self._list(values)
            case {"Fn::EachMemberEquals": [values, one], **more} if not more:
                wanted = self._value(one)
                return all(value == wanted for value in self._list(values))
            case {"Fn::EachMemberIn": [values, allowed], **more} if not more:
                return set(self._list(values)) <= set(self._list(allowed))
        raise Failure(f"Template format error: {condition} is no condition of a rule")

    def _value(self, value: Any) -> str | list[str]:
        match value:
            case {"Ref": str(name), **more} if not more:
                return self._ref(name)
            case {"Fn::ValueOf": [str(name), str(attribute)], **more} if not more:
                found = self._attributes(name, attribute)
                return found[0] if len(found) == 1 else found
            case Mapping():
                raise Failure(f"Template format error: {value} is no function of a rule")
            case list():
                return self._list(value)
        return text(value)

    def _list(self, value: Any) -> list[str]:
        match value:
            case {"Fn::RefAll": str(kind), **more} if not more:
                return [one for name in self._of_type(kind) for one in self._listed(name)]
            case {"Fn::ValueOfAll": [str(kind), str(attribute)], **more} if not more:
                return [
                    one for name in self._of_type(kind) for one in self._attributes(name, attribute)
                ]
            case list():
                return [one for inner in value for one in self._flat(self._value(inner))]
        return self._flat(self._value(value))

    def _flat(self, value: str | list[str]) -> list[str]:
        return value if isinstance(value, list) else [value]

    def _ref(self, name: str) -> str | list[str]:
        if name in self._pseudo:
            return self._pseudo[name]
        if name not in self._parameters.values:
            raise Failure(
                f"Template format error: Unresolved dependencies [{name}]. Cannot reference "
                "resources in the Rules block of the template"
            )
        return self._parameters.values[name]

    def _listed(self, name: str) -> list[str]:
        return self._flat(self._ref(name))

    def _of_type(self, kind: str) -> Iterator[str]:
        for name, declaration in self._declared.items():
            if declaration.get("Type") in (kind, f"List<{kind}>"):
                yield name

    def _attributes(self, name: str, attribute: str) -> list[str]:
        kind = self._declared.get(name, {}).get("Type", "")
        kind = kind.removeprefix("List<").removesuffix(">")
        return [self._attribute(kind, one, attribute) for one in self._listed(name)]

    def _attribute(self, kind: str, identifier: str, attribute: str) -> str:
        if kind not in RESOURCES:
            raise Failure(f"Template format error: {kind} has no attributes in the Rules block")
        operation, parameter, path, names = RESOURCES[kind]
        if (kind, attribute) == ("AWS::EC2::VPC::Id", "DefaultSecurityGroup"):
            return self._default_group(identifier)
        tag = attribute.removeprefix("Tags.")
        if attribute not in names and tag == attribute:
            raise Failure(f"Template format error: {kind} has no attribute {attribute} in Rules")
        try:
            found = jmespath.search(path, self._call("ec2", operation, **{parameter: [identifier]}))
        except ClientError as error:
            raise Failure(f"{kind} {identifier} does not exist") from error
        if attribute in names:
            return str(found[names[attribute]])
        tags = {one["Key"]: one["Value"] for one in found.get("Tags", ())}
        return str(tags.get(tag, ""))

    def _default_group(self, vpc_id: str) -> str:
        filters = [
            {"Name": "vpc-id", "Values": [vpc_id]},
            {"Name": "group-name", "Values": ["default"]},
        ]
        groups = self._call("ec2", "describe_security_groups", Filters=filters)["SecurityGroups"]
        return str(groups[0]["GroupId"]) if groups else ""
