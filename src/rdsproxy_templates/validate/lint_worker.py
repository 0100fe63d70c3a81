"""A process that lints: tasks as JSON on standard input, matches as JSON on output.

A process of its own, because cfn-lint finds nested templates from the current folder and
needs a second of imports that the rest of a build does not wait for.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import cfnlint.config
import cfnlint.core
import cfnlint.runner

from .lint import INCLUDED


def lint(file: str, files: dict[str, str], regions: list[str]) -> list[dict[str, Any]]:
    """The matches of *file*, linted from a folder that holds *files*."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        os.chdir(folder)
        config = cfnlint.config.ConfigMixIn(
            [], regions=regions, include_checks=list(INCLUDED), templates=[file]
        )
        matches = list(cfnlint.runner.Runner(config).run())
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
