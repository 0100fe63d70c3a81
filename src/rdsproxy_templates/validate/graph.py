"""The flat form of a family, with the questions that our checks ask of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from ipaddress import ip_network
from typing import Any, Literal, TypeGuard

from ..frame import Origin, Template
from ..frame.references import references

FUNCTION_TYPES = ("AWS::Serverless::Function", "AWS::Lambda::Function")
INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
PROXY, TARGET_GROUP = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup"
ENDPOINT = "AWS::RDS::DBProxyEndpoint"
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
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
    protocol: str | None
    ports: tuple[float, float] | None
    peer: str | None
    cidr: str | None

    @property
    def span(self) -> str:
        """Its ports in words."""
        return f"ports {self.ports[0]:g} to {self.ports[1]:g}" if self.ports else "some ports"

    def place(self, key: str) -> str:
        """The property of its resource that says *key*."""
        lists = {"in": "SecurityGroupIngress", "out": "SecurityGroupEgress"}
        return lists[self.direction] if self.resource == self.group else key

    def admits(self, direction: str, peer: str, port: float) -> bool:
        """Whether traffic to or from the group *peer* on *port* may pass."""
        return self.direction == direction and self._reaches(peer) and self._covers(port)

    def _reaches(self, peer: str) -> bool:
        """A range may hold the peer and an expression be it; loopback holds nobody."""
        if self.peer is not None:
            return self.peer == peer
        return not (is_network(self.cidr) and ip_network(str(self.cidr)).is_loopback)

    def _covers(self, port: float) -> bool:
        if self.protocol in ("-1", None) or self.ports is None:
            return True
        return self.protocol in ("tcp", "6") and self.ports[0] <= port <= self.ports[1]


@dataclass(frozen=True)
class Graph:
    """Resources by flat logical ID; a value that only deployment knows is left unjudged."""

    template: Template
    origins: Mapping[str, Origin] = field(default_factory=dict)
    """The stacks that resources come from; none where the family is one template."""

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

    def waits_for(self, name: str) -> set[str]:
        """All that is there before the resource *name* is created."""
        found: set[str] = set()
        todo = [name]
        while todo:
            one = todo.pop()
            for other in references(dict(self.template.resources[one])):
                if other in self.template.resources:
                    fresh = {other, *self._with(other, one)} - found
                    found |= fresh
                    todo += fresh
        return found

    def _with(self, other: str, one: str) -> Iterator[str]:
        """A stack offers what it creates once the whole of it is there."""
        if not self.origins:
            return
        theirs, mine = self.origins[other].path, self.origins[one].path
        shared = 0
        while theirs[: shared + 1] == mine[: shared + 1] and shared < len(theirs):
            shared += 1
        if shared < len(theirs):
            for name, origin in self.origins.items():
                if origin.path[: shared + 1] == theirs[: shared + 1]:
                    yield name

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

    def entrances(self, function: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """What the environment of a function names: a proxy or its endpoint, and the proxy."""
        for name in sorted({*references(function.get("Environment"))}):
            if name not in self.template.resources:
                continue
            if self.type(name) == PROXY:
                yield name, name
            proxy = self.target(self.properties(name).get("DBProxyName"))
            if self.type(name) == ENDPOINT and proxy:
                yield name, proxy

    def logins_of(self, proxy: str) -> list[Mapping[str, Any]]:
        """The entries of ``Auth`` of *proxy*."""
        entries = self.properties(proxy).get("Auth")
        return entries if isinstance(entries, list) else []

    def demands_token(self, proxy: str) -> bool:
        """Whether clients log in to *proxy* by IAM."""
        return self.properties(proxy).get("DefaultAuthScheme") == "IAM_AUTH" or any(
            entry.get("IAMAuth") == "REQUIRED" for entry in self.logins_of(proxy)
        )

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
            # A group that says nothing of egress is given a rule to everywhere.
            everywhere = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
            for body in group.get("SecurityGroupEgress") or everywhere:
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
        protocol = body.get("IpProtocol")
        first, last = number(body.get("FromPort", 0)), number(body.get("ToPort", 65535))
        return Rule(
            resource=resource,
            group=group,
            direction=direction,
            protocol=str(protocol) if isinstance(protocol, str | int) else None,
            ports=None if first is None or last is None else (first, last),
            peer=self.target(peer),
            cidr=cidr if isinstance(cidr, str) else None,
        )

    def statements(self, role_or_function: str) -> Iterator[Mapping[str, Any]]:
        """The statements that allow something in the policies of a role or SAM function."""
        apart = [
            policy
            for _, policy in self.of_type(*POLICIES)
            if role_or_function
            in self.targets([*listed(policy.get("Roles", [])), policy.get("RoleName")])
        ]
        for policy in [*listed(self.properties(role_or_function).get("Policies", [])), *apart]:
            document = policy.get("PolicyDocument", policy) if isinstance(policy, dict) else {}
            for statement in listed(document.get("Statement", [])):
                if statement.get("Effect") == "Allow":
                    yield statement

    def resources_for(self, action: str, role_or_function: str) -> list[Any]:
        """The resources on which a role or SAM function may do *action*."""
        return [
            resource
            for statement in self.statements(role_or_function)
            if any(
                fnmatchcase(action.lower(), str(pattern).lower())
                for pattern in listed(statement.get("Action"))
            )
            for resource in listed(statement.get("Resource"))
        ]


def number(value: object) -> float | None:
    """*value* as a number, which may be text; None for what only deployment knows."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def is_literal(value: object) -> TypeGuard[str]:
    """Whether *value* is text as it stands, not an expression or a dynamic reference."""
    return isinstance(value, str) and "{{resolve:" not in value


def is_true(value: object) -> bool:
    """Whether *value* is true, which is text in the default of a parameter."""
    return value in (True, "true")


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
