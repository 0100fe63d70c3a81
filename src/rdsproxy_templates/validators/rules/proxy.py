"""RDS Proxy: what the service refuses, or takes and never connects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.engines import ENGINES
from ..graph import CLUSTER, ENDPOINT, PROXY, TARGET_GROUP, Graph, Violation
from ..values import is_literal, number

NAME = re.compile(r"[a-zA-Z](-?[a-zA-Z0-9])*")
NAME_LENGTH = 63
SECRETS = 200


def name(graph: Graph) -> Iterator[Violation]:
    """A name follows the service's pattern and is at most 63 characters long."""
    for proxy, body in graph.of_type(PROXY):
        given = body.get("DBProxyName")
        if is_literal(given) and (len(given) > NAME_LENGTH or not NAME.fullmatch(given)):
            yield Violation(
                proxy,
                "DBProxyName",
                f"{given!r} is no name for a proxy",
                "Use at most 63 letters, digits and single hyphens, a letter first",
            )


def engine_family(graph: Graph) -> Iterator[Violation]:
    """A proxy speaks the protocol of the database behind it."""
    for proxy, body in graph.of_type(PROXY):
        for database in graph.databases_of(proxy):
            engine = ENGINES.get(str(graph.properties(database).get("Engine")))
            family = body.get("EngineFamily")
            if engine and is_literal(family) and family != engine.family:
                yield Violation(
                    proxy,
                    "EngineFamily",
                    f"{family} cannot stand before {engine.name}",
                    f"Set EngineFamily to {engine.family}",
                )


def one_target(graph: Graph) -> Iterator[Violation]:
    """A target group is named default and holds one cluster or one instance."""
    for group, body in graph.of_type(TARGET_GROUP):
        clusters = body.get("DBClusterIdentifiers") or []
        instances = body.get("DBInstanceIdentifiers") or []
        if len(clusters) + len(instances) != 1:
            yield Violation(
                group,
                "DBClusterIdentifiers",
                f"{len(clusters)} clusters and {len(instances)} instances are its targets",
                "Name one cluster or one instance; a proxy has one target",
            )
        named = body.get("TargetGroupName")
        if named is None or (is_literal(named) and named != "default"):
            yield Violation(
                group,
                "TargetGroupName",
                f"{named!r} is no target group",
                "Name it default; a proxy has that group and no other",
            )


def waits_for_instances(graph: Graph) -> Iterator[Violation]:
    """A target group waits for every instance, else registering times out after 20 minutes."""
    for group, body in graph.of_type(TARGET_GROUP):
        for cluster in graph.targets(body.get("DBClusterIdentifiers")):
            # A Multi-AZ DB cluster, which is not Aurora, creates its instances itself.
            if "DBClusterInstanceClass" in graph.properties(cluster):
                continue
            late = [n for n in graph.instances_of(cluster) if n not in graph.waits_for(group)]
            if late or not graph.instances_of(cluster):
                yield Violation(
                    group,
                    "DependsOn",
                    f"it does not wait for {', '.join(late) or 'any instance'} of {cluster}",
                    "Add every instance of the cluster to DependsOn",
                )


def waits_for_database(graph: Graph) -> Iterator[Violation]:
    """A proxy waits for its database, with which RDS's service-linked role comes."""
    for proxy, _ in graph.of_type(PROXY):
        databases = graph.databases_of(proxy)
        if databases and graph.waits_for(proxy).isdisjoint(databases):
            yield Violation(
                proxy,
                "DependsOn",
                f"it does not wait for {', '.join(databases)}, and fails in an account that never "
                "used RDS: the role that RDS assumes comes with the first database",
                "Add the cluster or instance to DependsOn",
            )


def tls_to_database(graph: Graph) -> Iterator[Violation]:
    """A proxy that does not require TLS is not before a database that does.

    Its own connections are as those of its clients have to be: Creating a proxy, "Settings".
    """
    for proxy, body in graph.of_type(PROXY):
        # Where clients show tokens, the check of logins demands TLS already.
        if body.get("RequireTLS") not in (None, False, "false") or graph.demands_token(proxy):
            continue
        for database in graph.databases_of(proxy):
            if group := graph.target(_parameter_group(graph.properties(database))):
                parameters = graph.properties(group).get("Parameters", {})
                for name in ("require_secure_transport", "rds.force_ssl"):
                    if str(parameters.get(name)).lower() in ("on", "1", "true"):
                        yield Violation(
                            proxy,
                            "RequireTLS",
                            f"it does not require TLS, and {database} does, by {name}: the proxy "
                            "may connect as plainly as its clients, and be refused",
                            f"Set RequireTLS to true, or turn {name} off",
                        )


def _parameter_group(database: Mapping[str, Any]) -> object:
    return database.get("DBClusterParameterGroupName", database.get("DBParameterGroupName"))


def idle_above_max(graph: Graph) -> Iterator[Violation]:
    """A pool keeps no more connections idle than it may open."""
    for group, body in graph.of_type(TARGET_GROUP):
        pool = body.get("ConnectionPoolConfigurationInfo", {})
        idle = number(pool.get("MaxIdleConnectionsPercent", 0))
        most = number(pool.get("MaxConnectionsPercent", 100))
        if idle is not None and most is not None and idle > most:
            yield Violation(
                group,
                "ConnectionPoolConfigurationInfo",
                f"MaxIdleConnectionsPercent {idle:g} is above MaxConnectionsPercent {most:g}",
                "Lower the one or raise the other",
            )


def network_type(graph: Graph) -> Iterator[Violation]:
    """An endpoint for IPv6 alone needs targets that are reached by IPv6."""
    for proxy, body in graph.of_type(PROXY):
        targets = body.get("TargetConnectionNetworkType", "IPV4")
        if body.get("EndpointNetworkType") == "IPV6" and targets == "IPV4":
            yield Violation(
                proxy,
                "EndpointNetworkType",
                "the endpoint is for IPv6 and the targets are reached by IPv4",
                "Set TargetConnectionNetworkType to IPV6, or the endpoint to DUAL",
            )


def logins(graph: Graph) -> Iterator[Violation]:
    """Each Auth entry is one that the service takes for the engine."""
    families = {engine.family: engine for engine in ENGINES.values()}
    for proxy, body in graph.of_type(PROXY):
        family, tls = str(body.get("EngineFamily")), body.get("RequireTLS")
        entries = graph.logins_of(proxy)
        if graph.demands_token(proxy) and tls in (None, False, "false"):
            yield Violation(
                proxy,
                "RequireTLS",
                "clients log in with a token, and TLS is not required",
                "Set RequireTLS to true; a token must not cross the network in clear",
            )
        if len(entries) > SECRETS:
            yield Violation(
                proxy, "Auth", f"it has {len(entries)} secrets", f"Use at most {SECRETS}"
            )
        for entry in entries:
            password = entry.get("ClientPasswordAuthType")
            known = families[family].password_types if family in families else frozenset()
            if is_literal(password) and family in families and password not in known:
                yield Violation(
                    proxy,
                    "Auth",
                    f"{password} is no way to log in to {family}",
                    f"Use one of {', '.join(sorted(known))}",
                )
            if entry.get("IAMAuth") == "ENABLED" and family in families:
                yield Violation(
                    proxy,
                    "Auth",
                    f"IAMAuth ENABLED is for SQL Server, and this proxy is for {family}",
                    "Set IAMAuth to REQUIRED or DISABLED",
                )
            if entry.get("AuthScheme") == "SECRETS" and "UserName" in entry:
                yield Violation(
                    proxy,
                    "Auth",
                    "UserName stands beside AuthScheme SECRETS",
                    "Leave it out; the secret holds the name",
                )


def reader_endpoint(graph: Graph) -> Iterator[Violation]:
    """A read-only endpoint has a reader to lead to."""
    for endpoint, body in graph.of_type(ENDPOINT):
        proxy = graph.target(body.get("DBProxyName"))
        if body.get("TargetRole") != "READ_ONLY" or proxy is None:
            continue
        for database in graph.databases_of(proxy):
            if graph.type(database) != CLUSTER or len(graph.instances_of(database)) < 2:  # noqa: PLR2004
                yield Violation(
                    endpoint,
                    "TargetRole",
                    f"{database} has no reader",
                    "Add an instance to the Aurora cluster, or make the endpoint READ_WRITE",
                )


def secret_readable(graph: Graph) -> Iterator[Violation]:
    """The proxy's role may read every secret that the proxy names."""
    for proxy, body in graph.of_type(PROXY):
        role = graph.target(body.get("RoleArn"))
        if role is None or "ManagedPolicyArns" in graph.properties(role):
            continue
        readable = graph.resources_for("secretsmanager:GetSecretValue", role)
        if not all(
            graph.target(one) or (isinstance(one, str) and "*" not in one) for one in readable
        ):
            continue
        for entry in graph.logins_of(proxy):
            secret = entry.get("SecretArn")
            if secret is not None and secret not in readable:
                yield Violation(
                    role,
                    "Policies",
                    f"it may not read {graph.target(secret) or secret}, which {proxy} names",
                    "Allow secretsmanager:GetSecretValue on that secret",
                )


def security_group(graph: Graph) -> Iterator[Violation]:
    """A proxy has a security group of its own, else it gets the VPC's default one."""
    for proxy, body in graph.of_type(PROXY):
        if not body.get("VpcSecurityGroupIds"):
            yield Violation(
                proxy,
                "VpcSecurityGroupIds",
                "it names no security group",
                "Name the group that clients are admitted to",
            )
