"""``python -m rdsproxy_local --port N``: AWS on loopback until its input ends, or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys

from .data_plane.running import RunningCloud


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with RunningCloud(port) as cloud:
            print(cloud.endpoint, flush=True)
            while sys.stdin.buffer.read(1):
                pass
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
