"""Rules of databases: versions, classes, names, capacity and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_API, RDS_GUIDE
from ...aws.engines import ENGINES
from ..graph import CLUSTER, INSTANCE, PROXY, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, is_true, number

MULTI_AZ_ONLY = ("AllocatedStorage", "DBClusterInstanceClass", "Iops", "PubliclyAccessible")
SERVERLESS = "db.serverless"
DISABLED = "open-source-rds-extended-support-disabled"


@as_rule(
    "database/version",
    title="A new database has a version that RDS offers with the support that it asks for.",
    why="RDS refuses to create the database.",
    remedy="Choose a current version, as text in quotes.",
    source=f"{AURORA_GUIDE}extended-support.html",
)
def version(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine, given = ENGINES.get(str(body.get("Engine"))), body.get("EngineVersion")
        if engine is None or (not isinstance(given, int | float) and not is_literal(given)):
            continue
        asked, enrolled = str(given), body.get("EngineLifecycleSupport") != DISABLED
        lifecycle = engine.lifecycle(asked)
        is_major = lifecycle is not None and asked == engine.major(asked)
        # RDS takes a major version for one of its minor versions.
        if problem := None if is_major else engine.version_problem(asked):
            quotes = "" if isinstance(given, str) else ", as text in quotes"
            yield Violation(database, "EngineVersion", problem, f"Choose a current version{quotes}")
        elif lifecycle is None and engine.is_deprecated(asked):
            yield Violation(
                database,
                "EngineVersion",
                f"{asked!r} is a version that RDS creates no databases in any more",
                f"Choose a current version: {engine.current_versions}",
            )
        elif lifecycle and (refusal := lifecycle.refusal(enrolled=enrolled)):
            yield Violation(
                database,
                "EngineVersion",
                f"{asked!r} {refusal}",
                f"Choose a current version: {engine.current_versions}",
            )


@as_rule(
    "database/instance-class",
    title="An instance has a class that its engine offers.",
    why="RDS refuses the instance.",
    remedy="Choose a class that the engine offers.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbinstance.html",
)
def instance_class(graph: Graph) -> Iterator[Violation]:
    for instance, body in graph.of_type(INSTANCE):
        engine, given = ENGINES.get(str(body.get("Engine"))), body.get("DBInstanceClass")
        if engine and is_literal(given):
            for problem in engine.class_problems(given, ()):
                yield Violation(
                    instance, "DBInstanceClass", problem, "Choose a class of the engine"
                )


@as_rule(
    "database/names",
    title="The first database and the master user have names that RDS accepts.",
    why="RDS refuses the database.",
    remedy="Choose a name of letters, digits and underscores, a letter first.",
    source=f"{AURORA_GUIDE}CHAP_Limits.html",
)
def names(graph: Graph) -> Iterator[Violation]:
    for database, body in graph.of_type(CLUSTER, INSTANCE):
        engine = ENGINES.get(str(body.get("Engine")))
        if engine is None:
            continue
        name_rules = {
            "DatabaseName": (engine.database, engine.database_words),
            "DBName": (engine.database, engine.database_words),
            "MasterUsername": (engine.master, engine.reserved_words),
        }
        for key, (rule, words) in name_rules.items():
            given = graph.read(body.get(key))
            problem = rule.problem(given, words) if is_literal(given) else None
            if problem:
                yield Violation(database, key, f"{key} {problem}", "Choose another name")


@as_rule(
    "database/capacity",
    title="Aurora Serverless v2 scales between 0.5 and 256 ACU, and does not pause behind a proxy.",
    why="RDS refuses the capacity; a proxy keeps connections open, so the cluster never pauses.",
    remedy="Choose a capacity of 0.5 to 256 ACU.",
    source=f"{AURORA_GUIDE}aurora-serverless-v2.requirements.html",
)
def capacity(graph: Graph) -> Iterator[Violation]:
    proxied = {name for proxy, _ in graph.of_type(PROXY) for name in graph.databases_of(proxy)}
    for cluster, body in graph.of_type(CLUSTER):
        scaling = body.get("ServerlessV2ScalingConfiguration")
        scaling = scaling if isinstance(scaling, dict) else {}
        least, most = number(scaling.get("MinCapacity")), number(scaling.get("MaxCapacity"))
        if least is None or most is None:
            continue
        halves = (least * 2).is_integer() and (most * 2).is_integer()
        if not 0 <= least <= most <= 256 or most < 1 or not halves:  # noqa: PLR2004 - the bounds
            yield Violation(
                cluster,
                "ServerlessV2ScalingConfiguration",
                f"it cannot scale from {least:g} to {most:g} ACU",
                "Scale from 0.5 or more to at most 256 in halves, the smaller number first",
            )
        if least == 0 and cluster in proxied:
            yield Violation(
                cluster,
                "ServerlessV2ScalingConfiguration",
                "it would pause at 0 ACU, and the proxy in front of it keeps it awake",
                "Set MinCapacity to 0.5 or more",
            )


@as_rule(
    "database/serverless",
    title="A cluster with a db.serverless instance says how far it scales.",
    why="RDS refuses the instance.",
    remedy="Give the cluster a ServerlessV2ScalingConfiguration.",
    source=f"{AURORA_GUIDE}aurora-serverless-v2.create.html",
)
def serverless(graph: Graph) -> Iterator[Violation]:
    for cluster, body in graph.of_type(CLUSTER):
        if "ServerlessV2ScalingConfiguration" not in body:
            for instance in graph.instances_of(cluster):
                if graph.properties(instance).get("DBInstanceClass") == SERVERLESS:
                    yield Violation(
                        instance,
                        "DBInstanceClass",
                        f"its class is {SERVERLESS}, and {cluster} has no "
                        "ServerlessV2ScalingConfiguration",
                        f"Add it to {cluster}, with MinCapacity and MaxCapacity",
                    )
        if body.get("EngineMode") == "serverless":
            yield Violation(
                cluster,
                "EngineMode",
                "Aurora Serverless v1 has ended",
                f"Leave EngineMode out, and give the cluster an instance of class {SERVERLESS}",
            )


@as_rule(
    "database/public",
    level="warning",
    title="A database instance has no public address.",
    why="Anybody whom a security group lets in may try to log in from the internet.",
    remedy="Set PubliclyAccessible to false.",
    source=f"{RDS_GUIDE}USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def public(graph: Graph) -> Iterator[Violation]:
    for instance, body in graph.of_type(INSTANCE):
        if is_true(body.get("PubliclyAccessible")):
            yield Violation(
                instance,
                "PubliclyAccessible",
                "it has an address in the internet",
                "Set PubliclyAccessible to false, and reach it from inside its VPC",
            )


@as_rule(
    "database/cluster-type",
    title="A cluster of Aurora has no property that is for Multi-AZ clusters only.",
    why="RDS refuses the cluster.",
    remedy="Leave the property out, or set it on the cluster's instances.",
    source=f"{RDS_API}API_CreateDBCluster.html",
)
def cluster_type(graph: Graph) -> Iterator[Violation]:
    for cluster, body in graph.of_type(CLUSTER):
        if str(body.get("Engine")).startswith("aurora"):
            for key in MULTI_AZ_ONLY:
                if key in body:
                    yield Violation(
                        cluster,
                        key,
                        f"{key} is for Multi-AZ clusters, and not for Aurora",
                        "Leave it out, or set it on the instances",
                    )


@as_rule(
    "database/member",
    title="An instance has the engine of its cluster.",
    why="RDS refuses the instance.",
    remedy="Set Engine of the instance to that of its cluster.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbinstance.html",
)
def member(graph: Graph) -> Iterator[Violation]:
    for cluster, body in graph.of_type(CLUSTER):
        for instance in graph.instances_of(cluster):
            own, wanted = graph.properties(instance).get("Engine"), body.get("Engine")
            if is_literal(own) and is_literal(wanted) and own != wanted:
                yield Violation(
                    instance,
                    "Engine",
                    f"its engine is {own}, and that of {cluster} is {wanted}",
                    f"Set Engine to {wanted}",
                )
