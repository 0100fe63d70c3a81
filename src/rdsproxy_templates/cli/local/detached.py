"""`local up --detach`: the same command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import click

from .running import already_runs

PAUSE: Final = 0.1
LOG: Final = "log"
DETACHED: Final = "RDSPROXY_LOCAL_DETACHED"
"""Environment variable of the process that a detached command started."""


def start_detached() -> None:
    """Run this command line again without ``--detach``; return once everything is deployed."""
    from rdsproxy_local.state import FOLDER, is_owned  # noqa: PLC0415 - an extra

    if is_owned():
        raise already_runs()
    FOLDER.mkdir(exist_ok=True)
    log = FOLDER / LOG
    words = [word for word in sys.argv[1:] if word != "--detach"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, *_program(), *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1", DETACHED: "1"},
        )
    try:
        _wait_until_ready(process, log)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    from rdsproxy_local.state import State  # noqa: PLC0415 - an extra

    printed = 0
    while True:
        status = process.poll()
        state = State.read()
        printed += _print_rest(log, printed)
        if status is not None:
            sys.exit(status or 1)
        if state is not None and state.pid == process.pid and state.is_ready:
            _print_rest(log, printed)
            click.echo(
                f"It runs as process {process.pid}; `rdsproxy-templates local down` ends it."
            )
            return
        time.sleep(PAUSE)


def _program() -> list[str]:
    """Return the words that start this program, which is a script or a module."""
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is not None:
        return ["-m", "rdsproxy_templates"]
    return [str(Path(sys.argv[0]).resolve())]


def _print_rest(log: Path, start: int) -> int:
    content = log.read_bytes()[start:]
    sys.stdout.write(content.decode(errors="replace"))
    sys.stdout.flush()
    return len(content)
