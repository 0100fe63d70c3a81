"""Rules of what a proxy leads to: target groups, their databases and the order of creation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ...model.references import wires
from ..graph import CLUSTER, ENDPOINT, FUNCTION_TYPES, INSTANCE, PROXY, TARGET_GROUP, Graph
from ..matching import same
from ..rule import Violation, as_rule
from ..texts import text_of
from ..values import is_literal

TLS_PARAMETERS = ("require_secure_transport", "rds.force_ssl")


@as_rule(
    "proxy/one-target",
    title="A target group is named default and holds one cluster or one instance.",
    why="RDS refuses any other group; a proxy has one target group and one target.",
    remedy="Name the group default, and one cluster or one instance in it.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def one_target(graph: Graph) -> Iterator[Violation]:
    for group, body in graph.of_type(TARGET_GROUP):
        clusters, instances = (
            body.get(key) or [] for key in ("DBClusterIdentifiers", "DBInstanceIdentifiers")
        )
        # Where a condition decides, one arm may be a cluster and the other an instance.
        is_known = isinstance(clusters, list) and isinstance(instances, list)
        if is_known and len(clusters) + len(instances) != 1:
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
    remedy="Add every instance of the cluster to DependsOn of the target group.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def waits_for_instances(graph: Graph) -> Iterator[Violation]:
    for group, body in graph.of_type(TARGET_GROUP):
        for cluster in graph.databases_in(body):
            if graph.type(cluster) != CLUSTER:
                continue
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
    level="warning",
    title="A proxy waits for its database.",
    why="The service-linked role that RDS assumes for a proxy comes with an account's first "
    "database; without it the proxy fails.",
    remedy="Add the cluster or instance to DependsOn of the proxy.",
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
    "proxy/target-group",
    title="A proxy has one target group.",
    why="RDS refuses a second group; without any, the proxy has no database.",
    remedy="Give the proxy one target group.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def target_group(graph: Graph) -> Iterator[Violation]:
    groups = {
        name: graph.named(body.get("DBProxyName"), PROXY)
        for name, body in graph.of_type(TARGET_GROUP)
    }
    # One that may be for any proxy of the graph, as far as its name tells.
    is_open = any(_may_be_for_any(graph, name) for name, of in groups.items() if of is None)
    for proxy, _ in graph.of_type(PROXY):
        own = [name for name, of in groups.items() if of == proxy]
        for second in own[1:]:
            yield Violation(
                second,
                "DBProxyName",
                f"{proxy} has the group {own[0]} already",
                "Remove one of them; a proxy has one target group",
            )
    if not is_open and any(graph.of_type(CLUSTER, INSTANCE)):
        for proxy in sorted(_used(graph) - {*groups.values()}):
            yield Violation(
                proxy,
                "DBProxyName",
                "clients connect to it, and it has no target group, so no database",
                f"Add an {TARGET_GROUP} with the cluster or instance",
            )


def _may_be_for_any(graph: Graph, group: str) -> bool:
    given = text_of(graph, graph.properties(group).get("DBProxyName"))
    named = [text_of(graph, {"Ref": proxy}) for proxy, _ in graph.of_type(PROXY)]
    return any(same(given, one) is not False for one in named)


def _used(graph: Graph) -> set[str]:
    """Return the proxies that functions are told, and that nothing else may lead to a database."""
    told = {
        proxy for _, body in graph.of_type(*FUNCTION_TYPES) for _, proxy in graph.entrances(body)
    }
    by_name = {
        wire
        for name in graph.template.resources
        if graph.type(name) not in (ENDPOINT, *FUNCTION_TYPES)
        for wire in wires(graph.properties(name))
    }
    by_name |= {wire for body in graph.template.outputs.values() for wire in wires(dict(body))}
    return told - by_name


@as_rule(
    "proxy/tls-to-database",
    title="A proxy in front of a database that requires TLS requires TLS of its clients.",
    why="A proxy uses TLS towards the database only if its clients must; else the database may "
    "refuse it.",
    remedy="Set RequireTLS to true.",
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
    "proxy/reader-endpoint",
    title="A read-only endpoint leads to a cluster that has a reader.",
    why="Clients of the endpoint cannot connect.",
    remedy="Add an instance to the cluster, or make the endpoint READ_WRITE.",
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
