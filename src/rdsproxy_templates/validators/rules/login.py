"""Logins: end to end by IAM, and passwords that have to be fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...model.references import references
from ..graph import FUNCTION_TYPES, PROXY, Graph, Violation
from ..groups import HTTPS, rules_of
from ..values import is_true
from .network import hop, known_groups


def somebody(graph: Graph) -> Iterator[Violation]:
    """Somebody can log in through a proxy: users with secrets, or all by IAM."""
    for proxy, body in graph.of_type(PROXY):
        if body.get("DefaultAuthScheme") in (None, "NONE") and not body.get("Auth"):
            yield Violation(
                proxy,
                "Auth",
                "it has no Auth entry, and its DefaultAuthScheme is not IAM_AUTH",
                "Name the secrets of users, or set DefaultAuthScheme to IAM_AUTH",
            )


def end_to_end(graph: Graph) -> Iterator[Violation]:
    """Where proxies log in to a database by IAM, it takes tokens, and their role may."""
    for proxy, body in graph.of_type(PROXY):
        if body.get("DefaultAuthScheme") != "IAM_AUTH":
            continue
        role = graph.target(body.get("RoleArn"))
        for database in graph.databases_of(proxy):
            if not is_true(graph.properties(database).get("EnableIAMDatabaseAuthentication")):
                yield Violation(
                    database,
                    "EnableIAMDatabaseAuthentication",
                    f"{proxy} logs in to it with tokens, which it does not take",
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


def secrets_manager(graph: Graph) -> Iterator[Violation]:
    """A function in a VPC that reads a secret has a way to Secrets Manager."""
    if any(graph.of_type("AWS::EC2::NatGateway")):
        return
    rules = rules_of(graph)
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
                "it reads a secret from subnets that have no way to Secrets Manager",
                "Add an interface endpoint for com.amazonaws.<region>.secretsmanager",
            )
        groups = known_groups(graph, network.get("SecurityGroupIds"))
        for name, endpoint in ways.items():
            ins = known_groups(graph, endpoint.get("SecurityGroupIds"))
            yield from hop(rules, function, groups, name, ins, HTTPS)


def _vpcs(graph: Graph, subnets: Any) -> set[str]:
    """The VPCs of ours that these subnets are in."""
    bodies: list[Mapping[str, Any]] = [graph.properties(name) for name in graph.targets(subnets)]
    return {vpc for body in bodies if (vpc := graph.target(body.get("VpcId")))}
