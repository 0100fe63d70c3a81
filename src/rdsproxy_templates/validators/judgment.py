"""Judgment of a bundle by our own rules: from violations to findings."""

from __future__ import annotations

from collections.abc import Mapping

from ..rendering.bundle import Bundle
from ..rendering.flat import Origin
from .findings import Finding
from .graph import Graph
from .lines import located
from .rule import FileViolation, Rule, SubjectT, Violation, ViolationT
from .rules import BUNDLE_RULES, GRAPH_RULES, size, wiring


def find(bundle: Bundle) -> list[Finding]:
    """Return everything that our rules find in *bundle*.

    Where a wire leads nowhere most rules are not judged, because it cannot be followed.
    """
    if not wiring.is_whole(bundle):
        partial = (wiring.connected, wiring.values_taken, size.templates_fit)
        return [finding for rule in partial for finding in _of_bundle(rule, bundle)]
    flat, origins = bundle.flat()
    graph = Graph(flat)
    return [
        *(finding for rule in BUNDLE_RULES for finding in _of_bundle(rule, bundle)),
        *(finding for rule in GRAPH_RULES for finding in _of_graph(rule, graph, bundle, origins)),
    ]


def _of_bundle(rule: Rule[Bundle, FileViolation], bundle: Bundle) -> list[Finding]:
    try:
        return [
            _finding(rule, (found.file, found.line), found.sentence, found.remedy)
            for found in rule.judge(bundle)
        ]
    except Exception as error:  # noqa: BLE001 - one broken rule must not end the run of the others
        return [_not_judged(rule.id, bundle, error)]


def _of_graph(
    rule: Rule[Graph, Violation], graph: Graph, bundle: Bundle, origins: Mapping[str, Origin]
) -> list[Finding]:
    try:
        return [
            _finding(
                rule,
                located(bundle, origins, ("Resources", found.resource, *found.path())),
                f"{origins[found.resource].title}: {found.sentence}",
                found.remedy,
            )
            for found in rule.judge(graph)
            if not graph.accepts(found.resource, rule.id)
        ]
    except Exception as error:  # noqa: BLE001 - one broken rule must not end the run of the others
        return [_not_judged(rule.id, bundle, error)]


def _finding(
    rule: Rule[SubjectT, ViolationT], place: tuple[str, int], sentence: str, remedy: str
) -> Finding:
    file, line = place
    return Finding(
        file=file, line=line, rule=rule.id, level=rule.level, sentence=sentence, remedy=remedy
    )


def _not_judged(rule_id: str, bundle: Bundle, error: Exception) -> Finding:
    return Finding(
        file=bundle.paths[()],
        line=1,
        rule=rule_id,
        level="opinion",
        sentence=f"not judged, because the rule fails on these templates with {error!r}",
        remedy="Report it to the authors of rdsproxy_templates, with the templates",
    )
