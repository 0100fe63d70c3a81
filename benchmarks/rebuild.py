"""``python build.py`` in three states, and the command ``cfn-lint`` beside the first.

Cold, with empty caches; with nothing changed since a build that linted and wrote the same; and
without cfn-lint, from the beginning. The peer lints the texts that a cold build lints, each once,
with the same rules, for the same Regions.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from timing import FRESH, REPOSITORY, Command, in_turns, once, python, row

from rdsproxy_templates import render
from rdsproxy_templates.aws.cfn_lint import INCLUDED
from rdsproxy_templates.validators.lint import tasks_for
from rdsproxy_templates.variants import VARIANTS

SMALL: Final = "edge_waf"
CFN_LINT: Final = Path(sys.executable).with_name("cfn-lint")


def main() -> None:
    runs = timing.runs(__doc__)
    variants = (SMALL,) if runs.once else ()
    with TemporaryDirectory() as folder:
        commands = {
            "cold": _build(FRESH, *variants),
            "unchanged": _build(f"{folder}/unchanged", *variants),
            "no lint": _build(f"{folder}/no-lint", *variants, "--no-lint", "--no-cache"),
            "cfn-lint": _cfn_lint(Path(folder, "texts"), variants or tuple(VARIANTS)),
        }
        once(commands["unchanged"])
        taken = in_turns(commands, runs)
    seconds = {name: median(some) for name, some in taken.items()}
    print(f"python build.py, medians of {runs.rounds} runs in turns")
    row("cold / the command cfn-lint", seconds["cold"], seconds["cfn-lint"])
    row("nothing changed / cold", seconds["unchanged"], seconds["cold"])
    row("--no-lint --no-cache / cold", seconds["no lint"], seconds["cold"])


def _build(folder: str, *options: str) -> Command:
    """A build into *folder*, which also holds its cache."""
    return python(
        REPOSITORY / "build.py",
        "--out",
        f"{folder}/out",
        *options,
        environment={"XDG_CACHE_HOME": f"{folder}/cache"},
    )


def _cfn_lint(folder: Path, variants: tuple[str, ...]) -> Command:
    """cfn-lint on every distinct text that a build of *variants* lints, below *folder*."""
    regions: set[str] = set()
    linted: dict[str, Path] = {}
    for name in variants:
        config = VARIANTS[name].Config()
        regions |= set(config.regions)
        for task in tasks_for(render(VARIANTS[name], config, validate=False), config.regions):
            linted.setdefault(task.key, folder / task.key / task.file)
            for file, text in task.work().sent["files"].items():
                (path := folder / task.key / file).parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    return Command(
        arguments=(
            CFN_LINT,
            *("--regions", *sorted(regions)),
            *("--include-checks", *INCLUDED),
            *("--non-zero-exit-code", "none", "--"),
            *linted.values(),
        ),
        folder=folder,
    )


if __name__ == "__main__":
    main()
