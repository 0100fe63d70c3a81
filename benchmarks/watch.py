"""`render --watch`: from a saved settings file to rendered, validated and written templates.

The peer is CDK's synthesis of the same service, which starts a process for each change.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import timing
from against_cdk import refuse_without_cdk, synthesis
from timing import once, row

ANSWERED: Final = " s\n"
"""End of the last line of a summary, which says how long it took."""


def main() -> None:
    runs = timing.runs(__doc__)
    refuse_without_cdk()
    ours, peer = [], []
    with TemporaryDirectory() as folder, _watch(Path(folder)) as saved:
        for turn in range(runs.uncounted + runs.rounds):
            taken = (saved(turn), once(synthesis()))
            if turn >= runs.uncounted:
                ours.append(taken[0])
                peer.append(taken[1])
    print(f"medians of {runs.rounds} saved settings files, in turns with CDK's synthesis")
    row("an answer of render --watch / CDK's synthesis", median(ours), median(peer))


@contextmanager
def _watch(folder: Path) -> Iterator[Callable[[int], float]]:
    """Start a watch in *folder*; yield a function that saves a file and waits for the answer."""
    settings = folder / "my.yaml"
    settings.write_text(_settings(0), "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "rdsproxy_templates", "render", "base", "--watch",
         "--config", settings, "--out", folder / "out"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 - narrows for mypy
    said = process.stdout

    def answered() -> None:
        for line in said:
            if line.endswith(ANSWERED):
                return
        raise RuntimeError("the watch ended")

    def saved(turn: int) -> float:
        started = time.perf_counter()
        settings.write_text(_settings(turn + 1), "utf-8")
        answered()
        return time.perf_counter() - started

    try:
        answered()
        yield saved
    finally:
        process.kill()
        process.communicate()


def _settings(turn: int) -> str:
    """Settings that differ from turn to turn in the name of the database."""
    return f"database: {{name: blog_{turn}}}\n"


if __name__ == "__main__":
    main()
