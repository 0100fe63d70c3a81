"""A relay to a server that delays, splits or swallows answers."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, Self

from .loopback import HOST, Background

CHUNK: Final = 1 << 14
Address = tuple[str, int]


class Hindrance:
    """Passes everything on, and what the server says as the attributes have it, at any time."""

    def __init__(self, server: Address) -> None:
        self.server = server
        self.pause = 0.0
        """Seconds before each piece of an answer."""
        self.piece = CHUNK
        """Bytes in a piece."""
        self.lost = False
        """Swallow answers: a connection whose other side is gone without a word."""
        self._ended = threading.Event()
        self._listener = _Listener(self._serve)
        self._background = Background(self._listener)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._background.close()

    @property
    def port(self) -> int:
        return int(self._listener.server_address[1])

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.server) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            answers = threading.Thread(target=self._answer, args=(server, client))
            answers.start()
            _pass_on(client, server.sendall)
            _end(server)
            answers.join()

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        _pass_on(server, partial(self._say, client))
        _end(client)

    def _say(self, client: socket.socket, data: bytes) -> None:
        while data and not self.lost:
            if self.pause and self._ended.wait(self.pause):
                return
            client.sendall(data[: self.piece])
            data = data[self.piece :]


def _pass_on(source: socket.socket, say: Callable[[bytes], object]) -> None:
    with suppress(OSError):
        while data := source.recv(CHUNK):
            say(data)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        super().__init__((HOST, 0), socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):
            self._serve(request)
