"""A process that lints: tasks as JSON on standard input, matches on standard output.

A process of its own, because cfn-lint finds nested templates from the current folder and
needs a second of imports that the rest of a build does not wait for.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.rules import Rules
from cfnlint.runner import Runner, run_template_by_file_path

from .lint import INCLUDED


@cache
def rules() -> Rules:
    """Load cfn-lint's rules, which takes as long as linting a template."""
    return Runner(ConfigMixIn([])).rules


def lint(file: str, files: dict[str, str], regions: list[str]) -> list[dict[str, Any]]:
    """Lint *file* in a folder that holds *files*, and return the matches."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        os.chdir(folder)
        config = ConfigMixIn([], regions=regions, include_checks=list(INCLUDED))
        matches = list(run_template_by_file_path(file, config, rules(), ignore_bad_template=False))
        os.chdir("/")
    return [
        {
            "rule": match.rule.id,
            "level": match.rule.severity,
            "message": match.message,
            "path": list(match.path or ()),
            "remedy": f"See {match.rule.source_url or match.rule.shortdesc}",
        }
        for match in matches
    ]


if __name__ == "__main__":
    json.dump([lint(**task) for task in json.load(sys.stdin)], sys.stdout)
