"""Importing the library's variants against importing what they are made of.

The peer imports the modules of troposphere, awacs and pydantic that the library's own source
imports by name, and nothing else.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

import timing
from timing import in_turns, python, row

SOURCE: Final = timing.REPOSITORY / "src/rdsproxy_templates"
OURS: Final = "import rdsproxy_templates.variants"
LIBRARIES: Final = ("awacs", "pydantic", "troposphere")
LATE: Final = ("boto3", "cfnlint", "click", "cloudformation_validate", "samtranslator")
"""Packages that only some functions of the library need, and import when called."""


def main() -> None:
    runs = timing.runs(__doc__)
    peer = "\n".join(sorted({line for file in SOURCE.rglob("*.py") for line in _imports(file)}))
    codes = {"ours": OURS, "peer": peer, "nothing": "pass"}
    seconds = {
        name: median(some)
        for name, some in in_turns(
            {name: python("-c", code) for name, code in codes.items()}, runs
        ).items()
    }
    print(f"importing variants / importing {', '.join(LIBRARIES)}, medians of {runs.rounds} runs")
    row("whole processes", seconds["ours"], seconds["peer"])
    row(
        "less the start of Python",
        seconds["ours"] - seconds["nothing"],
        seconds["peer"] - seconds["nothing"],
    )
    print(f"  imported of {', '.join(LATE)}: {_imported_late() or 'none'}")


def _imports(file: Path) -> Iterator[str]:
    """The imports of the three libraries at the top of *file*, as statements."""
    for node in ast.parse(file.read_text("utf-8")).body:
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                names = [module]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        if any(name.partition(".")[0] in LIBRARIES for name in names):
            yield ast.unparse(node)


def _imported_late() -> str:
    asked = f"{OURS}, sys; print(*sorted({set(LATE)} & sys.modules.keys()))"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        timeout=timing.TIMEOUT,
        check=True,
    )
    return answer.stdout.strip()


if __name__ == "__main__":
    main()
