"""A process that validates: templates as JSON on standard input, diagnostics on standard output."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

from .processes import processors
from .validator import diagnostics, engine


def main() -> None:
    """Build the engine while the templates are awaited, and judge them."""
    given: list[str] = []
    # Not the other way round: memory of a thread other than the first one is slower to get.
    reading = Thread(target=lambda: given.append(sys.stdin.read()), daemon=True)
    reading.start()
    engine()
    reading.join()
    if given and given[0]:
        # The engine is native code, which takes as many processors as there are.
        with ThreadPoolExecutor(processors()) as pool:
            print(json.dumps([*pool.map(diagnostics, json.loads(given[0]))]))


if __name__ == "__main__":
    main()
