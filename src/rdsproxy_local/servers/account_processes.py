"""Processes under another account, out of reach of a terminal's signals."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from .accounts import Account
from .programs import Program


def popen(
    account: Account, program: Program, *options: str, log: Any, **more: Any
) -> subprocess.Popen[Any]:
    """Start *program* under *account*; what it says goes to *log*."""
    return subprocess.Popen(
        [str(program.path), *options],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", **program.variables},
        cwd="/",
        start_new_session=True,
        **account.options,
        **more,
    )


def run(account: Account, program: Program, *options: str, text: str = "", seconds: float) -> None:
    """Run *program* to its end with *text* as its input; raises :class:`RuntimeError`."""
    process = popen(
        account, program, *options, log=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    with process:
        try:
            said, _ = process.communicate(text, timeout=seconds)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise RuntimeError(f"{program.path.name} failed:\n{said[-2000:]}")
