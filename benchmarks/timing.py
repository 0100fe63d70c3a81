"""Whole processes that take turns, so that a slow moment of the machine hits them alike."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

REPOSITORY: Final = Path(__file__).resolve().parents[1]
PEERS: Final = REPOSITORY / ".peers"
"""What tools/peers.sh brings, beside AWS CDK."""
TIMEOUT: Final = 300
"""Seconds after which a run counts as stuck."""

Name = TypeVar("Name")

FRESH: Final = "{fresh}"
"""Stands for a folder that is new in every run, in a command's arguments and environment."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A process to time; what it prints is shown only when it fails."""

    arguments: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = REPOSITORY


def python(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Command:
    """A command of the Python that runs this."""
    return Command(arguments=(sys.executable, *arguments), environment=environment or {})


@dataclass(frozen=True, kw_only=True)
class Runs:
    """How often each command runs."""

    rounds: int
    """Runs that count."""
    once: bool = False
    """Whether only one of each is wanted, of as little as there is: its time says nothing."""

    @property
    def uncounted(self) -> int:
        """Runs before those, while files come into the machine's memory."""
        return 0 if self.once else 1


def in_turns(commands: Mapping[Name, Command], runs: Runs) -> dict[Name, list[float]]:
    """Seconds of each command in each round that counts."""
    seconds: dict[Name, list[float]] = {name: [] for name in commands}
    for turn in range(runs.uncounted + runs.rounds):
        for name, command in commands.items():
            taken = once(command)
            if turn >= runs.uncounted:
                seconds[name].append(taken)
    return seconds


def once(command: Command) -> float:
    """Seconds that *command* takes; raises ``RuntimeError`` with its output if it fails."""
    with TemporaryDirectory() as fresh:
        arguments = [str(argument).replace(FRESH, fresh) for argument in command.arguments]
        added = {name: value.replace(FRESH, fresh) for name, value in command.environment.items()}
        started = time.perf_counter()
        done = subprocess.run(
            arguments,
            env={**_inherited(), **added},
            cwd=command.folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        taken = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return taken


def _inherited() -> dict[str, str]:
    """Our environment, in which Python keeps its bytecode, as it does by default."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def runs(description: str | None) -> Runs:
    """How often each command runs, from the command line."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9, help="runs of each command that count")
    parser.add_argument(
        "--once", action="store_true", help="one run of little: it only shows that all works"
    )
    given = parser.parse_args()
    return Runs(rounds=1 if given.once else given.rounds, once=given.once)


def row(name: str, ours: float, peer: float) -> None:
    """Print the ratio of two times, and what it is made of."""
    print(f"  {name:<48} {ours / peer:6.2f}   {ours * 1000:6.0f} ms / {peer * 1000:6.0f} ms")
