"""The protocol that a proxy speaks, as far as it is known and fits its database."""

from __future__ import annotations

from ..aws.engine_families import ENGINE_FAMILIES, EngineFamily
from ..aws.engines import ENGINES
from .graph import Graph


def family_of(graph: Graph, proxy: str) -> EngineFamily | None:
    """Return the engine family of *proxy*; None where it is unknown, or not its database's.

    Of one that is wrong, nothing follows: the rule ``proxy/engine-family`` says it.
    """
    if strangers_of(graph, proxy):
        return None
    return ENGINE_FAMILIES.get(str(graph.properties(proxy).get("EngineFamily")))


def strangers_of(graph: Graph, proxy: str) -> list[str]:
    """Return the databases of *proxy* that are of another engine family."""
    family = str(graph.properties(proxy).get("EngineFamily"))
    if family not in ENGINE_FAMILIES:
        return []
    return [
        database
        for database in graph.databases_of(proxy)
        if (engine := ENGINES.get(str(graph.properties(database).get("Engine"))))
        and engine.family != family
    ]
