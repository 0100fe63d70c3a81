"""Our rules on somebody's templates: every scenario is judged, and each finding has a place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ..model.template import Template
from ..rendering.bundle import Bundle
from ..validators.findings import Finding
from ..validators.graph import Graph
from ..validators.rule import FileViolation, Rule, Violation
from ..validators.rules import BUNDLE_RULES, GRAPH_RULES, size, wiring
from .assembly import STANDING, Assembly
from .catalogue import shape
from .exports import judged_exports
from .joining import Joined, Place, alone, joined
from .own_names import in_own_names
from .scenarios import scenarios
from .shape import Misshape
from .sources import Source
from .unknown_wires import followed
from .where import where_it_holds

MANIFOLD: Final = tuple(
    f"AWS::Serverless::{name}"
    for name in ("Api", "Connector", "GraphQLApi", "HttpApi", "StateMachine", "WebSocketApi")
)
"""What SAM makes several resources of: two of them in a circle are none of their resources."""


def judged(
    assemblies: Sequence[Assembly], values: Mapping[str, str], notes: dict[str, str]
) -> Iterator[Finding]:
    """Yield what our rules find in *assemblies*; a rule that fails is named in *notes*."""
    whole = [_bundle(assembly, followed(assembly.root)) for assembly in assemblies]
    for assembly, bundle in zip(assemblies, whole, strict=True):
        yield from _of_files(assembly, bundle, notes)
    yield from judged_exports(assemblies)
    roots = [
        alone(assembly, bundle)
        for assembly, bundle in zip(assemblies, whole, strict=True)
        if assembly.is_complete
    ]
    for one in joined(roots):
        yield from _of_scenarios(one, values, notes)


def _of_files(assembly: Assembly, whole: Bundle, notes: dict[str, str]) -> Iterator[Finding]:
    for source, misshape in assembly.misshapes:
        yield misshapen(source, misshape)
    for source in {one.source.file: one.source for one in assembly.instances.values()}.values():
        for title, key, location in source.missing():
            yield _finding(
                wiring.connected,
                source,
                ("Resources", title, "Properties", key),
                f"{title} nests {location}, which is not there, from the template's folder",
                "Correct the path",
            )
    written = _bundle(assembly, without(assembly.root, STANDING))
    wired = _bundle(assembly, without(assembly.root, (*STANDING, *MANIFOLD)))
    for rule in BUNDLE_RULES:
        # What leads nowhere is for one rule, limits of what is written for another.
        bundle = {wiring.connected: wired, size.templates_fit: written}.get(rule, whole)
        yield from _of_bundle(rule, bundle, assembly, notes)


def _of_scenarios(
    one: Joined, values: Mapping[str, str], notes: dict[str, str]
) -> Iterator[Finding]:
    given = {**values, **{new: values[old] for new, old in one.renamed.items() if old in values}}
    folders = {
        name: source.path.parent
        for name, place in one.places.items()
        if (source := place.assembly.instances[place.origin.path].source).nests is None
    }
    every = scenarios(one.flat, one.mappings, given)
    found: dict[tuple[str, str, int, int], tuple[list[Finding], set[int]]] = {}
    for number, scenario in enumerate(every):
        graph = Graph(scenario.template, folders, values.get("AWS::Region"))
        for rule in GRAPH_RULES:
            for finding in _of_graph(rule, graph, one.places, notes):
                # In another scenario, the same place is the same thing in other words.
                place = (finding.rule, finding.file, finding.line, finding.column)
                findings, numbers = found.setdefault(place, ([], set()))
                if numbers <= {number}:
                    findings.append(finding)
                numbers.add(number)
    for findings, numbers in found.values():
        where = where_it_holds(every, numbers, one.renamed)
        yield from (replace(one, sentence=f"{one.sentence}{where}") for one in findings)


def _bundle(assembly: Assembly, root: Template) -> Bundle:
    return Bundle(root=root, templates=assembly.templates, paths=assembly.paths)


def without(root: Template, types: Sequence[str]) -> Template:
    """Return *root*, and all that it nests, without the resources of these *types*."""
    return replace(
        root,
        resources={n: body for n, body in root.resources.items() if body["Type"] not in types},
        children={
            title: replace(nested, template=without(nested.template, types))
            for title, nested in root.children.items()
        },
    )


def misshapen(source: Source, misshape: Misshape) -> Finding:
    """Return the finding that *misshape* is."""
    mark = source.document.mark(misshape.path)
    return Finding(
        file=source.file,
        line=mark.line,
        column=mark.column,
        rule=shape.id,
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
    places: Mapping[str, Place],
    notes: dict[str, str],
) -> list[Finding]:
    try:
        violations = [one for one in rule.judge(graph) if not graph.accepts(one.resource, rule.id)]
    except Exception as error:  # noqa: BLE001 - one broken rule must not end the run of the others
        notes[rule.id] = repr(error)
        return []
    return [_located(rule, one, places) for one in violations]


def _located(
    rule: Rule[Graph, Violation], violation: Violation, places: Mapping[str, Place]
) -> Finding:
    place = places[violation.resource]
    title = place.origin.title
    instance = place.assembly.instances[place.origin.path]
    path: tuple[Any, ...] = instance.places.get(title, ("Resources", title))
    if path[-1] == title:
        path = (*path, *violation.path())
    sentence, remedy = (
        in_own_names(text, place, places) for text in (violation.sentence, violation.remedy)
    )
    return _finding(rule, instance.source, path, f"{title}: {sentence}", remedy)


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
