"""Time, memory and requests of reading a fleet, with ten times as many instances.

The APIs are a stub with the pages, rates and throttling of AWS's. Each command is a process,
which writes to nowhere. The aims are a ratio of the processor's times near 10,
and of memory near 1 where nothing of a list is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import timing

sys.path.insert(0, str(timing.REPOSITORY / "tests"))

from many_accounts import ADMINISTRATOR, FLEET, ManyAccounts

SIZES: Final = (500, 5000)
LITTLE: Final = (4, 40)
"""Numbers of instances of a run that shows only that everything works."""
PLAN: Final = "what plan reads"
COMMANDS: Final = {
    "status": ("status", "--format", "json"),
    "status of an operation": ("status", "--operation", "last"),
    "outputs": ("outputs", "--format", "csv"),
    PLAN: (),
}
KIB: Final = 1024


class Taken(NamedTuple):
    """What a process took."""

    seconds: float
    processor: float
    memory: int
    """Most MiB that it had."""
    requests: int
    throttled: int


def main() -> None:
    """Run each command on both sizes, in turns, and print ratios."""
    runs = timing.runs(__doc__)
    sizes = LITTLE if runs.once else SIZES
    best: dict[tuple[str, int], Taken] = {}
    with TemporaryDirectory() as folder:
        (Path(folder) / "fleet.yaml").write_text(FLEET)
        for _ in range(runs.rounds):
            for name, words in COMMANDS.items():
                for size in sizes:
                    taken = _once(words, size, folder)
                    known = best.get((name, size), taken)
                    best[name, size] = min(known, taken, key=lambda one: one.processor)
    small, large = sizes
    print(f"{'':<24}{'ratio':>7}{f'{small}':>12}{f'{large}':>12}   memory  requests  throttled")
    for name in COMMANDS:
        less, more = best[name, small], best[name, large]
        print(
            f"{name:<24}{more.processor / less.processor:>7.1f}{less.processor:>10.2f} s"
            f"{more.processor:>10.2f} s{more.memory / less.memory:>9.2f}{more.requests:>10}"
            f"{more.throttled:>11}   ({more.seconds:.1f} s by the clock)"
        )


def _once(words: tuple[str, ...], size: int, folder: str) -> Taken:
    """Run a command; a warm-up is not needed, because the smaller size goes first."""
    with _served(size) as (world, endpoint):
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_CONFIG_FILE": os.devnull,
            "PYTHONPATH": str(timing.REPOSITORY / "tests"),
        }
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *_program(words)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise RuntimeError(f"fleet {' '.join(words)} ends with {process.returncode}")
        return Taken(
            seconds,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss // KIB,
            world.calls.total(),
            world.throttled.total(),
        )


def _program(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        return (str(timing.REPOSITORY / "benchmarks" / "read_plan.py"),)
    return ("-m", "rdsproxy_templates", "fleet", *words)


@contextmanager
def _served(size: int) -> Iterator[tuple[ManyAccounts, str]]:
    world = ManyAccounts(size)
    server = world.serve()
    try:
        yield world, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
