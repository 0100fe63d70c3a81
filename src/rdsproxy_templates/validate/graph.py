"""The flat form of a family, with the questions that our checks ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network
from typing import Any, Literal

from ..frame import Template

FUNCTION_TYPES = ("AWS::Serverless::Function", "AWS::Lambda::Function")
INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
PROXY, TARGET_GROUP = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup"
GROUP = "AWS::EC2::SecurityGroup"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type


@dataclass(frozen=True)
class Doubt:
    """What a check found: the resource, by its flat logical ID, and two sentences."""

    resource: str
    property: str
    sentence: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a security group, wherever it is written."""

    resource: str
    group: str
    direction: Literal["in", "out"]
    protocol: str
    ports: tuple[int, int]
    peer: str | None
    cidr: str | None

    def admits(self, direction: str, peer: str, port: int) -> bool:
        """Whether traffic to or from the group *peer* on *port* passes."""
        everywhere = self.cidr in ("0.0.0.0/0", "::/0")
        first, last = self.ports
        return (
            self.direction == direction
            and (self.peer == peer or everywhere)
            and self.protocol in ("tcp", "6", "-1")
            and (self.protocol == "-1" or first <= port <= last)
        )


@dataclass(frozen=True)
class Graph:
    """Resources by flat logical ID; a value that only deployment knows is left unjudged."""

    template: Template

    def of_type(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Resources of these types, each with its properties."""
        for name, body in self.template.resources.items():
            if body["Type"] in types:
                yield name, body.get("Properties", {})

    def properties(self, name: str) -> Mapping[str, Any]:
        """Properties of the resource *name*."""
        properties: Mapping[str, Any] = self.template.resources[name].get("Properties", {})
        return properties

    def type(self, name: str) -> str:
        """Type of the resource *name*."""
        return str(self.template.resources[name]["Type"])

    def waits_for(self, name: str) -> list[str]:
        """``DependsOn`` of the resource *name*."""
        return list(self.template.resources[name].get("DependsOn", []))

    def target(self, expression: object) -> str | None:
        """The resource that *expression* refers to; None for a parameter or a literal."""
        match expression:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                return name if name in self.template.resources else None
            case _:
                return None

    def targets(self, expressions: object) -> list[str]:
        """The resources in a list of expressions, without what is not a resource of ours."""
        items = expressions if isinstance(expressions, list) else []
        return [name for item in items if (name := self.target(item))]

    def databases_of(self, proxy: str) -> list[str]:
        """The clusters and instances that *proxy* pools connections to."""
        return [
            database
            for _, group in self.of_type(TARGET_GROUP)
            if self.target(group.get("DBProxyName")) == proxy
            for database in self.targets(group.get("DBClusterIdentifiers"))
            + self.targets(group.get("DBInstanceIdentifiers"))
        ]

    def instances_of(self, cluster: str) -> list[str]:
        """The instances of *cluster*."""
        return [
            name
            for name, instance in self.of_type(INSTANCE)
            if self.target(instance.get("DBClusterIdentifier")) == cluster
        ]

    @cached_property
    def rules(self) -> list[Rule]:
        """Every rule of every security group of ours."""
        return [*self._written_inside(), *self._written_outside()]

    def _written_inside(self) -> Iterator[Rule]:
        for name, group in self.of_type(GROUP):
            for body in group.get("SecurityGroupIngress", []):
                yield self._rule(name, name, "in", body)
            for body in group.get("SecurityGroupEgress", []):
                yield self._rule(name, name, "out", body)

    def _written_outside(self) -> Iterator[Rule]:
        directions: dict[str, Literal["in", "out"]] = {"Ingress": "in", "Egress": "out"}
        for suffix, direction in directions.items():
            for name, body in self.of_type(f"{GROUP}{suffix}"):
                if group := self.target(body.get("GroupId")):
                    yield self._rule(name, group, direction, body)

    def _rule(
        self, resource: str, group: str, direction: Literal["in", "out"], body: Mapping[str, Any]
    ) -> Rule:
        peer = body.get("SourceSecurityGroupId", body.get("DestinationSecurityGroupId"))
        cidr = body.get("CidrIp", body.get("CidrIpv6"))
        return Rule(
            resource=resource,
            group=group,
            direction=direction,
            protocol=str(body.get("IpProtocol")),
            ports=(int(body.get("FromPort", 0)), int(body.get("ToPort", 65535))),
            peer=self.target(peer),
            cidr=cidr if isinstance(cidr, str) else None,
        )

    def statements(self, role_or_function: str) -> Iterator[Mapping[str, Any]]:
        """The statements that allow something in the policies of a role or SAM function."""
        for policy in self.properties(role_or_function).get("Policies", []):
            document = policy.get("PolicyDocument", policy) if isinstance(policy, dict) else {}
            for statement in document.get("Statement", []):
                if statement.get("Effect") == "Allow":
                    yield statement


def listed(value: object) -> list[Any]:
    """*value* as the list that CloudFormation reads it as."""
    return value if isinstance(value, list) else [value]


def is_network(text: object) -> bool:
    """Whether *text* is an address range, as it stands."""
    try:
        ip_network(str(text))
    except ValueError:
        return False
    return isinstance(text, str)
