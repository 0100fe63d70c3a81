"""Rules of roles: the right service may assume one, and it may do no more than it has to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import IAM_GUIDE, LAMBDA_GUIDE, RDS_GUIDE
from ..graph import CLUSTER, FUNCTION_TYPES, INSTANCE, PROXY, Graph
from ..policies import added_statements, holder_of, rights_of, role_named
from ..rule import Violation, as_rule
from ..statements import Statement, is_every
from ..texts import KEY, ROLE, shown, text_of
from ..trust import (
    ASSUME,
    lets_everybody,
    statements_of,
    trusts_role,
    trusts_service,
)
from ..values import listed
from .assumed_role import told_roles

READ: Final = "secretsmanager:GetSecretValue"
_INTERFACES: Final = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
)
_EXECUTION: Final = re.compile(r":policy/service-role/AWSLambda\w+ExecutionRole$")
_SERVICES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    PROXY: (("RoleArn", "rds.amazonaws.com"),),
    INSTANCE: (("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),),
    CLUSTER: (("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),),
    "AWS::Lambda::Function": (("Role", "lambda.amazonaws.com"),),
    "AWS::Serverless::Function": (("Role", "lambda.amazonaws.com"),),
    "AWS::IAM::InstanceProfile": (("Roles", "ec2.amazonaws.com"),),
    "AWS::EC2::FlowLog": (("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),),
    "AWS::ApiGateway::Account": (("CloudWatchRoleArn", "apigateway.amazonaws.com"),),
    "AWS::Scheduler::Schedule": (("Target", "scheduler.amazonaws.com"),),
    "AWS::StepFunctions::StateMachine": (("RoleArn", "states.amazonaws.com"),),
    "AWS::Serverless::StateMachine": (("Role", "states.amazonaws.com"),),
}
"""Properties that name a role, by type, and the service that assumes it."""


@as_rule(
    "role/trust",
    title="A role trusts the service, or the role, that uses it.",
    why="The service cannot act: a proxy never connects, a function is refused.",
    remedy="Name the service, or the role, in AssumeRolePolicyDocument.",
    source=f"{IAM_GUIDE}id_roles_terms-and-concepts.html",
)
def trust(graph: Graph) -> Iterator[Violation]:
    used: set[str] = set()
    for user, body in graph.of_type(*_SERVICES):
        for key, service in _SERVICES[graph.type(user)]:
            for role in _roles_in(graph, body.get(key)):
                used.add(role)
                if trusts_service(graph, role, service) is False:
                    yield Violation(
                        role,
                        "AssumeRolePolicyDocument",
                        f"{service} may not assume it, and {user} acts in it",
                        f"Allow {ASSUME} to the service {service}",
                    )
    for role, body in graph.of_type(ROLE):
        executes = any(_EXECUTION.search(shown(text_of(graph, one))) for one in _managed(body))
        trusts = trusts_service(graph, role, "lambda.amazonaws.com")
        if executes and role not in used and trusts is False:
            yield Violation(
                role,
                "AssumeRolePolicyDocument",
                "lambda.amazonaws.com may not assume it, and it has a policy for functions",
                f"Allow {ASSUME} to the service lambda.amazonaws.com",
            )
    for function, name, target in told_roles(graph):
        told, holder = role_named(graph, target), holder_of(graph, function)
        if told is None or holder is None or graph.type(holder) != ROLE:
            continue
        arn = text_of(graph, {"Fn::GetAtt": [holder, "Arn"]})
        if told != holder and trusts_role(graph, told, arn) is False:
            yield Violation(
                told,
                "AssumeRolePolicyDocument",
                f"{holder} may not assume it, and {function} is told it by {name}",
                f"Allow {ASSUME} to that role",
            )


@as_rule(
    "role/trusts-everybody",
    level="warning",
    title="No role, key or secret is open to everybody.",
    why="Anybody with an AWS account may use it.",
    remedy="Name the principals that need it.",
    source=f"{IAM_GUIDE}reference_policies_elements_principal.html",
)
def trusts_everybody(graph: Graph) -> Iterator[Violation]:
    for kind, key in (
        (ROLE, "AssumeRolePolicyDocument"),
        (KEY, "KeyPolicy"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ):
        for name, body in graph.of_type(kind):
            if any(lets_everybody(one) for one in statements_of(name, body.get(key))):
                yield Violation(
                    name,
                    key,
                    "its policy admits everybody, under no condition",
                    "Name the service or the role that needs it",
                )


@as_rule(
    "role/reads-every-secret",
    level="warning",
    title="A proxy or function reads only the secrets that it needs.",
    why="Whoever takes it over reads every secret of the account.",
    remedy="Name the secrets.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def reads_every_secret(graph: Graph) -> Iterator[Violation]:
    for function, _ in graph.of_type(*FUNCTION_TYPES):
        yield from _reads_all(graph, function, added_statements(graph, function))
    for holder in sorted(_holders(graph)):
        rights = rights_of(graph, holder)
        yield from _reads_all(graph, holder, rights.statements)
        for policy in rights.managed:
            if policy in {"SecretsManagerReadWrite", "AWSSecretsManagerClientReadOnlyAccess"}:
                yield Violation(
                    holder,
                    "Policies" if graph.type(holder) != ROLE else "ManagedPolicyArns",
                    f"{policy} lets it read every secret",
                    "Allow secretsmanager:GetSecretValue on the secrets that it reads",
                )


@as_rule(
    "role/network-interfaces",
    title="The role of a function in a VPC may create network interfaces.",
    why="Lambda refuses to create the function.",
    remedy="Attach AWSLambdaVPCAccessExecutionRole.",
    source=f"{LAMBDA_GUIDE}configuration-vpc.html",
)
def network_interfaces(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        network = body.get("VpcConfig")
        # SAM adds the policy to a role of its own.
        if not isinstance(network, Mapping) or not network.get("SubnetIds") or "Role" not in body:
            continue
        holder = holder_of(graph, function)
        if holder is None:
            continue
        rights = rights_of(graph, holder)
        missing = [action for action in _INTERFACES if rights.has(action) is False]
        if missing:
            yield Violation(
                holder,
                "Policies",
                f"{function} is in a VPC, and its role may not {', '.join(missing)}",
                "Attach the managed policy AWSLambdaVPCAccessExecutionRole",
            )


def _reads_all(graph: Graph, holder: str, statements: Iterable[Statement]) -> Iterator[Violation]:
    for statement in statements:
        if not statement.allows or statement.is_conditional or not statement.names_action(READ):
            continue
        resources = statement.resources()
        wide = any(is_every(graph, one, "secretsmanager", "secret:") for one in resources)
        if wide or "NotResource" in statement.body:
            yield Violation(
                statement.place,
                statement.key(graph),
                f"{holder} may read every secret",
                "Name the secrets that it reads",
            )


def _managed(body: Mapping[str, Any]) -> list[Any]:
    return listed(body.get("ManagedPolicyArns") or [])


def _roles_in(graph: Graph, value: object) -> Iterator[str]:
    for one in listed(value):
        expression = one.get("RoleArn") if isinstance(one, Mapping) and "RoleArn" in one else one
        if expression is not None and (role := role_named(graph, expression)):
            yield role


def _holders(graph: Graph) -> set[str]:
    proxies = {role_named(graph, body["RoleArn"]) for _, body in _with(graph, "RoleArn", PROXY)}
    functions = {holder_of(graph, name) for name, _ in graph.of_type(*FUNCTION_TYPES)}
    return {name for name in proxies | functions if name}


def _with(graph: Graph, key: str, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, body) for name, body in graph.of_type(kind) if key in body)
