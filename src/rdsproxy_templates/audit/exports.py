"""Exports and imports of templates that are judged together: each import leads to an export."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from ..validators.findings import Finding
from .assembly import Assembly
from .catalogue import exports as rule
from .document import Path
from .functions import nodes
from .joining import export_name
from .sources import Source

NEAR: Final = 0.85
"""How alike two names are of which one is taken for a slip of the other."""
_MARKS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class _Import:
    """An import: the name of the export, and where it is written."""

    name: str
    root: int
    source: Source
    path: Path


def judged_exports(assemblies: Sequence[Assembly]) -> Iterator[Finding]:
    """Yield the imports of an export that none of *assemblies* makes, and those in a circle.

    A stack that is not among them may make any export, so the name must tell that it is theirs.
    """
    makers: dict[str, set[int]] = {}
    imports: list[_Import] = []
    for root, assembly in enumerate(assemblies):
        for source in {id(one.source): one.source for one in assembly.instances.values()}.values():
            for name in _exports(source):
                makers.setdefault(name, set()).add(root)
            imports += [
                _Import(name, root, source, path) for path, name in _imports(source.document.value)
            ]
    for one in imports:
        if one.name not in makers and (similar := _meant(one, imports, makers)):
            yield _finding(
                one,
                f"it imports {one.name}, which no template here exports (did you mean {similar}?)",
                "Import an export that is made, or export it there",
            )
    yield from _circles(imports, makers)


def _exports(source: Source) -> Iterator[str]:
    for body in source.body["Outputs"].values():
        export = body.get("Export") if isinstance(body, Mapping) else None
        name = export_name(export.get("Name")) if isinstance(export, Mapping) else None
        if name is not None:
            yield name


def _imports(document: Any) -> Iterator[tuple[Path, str]]:
    for path, node in nodes(document):
        if isinstance(node, dict) and "Fn::ImportValue" in node:
            name = export_name(node["Fn::ImportValue"])
            if name is not None:
                yield path, name


def _meant(one: _Import, imports: Sequence[_Import], makers: Mapping[str, set[int]]) -> str | None:
    """Return the export that an import of an unknown name means, where that is all but certain.

    It is spelled alike, or nearly alike, and then nobody imports it by its own name.
    """
    others = {name for name, roots in makers.items() if roots != {one.root}}
    if alike := [name for name in others if _plain(name) == _plain(one.name)]:
        return min(alike)
    unused = sorted(others - {other.name for other in imports})
    near = get_close_matches(one.name, unused, n=1, cutoff=NEAR)
    return near[0] if near else None


def _plain(name: str) -> str:
    return _MARKS.sub("", name.lower())


def _circles(imports: Sequence[_Import], makers: Mapping[str, set[int]]) -> Iterator[Finding]:
    """Yield the imports of roots that need each other, and so cannot be created."""
    needs: dict[int, set[int]] = {}
    for one in imports:
        roots = makers.get(one.name, set())
        if len(roots) == 1:
            needs.setdefault(one.root, set()).update(roots - {one.root})
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        around = set(error.args[1])
        for one in imports:
            giver = makers.get(one.name, set())
            if one.root in around and len(giver) == 1 and giver <= around - {one.root}:
                yield _finding(
                    one,
                    f"it imports {one.name} of a stack that imports from this one",
                    "Take the value from elsewhere, or move what needs it",
                )


def _finding(one: _Import, sentence: str, remedy: str) -> Finding:
    mark = one.source.document.mark(one.path)
    return Finding(
        file=one.source.file,
        line=mark.line,
        column=mark.column,
        rule=rule.id,
        level=rule.level,
        sentence=sentence,
        remedy=remedy,
    )
