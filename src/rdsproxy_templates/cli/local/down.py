"""`local down`: end the local cloud of the current folder."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import Final

import click

from ...errors import DeploymentError, Problem
from .running import running

SECONDS: Final = 60
PAUSE: Final = 0.05


@click.command("down", help="End the local cloud of the current folder, and all that it runs.")
def down_command() -> None:
    """Run the subcommand."""
    state = running(ready=False)
    from rdsproxy_local.state import is_owned  # noqa: PLC0415 - an extra

    with suppress(ProcessLookupError):
        os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS
    while is_owned():
        if time.monotonic() > deadline:
            sentence = f"process {state.pid} has not ended within {SECONDS} s; end it by hand"
            raise DeploymentError([Problem("local", sentence)])
        time.sleep(PAUSE)
    click.echo("Ended. Nothing is left running.")
