"""The output of a process, line by line, as soon as it is written."""

from __future__ import annotations

import os
import select
import threading
from typing import IO


class Output:
    """Reads *pipe* into *lines* from a thread of its own, until everybody has closed it."""

    def __init__(self, pipe: IO[bytes], lines: list[str]) -> None:
        self._pipe, self._lines = pipe, lines
        self._rest = b""
        self._ended = False
        self._lock = threading.Lock()
        os.set_blocking(pipe.fileno(), False)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def catch_up(self) -> None:
        """Return when everything that has been written by now stands in the lines."""
        with self._lock:
            while not self._ended:
                try:
                    part = os.read(self._pipe.fileno(), 1 << 16)
                except BlockingIOError:
                    return
                self._take(part)

    def close(self, seconds: float) -> None:
        """Wait for the end, which comes when the process has ended and all its children."""
        self._thread.join(seconds)

    def _take(self, part: bytes) -> None:
        *lines, self._rest = (self._rest + part).split(b"\n")
        if not part:
            lines = [self._rest] if self._rest else []
            self._ended = True
            self._pipe.close()
        for line in lines:
            self._lines.append(line.decode(errors="replace"))

    def _read(self) -> None:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while not self._ended:
            poll.poll()
            self.catch_up()
