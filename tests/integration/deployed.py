"""The expected deployment of a variant: its templates, with the deployment's values in them.

Nothing here asks CloudFormation for more than physical IDs. References and functions are
worked out a second time, and attributes come from the services themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from deployed_resources import called, shown

from rdsproxy_local.local_cloud import Account
from rdsproxy_templates.model.references import PLACEHOLDER
from rdsproxy_templates.rendering import Bundle
from rdsproxy_templates.rendering.documents import document
from rdsproxy_templates.rendering.sam_transform import expanded

LAYER: Final = "AWS::Lambda::LayerVersion"
STACK: Final = "AWS::CloudFormation::Stack"
LAYER_HASH: Final = re.compile(r"[0-9a-f]{10}$")
SECRET_REFERENCE: Final = re.compile(
    r"\{\{resolve:secretsmanager:(arn:[^}]+?):SecretString:(\w+)\}\}"
)
PARAMETER_REFERENCE: Final = re.compile(r"\{\{resolve:ssm:([^}]+)\}\}")

DEFAULT_RULES: Final[Mapping[str, list[dict[str, str]]]] = {
    "Ingress": [],
    "Egress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
}
"""Default rules of a group that declares no rules."""
PEERS: Final = (
    "CidrIp",
    "CidrIpv6",
    "DestinationPrefixListId",
    "DestinationSecurityGroupId",
    "SourcePrefixListId",
    "SourceSecurityGroupId",
)

Path = tuple[str, ...]
Templates = Mapping[Path, Mapping[str, Any]]


@dataclass(frozen=True)
class Resource:
    """A resource of a deployed variant, as its template declares it."""

    stack: DeployedStack
    logical_id: str

    @property
    def place(self) -> str:
        """Its logical ID after those of the stacks around it."""
        return "/".join((*self.stack.path, self.logical_id))

    @property
    def type(self) -> str:
        return str(self._body["Type"])

    @property
    def deletion_policy(self) -> str:
        return str(self._body.get("DeletionPolicy", "Delete"))

    @property
    def physical_id(self) -> str:
        return self.stack.physical_ids[self.logical_id]

    @cached_property
    def properties(self) -> dict[str, Any]:
        """The properties with the deployment's values."""
        properties: dict[str, Any] = self.stack.value(self._body.get("Properties", {}))
        return properties

    @cached_property
    def shown(self) -> Mapping[str, Any]:
        """The resource, as its own service shows it."""
        return shown(self.stack.account, self.type, self.physical_id, self.properties)

    def attribute(self, name: str) -> Any:
        """The expected value of GetAtt."""
        value = called(self.type, name, self.shown)
        if value is None:
            raise NotImplementedError(f"CALLED does not say where {self.type} has {name}")
        return value

    def differences(self) -> Iterator[str]:
        """A sentence for each property that its service shows otherwise than the template."""
        for name, expected in self.properties.items():
            value = called(self.type, name, self.shown)
            if value is not None and not is_shown(expected, value):
                yield f"{self.place}.{name} is {value!r}, not {expected!r}"

    @property
    def _body(self) -> Mapping[str, Any]:
        body: Mapping[str, Any] = self.stack.template["Resources"][self.logical_id]
        return body


class DeployedStack:
    """A stack of a deployed variant, and all stacks nested in it.

    It is given *arguments* as its *parent* writes them; the root's are what they say.
    """

    def __init__(  # noqa: PLR0917 - what a stack consists of
        self,
        account: Account,
        stack_id: str,
        templates: Templates,
        arguments: Mapping[str, Any],
        parent: DeployedStack | None = None,
        path: Path = (),
    ) -> None:
        self.account, self.id, self.path = account, stack_id, path
        self.template = templates[path]
        self._templates, self._arguments, self._parent = templates, arguments, parent

    @cached_property
    def physical_ids(self) -> dict[str, str]:
        """The physical IDs by logical ID; layers have the logical IDs of the template here."""
        deployed = self.account.resources(self.id)
        layers = {
            _deployed_layer(name, deployed): name
            for name, body in self.template["Resources"].items()
            if body["Type"] == LAYER
        }
        return {layers.get(name, name): physical_id for name, physical_id in deployed.items()}

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """The stack's own resources by logical ID, including nested stacks."""
        return {name: Resource(self, name) for name in self.template["Resources"]}

    @cached_property
    def children(self) -> dict[str, DeployedStack]:
        return {
            name: DeployedStack(
                self.account,
                self.physical_ids[name],
                self._templates,
                body["Properties"].get("Parameters", {}),
                self,
                (*self.path, name),
            )
            for name, body in self.template["Resources"].items()
            if body["Type"] == STACK
        }

    def walk(self) -> Iterator[DeployedStack]:
        """The stack itself, then all that it nests."""
        yield self
        for child in self.children.values():
            yield from child.walk()

    @property
    def outputs(self) -> dict[str, Any]:
        """The expected outputs."""
        outputs = self.template.get("Outputs", {})
        return {name: self.value(output["Value"]) for name, output in outputs.items()}

    def value(self, node: Any) -> Any:
        """The value of a piece of its template."""
        match node:
            case {"Ref": str(name)}:
                return self._referred(name)
            case {"Fn::GetAtt": [str(name), *attribute]}:
                return self._attribute(name, ".".join(attribute))
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(variables)]}:
                return self._substituted(text, self.value(variables))
            case {"Fn::Join": [str(mark), items]}:
                return mark.join(self.value(items))
            case {"Fn::Split": [str(mark), text]}:
                return self.value(text).split(mark)
            case {"Fn::Select": [index, items]}:
                return self.value(items)[int(index)]
            case {"Fn::GetAZs": _}:
                return self._zones()
            case dict() if any(name.startswith("Fn::") for name in node):
                raise NotImplementedError(f"{node} is not worked out here")
            case dict():
                return {name: self.value(one) for name, one in node.items()}
            case list():
                return [self.value(one) for one in node]
            case str():
                known = PARAMETER_REFERENCE.sub(self._parameter_value, node)
                return SECRET_REFERENCE.sub(self._secret_value, known)
        return node

    def _referred(self, name: str) -> Any:
        if name in self.template.get("Parameters", {}):
            return self._parameter(name, self.template["Parameters"][name])
        return self._pseudo(name) if name.startswith("AWS::") else self.physical_ids[name]

    def _parameter(self, name: str, declared: Mapping[str, Any]) -> Any:
        given = self._arguments.get(name, declared.get("Default"))
        value = self._parent.value(given) if self._parent else given
        is_list = declared["Type"].startswith(("CommaDelimitedList", "List<"))
        return value.split(",") if is_list and isinstance(value, str) else value

    def _pseudo(self, name: str) -> str:
        return {
            "AWS::AccountId": self.account.id,
            "AWS::Partition": "aws",
            "AWS::Region": self.account.region,
            "AWS::StackId": self.id,
            "AWS::StackName": self.id.split("/")[1],
            "AWS::URLSuffix": "amazonaws.com",
        }[name]

    def _attribute(self, name: str, attribute: str) -> Any:
        if name in self.children:
            return self.children[name].outputs[attribute.removeprefix("Outputs.")]
        return self.resources[name].attribute(attribute)

    def _substituted(self, text: str, variables: Mapping[str, Any]) -> Any:
        def placed(match: re.Match[str]) -> str:
            name, _, attribute = match[1].partition(".")
            if match[1] in variables:
                return str(variables[match[1]])
            return str(self._attribute(name, attribute) if attribute else self._referred(name))

        return self.value(PLACEHOLDER.sub(placed, text).replace("${!", "${"))

    def _secret_value(self, match: re.Match[str]) -> str:
        return str(secret_of(self.account, match[1])[match[2]])

    def _parameter_value(self, match: re.Match[str]) -> str:
        found = self.account.client("ssm").get_parameter(Name=match[1])
        return str(found["Parameter"]["Value"])

    def _zones(self) -> list[str]:
        zones = self.account.client("ec2").describe_availability_zones()["AvailabilityZones"]
        return [zone["ZoneName"] for zone in zones]


class DeployedVariant:
    """A variant under the name of its root stack; *parameters* are those without a default."""

    def __init__(
        self,
        account: Account,
        name: str,
        bundle: Bundle,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.account, self.name = account, name
        stack_id = account.stack(name)["StackId"]
        self.root = DeployedStack(account, stack_id, plain_templates(bundle), parameters or {})

    @cached_property
    def stacks(self) -> list[DeployedStack]:
        return list(self.root.walk())

    @cached_property
    def resources(self) -> list[Resource]:
        """All but the nested stacks."""
        return [
            resource
            for stack in self.stacks
            for resource in stack.resources.values()
            if resource.type != STACK
        ]

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    def physical_ids(self) -> dict[str, str]:
        """The current physical IDs, nested stacks among them, by the paths of the resources."""
        return {
            "/".join((*stack.path, name)): physical_id
            for stack in self.stacks
            for name, physical_id in self.account.resources(stack.id).items()
        }

    def statuses(self) -> set[str]:
        """The statuses of all its stacks."""
        return {self.account.stack(stack.id)["StackStatus"] for stack in self.stacks}


@dataclass(frozen=True, order=True)
class Rule:
    """A rule of a security group, as the template or as EC2 has it."""

    group: str
    direction: str
    protocol: str
    ports: tuple[int, int]
    peer: str


def wanted_rules(deployed: DeployedVariant) -> list[Rule]:
    """The rules of the templates, of the variant's own groups and of others."""
    inside = [
        _rule(group.physical_id, direction, body)
        for group in deployed.of_type("AWS::EC2::SecurityGroup")
        for direction in ("Ingress", "Egress")
        for body in group.properties.get(f"SecurityGroup{direction}", DEFAULT_RULES[direction])
    ]
    outside = [
        _rule(rule.properties["GroupId"], direction, rule.properties)
        for direction in ("Ingress", "Egress")
        for rule in deployed.of_type(f"AWS::EC2::SecurityGroup{direction}")
    ]
    return sorted(inside + outside)


def _rule(group: str, direction: str, body: Mapping[str, Any]) -> Rule:
    (peer,) = [body[name] for name in PEERS if name in body]
    ports = int(body.get("FromPort", -1)), int(body.get("ToPort", -1))
    return Rule(group, direction, str(body["IpProtocol"]), ports, peer)


def deployed_rules(deployed: DeployedVariant) -> list[Rule]:
    """The rules of the variant's groups in EC2."""
    groups = [group.physical_id for group in deployed.of_type("AWS::EC2::SecurityGroup")]
    described = deployed.account.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": groups}]
    )["SecurityGroupRules"]
    return sorted(
        Rule(
            rule["GroupId"],
            "Egress" if rule["IsEgress"] else "Ingress",
            rule["IpProtocol"],
            (rule["FromPort"], rule["ToPort"]),
            rule.get("ReferencedGroupInfo", {}).get("GroupId")
            or rule.get("CidrIpv4")
            or rule.get("CidrIpv6")
            or rule["PrefixListId"],
        )
        for rule in described
        if rule["GroupId"] in groups
    )


def plain_templates(bundle: Bundle) -> dict[Path, dict[str, Any]]:
    """The templates of a variant in plain CloudFormation, by the titles of the stacks around."""
    return {
        path: expanded(document(template, path, "plain")) for path, template in bundle.root.walk()
    }


def _deployed_layer(name: str, deployed: Iterable[str]) -> str:
    """The logical ID of a layer in its stack.

    SAM ends its name with a hash of what it consists of, the address of its code included,
    which packaging changes.
    """
    wanted = LAYER_HASH.sub("", name)
    (found,) = [one for one in deployed if LAYER_HASH.sub("", one) == wanted]
    return found


def secret_of(account: Account, arn: str) -> dict[str, Any]:
    """The value of a secret, which is JSON."""
    answer = account.client("secretsmanager").get_secret_value(SecretId=arn)
    value: dict[str, Any] = json.loads(answer["SecretString"])
    return value


def is_shown(expected: Any, shown: Any) -> bool:
    """True if *shown* holds all of *expected*, lists in any order, "1" and 1 and 1.0 alike."""
    match expected, shown:
        case dict(), Mapping():
            theirs = {name.lower(): value for name, value in shown.items()}
            return all(
                name.lower() in theirs and is_shown(value, theirs[name.lower()])
                for name, value in expected.items()
            )
        case list(), list():
            return len(expected) == len(shown) and all(
                any(is_shown(one, other) for other in shown) for one in expected
            )
        case ((dict() | list()), _):
            return False
    return expected == shown or str(expected).lower() == str(shown).lower()
