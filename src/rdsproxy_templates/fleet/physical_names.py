"""Names that the resources of a stack set's stacks have, as far as they are known beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from ..records import record

GENERATED: Final = 24
"""Characters of a stack's name that every name has that CloudFormation makes.

A name of 64 characters has 25: `StackSet-cfn-custom-resou-CloudWatchAlarmTaggerFun-BY3KGvhxtgfW`.
`IdentifierUtils` of CloudFormation's Java plug-in divides a name evenly between stack and resource.
"""
OWN: Final = frozenset({"${AWS::Partition}", "${AWS::AccountId}"})
"""Pseudo parameters that are alike in the stack of the role."""
_PLACEHOLDER: Final = re.compile(r"\$\{[^}]*\}")
_ROLE_KEY: Final = re.compile(r"Role(Arn|ARN)?")
_LITERAL_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+")

Resource = tuple[str, Mapping[str, Any]]
"""Title and body of a resource."""


@record(frozen=True, kw_only=True)
class PhysicalNames:
    """Patterns of names, with ``*`` for what only the deployment knows."""

    stack_set: str
    templates: Sequence[Mapping[str, Any]]
    """Plain CloudFormation: a root template, and those that it nests."""

    @property
    def stacks(self) -> str:
        """The stacks, nested ones included, whose names are whole."""
        return f"StackSet-{self.stack_set}-*"

    @property
    def generated(self) -> str:
        """What CloudFormation names itself."""
        return f"{f'StackSet-{self.stack_set}'[:GENERATED]}*"

    def of(self, type_: str, name: str) -> list[str]:
        """Return the names of all resources of *type_*, whose property *name* has them."""
        found = (self._pattern(properties.get(name)) for _, properties in self.resources(type_))
        return distinct(found)

    def of_secrets(self) -> list[str]:
        """Return the names of secrets: a title begins those that CloudFormation makes."""
        type_ = "AWS::SecretsManager::Secret"
        titles = [f"{title}-*" for title, one in self.resources(type_) if "Name" not in one]
        managed = ["rds!*"] if any(self._managed_logins()) else []
        return distinct([*self.of(type_, "Name"), *titles, *managed])

    def of_roles(self) -> list[str]:
        """Return the paths and names of roles."""
        return distinct(self._at_path("AWS::IAM::Role", "RoleName"))

    def of_instance_profiles(self) -> list[str]:
        """Return the paths and names of instance profiles."""
        return distinct(self._at_path("AWS::IAM::InstanceProfile", "InstanceProfileName"))

    def given_roles(self) -> list[str]:
        """Return the ARNs of roles that the templates do not create, and name literally."""
        found = (
            value
            for _, _, properties in self._all()
            for value in _roles_in(properties)
            if _LITERAL_ROLE.fullmatch(value)
        )
        return distinct(found)

    def managed_policies(self) -> list[str]:
        """Return the ARNs of the managed policies that roles have."""
        roles = (properties for _, properties in self.resources("AWS::IAM::Role"))
        return distinct(
            self._arn(value) for one in roles for value in _listed(one.get("ManagedPolicyArns", []))
        )

    def boundaries(self) -> list[str]:
        """Return the permissions boundaries, where every role has one."""
        roles = [properties for _, properties in self.resources("AWS::IAM::Role")]
        found = [one.get("PermissionsBoundary") for one in roles]
        return [] if None in found else distinct(map(self._arn, found))

    def trusted_services(self) -> list[str]:
        """Return the services that the roles of the templates are for."""
        documents = (
            properties.get("AssumeRolePolicyDocument", {})
            for _, properties in self.resources("AWS::IAM::Role")
        )
        return distinct(
            service
            for document in documents
            for statement in _listed(document.get("Statement", []))
            if isinstance(statement.get("Principal"), dict)
            for service in _listed(statement["Principal"].get("Service", []))
            if isinstance(service, str)
        )

    def resources(self, type_: str) -> Iterator[Resource]:
        """Yield title and properties of each resource of *type_*."""
        for title, found, properties in self._all():
            if found == type_:
                yield title, properties

    def _all(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        for template in self.templates:
            for title, body in template["Resources"].items():
                yield title, body["Type"], body.get("Properties", {})

    def _at_path(self, type_: str, name: str) -> Iterator[str]:
        for _, properties in self.resources(type_):
            path = properties.get("Path", "/")
            yield (path if isinstance(path, str) else "/*") + self._pattern(properties.get(name))

    def _pattern(self, value: Any) -> str:
        match value:
            case None:
                return self.generated
            case str():
                return value
            case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
                own = text.replace("${AWS::StackName}", self.stacks)
                return re.sub(r"\*+", "*", _PLACEHOLDER.sub("*", own))
            case _:
                return "*"

    def _arn(self, value: Any) -> str:
        """Return a pattern of an ARN, whose own pseudo parameters a policy may have, too."""
        match value:
            case {"Fn::Sub": str(text)}:
                return _PLACEHOLDER.sub(lambda found: found[0] if found[0] in OWN else "*", text)
            case _:
                return self._pattern(value)

    def _managed_logins(self) -> Iterator[bool]:
        for type_ in ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance"):
            for _, properties in self.resources(type_):
                yield bool(properties.get("ManageMasterUserPassword"))


def distinct(patterns: Iterable[str]) -> list[str]:
    """Return *patterns* in order, without those that another one covers."""
    found = sorted(set(patterns))
    return [
        one for one in found if not any(other != one and fnmatchcase(one, other) for other in found)
    ]


def _roles_in(node: Any) -> Iterator[str]:
    match node:
        case dict():
            for key, value in node.items():
                if isinstance(value, str) and _ROLE_KEY.search(key):
                    yield value
                yield from _roles_in(value)
        case list():
            for item in node:
                yield from _roles_in(item)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
