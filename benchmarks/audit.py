"""Audit of a folder of templates against AWS's validator, cfn-lint, checkov and cfn-guard.

Twenty templates of 300 lines, each with another fault. Time: the command `audit` with our rules and
AWS's validator, against a process that only starts that validator; then every tool on the same
folder. Faults: the templates of which a tool says something that it does not say of the sound one.
Memory: 500 templates in one process. `make .venv-scanners/scanners` installs checkov; without it
the others are compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from audit_tools import FAULTS_OF, commands, installed
from timing import FRESH, Command, in_turns, python, row

LINES: Final = 300
MANY: Final = 500
SOUND: Final = (Path(__file__).parent / "audited.yaml").read_text("utf-8")
OF_CONNECTIONS: Final = (
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
"""Faults of the way from a function to its database, which our rules are about."""
OF_ANY_KIND: Final = (
    ("ToPort: 5432, SourceSecurityGroupId: !Ref ProxyGroup", "ToPort: 5432, CidrIp: 0.0.0.0/0"),
    ("StorageEncrypted: true", "StorageEncrypted: false"),
    ("RequireTLS: true", "RequireTls: true"),
    ("VpcSecurityGroupIds: [!Ref ProxyGroup]", "VpcSecurityGroupIds: [!Ref ProxyGrup]"),
    ("Runtime: python3.13", "Runtime: python3.7"),
    ("      Role: !GetAtt FunctionRole.Arn\n", ""),
    (
        'Action: "secretsmanager:GetSecretValue", Resource: !Ref Secret',
        'Action: "*", Resource: "*"',
    ),
    ("RDS_USER: app}", "RDS_USER: app, DB_PASSWORD: Winter2026}"),
    (
        "DBInstanceClass: db.r6g.large",
        "DBInstanceClass: db.r6g.large\n      PubliclyAccessible: true",
    ),
    ("Timeout: 20", "Timeout: 1200"),
)
"""Faults that every tool could find."""
START: Final = """
import sys
from cloudformation_validate import CompositeEngine, TemplateContent, ValidateConfig
with open(sys.argv[1]) as template:
    CompositeEngine().validate_template(TemplateContent(template.read()), ValidateConfig())
"""
ALONE: Final = """
import pathlib, sys
from cloudformation_validate import CompositeEngine, TemplateContent, ValidateConfig
engine = CompositeEngine()
for template in pathlib.Path(sys.argv[1]).iterdir():
    engine.validate_template(TemplateContent(template.read_text()), ValidateConfig())
"""
MEMORY: Final = """
import pathlib, resource, sys
from rdsproxy_templates.audit import audit
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
templates = sorted(pathlib.Path(sys.argv[1]).iterdir())
for number, template in enumerate(templates, 1):
    audit([template])
    if number == len(templates) // 5:
        early = used()
print(f"{used() / early:.2f}", f"{used() / 1024:.0f} MB / {early / 1024:.0f} MB")
"""


def main() -> None:
    runs = timing.runs(__doc__)
    count = 1 if runs.once else 10
    kinds = {"of connections": OF_CONNECTIONS[:count], "of any kind": OF_ANY_KIND[:count]}
    with TemporaryDirectory() as name:
        place = Path(name)
        folder, names = _written(place / "faulty", kinds)
        _times(folder, place / "kept", runs)
        sound = place / "sound.yaml"
        sound.write_text(_long(SOUND), "utf-8")
        _faults(folder, sound, names)
        _memory(place, 5 if runs.once else MANY)


def _written(
    folder: Path, kinds: Mapping[str, tuple[tuple[str, str], ...]]
) -> tuple[Path, dict[str, list[str]]]:
    """Write a template for each fault; return the names of the files of each kind, too."""
    folder.mkdir()
    names: dict[str, list[str]] = {kind: [] for kind in kinds}
    for kind, faults in kinds.items():
        for sound, faulty in faults:
            assert sound in SOUND, sound  # noqa: S101 - a fault that is in no template
            number = sum(map(len, names.values()))
            names[kind].append(f"faulty{number}.yaml")
            text = _long(SOUND.replace(sound, faulty, 1))
            (folder / names[kind][-1]).write_text(text, "utf-8")
    return folder, names


def _long(text: str, number: int = 0) -> str:
    """Fill *text* up with log groups to as many lines as templates have; all get as many."""
    fillers = (LINES - len(SOUND.splitlines())) // 4
    lines = text.splitlines()
    for filler in range(fillers):
        lines += [
            f"  Log{number}x{filler}:",
            "    Type: AWS::Logs::LogGroup",
            "    DeletionPolicy: Delete",
            "    Properties: {RetentionInDays: 30}",
        ]
    return "\n".join((*lines, ""))


def _times(folder: Path, kept: Path, runs: timing.Runs) -> None:
    command = Path(sysconfig.get_path("scripts")) / "rdsproxy-templates"
    ours = Command(
        arguments=(command, "audit", folder, "--no-lint"),
        environment={"XDG_CACHE_HOME": FRESH},
        statuses=(0, 1),
    )
    again = Command(
        arguments=ours.arguments, environment={"XDG_CACHE_HOME": str(kept)}, statuses=(0, 1)
    )
    timing.once(again)
    timed = {
        "ours": ours,
        "again": again,
        "the validator's own start": python("-c", START, folder / "faulty0.yaml"),
        "the validator alone": python("-c", ALONE, folder),
        **commands(folder),
    }
    seconds = {who: median(some) for who, some in in_turns(timed, runs).items()}
    own, repeated = seconds.pop("ours"), seconds.pop("again")
    print("\nThe command audit, with our rules and AWS's validator, against")
    for who, theirs in seconds.items():
        row(who, own, theirs)
    print("\nThe same again, nothing changed, against")
    row("the validator's own start", repeated, seconds["the validator's own start"])


def _faults(folder: Path, sound: Path, names: Mapping[str, list[str]]) -> None:
    kinds = (f"of {len(some)} {kind}" for kind, some in names.items())
    print(f"\nFaults found: {', '.join(kinds)}; complaints about the sound template")
    for who in installed():
        found = FAULTS_OF[who]([sound, *sorted(folder.iterdir())])
        known = found.get(sound.name, set())
        counts = [
            sum(bool(found.get(one, set()) - known) for one in some) for some in names.values()
        ]
        print(f"  by {who:<45} {' '.join(f'{one:6}' for one in (*counts, len(known)))}")


def _memory(place: Path, count: int) -> None:
    folder = place / "many"
    folder.mkdir()
    for number, text in enumerate(_different(count)):
        (folder / f"{number:03}.yaml").write_text(text, "utf-8")
    words = [sys.executable, "-c", MEMORY, str(folder)]
    # What AWS's validator says is not kept yet, so that its engine takes part.
    cold = {**os.environ, "XDG_CACHE_HOME": str(place / "cold")}
    grown = subprocess.run(words, capture_output=True, text=True, check=True, env=cold).stdout
    print(
        f"\nGrowth of memory from {count // 5} to {count} templates in one process: {grown}", end=""
    )


def _different(count: int) -> Iterator[str]:
    faults = (*OF_CONNECTIONS, *OF_ANY_KIND)
    for number in range(count):
        yield _long(SOUND.replace(*faults[number % len(faults)], 1), number)


if __name__ == "__main__":
    main()
