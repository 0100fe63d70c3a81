"""``python -m rdsproxy_local --port N``: AWS on loopback until its input ends, or SIGTERM."""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import signal
import sys
from threading import Event, Lock, Thread

from .quick_start import shorten


class Parent:
    """Whoever holds the other end of standard input."""

    def __init__(self) -> None:
        self._ended, self._turn, self._is_served = Event(), Lock(), False
        Thread(target=self._watch, daemon=True).start()

    def serve(self) -> None:
        """Return when the parent has ended."""
        with self._turn:
            self._is_served = True
        self._ended.wait()

    def _watch(self) -> None:
        while sys.stdin.buffer.read(1):
            pass
        self._ended.set()
        with self._turn:
            if not self._is_served:
                os._exit(0)  # nothing was started yet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--eager", action="store_true", help="start databases when they are made")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parent = Parent()
    gc.disable()  # what is imported stays
    shorten()
    from .data_plane.running import RunningCloud  # noqa: PLC0415 - after the shortcuts

    try:
        with RunningCloud(options.port, eager=options.eager) as cloud:
            gc.freeze()
            gc.enable()
            print(cloud.endpoint, flush=True)
            parent.serve()
    except KeyboardInterrupt:
        pass
    # Python would take long to free all that moto made.
    atexit._run_exitfuncs()
    os._exit(0)


if __name__ == "__main__":
    main()
