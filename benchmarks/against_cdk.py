"""Rendering against AWS CDK: the first copy of ``base``, and each further one.

Both sides write files. Ours has AWS's validator read the five templates of a copy and its flat
form; CDK, into which the same validator is built, has it read the root template alone. Both are
measured without it too.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import timing
import yaml
from timing import FRESH, Command, in_turns, once, python, row

HERE: Final = Path(__file__).resolve().parent
COPIES: Final = 40

OURS: Final = "rdsproxy_templates"
CDK: Final = "AWS CDK"

NESTED: Final = ("AWS::Serverless::Application", "AWS::CloudFormation::Stack")
COMPUTED: Final = "a value that CloudFormation computes"


def main() -> None:
    rounds = timing.rounds(__doc__)
    if not (HERE / "cdk/node_modules").is_dir():
        sys.exit("AWS CDK is missing: run `npm ci` in benchmarks/cdk")
    _refuse_different_services()
    commands = {
        (who, count, aws): _command(who, count, FRESH, aws=aws)
        for aws in (True, False)
        for count in (1, COPIES)
        for who in (OURS, CDK)
    }
    seconds = in_turns(commands, rounds)
    print(f"{OURS} / {CDK}, medians of {rounds} runs in turns")
    for aws in (True, False):
        validator = f"{'with' if aws else 'without'} AWS's validator"
        row(f"cold, {validator}", *(median(seconds[who, 1, aws]) for who in (OURS, CDK)))
        row(
            f"each further copy, {validator}",
            *(_further(seconds[who, 1, aws], seconds[who, COPIES, aws]) for who in (OURS, CDK)),
        )


def _further(one: Sequence[float], many: Sequence[float]) -> float:
    """Seconds of a copy after the first: the median over the rounds."""
    return median((n - m) / (COPIES - 1) for m, n in zip(one, many, strict=True))


def _command(who: str, count: int, folder: str, *, aws: bool) -> Command:
    if who == OURS:
        return python(HERE / "render_copies.py", str(count), folder, *(["--aws"] if aws else []))
    return Command(
        arguments=("node", HERE / "cdk/app.js", str(count), folder),
        environment={"CDK_VALIDATION": str(aws).lower()},
    )


def _refuse_different_services() -> None:
    """Stop unless both make the same resources with the same properties."""
    with TemporaryDirectory() as folder:
        for who in (OURS, CDK):
            once(_command(who, 1, f"{folder}/{who}", aws=False))
        ours, cdk = (Counter(_resources(Path(folder, who))) for who in (OURS, CDK))
    if ours != cdk:
        lines = [f"ours {one}" for one in ours - cdk] + [f"CDK {one}" for one in cdk - ours]
        sys.exit("not the same service:\n" + "\n".join(sorted(lines)))


def _resources(folder: Path) -> Iterator[str]:
    """Every resource but the nested stacks, without the names that each side makes up."""
    for file in [*folder.rglob("*.yaml"), *folder.rglob("*.template.json")]:
        template = yaml.load(file.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
        for body in template["Resources"].values():
            if body["Type"] not in NESTED:
                yield json.dumps(_comparable(body), sort_keys=True)


def _comparable(node: Any) -> Any:
    match node:
        case Mapping() if len(node) == 1 and next(iter(node)).startswith(("Ref", "Fn::")):
            return COMPUTED
        case Mapping():
            return {key: _comparable(value) for key, value in node.items()}
        case list():
            return [_comparable(item) for item in node]
        case _:
            return node


class _Loader(yaml.SafeLoader):
    """Reads the short forms of intrinsic functions too."""


_Loader.add_multi_constructor("!", lambda *_: COMPUTED)

if __name__ == "__main__":
    main()
