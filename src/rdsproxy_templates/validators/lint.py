"""cfn-lint: each distinct template once, on all processors, and remembered.

cfn-lint no longer expands the SAM transform, so the expanded templates are written into a
folder and linted from there, where it follows nested templates; then its flat form, in
which nothing hides behind a parameter.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from .. import cache
from ..aws import cfn_lint
from ..aws.cfn_lint import INCLUDED
from ..aws.documentation import SAM_GUIDE
from ..errors import Problem, TransformError
from ..rendering.bundle import Bundle
from ..rendering.documents import document
from ..rendering.flat import Origin
from ..rendering.sam_transform import expanded
from ..rendering.yaml import dump
from .findings import Finding, Level, level_of
from .ignored import CFN_LINT, is_ignored
from .lines import located
from .rules.wiring import is_whole

PACKAGE: Final = "cfn-lint"
FLAT: Final = "flat.yaml"
SAM_RULE: Final = "sam"


Match = dict[str, Any]
"""A place in a template and what is wrong there."""


class Work(NamedTuple):
    """The work for a worker, or the files that SAM refuses, each with the reason."""

    sent: dict[str, Any]
    refused: list[tuple[str, Match]]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One template to lint, with the documents that it can nest, by path."""

    file: str
    documents: Mapping[str, Mapping[str, Any]]
    regions: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """The name of cfn-lint's result: a hash of documents, rules and versions."""
        return cache.key_of(_versions(), INCLUDED, sorted(self.regions), self.documents)

    def work(self) -> Work:
        """Expand the SAM transform in every document, for a worker to lint."""
        texts, refused = {}, []
        for path, body in self.documents.items():
            try:
                texts[path] = _text(json.dumps(body))
            except TransformError as error:
                refused += [(path, _refusal(problem)) for problem in error.problems]
        return Work({"file": self.file, "files": texts, "regions": self.regions}, refused)


class Lint:
    """cfn-lint at work on some bundles, each with the regions beside it, by its name.

    It begins at once, in processes of its own; :meth:`findings` waits for it.
    """

    def __init__(self, bundles: Mapping[str, tuple[Bundle, Sequence[str]]]) -> None:
        self._bundles = bundles
        self._tasks = {name: tasks_for(bundle, on) for name, (bundle, on) in bundles.items()}
        distinct = {task.key: task for some in self._tasks.values() for task in some}
        self._known = {
            key: found for key in distinct if (found := cache.remembered(PACKAGE, key)) is not None
        }
        fresh = {key: task for key, task in distinct.items() if key not in self._known}
        self._refused: dict[str, list[tuple[str, Match]]] = {}
        self._running = self._started(fresh) if fresh else None
        cfn_lint.stop_early()

    def findings(self) -> dict[str, list[Finding]]:
        """Wait for cfn-lint, and return its findings for each bundle, by name."""
        if self._running:
            keys, worker = self._running
            for key, matches in zip(keys, cfn_lint.finished(worker), strict=True):
                cache.remember(PACKAGE, key, matches)
                self._known[key] = matches
            self._running = None
        return {
            name: sorted(
                {
                    finding
                    for file, match in self._said(self._tasks[name])
                    for finding in _finding(bundle, file, match)
                }
            )
            for name, (bundle, _) in self._bundles.items()
        }

    def _said(self, tasks: Sequence[Task]) -> Iterator[tuple[str, Match]]:
        """Yield all that is wrong with the templates of a bundle, each with its file."""
        for task in tasks:
            yield from ((task.file, match) for match in self._known.get(task.key, ()))
        refused = {task.file: self._refused.get(task.key, ()) for task in tasks}
        flat = refused.pop(FLAT, ())
        # The flat form is refused for what a nested template is, under longer names.
        yield from chain(*refused.values()) if any(refused.values()) else flat

    def _started(self, tasks: Mapping[str, Task]) -> tuple[list[str], subprocess.Popen[str]]:
        """Start a worker; return the keys of its tasks, too, the longest first.

        It imports cfn-lint while the tasks are being expanded here. What SAM refuses to expand is
        not linted.
        """
        worker = cfn_lint.worker()
        order = sorted(tasks, key=lambda key: -len(str(tasks[key].documents[tasks[key].file])))
        works = {key: tasks[key].work() for key in order}
        self._refused |= {key: work.refused for key, work in works.items() if work.refused}
        sent = [key for key in order if not works[key].refused]
        cfn_lint.send(worker, [works[key].sent for key in sent])
        return sent, worker


def tasks_for(bundle: Bundle, regions: Sequence[str]) -> list[Task]:
    """Return what there is to lint in *bundle*: each template, and its flat form."""
    nested = {
        bundle.paths[path]: document(template, path, "sam") for path, template in bundle.root.walk()
    }
    tasks = [
        Task(file=file, documents=nested if _nests(body) else {file: body}, regions=tuple(regions))
        for file, body in nested.items()
    ]
    if is_whole(bundle):
        flat = {FLAT: document(bundle.flat()[0], (), "flat")}
        tasks.append(Task(file=FLAT, documents=flat, regions=tuple(regions)))
    return tasks


def _nests(body: Mapping[str, Any]) -> bool:
    return any(r["Type"] == "AWS::Serverless::Application" for r in body["Resources"].values())


@lru_cache(maxsize=256)
def _text(body: str) -> str:
    """Return a JSON document as YAML, with the SAM transform expanded."""
    return dump(expanded(json.loads(body)))


def _refusal(problem: Problem) -> Match:
    return {
        "rule": SAM_RULE,
        "level": "error",
        "message": f"SAM refuses it: {problem.sentence}",
        "path": ["Resources", problem.place] if problem.place else [],
        "remedy": remedy_at(problem.place),
    }


def remedy_at(place: str) -> str:
    """Say where to read of what SAM refuses at *place*, a resource or the whole template."""
    if place:
        return "See the documentation of the resource type in SAM"
    return f"See {SAM_GUIDE}sam-specification-template-anatomy.html"


def _finding(bundle: Bundle, file: str, match: Match) -> Iterator[Finding]:
    """Report *match* at the place in the rendered files that it comes from."""
    place = match["path"]
    if is_ignored(CFN_LINT, match["rule"], "/".join(map(str, place)), match["message"]):
        return
    file, line = located(bundle, _origins(bundle, file), place, file)
    level: Level = "warning" if match["rule"] in INCLUDED else level_of(match["level"])
    yield Finding(
        file=file,
        line=line,
        rule=match["rule"],
        level=level,
        sentence=match["message"].rstrip("."),
        remedy=match["remedy"],
    )


def _origins(bundle: Bundle, file: str) -> Mapping[str, Origin]:
    if file == FLAT:
        return bundle.flat()[1]
    return {
        title: Origin(path, title)
        for path, template in bundle.root.walk()
        if bundle.paths[path] == file
        for title in (*template.children, *template.resources)
    }


@lru_cache(maxsize=1)
def _versions() -> list[str]:
    return [cache.version_of(name) for name in (PACKAGE, "aws-sam-translator")]
