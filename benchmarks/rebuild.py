"""``python build.py`` in three states, and the command ``cfn-lint`` beside the first.

Cold, with empty caches; warm, after a build that linted and wrote the same; and without cfn-lint.
The peer lints the same templates, expanded, with the same rules, for the same Regions.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import FRESH, REPOSITORY, Command, in_turns, once, python, row

from rdsproxy_templates.validators.lint import INCLUDED
from rdsproxy_templates.variants import VARIANTS

SMALL: Final = "edge_waf"
CFN_LINT: Final = Path(sys.executable).with_name("cfn-lint")


def main() -> None:
    runs = timing.runs(__doc__)
    variants = (SMALL,) if runs.once else ()
    with TemporaryDirectory() as folder:
        commands = {
            "cold": _build(Path(FRESH), *variants),
            "warm": _build(Path(folder, "warm"), *variants),
            "no lint": _build(Path(folder, "no-lint"), *variants, "--no-lint"),
            "cfn-lint": _cfn_lint(Path(folder, "expanded"), *variants),
        }
        taken = in_turns(commands, runs)
    seconds = {name: median(some) for name, some in taken.items()}
    print(f"python build.py, medians of {runs.rounds} runs in turns")
    row("cold / the command cfn-lint", seconds["cold"], seconds["cfn-lint"])
    row("warm / cold", seconds["warm"], seconds["cold"])
    row("warm / --no-lint", seconds["warm"], seconds["no lint"])
    row("--no-lint / cold", seconds["no lint"], seconds["cold"])


def _build(folder: Path, *options: str) -> Command:
    """A build into *folder*, which also holds its cache."""
    return python(
        REPOSITORY / "build.py",
        "--out",
        folder / "out",
        *options,
        environment={"XDG_CACHE_HOME": str(folder / "cache")},
    )


def _cfn_lint(folder: Path, *variants: str) -> Command:
    """cfn-lint on every template of the build, expanded beforehand."""
    once(_build(folder, *variants, "--no-lint", "--expand"))
    regions = {region for variant in VARIANTS.values() for region in variant.Config().regions}
    return Command(
        arguments=(
            CFN_LINT,
            *("--regions", *sorted(regions)),
            *("--include-checks", *INCLUDED),
            *("--non-zero-exit-code", "none", "--"),
            *sorted((folder / "out").rglob("*.yaml")),
        ),
        folder=next((folder / "out").iterdir()),
    )


if __name__ == "__main__":
    main()
