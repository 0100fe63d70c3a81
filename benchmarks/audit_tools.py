"""The tools that `audit.py` compares: how each is started, and what it finds in which file."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

from timing import REPOSITORY, TIMEOUT, Command

Found = dict[str, set[str]]
"""What a tool complains of in each file, by the file's name."""

CFN_LINT: Final = Path(sysconfig.get_path("scripts")) / "cfn-lint"
CHECKOV: Final = REPOSITORY / ".venv-scanners" / "bin" / "checkov"
_GUARD: Final = (
    REPOSITORY / "benchmarks" / "guard" / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
)
GUARD: Final = (
    _GUARD
    / "bin"
    / ("macos" if sys.platform == "darwin" else "ubuntu")
    / ("aarch64" if platform.machine() in {"aarch64", "arm64"} else "x86_64")
    / "cfn-guard"
)
CONTROLS: Final = _GUARD / "rules" / "control-tower" / "cfn-guard"


def commands(folder: Path) -> Mapping[str, Command]:
    """The commands of the other tools on all of *folder*, of those that are installed."""
    files = sorted(folder.iterdir())
    every = {
        "cfn-lint": Command(arguments=(CFN_LINT, *files), statuses=range(16)),
        "checkov": Command(arguments=(CHECKOV, *_CHECKOV, "-d", folder)),
        "cfn-guard": Command(arguments=(GUARD, *_GUARDED, "-d", folder), statuses=(0, 19)),
    }
    return {name: command for name, command in every.items() if name in installed()}


def installed() -> list[str]:
    """The tools that there are."""
    apart = {"checkov": CHECKOV, "cfn-guard": GUARD}
    return [name for name in FAULTS_OF if name not in apart or apart[name].is_file()]


def _by_our_rules(files: Sequence[Path]) -> Found:
    return {file.name: _said_of(file, aws=False) for file in files}


def _by_aws(files: Sequence[Path]) -> Found:
    return {file.name: _said_of(file, aws=True) - _said_of(file, aws=False) for file in files}


def _by_both(files: Sequence[Path]) -> Found:
    return {file.name: _said_of(file, aws=True) for file in files}


def _said_of(file: Path, *, aws: bool) -> set[str]:
    from rdsproxy_templates.audit import audit

    return {one.rule for one in audit([file], aws=aws).findings}


def _by_cfn_lint(files: Sequence[Path]) -> Found:
    matches = json.loads(_output(CFN_LINT, "--format", "json", *files))
    return _grouped((one["Filename"], one["Rule"]["Id"]) for one in matches)


_CHECKOV: Final = (
    "--framework", "cloudformation", "--skip-download", "--soft-fail", "--quiet", "--compact",
)  # fmt: skip


def _by_checkov(files: Sequence[Path]) -> Found:
    words = [word for file in files for word in ("-f", file)]
    failed = json.loads(_output(CHECKOV, *_CHECKOV, "-o", "json", *words))
    checks = failed["results"]["failed_checks"]
    return _grouped((one["file_path"], f"{one['check_id']} {one['resource']}") for one in checks)


_GUARDED: Final = ("validate", "--structured", "-S", "none", "-o", "json", "-r", CONTROLS)


def _by_guard(files: Sequence[Path]) -> Found:
    words = [word for file in files for word in ("-d", file)]
    reports = json.loads(_output(GUARD, *_GUARDED, *words))
    return _grouped(found for report in reports for found in _broken(report))


def _broken(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the file and each of its resources that breaks a rule, with the rule."""
    for one in report["not_compliant"]:
        titles = set(re.findall(r"/Resources/(\w+)", json.dumps(one)))
        rules = [one["Rule"]["name"]]
        yield from ((report["name"], f"{rule} {title}") for rule, title in product(rules, titles))


FAULTS_OF: Final[Mapping[str, Callable[[Sequence[Path]], Found]]] = {
    "our rules": _by_our_rules,
    "AWS's validator": _by_aws,
    "both, as the command": _by_both,
    "cfn-lint": _by_cfn_lint,
    "checkov": _by_checkov,
    "cfn-guard": _by_guard,
}


def _grouped(found: Iterator[tuple[str, str]]) -> Found:
    by_file: Found = {}
    for file, what in found:
        by_file.setdefault(Path(file).name, set()).add(what)
    return by_file


def _output(*words: str | Path) -> str:
    done = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, check=False, timeout=TIMEOUT
    )
    if not done.stdout:
        raise RuntimeError(f"{words[0]} says nothing: {done.stderr}")
    return done.stdout
