"""Import of one variant against the imports of troposphere, awacs and pydantic that it uses.

The peer imports the modules of these libraries that the modules of ours which come along import
by name, and nothing else. The smallest variant, the first one and all of them are measured; the
first one also among 40 variants, in a copy of the library.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import REPOSITORY, Command, in_turns, once, python, row

from rdsproxy_templates.variants import VARIANTS

SOURCE: Final = REPOSITORY / "src" / "rdsproxy_templates"
MANY: Final = 40
LIBRARIES: Final = ("awacs", "pydantic", "troposphere")
LATE: Final = ("boto3", "cfnlint", "click", "cloudformation_validate", "samtranslator")
"""Libraries that only some functions need, which import them when they are called."""
IMPORTED: Final = {
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
    late: set[str] = set()
    commands: dict[tuple[str, object], Command] = {("nothing", "ours"): python("-c", "pass")}
    for name, code in IMPORTED.items():
        own, modules = _imported(code)
        late |= set(LATE) & set(modules)
        peer = "\n".join(sorted({line for file in own for line in _imports(file)}))
        commands[name, "ours"] = python("-c", code)
        commands[name, "peer"] = python("-c", peer)
    with TemporaryDirectory() as folder:
        for count in (len(VARIANTS), MANY):
            library = {"PYTHONPATH": str(_library(Path(folder, str(count)), count))}
            commands["base", count] = python("-c", IMPORTED["base"], environment=library)
        seconds = {key: median(some) for key, some in in_turns(commands, runs).items()}
    print(f"importing ours / importing {', '.join(LIBRARIES)}, medians of {runs.rounds} runs,")
    print("less the start of Python")
    start = seconds["nothing", "ours"]
    for name in IMPORTED:
        row(name, seconds[name, "ours"] - start, seconds[name, "peer"] - start)
    many, few = seconds["base", MANY] - start, seconds["base", len(VARIANTS)] - start
    row(f"base among {MANY} variants / among {len(VARIANTS)}", many, few)
    print(f"  imported of {', '.join(LATE)}: {', '.join(sorted(late)) or 'none'}")


def _library(folder: Path, count: int) -> Path:
    """Copy the library into *folder* with *count* variants; return the folder to import it from."""
    copied = folder / SOURCE.name
    shutil.copytree(SOURCE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    variants = copied / "variants"
    more = [f"base_{number}" for number in range(count - len(VARIANTS))]
    for name in more:
        shutil.copy(variants / "base.py", variants / f"{name}.py")
    listed = variants / "__init__.py"
    names = "".join(f'    "{name}",\n' for name in more)
    listed.write_text(listed.read_text("utf-8").replace('    "base",\n', f'    "base",\n{names}'))
    wanted = f"assert len(VARIANTS) == {count}"
    code = f"from rdsproxy_templates.variants import VARIANTS; {wanted}; VARIANTS['base']"
    once(python("-c", code, environment={"PYTHONPATH": str(folder)}))
    return folder


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
