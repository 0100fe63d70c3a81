"""Rules of logins: end to end by IAM, and by passwords that have to be fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...aws.documentation import RDS_GUIDE, SECRETS_MANAGER_GUIDE
from ..clients import clients_of, entry_for
from ..connections import Connection, End
from ..credentials import custom_users, user_of
from ..database_users import ACTION, arn_of_user
from ..graph import FUNCTION_TYPES, PROXY, Graph
from ..hops import judge_hop, judge_way_out
from ..policies import holder_of, rights_of, role_named
from ..rule import Violation, as_rule
from ..security_groups import HTTPS, group_rules, known_groups
from ..texts import Text, shown, text_of
from ..values import is_expression, is_true


@as_rule(
    "login/somebody",
    title="A proxy has the secrets of users, or lets all users log in by IAM.",
    why="RDS refuses the proxy.",
    remedy="Name secrets in Auth, or set DefaultAuthScheme to IAM_AUTH.",
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
    title="A proxy that logs in to its database by IAM is allowed to, and the database has IAM on.",
    why="The proxy cannot log in to the database.",
    remedy="Allow the proxy's role rds-db:connect, and turn IAM on in the database.",
    source=f"{RDS_GUIDE}rds-proxy-iam-setup.html",
)
def end_to_end(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        if body.get("DefaultAuthScheme") != "IAM_AUTH":
            continue
        role = role_named(graph, body.get("RoleArn"))
        for database in graph.databases_of(proxy):
            enabled = graph.properties(database).get("EnableIAMDatabaseAuthentication")
            if not is_true(enabled) and not is_expression(enabled):
                yield Violation(
                    database,
                    "EnableIAMDatabaseAuthentication",
                    f"{proxy} logs in to it with tokens, and it takes none",
                    "Set EnableIAMDatabaseAuthentication to true",
                )
            if role is None:
                continue
            rights = rights_of(graph, role)
            users: list[Text | None] = [*_users_by_token(graph, proxy)]
            for user in users or [None]:
                allowed = rights.allow(graph, ACTION, arn_of_user(database, user))
                name = f" as {shown(user)}" if user else ""
                if allowed is False:
                    yield Violation(
                        role,
                        "Policies",
                        f"{proxy} logs in to {database}{name} with tokens, and its role may not",
                        "Allow rds-db:connect for its users on the resource ID of the database",
                    )


def _users_by_token(graph: Graph, proxy: str) -> Iterator[Text]:
    """Yield the users for whom *proxy* has no secret, as far as functions or users tell them."""
    seen: set[Text] = set()
    if any(user_of(graph, one.get("SecretArn")) is None for one in graph.logins_of(proxy)):
        return  # it may have a secret for any of them
    for client in clients_of(graph):
        by_token = proxy in client.proxies and not client.is_told_a_secret
        if by_token and client.user and entry_for(graph, client, proxy) is None:
            seen.add(client.user)
    for _, body in custom_users(graph):
        if body.get("Login") == "end_to_end_iam":
            seen.add(text_of(graph, body["UserName"]))
    yield from sorted(seen, key=shown)


@as_rule(
    "login/secrets-manager",
    title="A function in a VPC that reads a secret can reach Secrets Manager.",
    why="Reading the secret times out.",
    remedy="Add an endpoint for Secrets Manager, or a way out.",
    source=f"{SECRETS_MANAGER_GUIDE}vpc-endpoint-overview.html",
)
def secrets_manager(graph: Graph) -> Iterator[Violation]:
    rules, has_nat = group_rules(graph), any(graph.of_type("AWS::EC2::NatGateway"))
    for function, body in graph.of_type(*FUNCTION_TYPES):
        network = body.get("VpcConfig")
        holder = holder_of(graph, function)
        if not isinstance(network, Mapping) or not holder:
            continue
        if not rights_of(graph, holder).about("secretsmanager:GetSecretValue"):
            continue
        vpcs = _vpcs(graph, network.get("SubnetIds"))
        groups = known_groups(graph, network.get("SecurityGroupIds"))
        if has_nat or not vpcs:
            client = End(function, tuple(groups), None)
            hop = Connection(client, End("Secrets Manager", (), None), HTTPS)
            for one in judge_way_out(rules, hop, {}):
                yield replace(one, remedy=f"Let {one.resource} out on port {HTTPS}")
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
        for name, endpoint in ways.items():
            ins = known_groups(graph, endpoint.get("SecurityGroupIds"))
            yield from judge_hop(rules, function, groups, name, ins, HTTPS)


def _vpcs(graph: Graph, subnets: Any) -> set[str]:
    """Return the VPCs that *subnets* are in, where the graph holds both."""
    bodies: list[Mapping[str, Any]] = [graph.properties(name) for name in graph.targets(subnets)]
    return {vpc for body in bodies if (vpc := graph.target(body.get("VpcId")))}
