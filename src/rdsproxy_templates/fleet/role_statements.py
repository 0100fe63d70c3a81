"""Statements of an execution role: the actions of the templates, narrowed where names allow it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fnmatch import fnmatchcase
from typing import Any, Final

from awacs.aws import Action, Allow, Condition, Deny, Statement, StringLike

from ..aws.iam_reference import kinds_of
from ..model import sub
from ..records import record
from .handler_actions import CODE, IMAGES, PASSED, handler_actions, passing_services
from .physical_names import PhysicalNames

ANY: Final = ("*",)
LINKED: Final = "iam:CreateServiceLinkedRole"
_ENDING: Final = re.compile(r"rds:(Delete|Modify|Reboot|Start|Stop|Promote)DB(Cluster|Instance)$")
"""What is done to a database; what creates one may read another, such as a snapshot's."""
_LAYERS: Final = frozenset({"lambda:PublishLayerVersion", "lambda:DeleteLayerVersion"})
"""What is done to the layers of the templates; a function may read anybody's."""
_KEY_USE: Final = frozenset(
    {"kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}
    | {"kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
)
"""What services do with a key on behalf of whoever calls them."""
SERVICE_LINKED: Final = {
    "AWS::ApiGateway": "ops.apigateway.amazonaws.com",
    "AWS::ApplicationAutoScaling": "*.application-autoscaling.amazonaws.com",
    "AWS::EC2": "delivery.logs.amazonaws.com",
    "AWS::RDS": "rds.amazonaws.com",
    "AWS::WAFv2": "wafv2.amazonaws.com",
}
"""Services that make a role of their own in an account ("AWS services that work with IAM")."""
PASSED_TO: Final = {
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::RDS::DBCluster": "monitoring.rds.amazonaws.com",
    "AWS::RDS::DBInstance": "monitoring.rds.amazonaws.com",
}
"""Principals that a role is for which is passed by the API of another name."""
_ATTACHING: Final = frozenset({"iam:AttachRolePolicy", "iam:DetachRolePolicy"})
_WITHIN_BOUNDARY: Final = _ATTACHING | {
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
}
"""What IAM can hold to roles that have one permissions boundary."""
_BEYOND_BOUNDARY: Final = frozenset({"iam:DeleteRolePermissionsBoundary"})
OWN_STACKS: Final = "cloudformation:*"
WITHOUT_STACK: Final = (
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:GetTemplateSummary",
    "cloudformation:ListExports",
    "cloudformation:ValidateTemplate",
)
"""What CloudFormation is asked without naming a stack."""


@record(frozen=True, kw_only=True)
class Scope:
    """Resources of a statement, and a condition."""

    resources: Sequence[str]
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values by key; ``*`` in a value is anything."""


def statements(
    names: PhysicalNames, types: Iterable[str], buckets: Iterable[str]
) -> list[Statement]:
    """Return what the role may do for *types*; *buckets* are those of the packages."""
    grouped: dict[str, tuple[Scope, list[str]]] = {}
    for action, scope in _scoped(names, sorted({*types}), sorted({*buckets})):
        grouped.setdefault(repr(scope), (scope, []))[1].append(action)
    return [_statement(scope, sorted(actions)) for scope, actions in grouped.values()]


def self_protection(names: PhysicalNames, own: str) -> list[Statement]:
    """Return what keeps the role *own* from itself, where names of the templates may be its own."""
    if not any(fnmatchcase(f"/{own}", pattern) for pattern in names.of_roles()):
        return []
    arn = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{own}"
    return [Statement(Effect=Deny, Action=[Action("iam", "*")], Resource=[resolved(arn)])]


def _scoped(
    names: PhysicalNames, types: Sequence[str], buckets: Sequence[str]
) -> Iterator[tuple[str, Scope]]:
    yield OWN_STACKS, Scope(resources=_arns("cloudformation:*:", ["stack/"], [names.stacks]))
    for action in WITHOUT_STACK:
        yield action, Scope(resources=ANY)
    if any(template.get("Transform") for template in names.templates):
        macros = ["arn:${AWS::Partition}:cloudformation:*:aws:transform/*"]
        yield "cloudformation:CreateChangeSet", Scope(resources=macros)
    actions = sorted(handler_actions(types))
    for action in actions:
        if action in CODE:
            if buckets:
                objects = [f"arn:${{AWS::Partition}}:s3:::{bucket}/*" for bucket in buckets]
                yield action, Scope(resources=objects)
        elif action == PASSED:
            passed = {"iam:PassedToService": _passed_to(names, types)}
            yield action, Scope(resources=[*_roles(names), *names.given_roles()], conditions=passed)
        elif action == LINKED:
            linked = {"iam:AWSServiceName": _linked(types)}
            own = ["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/*"]
            yield action, Scope(resources=own, conditions=linked)
        elif action in _KEY_USE and not any(one.startswith("AWS::KMS::") for one in types):
            services = {one.partition(":")[0] for one in actions} - {"iam", "kms"}
            via = [f"{one}.*.amazonaws.com*" for one in sorted(services)]
            yield action, Scope(resources=ANY, conditions={"kms:ViaService": via})
        elif action in _WITHIN_BOUNDARY | _BEYOND_BOUNDARY:
            yield from _bounded(names, action)
        else:
            yield action, Scope(resources=_resources(names, action))
    if any(one.get("PackageType") == "Image" for _, one in names.resources(_FUNCTION)):
        for action in IMAGES:
            yield action, Scope(resources=["arn:${AWS::Partition}:ecr:*:*:repository/*"])
    if any("{{resolve:ssm" in repr(one) or _PARAMETER in repr(one) for one in names.templates):
        yield "ssm:GetParameters", Scope(resources=ANY)


def _bounded(names: PhysicalNames, action: str) -> Iterator[tuple[str, Scope]]:
    """Yield *action* on a role, held to the policies and the boundary of the templates."""
    conditions: dict[str, Sequence[str]] = {}
    if boundaries := names.boundaries():
        if action in _BEYOND_BOUNDARY:
            return
        conditions["iam:PermissionsBoundary"] = boundaries
    if action in _ATTACHING:
        if not (policies := names.managed_policies()):
            return
        conditions["iam:PolicyARN"] = policies
    yield action, Scope(resources=_roles(names), conditions=conditions)


_FUNCTION: Final = "AWS::Lambda::Function"
_PARAMETER: Final = "AWS::SSM::Parameter::"


def _resources(names: PhysicalNames, action: str) -> Sequence[str]:
    """Return the resources that *action* needs; all where no name is known beforehand."""
    service, kinds = action.partition(":")[0], kinds_of(action)
    if service == "iam" and "instance-profile" in kinds:
        return _arns("iam::", ["instance-profile"], names.of_instance_profiles())
    if service == "iam" and "role" in kinds:
        return _roles(names)
    if service == "lambda" and "function" in kinds:
        return _arns("lambda:*:", ["function:"], _versions(names.of(_FUNCTION, "FunctionName")))
    if action in _LAYERS:
        layers = _versions(names.of("AWS::Lambda::LayerVersion", "LayerName"))
        return _arns("lambda:*:", ["layer:"], layers)
    if service == "secretsmanager" and "Secret" in kinds:
        return _arns("secretsmanager:*:", ["secret:"], names.of_secrets() or ["rds!*"])
    if service == "logs" and "log-group" in kinds and ":Describe" not in action:
        groups = names.of("AWS::Logs::LogGroup", "LogGroupName")
        return _arns("logs:*:", ["log-group:"], _versions(groups)) or ANY
    if service == "sqs" and "queue" in kinds:
        return _arns("sqs:*:", [""], names.of("AWS::SQS::Queue", "QueueName"))
    if _ENDING.match(action):
        clusters = names.of("AWS::RDS::DBCluster", "DBClusterIdentifier")
        instances = names.of("AWS::RDS::DBInstance", "DBInstanceIdentifier")
        others = sorted({"cluster-pg", "es", "og", "pg", "secgrp", "snapshot", "subgrp"})
        return [
            *_arns("rds:*:", ["cluster:"], [one.lower() for one in clusters]),
            *_arns("rds:*:", ["db:"], [one.lower() for one in instances]),
            *_arns("rds:*:", [f"{kind}:" for kind in others], ["*"]),
            *_arns("rds:*:", ["cluster-snapshot:"], ["*"]),
        ]
    return ANY


def _roles(names: PhysicalNames) -> list[str]:
    return _arns("iam::", ["role"], names.of_roles())


def _arns(place: str, kinds: Sequence[str], found: Sequence[str]) -> list[str]:
    """``arn:…:iam::…:role/name``; ARNs of nothing are one that no resource has."""
    account = f"arn:${{AWS::Partition}}:{place}${{AWS::AccountId}}:"
    return [f"{account}{kind}{name}" for kind in kinds for name in found]


def _versions(found: Sequence[str]) -> list[str]:
    """Add the versions of what is named whole; a pattern covers them."""
    whole = [f"{name}:*" for name in found if not name.endswith("*")]
    return [*found, *whole]


def _passed_to(names: PhysicalNames, types: Sequence[str]) -> list[str]:
    """Return whom the roles are for: those that they trust, and the services of the types.

    AWS does not say which of both it compares where they differ, as for a flow log's role.
    """
    services = [f"{one}.amazonaws.com" for one in passing_services(types)]
    given = [PASSED_TO[one] for one in types if one in PASSED_TO] if names.given_roles() else []
    return sorted({*names.trusted_services(), *services, *given})


def _linked(types: Sequence[str]) -> list[str]:
    """Return the services that may have a role of their own made; any where none is known."""
    services = {"::".join(one.split("::")[:2]) for one in types}
    return sorted({SERVICE_LINKED[one] for one in services if one in SERVICE_LINKED}) or [
        "*.amazonaws.com"
    ]


def _statement(scope: Scope, actions: Sequence[str]) -> Statement:
    more: dict[str, Any] = {}
    if scope.conditions:
        values = {key: [resolved(one) for one in found] for key, found in scope.conditions.items()}
        more["Condition"] = Condition(StringLike(values))
    return Statement(
        Effect=Allow,
        Action=[Action(*action.split(":")) for action in actions],
        Resource=[resolved(one) for one in scope.resources],
        **more,
    )


def resolved(pattern: str) -> Any:
    """Return *pattern* with its pseudo parameters substituted, where it has any."""
    return sub(pattern) if "${" in pattern else pattern
