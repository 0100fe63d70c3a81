"""The command ``rdsproxy-templates``: one module for each subcommand."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from .commands import command

__all__ = ["command", "main"]

INTERRUPTED: Final = 130
"""Exit status, as a shell says it of a command that Ctrl-C ended."""


def main() -> None:
    """Run the command of an installed library: it writes to ./templates_out, with the code."""
    # As it ends, Python would look for garbage among all that the command has imported and made.
    atexit.register(gc.freeze)
    try:
        # Here, so that an interrupt of an import is one, too.
        from .import_interrupts import ending_at_once, raise_ignored_interrupts  # noqa: PLC0415

        raise_ignored_interrupts()
        with ending_at_once():
            if sys.argv[1:2] == ["audit"]:
                from ..aws.validator import start_process  # noqa: PLC0415

                start_process()  # it takes longer than to import our own side
            from .commands import run  # noqa: PLC0415

        run()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    except SystemExit as end:
        if end.code != INTERRUPTED:
            raise
        # An import that was interrupted in a thread leaves a lock, for which Python would wait.
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        os._exit(INTERRUPTED)


if not TYPE_CHECKING:  # else a checker takes any name

    def __getattr__(name: str) -> Any:
        if name != "command":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from .commands import command  # noqa: PLC0415

        return command
