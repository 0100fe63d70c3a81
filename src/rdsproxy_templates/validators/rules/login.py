"""Rules of logins: end to end by IAM, and by passwords that have to be fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ...model.references import references
from ..graph import FUNCTION_TYPES, PROXY, Graph
from ..rule import Violation, as_rule
from ..security_groups import HTTPS, group_rules, known_groups
from ..values import is_true
from .traffic import judge_hop


@as_rule(
    "login/somebody",
    title="A proxy lets somebody log in: users with secrets, or all by IAM.",
    why="RDS refuses the proxy.",
    source=f"{RDS_GUIDE}rds-proxy-creating.html",
)
def somebody(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        if body.get("DefaultAuthScheme") in (None, "NONE") and not body.get("Auth"):
            yield Violation(
                proxy,
                "Auth",
                "it has no Auth entry, and its DefaultAuthScheme is not IAM_AUTH",
                "Name the secrets of users, or set DefaultAuthScheme to IAM_AUTH",
            )


@as_rule(
    "login/end-to-end",
    title="A proxy that logs in to its database by IAM is allowed to, at both ends.",
    why="The proxy cannot log in to the database.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def end_to_end(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        if body.get("DefaultAuthScheme") != "IAM_AUTH":
            continue
        role = graph.target(body.get("RoleArn"))
        for database in graph.databases_of(proxy):
            if not is_true(graph.properties(database).get("EnableIAMDatabaseAuthentication")):
                yield Violation(
                    database,
                    "EnableIAMDatabaseAuthentication",
                    f"{proxy} logs in to it with tokens, and it takes none",
                    "Set EnableIAMDatabaseAuthentication to true",
                )
            if role is None or "ManagedPolicyArns" in graph.properties(role):
                continue
            allowed = graph.resources_for("rds-db:connect", role)
            if not any(database in references(resource) for resource in allowed):
                yield Violation(
                    role,
                    "Policies",
                    f"{proxy} logs in to {database} with tokens, and its role may not",
                    "Allow rds-db:connect for its users on the resource ID of the database",
                )


@as_rule(
    "login/secrets-manager",
    title="A function in a VPC that reads a secret reaches Secrets Manager.",
    why="Reading the secret times out.",
    source=f"{SECRETS_MANAGER_GUIDE}vpc-endpoint-overview.html",
)
def secrets_manager(graph: Graph) -> Iterator[Violation]:
    if any(graph.of_type("AWS::EC2::NatGateway")):
        return
    rules = group_rules(graph)
    for function, body in graph.of_type(*FUNCTION_TYPES):
        network = body.get("VpcConfig", {})
        vpcs = _vpcs(graph, network.get("SubnetIds"))
        holder = graph.target(body["Role"]) if "Role" in body else function
        if not vpcs or not holder:
            continue
        if not graph.resources_for("secretsmanager:GetSecretValue", holder):
            continue
        ways = {
            name: endpoint
            for name, endpoint in graph.of_type("AWS::EC2::VPCEndpoint")
            if "secretsmanager" in str(endpoint.get("ServiceName"))
            and _vpcs(graph, endpoint.get("SubnetIds")) & vpcs
        }
        if not ways:
            yield Violation(
                function,
                "VpcConfig",
                "it reads a secret, and its subnets have no route to Secrets Manager",
                "Add an interface endpoint for com.amazonaws.<region>.secretsmanager",
            )
        groups = known_groups(graph, network.get("SecurityGroupIds"))
        for name, endpoint in ways.items():
            ins = known_groups(graph, endpoint.get("SecurityGroupIds"))
            yield from judge_hop(rules, function, groups, name, ins, HTTPS)


def _vpcs(graph: Graph, subnets: Any) -> set[str]:
    """Return the VPCs that *subnets* are in, where the graph holds both."""
    bodies: list[Mapping[str, Any]] = [graph.properties(name) for name in graph.targets(subnets)]
    return {vpc for body in bodies if (vpc := graph.target(body.get("VpcId")))}
