"""Rules of code: the folder, the file and the function that a template names are there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from ...aws.documentation import LAMBDA_GUIDE
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..texts import literal, text_of

_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "python": (".py",),
    "nodejs": (".js", ".mjs", ".cjs", ".ts", ".mts"),
    "ruby": (".rb",),
}
_DEFINED: Final = r"(?m)^(async\s+)?def\s+{0}\b|^{0}\b\s*(:[^=\n]+)?=|import\s.*\b{0}\b"
"""How a module of Python defines or imports a name."""
_CODE: Final = ("Code", "CodeUri", "InlineCode", "ImageUri")
_TEMPLATES: Final = (".yaml", ".yml", ".json", ".template", ".toml", ".md")
_KEYS: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}


@as_rule(
    "function/code",
    title="A function has a handler, in a file of its local code folder.",
    why="The function is not built, or each call fails.",
    remedy="Name the folder of the code, and the handler as file.function.",
    source=f"{LAMBDA_GUIDE}python-handler.html",
)
def code(graph: Graph) -> Iterator[Violation]:
    folders = dict(_folders(graph))
    if _is_beside_code(folders):
        yield from _missing(graph, folders)
    for function, body in graph.of_type(*FUNCTION_TYPES):
        if body.get("PackageType") == "Image" or _is_built_elsewhere(graph, function):
            continue
        has_code = not body.keys().isdisjoint(_CODE)
        if has_code and "Handler" not in body and "ImageUri" not in body:
            yield Violation(
                function, "Handler", "it has no handler", "Set Handler, such as app.handler"
            )
        if function in folders and folders[function].is_dir():
            runtime = literal(text_of(graph, body.get("Runtime"))) or ""
            handler = literal(text_of(graph, body.get("Handler"))) or ""
            if sentence := _handler_fault(folders[function], runtime, handler):
                yield Violation(
                    function, "Handler", sentence, "Name a file and a function that are there"
                )


@as_rule(
    "function/code-folder",
    level="opinion",
    title="The local code of a function is beside its template.",
    why="SAM cannot build the function, unless the code is put there first.",
    remedy="Correct the path, or put the code where it leads.",
    source="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/"
    "sam-resource-function.html",
)
def code_folder(graph: Graph) -> Iterator[Violation]:
    folders = dict(_folders(graph))
    # What is beside the template's folder may be left where it came from.
    within = {name: folder for name, folder in folders.items() if ".." not in folder.parts}
    if not _is_beside_code(folders):
        yield from _missing(graph, within)


def _is_beside_code(folders: Mapping[str, Path]) -> bool:
    """Tell whether any code is there; else the templates are somewhere by themselves."""
    return any(folder.exists() or _holds_code(folder.parent) for folder in folders.values())


def _missing(graph: Graph, folders: Mapping[str, Path]) -> Iterator[Violation]:
    for resource, folder in folders.items():
        if not folder.exists():
            key = _KEYS[graph.type(resource)]
            yield Violation(
                resource,
                key,
                f"{graph.properties(resource)[key]} is not there, from the template's folder",
                "Correct the path",
            )


def _folders(graph: Graph) -> Iterator[tuple[str, Path]]:
    """Yield the functions and layers whose code is a local path, and the path."""
    for resource, body in graph.of_type(*_KEYS):
        given = body.get(_KEYS[graph.type(resource)])
        here = graph.folders.get(resource)
        if here is not None and isinstance(given, str) and "://" not in given and "$" not in given:
            yield resource, here / given


def _is_built_elsewhere(graph: Graph, function: str) -> bool:
    """Tell whether ``sam build`` makes the function in a way of its own."""
    metadata = graph.template.resources[function].get("Metadata") or {}
    return metadata.get("BuildMethod") not in (None, "makefile") or "Dockerfile" in metadata


def _handler_fault(folder: Path, runtime: str, handler: str) -> str | None:
    suffixes = next((s for name, s in _SUFFIXES.items() if runtime.startswith(name)), ())
    module, dot, name = handler.rpartition(".")
    if not suffixes or not dot:
        return None
    files = [folder / f"{module}{suffix}" for suffix in suffixes]
    dotted = [folder / f"{module.replace('.', '/')}{suffix}" for suffix in suffixes]
    found = [file for file in (*files, *dotted) if file.is_file()]
    if not found:
        if any(file.suffix in suffixes for file in folder.iterdir()):
            return f"{handler} is the file {module}{suffixes[0]}, which is not in its folder"
        return None
    text = found[0].read_text("utf-8", "replace")
    is_defined = re.search(_DEFINED.format(re.escape(name)), text) or "import *" in text
    if runtime.startswith("python") and not is_defined:
        return f"{found[0].name} defines no {name}"
    return None


def _holds_code(folder: Path) -> bool:
    """Tell whether *folder* is there with something in it beside templates."""
    return folder.is_dir() and any(
        file.is_file() and file.suffix not in _TEMPLATES and not file.name.startswith(".")
        for file in folder.iterdir()
    )
