"""The flat form of a bundle, with the questions that our rules ask of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from ..model.accepted_rules import ACCEPTED, OURS
from ..model.references import references
from ..model.template import Template, needed
from .values import items, listed, mappings, simple

FUNCTION_TYPES = ("AWS::Serverless::Function", "AWS::Lambda::Function")
INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"
PROXY, TARGET_GROUP = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup"
ENDPOINT = "AWS::RDS::DBProxyEndpoint"
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
GROUP = "AWS::EC2::SecurityGroup"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
IDENTIFIERS = {
    CLUSTER: "DBClusterIdentifier",
    INSTANCE: "DBInstanceIdentifier",
    PROXY: "DBProxyName",
}
"""The properties that name a resource physically."""
FROM_SECRET = re.compile(
    r"\{\{resolve:secretsmanager:\$\{(\w+)\}:SecretString:(\w+)(?::[^}]*)?\}\}"
)
"""The expression that reads one key of a secret of the bundle."""


@dataclass(frozen=True)
class Graph:
    """Resources by flat logical ID; a value that only deployment knows is left unjudged."""

    template: Template
    folders: Mapping[str, Path] = field(default_factory=dict)
    """The folder of the file in which each resource is written, where there is one."""
    region: str | None = None
    """The Region in which the resources are created, where somebody says it."""

    def of_type(self, *types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the resources of these types, each with its properties."""
        known = self._names_by_type
        names = known.get(types[0], ()) if len(types) == 1 else self._in_order(types)
        for name in names:
            yield name, self.properties(name)

    def _in_order(self, types: tuple[str, ...]) -> list[str]:
        """Return the resources of several types in the order of the template."""
        if not any(one in self._names_by_type for one in types):
            return []
        return [name for name, body in self.template.resources.items() if body["Type"] in types]

    @cached_property
    def _names_by_type(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, body in self.template.resources.items():
            found.setdefault(body["Type"], []).append(name)
        return found

    def properties(self, name: str) -> Mapping[str, Any]:
        """Return the properties of the resource *name*."""
        properties: Mapping[str, Any] = self.template.resources[name].get("Properties") or {}
        return properties

    def type(self, name: str) -> str:
        """Return the type of the resource *name*."""
        return str(self.template.resources[name]["Type"])

    def accepts(self, name: str, rule: str) -> bool:
        """Tell whether ``Metadata`` of the resource *name* accepts that it breaks *rule*."""
        place: Any = self.template.resources[name].get("Metadata")
        for key in (OURS, ACCEPTED):
            place = place.get(key) if isinstance(place, dict) else None
        return isinstance(place, dict) and rule in place

    def waits_for(self, name: str) -> set[str]:
        """Return all resources that are created before the resource *name*."""
        found: set[str] = set()
        todo = [name]
        while todo:
            others = self._needed(todo.pop())
            todo += others - found
            found |= others
        return found

    def _needed(self, name: str) -> set[str]:
        if name not in self._known_needs:
            body = self.template.resources[name]
            self._known_needs[name] = needed(body) & self.template.resources.keys()
        return self._known_needs[name]

    @cached_property
    def answers(self) -> dict[tuple[object, ...], Any]:
        """What functions with :func:`~.once.once_a_graph` have answered."""
        return {}

    @cached_property
    def _known_needs(self) -> dict[str, set[str]]:
        return {}

    def target(self, expression: object) -> str | None:
        """Return the resource that *expression* refers to; None for a parameter or a literal."""
        match simple(expression):
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                return name if name in self.template.resources else None
            case _:
                return None

    def secret(self, expression: object) -> object:
        """Return the secret that *expression* refers to, else *expression* as it is.

        ``Ref`` of an attachment is the ARN of its secret.
        """
        name = self.target(expression)
        if name and self.type(name) == ATTACHMENT:
            return self.secret(self.properties(name).get("SecretId"))
        return name or expression

    def read(self, value: object) -> object:
        """Resolve a dynamic reference to a secret of the bundle, where the template tells.

        Any other *value* is returned as it is.
        """
        match value:
            case {"Fn::Sub": str(text)} if found := FROM_SECRET.fullmatch(text):
                secret, key = found.groups()
            case _:
                return value
        body = self.template.resources.get(secret, {}).get("Properties", {})
        generated = body.get("GenerateSecretString")
        template = generated.get("SecretStringTemplate") if isinstance(generated, dict) else None
        try:
            content = json.loads(template) if isinstance(template, str) else None
        except ValueError:
            return value
        return content.get(key, value) if isinstance(content, dict) else value

    def named(self, expression: object, *types: str) -> str | None:
        """Return the resource of these types that *expression* refers to, by Ref or by its name."""
        if name := self.target(expression):
            return name
        for kind in types if isinstance(expression, str) else ():
            for name, body in self.of_type(kind):
                # RDS keeps names in lower case.
                if str(body.get(IDENTIFIERS[kind])).lower() == str(expression).lower():
                    return name
        return None

    def targets(self, expressions: object) -> list[str]:
        """Return the resources that a list of *expressions* refers to."""
        if expressions is None:
            return []
        return [name for item in items(expressions) if (name := self.target(item))]

    def entrances(self, function: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield what a function's environment names: a proxy or its endpoint, and the proxy."""
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
        return mappings(self.properties(proxy).get("Auth"))

    def demands_token(self, proxy: str) -> bool:
        """Tell whether clients log in to *proxy* by IAM."""
        return self.properties(proxy).get("DefaultAuthScheme") == "IAM_AUTH" or any(
            entry.get("IAMAuth") == "REQUIRED" for entry in self.logins_of(proxy)
        )

    def databases_of(self, proxy: str) -> list[str]:
        """The clusters and instances that *proxy* pools connections to."""
        return [
            database
            for _, group in self.of_type(TARGET_GROUP)
            if self.named(group.get("DBProxyName"), PROXY) == proxy
            for database in self.databases_in(group)
        ]

    def databases_in(self, group: Mapping[str, Any]) -> list[str]:
        """The clusters and instances that are targets of a target group."""
        named = [
            self.named(one, kind)
            for kind, key in (
                (CLUSTER, "DBClusterIdentifiers"),
                (INSTANCE, "DBInstanceIdentifiers"),
            )
            for one in items(group.get(key))
        ]
        return [name for name in named if name]

    def instances_of(self, cluster: str) -> list[str]:
        """The instances of *cluster*."""
        return [
            name
            for name, instance in self.of_type(INSTANCE)
            if self.named(instance.get("DBClusterIdentifier"), CLUSTER) == cluster
        ]

    def inline_policies(self, role_or_function: str) -> Iterator[Mapping[str, Any]]:
        """The documents of the policies of a role or SAM function, not those known by name."""
        apart = [
            policy
            for _, policy in self.of_type(*POLICIES)
            if role_or_function
            in self.targets([*listed(policy.get("Roles", [])), policy.get("RoleName")])
        ]
        for policy in [*listed(self.properties(role_or_function).get("Policies", [])), *apart]:
            document = policy.get("PolicyDocument", policy) if isinstance(policy, dict) else {}
            if isinstance(document, dict) and "Statement" in document:
                yield document

    def statements(self, role_or_function: str) -> Iterator[Mapping[str, Any]]:
        """The statements that allow something in the policies of a role or SAM function."""
        for document in self.inline_policies(role_or_function):
            for statement in listed(document["Statement"]):
                if isinstance(statement, dict) and statement.get("Effect") == "Allow":
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
