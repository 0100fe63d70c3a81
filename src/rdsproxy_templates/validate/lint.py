"""cfn-lint, over each distinct template once, spread over the processors, and remembered.

cfn-lint no longer expands the SAM transform, so the expanded family is written into a
folder and linted from there, where it follows nested templates; then its flat form, in
which nothing hides behind a parameter.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_path

from ..frame import Bundle, Origin
from ..frame.render import document
from ..frame.yaml import dump
from ..transform import expanded
from .findings import Finding, Level
from .ignored import CFN_LINT, is_ignored
from .lines import located

INCLUDED: Final = ("I3011",)
"""Rules that are only information to cfn-lint, and errors here: data without a policy."""

FLAT: Final = "flat.yaml"
KEPT_SECONDS: Final = 30 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Task:
    """One template to lint, with the documents that it can nest, by path."""

    file: str
    documents: Mapping[str, Mapping[str, Any]]
    regions: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """Names what cfn-lint would say: the documents, the rules and the versions."""
        parts = [
            [metadata.version(name) for name in ("cfn-lint", "aws-sam-translator")],
            INCLUDED,
            sorted(self.regions),
            self.documents,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def work(self) -> dict[str, Any]:
        """What a worker is sent: texts, in which the SAM transform is expanded."""
        texts = {path: _text(json.dumps(body)) for path, body in self.documents.items()}
        return {"file": self.file, "files": texts, "regions": self.regions}


class Lint:
    """cfn-lint at work on some bundles, each with the regions beside it, by its name.

    It begins at once, in processes of its own; :meth:`findings` waits for it.
    """

    def __init__(self, bundles: Mapping[str, tuple[Bundle, Sequence[str]]]) -> None:
        self._bundles = bundles
        self._tasks = {name: _tasks(bundle, on) for name, (bundle, on) in bundles.items()}
        distinct = {task.key: task for some in self._tasks.values() for task in some}
        self._known = {key: found for key in distinct if (found := _remembered(key)) is not None}
        fresh = {key: task for key, task in distinct.items() if key not in self._known}
        self._running = _started(fresh)

    def findings(self) -> dict[str, list[Finding]]:
        """What cfn-lint says of each bundle, by its name."""
        for keys, worker in self._running:
            for key, matches in zip(keys, _finished(worker), strict=True):
                _remember(key, matches)
                self._known[key] = matches
        self._running = []
        return {
            name: sorted(
                {
                    finding
                    for task in self._tasks[name]
                    for match in self._known[task.key]
                    for finding in _finding(bundle, task, match)
                }
            )
            for name, (bundle, _) in self._bundles.items()
        }


def _tasks(bundle: Bundle, regions: Sequence[str]) -> list[Task]:
    nested = {
        bundle.paths[path]: document(template, path, "sam") for path, template in bundle.root.walk()
    }
    flat = {FLAT: document(bundle.flat()[0], (), "flat")}
    return [
        *(
            Task(
                file=file,
                documents=nested if _nests(body) else {file: body},
                regions=tuple(regions),
            )
            for file, body in nested.items()
        ),
        Task(file=FLAT, documents=flat, regions=tuple(regions)),
    ]


def _nests(body: Mapping[str, Any]) -> bool:
    return any(r["Type"] == "AWS::Serverless::Application" for r in body["Resources"].values())


@lru_cache(maxsize=256)
def _text(body: str) -> str:
    """A document, given as JSON, with the SAM transform expanded, in YAML."""
    return dump(expanded(json.loads(body)))


def _finding(bundle: Bundle, task: Task, match: Mapping[str, Any]) -> Iterator[Finding]:
    """The match, at the place in the rendered files that it comes from."""
    place = match["path"]
    if is_ignored(CFN_LINT, match["rule"], "/".join(map(str, place))):
        return
    file, line = located(bundle, _origins(bundle, task), place)
    level: Level = "warning" if match["level"] == "warning" else "error"
    yield Finding(
        file=file,
        line=line,
        rule=match["rule"],
        level=level,
        sentence=match["message"].rstrip("."),
        remedy=match["remedy"],
    )


def _origins(bundle: Bundle, task: Task) -> Mapping[str, Origin]:
    if task.file == FLAT:
        return bundle.flat()[1]
    return {
        title: Origin(path, title)
        for path, template in bundle.root.walk()
        if bundle.paths[path] == task.file
        for title in (*template.children, *template.resources)
    }


def _started(tasks: Mapping[str, Task]) -> list[tuple[list[str], subprocess.Popen[str]]]:
    """Workers with the keys of their tasks: the longest first, dealt out in turn.

    They import cfn-lint while the tasks are being expanded here.
    """
    order = sorted(tasks, key=lambda key: -len(str(tasks[key].documents[tasks[key].file])))
    hands = [hand for start in range(_processors()) if (hand := order[start :: _processors()])]
    running = [(hand, _worker()) for hand in hands]
    works = [[tasks[key].work() for key in hand] for hand in hands]
    for (_, worker), work in zip(running, works, strict=True):
        _send(worker, work)
    return running


def _finished(worker: subprocess.Popen[str]) -> list[list[dict[str, Any]]]:
    output, errors = worker.communicate()
    if worker.returncode:
        raise RuntimeError(f"cfn-lint did not run: {errors}")
    matches: list[list[dict[str, Any]]] = json.loads(output)
    return matches


def _worker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rdsproxy_templates.validate.lint_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def _send(worker: subprocess.Popen[str], work: list[dict[str, Any]]) -> None:
    assert worker.stdin is not None  # noqa: S101 - narrows for mypy
    json.dump(work, worker.stdin)
    worker.stdin.close()
    worker.stdin = None


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _remembered(key: str) -> list[dict[str, Any]] | None:
    try:
        matches: list[dict[str, Any]] = json.loads(_entry(key).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return matches


def _remember(key: str, matches: list[dict[str, Any]]) -> None:
    """A cache that cannot be written is no reason to fail."""
    entry = _entry(key)
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        for old in entry.parent.iterdir():
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink(missing_ok=True)
        aside = entry.with_suffix(f".{os.getpid()}")
        aside.write_text(json.dumps(matches), "utf-8")
        aside.replace(entry)
    except OSError:
        return


def _entry(key: str) -> Path:
    return user_cache_path("rdsproxy_templates") / "cfn-lint" / f"{key}.json"
