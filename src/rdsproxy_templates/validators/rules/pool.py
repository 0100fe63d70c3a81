"""Rules of connection pools: percentages, timeouts and pinning."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import AURORA_GUIDE, CLOUDFORMATION_GUIDE, RDS_GUIDE
from ..graph import PROXY, TARGET_GROUP, Graph
from ..protocols import family_of
from ..rule import Violation, as_rule
from ..values import is_literal, items, number

POOL = "ConnectionPoolConfigurationInfo"
IDLE_CLIENT = (1, 28_800)
"""Seconds: ``IdleClientTimeout`` of a proxy."""
BOUNDS = {
    "MaxConnectionsPercent": (1, 100),
    "MaxIdleConnectionsPercent": (0, 100),
    "ConnectionBorrowTimeout": (0, 300),
}
PINNING = "EXCLUDE_VARIABLE_SETS"


@as_rule(
    "proxy/idle-above-max",
    title="A connection pool keeps at most as many connections idle as it may open.",
    why="RDS refuses the pool.",
    remedy="Lower MaxIdleConnectionsPercent, or raise MaxConnectionsPercent.",
    source=f"{CLOUDFORMATION_GUIDE}aws-resource-rds-dbproxytargetgroup.html",
)
def idle_above_max(graph: Graph) -> Iterator[Violation]:
    for group, body in graph.of_type(TARGET_GROUP):
        pool = body.get(POOL)
        pool = pool if isinstance(pool, dict) else {}
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
    "proxy/bounds",
    title="Timeouts and percentages of a proxy and its connection pool are within their ranges.",
    why="RDS refuses the proxy or the pool.",
    remedy="Choose a value within the documented range.",
    source=f"{RDS_GUIDE}rds-proxy-connections.html",
)
def bounds(graph: Graph) -> Iterator[Violation]:
    for proxy, body in graph.of_type(PROXY):
        yield from _outside(proxy, "IdleClientTimeout", body.get("IdleClientTimeout"), IDLE_CLIENT)
    for group, body in graph.of_type(TARGET_GROUP):
        pool = body.get(POOL)
        for key, limits in BOUNDS.items():
            value = pool.get(key) if isinstance(pool, dict) else None
            yield from _outside(group, key, value, limits, POOL)


def _outside(
    resource: str, key: str, value: object, limits: tuple[int, int], place: str = ""
) -> Iterator[Violation]:
    given, (least, most) = number(value), limits
    if given is not None and not (least <= given <= most and given.is_integer()):
        yield Violation(
            resource,
            place or key,
            f"{key} is {given:g}, and {least} to {most} are allowed",
            f"Set {key} to a whole number from {least} to {most}",
        )


@as_rule(
    "proxy/pinning-filters",
    title="A pool has pinning filters only in front of MySQL, and only those that RDS knows.",
    why="RDS refuses the pool; PostgreSQL has no such filters.",
    remedy="Remove the filters, or name those that RDS documents.",
    source=f"{AURORA_GUIDE}rds-proxy-pinning.html",
)
def pinning_filters(graph: Graph) -> Iterator[Violation]:
    for group, body in graph.of_type(TARGET_GROUP):
        pool = body.get(POOL)
        filters = items(pool.get("SessionPinningFilters")) if isinstance(pool, dict) else []
        proxy = graph.named(body.get("DBProxyName"), PROXY)
        family = family_of(graph, proxy) if proxy else None
        unknown = [one for one in filters if is_literal(one) and one != PINNING]
        if filters and family and family.name != "MYSQL":
            yield Violation(
                group,
                POOL,
                f"SessionPinningFilters are for MySQL, and {proxy} is for {family.name}",
                "Leave SessionPinningFilters out",
            )
        elif unknown:
            yield Violation(
                group,
                POOL,
                f"unknown pinning filter {unknown[0]!r}",
                f"Use {PINNING}, the only one",
            )
