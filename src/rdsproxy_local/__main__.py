"""``python -m rdsproxy_local --port N``: AWS on loopback until its input ends, or SIGTERM."""

from __future__ import annotations

import argparse
import atexit
import os
import signal
import sys

from .quick_start import shorten


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--eager", action="store_true", help="start databases when they are made")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    shorten()
    from .data_plane.running import RunningCloud  # noqa: PLC0415 - after the shortcuts

    try:
        with RunningCloud(options.port, eager=options.eager) as cloud:
            print(cloud.endpoint, flush=True)
            while sys.stdin.buffer.read(1):
                pass
    except KeyboardInterrupt:
        pass
    # Python would take long to free all that moto made.
    atexit._run_exitfuncs()
    os._exit(0)


if __name__ == "__main__":
    main()
