"""Timing of whole processes that take turns, so that a slow moment affects all alike."""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

REPOSITORY: Final = Path(__file__).resolve().parents[1]
PEERS: Final = REPOSITORY / ".peers"
"""Folder of the peers that tools/peers.sh installs, beside AWS CDK."""
TIMEOUT: Final = 300
"""Seconds after which a run counts as stuck."""

Name = TypeVar("Name")

FRESH: Final = "{fresh}"
"""Placeholder, in arguments and environment, for a folder that is new in every run."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A process to time; its output is shown only if it fails."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = REPOSITORY
    statuses: Collection[int] = (0,)
    """Exit statuses of a run that did its work."""


def python(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Command:
    """A command of the running Python interpreter."""
    return Command(arguments=(sys.executable, *arguments), environment=environment or {})


@dataclass(frozen=True, kw_only=True)
class Runs:
    """Number of runs of each command."""

    rounds: int
    """Timed runs."""
    once: bool = False
    """True for one minimal run, which shows only that everything works."""
    processor: bool = False
    """True to count the seconds of the processor, which a busy machine changes little."""

    @property
    def uncounted(self) -> int:
        """Warm-up runs, which are not timed."""
        return 0 if self.once else 1


def in_turns(commands: Mapping[Name, Command], runs: Runs) -> dict[Name, list[float]]:
    """Seconds of each command in each timed round."""
    seconds: dict[Name, list[float]] = {name: [] for name in commands}
    for turn in range(runs.uncounted + runs.rounds):
        for name, command in commands.items():
            taken = once(command, processor=runs.processor)
            if turn >= runs.uncounted:
                seconds[name].append(taken)
    return seconds


def once(command: Command, *, processor: bool = False) -> float:
    """Run *command* and return its seconds, or those of the *processor* that it took.

    Raises ``RuntimeError`` with its output if it fails.
    """
    clock = _of_children if processor else time.perf_counter
    with TemporaryDirectory() as fresh:
        arguments = [str(argument).replace(FRESH, fresh) for argument in command.arguments]
        added = {name: value.replace(FRESH, fresh) for name, value in command.environment.items()}
        started = clock()
        done = subprocess.run(
            arguments,
            env={**_inherited(), **added},
            cwd=command.folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        taken = clock() - started
    if done.returncode not in command.statuses:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return taken


def _of_children() -> float:
    """Seconds of the processor that all processes took which have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _inherited() -> dict[str, str]:
    """Our environment, in which Python caches bytecode, as it does by default."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def runs(description: str | None) -> Runs:
    """Number of runs, parsed from the command line."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="timed runs of each command")
    parser.add_argument(
        "--once",
        action="store_true",
        help="one minimal run, which shows only that everything works",
    )
    parser.add_argument(
        "--processor",
        action="store_true",
        help="count seconds of the processor in place of those of the clock, on a busy machine",
    )
    given = parser.parse_args()
    rounds = 1 if given.once else given.rounds
    return Runs(rounds=rounds, once=given.once, processor=given.processor)


def row(name: str, ours: float, peer: float) -> None:
    """Print the ratio of two times, and both times."""
    print(f"  {name:<48} {ours / peer:6.2f}   {ours * 1000:6.0f} ms / {peer * 1000:6.0f} ms")
