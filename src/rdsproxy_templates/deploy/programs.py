"""Programs that end, with all that they have started, when this process does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from . import supervisor


@dataclass(frozen=True)
class Done:
    """The end of a program: its status, and what it wrote."""

    status: int
    output: str


def run(words: Sequence[str], folder: Path) -> Done:
    """Run the program of *words* in *folder*.

    It and all in its process group end when this process is interrupted, terminated or killed.
    """
    process = subprocess.Popen(  # noqa: S603 - no shell
        [sys.executable, "-I", "-S", supervisor.__file__, *words],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    pipe, output = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    with pipe, output:
        try:
            written = output.read()
            return Done(process.wait(), written)
        except BaseException:  # Ctrl-C, too
            pipe.close()
            process.wait()
            raise
