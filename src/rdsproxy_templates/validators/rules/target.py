"""Rules of what a proxy leads to: target groups, their databases and the order of creation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ..graph import CLUSTER, ENDPOINT, PROXY, TARGET_GROUP, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, number

TLS_PARAMETERS = ("require_secure_transport", "rds.force_ssl")


@as_rule(
    "proxy/one-target",
    title="A target group is named default and holds one cluster or one instance.",
    why="RDS refuses any other group; a proxy has one target group and one target.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def one_target(graph: Graph) -> Iterator[Violation]:
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
                f"{named!r} is not the name of a target group",
                "Name it default; a proxy has that group and no other",
            )


@as_rule(
    "proxy/waits-for-instances",
    title="A target group waits for every instance of its cluster.",
    why="Registering a cluster without instances times out after 20 minutes.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def waits_for_instances(graph: Graph) -> Iterator[Violation]:
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


@as_rule(
    "proxy/waits-for-database",
    title="A proxy waits for its database.",
    why="The service-linked role that RDS assumes for a proxy comes with an account's first "
    "database; without it the proxy fails.",
    source=f"{AURORA_GUIDE}UsingWithRDS.IAM.ServiceLinkedRoles.html",
)
def waits_for_database(graph: Graph) -> Iterator[Violation]:
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


@as_rule(
    "proxy/tls-to-database",
    title="A proxy in front of a database that requires TLS requires TLS of its clients.",
    why="A proxy connects as its clients have to; without TLS the database may refuse it.",
    source=f"{RDS_GUIDE}rds-proxy-creating.html",
)
def tls_to_database(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        # Where clients show tokens, the rule proxy/logins demands TLS already.
        if body.get("RequireTLS") not in (None, False, "false") or graph.demands_token(proxy):
            continue
        for database in graph.databases_of(proxy):
            for parameter in _tls_parameters(graph, database):
                yield Violation(
                    proxy,
                    "RequireTLS",
                    f"it does not require TLS, and {database} does, by {parameter}: the database "
                    "may refuse the proxy's connections",
                    f"Set RequireTLS to true, or turn {parameter} off",
                )


def _tls_parameters(graph: Graph, database: str) -> Iterator[str]:
    """Yield the parameters by which *database* requires TLS, where its group is known."""
    group = graph.target(_parameter_group(graph.properties(database)))
    parameters = graph.properties(group).get("Parameters", {}) if group else {}
    for parameter in TLS_PARAMETERS:
        if str(parameters.get(parameter)).lower() in ("on", "1", "true"):
            yield parameter


def _parameter_group(database: Mapping[str, Any]) -> object:
    return database.get("DBClusterParameterGroupName", database.get("DBParameterGroupName"))


@as_rule(
    "proxy/idle-above-max",
    title="A connection pool keeps at most as many connections idle as it may open.",
    why="RDS refuses the pool.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def idle_above_max(graph: Graph) -> Iterator[Violation]:
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


@as_rule(
    "proxy/reader-endpoint",
    title="A read-only endpoint leads to a cluster that has a reader.",
    why="Clients of the endpoint cannot connect.",
    source=f"{AURORA_GUIDE}rds-proxy-endpoints.html",
)
def reader_endpoint(graph: Graph) -> Iterator[Violation]:
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
