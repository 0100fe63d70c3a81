"""Run scanners on the flat form of every variant: ``make scan``.

The scanners stay out of the tests: they bring 150 packages, pin versions other than ours, and
change their rules with each release. A broken rule that docs/by-design.md does not name makes the
exit status 1.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parent.parent
SCANNERS: Final = REPOSITORY / ".venv-scanners" / "bin"
DOCUMENT: Final = REPOSITORY / "docs" / "by-design.md"
TEMPLATE: Final = "template.yaml"
SECONDS: Final = 300

Finding = tuple[str, str, str]
"""Variant, rule and message."""


def main() -> int:
    """Print each broken rule with its variants, marked ``!`` if the document does not name it."""
    with TemporaryDirectory() as folder:
        _render(Path(folder))
        found = sorted({*_checkov(Path(folder)), *_cfripper(Path(folder))})
    variants: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for variant, rule, says in found:
        variants[rule, says].append(variant)
    documented = rules_in(DOCUMENT.read_text("utf-8"))
    for (rule, says), where in sorted(variants.items()):
        mark = " " if rule in documented else "!"
        print(f"{mark} {rule:<26} {says}: {', '.join(where)}")
    unknown = {rule for _, rule, _ in found} - documented
    if unknown:
        print(f"not in {DOCUMENT.name}: {', '.join(sorted(unknown))}", file=sys.stderr)
    return 1 if unknown else 0


def rules_in(document: str) -> set[str]:
    """IDs of the rules that *document* names as code."""
    return set(re.findall(r"`([A-Za-z0-9_.-]+)`", document))


def _render(folder: Path) -> None:
    command = [sys.executable, "build.py", "--nesting", "flat", "--expand", "--no-lint", "--quiet"]
    _run([*command, "--out", str(folder)])


def _checkov(folder: Path) -> Iterator[Finding]:
    command = [str(SCANNERS / "checkov"), "--directory", str(folder)]
    options = ["--framework", "cloudformation", "--skip-download", "--quiet", "--compact"]
    told = json.loads(_run([*command, *options, "--soft-fail", "--output", "json"]))
    for failed in told["results"]["failed_checks"]:
        variant = Path(failed["file_path"]).parent.name
        yield variant, failed["check_id"], failed["check_name"]


def _cfripper(folder: Path) -> Iterator[Finding]:
    """Findings of cfripper, run for each variant: it gives up at anything it cannot read."""
    for template in sorted(folder.glob(f"*/{TEMPLATE}")):
        command = [str(SCANNERS / "cfripper"), "--format", "json", "--logging", "ERROR"]
        told = _told(_run([*command, str(template)], allowed=(0, 1, 2, 3)))
        if told is None:
            print(f"cfripper cannot read {template.parent.name}", file=sys.stderr)
            continue
        for failure in told["failures"]:
            # The reason ends with the resource's name, which differs between variants.
            yield template.parent.name, failure["rule"], failure["reason"].partition(" for ")[0]


def _told(text: str) -> Any:
    return next((json.loads(line) for line in text.splitlines() if line.startswith("{")), None)


def _run(command: list[str], *, allowed: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(  # noqa: S603 - programs of ours, or of our environment
        command, cwd=REPOSITORY, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode not in allowed:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
