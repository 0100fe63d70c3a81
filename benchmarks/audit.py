"""Audit of a folder of templates against AWS's validator, cfn-lint and checkov.

Twenty templates of 300 lines, each with one fault. Time: our rules and AWS's validator in one
process, against a process that only starts that validator; then against cfn-lint and, where
`make scan` has installed it, checkov. Faults: the templates of which a tool says something that it
does not say of the sound one. Memory: 500 templates in one process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import FRESH, REPOSITORY, Command, in_turns, python, row

LINES: Final = 300
TEMPLATES: Final = 20
MANY: Final = 500
FEW: Final = 4
"""Templates of ``--once``, which shows only that each tool reads them."""
CFN_LINT: Final = Path(sysconfig.get_path("scripts")) / "cfn-lint"
CHECKOV: Final = REPOSITORY / ".venv-scanners" / "bin" / "checkov"
SOUND: Final = (Path(__file__).parent / "audited.yaml").read_text("utf-8")
FAULTS: Final = (
    ("    DependsOn: Node\n", ""),
    ("EngineFamily: POSTGRESQL", "EngineFamily: MYSQL"),
    ("FromPort: 5432, ToPort: 5432, SourceS", "FromPort: 5433, ToPort: 5433, SourceS"),
    ("TargetGroupName: default", "TargetGroupName: main"),
    ("Service: rds.amazonaws.com", "Service: lambda.amazonaws.com"),
    ("Resource: !Ref Secret", 'Resource: "*"'),
    ("RequireTLS: true", "RequireTLS: false"),
    ("DBClusterIdentifiers: [!Ref Cluster]", "DBClusterIdentifiers: [!Ref Cluster, other]"),
    ("/app", "/*"),
    ("FromPort: 443, ToPort: 443, CidrIp", "FromPort: 0, ToPort: 65535, CidrIp"),
)
OURS: Final = """
import sys
from rdsproxy_templates.aws.validator import start_engine
start_engine()
from rdsproxy_templates.audit import audit
audit(sys.argv[1:])
"""
VALIDATOR: Final = """
from cloudformation_validate import CompositeEngine
CompositeEngine()
"""
MEMORY: Final = """
import resource, sys
from rdsproxy_templates.audit import audit
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
for number in range(int(sys.argv[2])):
    audit([sys.argv[1]])
    if number == int(sys.argv[2]) // 5:
        early = used()
print(f"{used() - early:.0f} MB of {used():.0f} MB")
"""


def main() -> None:
    runs = timing.runs(__doc__)
    with TemporaryDirectory() as name:
        folder = Path(name)
        templates = FEW if runs.once else TEMPLATES
        for number, text in enumerate(_templates(templates)):
            (folder / f"faulty{number}.yaml").write_text(text, "utf-8")
        commands = _commands(folder)
        seconds = {who: median(some) for who, some in in_turns(commands, runs).items()}
        ours = seconds.pop("ours")
        print("\nOur rules and AWS's validator against")
        for who, theirs in seconds.items():
            row(who, ours, theirs)
        print(f"\nOf {templates} faults are found")
        for who, found in _faults(folder, templates).items():
            print(f"  {who:<48} {found:6}")
        count = FEW if runs.once else MANY
        words = [sys.executable, "-c", MEMORY, str(folder / "faulty0.yaml"), str(count)]
        grown = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        print(f"\nGrowth of memory while {count} templates are judged: {grown}", end="")


def _templates(count: int) -> Iterator[str]:
    for number in range(count):
        sound, faulty = FAULTS[number % (count // 2)]
        yield _long(SOUND.replace(sound, faulty, 1), number)


def _long(text: str, number: int) -> str:
    """Fill *text* up with log groups to as many lines as templates have."""
    lines = text.splitlines()
    missing = (LINES - len(lines)) // 4
    for filler in range(missing):
        lines += [
            f"  Log{number}x{filler}:",
            "    Type: AWS::Logs::LogGroup",
            "    DeletionPolicy: Delete",
            "    Properties: {RetentionInDays: 30}",
        ]
    return "\n".join((*lines, ""))


def _commands(folder: Path) -> Mapping[str, Command]:
    cold = {"XDG_CACHE_HOME": FRESH}
    files = sorted(map(str, folder.glob("*.yaml")))
    commands = {
        "ours": python("-c", OURS, folder, environment=cold),
        "the validator's own start": python("-c", VALIDATOR),
        "cfn-lint": Command(arguments=(CFN_LINT, "--non-zero-exit-code", "none", *files)),
    }
    if CHECKOV.is_file():
        words = ("-d", str(folder), "--framework", "cloudformation", "--soft-fail", "--quiet")
        commands["checkov"] = Command(arguments=(CHECKOV, *words))
    return commands


def _faults(folder: Path, templates: int) -> dict[str, int]:
    """Count the faults that each tool finds."""
    from rdsproxy_templates.audit import audit

    def ours(file: Path) -> set[str]:
        return {one.rule for one in audit([file], aws=False).failing}

    def validator(file: Path) -> set[str]:
        return {one.rule for one in audit([file]).failing} - ours(file)

    sound = folder / "sound.yaml"
    sound.write_text(_long(SOUND, templates), "utf-8")
    tools: dict[str, Callable[[Path], set[str]]] = {
        "by our rules": ours,
        "by AWS's validator": validator,
        "by cfn-lint": _by_cfn_lint(folder),
    }
    if CHECKOV.is_file():
        tools["by checkov"] = _by_checkov
    return {who: sum(_new(tool, sound, folder, templates)) for who, tool in tools.items()}


def _new(
    tool: Callable[[Path], set[str]], sound: Path, folder: Path, templates: int
) -> Iterator[bool]:
    known = tool(sound)
    for number in range(templates // 2):
        # Each fault is in two of the templates.
        found = bool(tool(folder / f"faulty{number}.yaml") - known)
        yield from (found, found)


def _by_cfn_lint(folder: Path) -> Callable[[Path], set[str]]:
    """Return what cfn-lint says of a file; one process reads them all."""
    files = sorted(map(str, folder.glob("*.yaml")))
    words = [str(CFN_LINT), "--format", "json", *files]
    output = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    said: dict[str, set[str]] = {}
    for one in json.loads(output or "[]"):
        said.setdefault(one["Filename"], set()).add(one["Rule"]["Id"])
    return lambda file: said.get(str(file), set())


def _by_checkov(file: Path) -> set[str]:
    words = [str(CHECKOV), "-f", str(file), "--framework", "cloudformation", "-o", "json"]
    output = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    checks = json.loads(output)["results"]["failed_checks"]
    return {f"{one['check_id']} {one['resource']}" for one in checks}


if __name__ == "__main__":
    main()
