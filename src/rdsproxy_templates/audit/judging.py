"""Our rules on somebody's templates: every scenario is judged, and each finding has a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..model import Template
from ..rendering import Bundle, Origin
from ..rendering.flat import flattened
from ..validators.findings import Finding
from ..validators.graph import Graph
from ..validators.rule import FileViolation, Rule, Violation
from ..validators.rules import BUNDLE_RULES, GRAPH_RULES, wiring
from .assembly import CONDITION, Assembly, followed
from .scenarios import scenarios
from .shape import Misshape
from .sources import Source

SHAPE: Final = "template/shape"


def judged(
    assembly: Assembly, values: Mapping[str, str], notes: dict[str, str]
) -> Iterator[Finding]:
    """Yield what our rules find in *assembly*; a rule that fails is named in *notes*."""
    for source, misshape in assembly.misshapes:
        yield _misshapen(source, misshape)
    whole = followed(assembly.root)
    for rule in BUNDLE_RULES:
        # What leads nowhere is for one rule; the others follow every wire.
        root = assembly.root if rule is wiring.connected else whole
        yield from _of_bundle(rule, _bundle(assembly, without_conditions(root)), assembly, notes)
    if not assembly.is_complete:
        return
    flat, origins = flattened(whole)
    folders = {
        name: assembly.instances[origin.path].source.path.parent for name, origin in origins.items()
    }
    first: dict[tuple[str, str, int, int], int] = {}
    for number, deployed in enumerate(scenarios(flat, assembly.mappings, values)):
        graph = Graph(deployed, folders)
        for one in GRAPH_RULES:
            for finding in _of_graph(one, graph, assembly, origins, notes):
                # In another scenario, the same place is the same thing in other words.
                place = (finding.rule, finding.file, finding.line, finding.column)
                if first.setdefault(place, number) == number:
                    yield finding


def _bundle(assembly: Assembly, root: Template) -> Bundle:
    return Bundle(root=root, templates=assembly.templates, paths=assembly.paths)


def without_conditions(root: Template) -> Template:
    """Return *root* without what stands for its conditions."""
    return replace(
        root,
        resources={n: body for n, body in root.resources.items() if body["Type"] != CONDITION},
        children={
            title: replace(nested, template=without_conditions(nested.template))
            for title, nested in root.children.items()
        },
    )


def _misshapen(source: Source, misshape: Misshape) -> Finding:
    mark = source.document.mark(misshape.path)
    return Finding(
        file=source.file,
        line=mark.line,
        column=mark.column,
        rule=SHAPE,
        level="error",
        sentence=misshape.sentence,
        remedy=misshape.remedy,
    )


def _of_bundle(
    rule: Rule[Bundle, FileViolation],
    bundle: Bundle,
    assembly: Assembly,
    notes: dict[str, str],
) -> list[Finding]:
    files = {one.source.file: one.source for one in assembly.instances.values()}
    try:
        return [
            _finding(rule, files[one.file], one.path, one.sentence, one.remedy)
            for one in rule.judge(bundle)
        ]
    except Exception as error:  # noqa: BLE001 - one broken rule must not end the run of the others
        notes[rule.id] = repr(error)
        return []


def _of_graph(
    rule: Rule[Graph, Violation],
    graph: Graph,
    assembly: Assembly,
    origins: Mapping[str, Origin],
    notes: dict[str, str],
) -> list[Finding]:
    try:
        violations = [one for one in rule.judge(graph) if not graph.accepts(one.resource, rule.id)]
    except Exception as error:  # noqa: BLE001 - one broken rule must not end the run of the others
        notes[rule.id] = repr(error)
        return []
    return [_located(rule, one, assembly, origins) for one in violations]


def _located(
    rule: Rule[Graph, Violation],
    violation: Violation,
    assembly: Assembly,
    origins: Mapping[str, Origin],
) -> Finding:
    origin = origins[violation.resource]
    instance = assembly.instances[origin.path]
    path: tuple[Any, ...] = instance.places.get(origin.title, ("Resources", origin.title))
    if path[-1] == origin.title:
        within = ("DependsOn",) if violation.property == "DependsOn" else ("Properties",)
        steps = () if violation.property == "DependsOn" else violation.property.split(".")
        path = (*path, *within, *steps)
    sentence = f"{origin.title}: {violation.sentence}"
    return _finding(rule, instance.source, path, sentence, violation.remedy)


def _finding(
    rule: Rule[Any, Any], source: Source, path: tuple[Any, ...], sentence: str, remedy: str
) -> Finding:
    mark = source.document.mark(path)
    return Finding(
        file=source.file,
        line=mark.line,
        column=mark.column,
        rule=rule.id,
        level=rule.level,
        sentence=sentence,
        remedy=remedy,
    )
