"""Templates on disk: the files that are named, those in folders, and what they nest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ..errors import Problem
from ..model.yaml_scalars import ReadError
from .document import Document
from .functions import unknown
from .locations import beside, is_local, shown
from .reading import read
from .shape import Mending, mended

SUFFIXES: Final = (".yaml", ".yml", ".json", ".template")
PASSED_OVER: Final = frozenset({"node_modules", "__pycache__", ".git", ".aws-sam", ".venv"})
NESTING: Final[Mapping[str, str]] = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
MANIFEST: Final = "manifest.json"
SERVERLESS: Final = "resources"
"""The key of the template in a file of the Serverless Framework."""
MOST_BYTES: Final = 20_000_000


@dataclass(frozen=True)
class Source:
    """One template of somebody's."""

    path: Path
    file: str
    """Path as it is shown."""
    text: str
    document: Document
    mending: Mending
    is_whole: bool = True
    """False where the file holds more than the template, as that of the Serverless Framework."""
    nests: Mapping[str, Path] | None = None
    """What is nested, where that is not told by paths."""

    @property
    def body(self) -> dict[str, Any]:
        """The template, in the form that CloudFormation demands."""
        return self.mending.body

    def nested(self) -> Iterator[tuple[str, Path]]:
        """Yield the title of each resource that nests a file that may be there, and the file."""
        if self.nests is not None:
            yield from self.nests.items()
            return
        for title, body in self.body["Resources"].items():
            if isinstance(body, dict) and (path := self._location(body)):
                yield title, path

    def missing(self) -> Iterator[tuple[str, str, str]]:
        """Yield each resource that nests a file that is not there: title, property, location."""
        for title, body in self.body["Resources"].items() if self.nests is None else ():
            key = NESTING.get(str(body.get("Type"))) if isinstance(body, dict) else None
            location = body.get("Properties", {}).get(key) if key else None
            if isinstance(location, str) and is_local(location) and not self._location(body):
                yield title, str(key), location

    def _location(self, body: Mapping[str, Any]) -> Path | None:
        key = NESTING.get(str(body.get("Type")))
        location = body.get("Properties", {}).get(key) if key else None
        metadata = body.get("Metadata", {})
        if isinstance(asset := metadata.get("aws:asset:path"), str):
            location = asset
        return beside(self.path.parent, location)


@dataclass
class Sources:
    """Templates that were found, and what could not be read."""

    by_path: dict[Path, Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def roots(self) -> list[Source]:
        """Return the templates that no other nests; of those in a circle, the first."""
        nested = {
            path
            for source in self.by_path.values()
            for _, path in source.nested()
            if path != source.path
        }
        roots = [source for path, source in self.by_path.items() if path not in nested]
        reached: set[Path] = set()
        for source in roots:
            self._reach(source, reached)
        for path, source in self.by_path.items():
            if path not in reached:  # it nests what nests it
                roots.append(source)
                self._reach(source, reached)
        return roots

    def _reach(self, source: Source, reached: set[Path]) -> None:
        todo = [source]
        while todo:
            one = todo.pop()
            if one.path not in reached:
                reached.add(one.path)
                todo += [self.by_path[path] for _, path in one.nested() if path in self.by_path]


def found(paths: Iterable[str | Path], *, templates_only: bool = False) -> Sources:
    """Read the templates at *paths*, and what they nest by a path that is there.

    Of files that are named and are no template there is a problem, unless *templates_only*.
    """
    sources = Sources()
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for one in _templates_in(path):
                _add(sources, one, demanded=False)
        else:
            _add(sources, path, demanded=not templates_only)
    todo = list(sources.by_path.values())
    while todo:
        for _, path in todo.pop().nested():
            if path not in sources.by_path and (source := _add(sources, path, demanded=False)):
                todo.append(source)
    return sources


def _templates_in(folder: Path) -> Iterator[Path]:
    """Yield the files in *folder* that may be templates, in order.

    A cloud assembly of the CDK names its templates in its manifest; others are left over.
    """
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        if MANIFEST in files and (artifacts := _artifacts(Path(place, MANIFEST))) is not None:
            folders[:] = [name for name in folders if name in artifacts]
            yield from (Path(place, name) for name in sorted(files) if name in artifacts)
        else:
            yield from (Path(place, name) for name in sorted(files) if name.endswith(SUFFIXES))


def _artifacts(manifest: Path) -> set[str] | None:
    """Return the files and folders that the manifest of a cloud assembly names."""
    try:
        artifacts = json.loads(manifest.read_bytes())["artifacts"].values()
        properties = [artifact.get("properties", {}) for artifact in artifacts]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    names = {one.get(key) for one in properties for key in ("templateFile", "directoryName")}
    return {name for name in names if isinstance(name, str)}


def _add(sources: Sources, path: Path, *, demanded: bool) -> Source | None:
    """Read the file at *path*; what is no template is a problem only if *demanded*."""
    try:
        resolved = path.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        sources.problems.append(Problem(str(path), f"cannot be read: {error}"))
        return None
    if resolved in sources.by_path:
        return None
    try:
        text = _text(resolved)
        if not demanded and "Resources" not in text:
            return None
        document = read(text)
    except OSError as error:
        sources.problems.append(Problem(str(path), f"cannot be read: {error.strerror}"))
        return None
    except UnicodeDecodeError:
        if demanded:
            sources.problems.append(Problem(str(path), "is not text in UTF-8"))
        return None
    except ReadError as error:
        if demanded or "AWSTemplateFormatVersion" in text or "AWS::" in text:
            place = f"{path}:{error.mark.line}:{error.mark.column}" if error.mark else str(path)
            sources.problems.append(Problem(place, error.sentence))
        return None
    within = document.within(SERVERLESS) if is_serverless(document.value) else document
    if not is_template(within.value):
        if demanded:
            sentence = f"is no template: {_missing(within.value)}"
            sources.problems.append(Problem(str(path), sentence))
        return None
    is_whole = within is document
    source = Source(resolved, shown(path), text, within, mended(within), is_whole)
    sources.by_path[resolved] = source
    return source


def is_serverless(value: object) -> bool:
    """Tell whether *value* is what the Serverless Framework reads, with a template inside."""
    match value:
        case {"provider": _, "resources": {"Resources": _}}:
            return True
        case _:
            return False


def is_template(value: object) -> bool:
    """Tell whether *value*, read from a file, is a CloudFormation template."""
    match value:
        case {"AWSTemplateFormatVersion": _, "Resources": _}:
            return True
        case {"Resources": dict(resources)}:
            return any(
                isinstance(body, dict)
                and isinstance(body.get("Type"), str)
                and "::" in body["Type"]
                for body in resources.values()
            ) or any(str(title).startswith("Fn::ForEach::") for title in resources)
        case _:
            return False


def _missing(value: object) -> str:
    """Say what *value* lacks, which is no template."""
    match value:
        case {"Resources": dict(resources)} if len(resources) == 1 and (
            sentence := unknown(str(next(iter(resources))))
        ):
            return sentence
        case _:
            return "it has no mapping named Resources"


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise OSError(27, f"is larger than {MOST_BYTES} bytes")
    return path.read_text("utf-8")
