"""Import of one variant against the imports of troposphere, awacs and pydantic that it uses.

The peer imports the modules of these libraries that the modules of ours which come along import
by name, and nothing else. The smallest variant, the first one and all of them are measured.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import timing
from timing import in_turns, python, row

LIBRARIES: Final = ("awacs", "pydantic", "troposphere")
LATE: Final = ("boto3", "cfnlint", "click", "cloudformation_validate", "samtranslator")
"""Libraries that only some functions need, which import them when they are called."""
IMPORTED: Final = {
    "rdsproxy_templates": "import rdsproxy_templates",
    "edge_waf": "from rdsproxy_templates.variants import edge_waf",
    "base": "from rdsproxy_templates.variants import base",
    "all variants": "from rdsproxy_templates.variants import VARIANTS; list(VARIANTS.values())",
}
MODULES: Final = """
import json, sys
own = [m.__file__ for name, m in sys.modules.items() if name.startswith("rdsproxy_templates")]
print(json.dumps([own, sorted(sys.modules)]))
"""


def main() -> None:
    runs = timing.runs(__doc__)
    late = set()
    commands = {("nothing", "ours"): python("-c", "pass")}
    for name, code in IMPORTED.items():
        own, modules = _imported(code)
        late |= set(LATE) & set(modules)
        peer = "\n".join(sorted({line for file in own for line in _imports(file)}))
        commands[name, "ours"] = python("-c", code)
        commands[name, "peer"] = python("-c", peer)
    seconds = {key: median(some) for key, some in in_turns(commands, runs).items()}
    print(f"importing ours / importing {', '.join(LIBRARIES)}, medians of {runs.rounds} runs,")
    print("less the start of Python")
    start = seconds["nothing", "ours"]
    for name in IMPORTED:
        row(name, seconds[name, "ours"] - start, seconds[name, "peer"] - start)
    print(f"  imported of {', '.join(LATE)}: {', '.join(sorted(late)) or 'none'}")


def _imported(code: str) -> tuple[Sequence[str], Sequence[str]]:
    """Run *code* in a new process; return the library's files and all modules it imported."""
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\n{MODULES}"],
        capture_output=True,
        text=True,
        timeout=timing.TIMEOUT,
        check=True,
    )
    own, modules = json.loads(answer.stdout)
    return own, modules


def _imports(file: str) -> Iterator[str]:
    """Yield the imports of the three libraries at the top of *file*, as statements."""
    for node in ast.parse(Path(file).read_text("utf-8")).body:
        match node:
            case ast.ImportFrom(module=str(module), level=0):
                names = [module]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        if any(name.partition(".")[0] in LIBRARIES for name in names):
            yield ast.unparse(node)


if __name__ == "__main__":
    main()
