"""A process that lints: templates as JSON on standard input, matches on standard output.

A process of its own, because cfn-lint finds nested templates from the current folder and needs two
seconds to import itself and its rules. It does so once, and then divides itself among the
processors.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.rules import Rules
from cfnlint.runner import Runner, run_template_by_file_path


@cache
def rules() -> Rules:
    """Load cfn-lint's rules, which takes as long as linting several templates."""
    return Runner(ConfigMixIn([])).rules


def lint(task: dict[str, Any], include: Sequence[str]) -> str:
    """Lint the file of *task*; return the matches as JSON.

    A task has a ``path``, or the text of the ``file`` and of what is beside it.
    """
    if "path" in task:
        os.chdir(Path(task["path"]).parent)
        return _linted(task["path"], task["regions"], include)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in task["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        os.chdir(folder)
        matches = _linted(task["file"], task["regions"], include)
        os.chdir("/")
    return matches


def _linted(file: str, regions: Sequence[str], include: Sequence[str]) -> str:
    config = ConfigMixIn([], regions=regions, include_checks=list(include))
    return json.dumps(
        [
            {
                "rule": match.rule.id,
                "level": match.rule.severity,
                "message": match.message,
                "path": list(getattr(match, "path", None) or ()),
                "line": match.linenumber,
                "column": match.columnnumber,
                "remedy": f"See {match.rule.source_url or match.rule.shortdesc}",
            }
            for match in run_template_by_file_path(file, config, rules(), ignore_bad_template=False)
        ]
    )


def main() -> None:
    """Load the rules, and then lint what is asked for."""
    rules()
    asked = json.load(sys.stdin)
    one = partial(lint, include=asked["include"])
    hands = min(asked["processors"], len(asked["work"]))
    if hands > 1 and "fork" in get_all_start_methods():
        with ProcessPoolExecutor(hands, mp_context=get_context("fork")) as pool:
            found = list(pool.map(one, asked["work"]))
    else:
        found = [one(task) for task in asked["work"]]
    sys.stdout.write(f"[{','.join(found)}]")


if __name__ == "__main__":
    main()
