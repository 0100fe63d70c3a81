"""Rules of ours that something breaks as it was made, which its stack accepts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ...model import Template
from ...model.accepted_rules import accepted, all_accepted
from .groups import Adopted

REASON: Final = "It was made so, and taken over as it is"


def as_made(adopted: Iterable[Adopted]) -> Mapping[str, Mapping[str, Any]]:
    """Return ``Metadata`` by title, with which what is *adopted* is deployed as it is."""
    from ...validators.graph import Graph  # noqa: PLC0415 - takes time
    from ...validators.rules import GRAPH_RULES  # noqa: PLC0415

    resources = {one.title: {"Type": one.type, "Properties": one.properties} for one in adopted}
    graph = Graph(
        Template(description="", parameters={}, children={}, resources=resources, outputs={})
    )
    broken: dict[str, list[dict[str, Any]]] = {}
    for rule in GRAPH_RULES:
        if rule.level == "opinion":
            continue
        for violation in rule.judge(graph):
            broken.setdefault(violation.resource, []).append(accepted(rule.id, REASON))
    return {title: found for title, each in broken.items() if (found := all_accepted(*each))}
