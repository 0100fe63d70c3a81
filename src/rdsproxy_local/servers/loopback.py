"""Ports of this machine that nobody else reaches, and waiting for what comes up there."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Callable
from socketserver import BaseServer
from typing import Final

HOST: Final = "127.0.0.1"
IPV6_HOST: Final = "::1"
PORTS: Final = range(20_000, 32_000)
"""Below those that systems give to clients: a server that was ended finds its own again."""


SECONDS: Final = 60
"""More than anything ever needs to begin or to end, on a machine that does much else."""


def free_port() -> int:
    """A port on which nothing listens."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RuntimeError("none of 100 ports of this machine is free")


def has_ipv6() -> bool:
    """True if this machine reaches itself by IPv6."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind((IPV6_HOST, 0))
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Wait for *condition*; True if it came true before the seconds were over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Background:
    """A server that answers in a thread of its own until it is closed."""

    def __init__(self, server: BaseServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more, and end the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(SECONDS)


def listens(port: int) -> bool:
    """True if something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
