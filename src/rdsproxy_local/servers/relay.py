"""Bytes between a client and a server after the login, unchanged; or lost on demand."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, Literal, Protocol

CHUNK: Final = 1 << 16
LIMIT: Final = 1 << 20
"""So much may wait for one side before the other one is not read any more."""

SECONDS: Final = 30
"""Seconds to wait for a farewell, or for the answer that will be lost."""

AGAIN: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

Fault = Callable[[bytes], Literal["before", "after"] | None]
"""The point at which to cut the connection, by the statement that is about to be executed: for
MySQL a command with its first byte, for PostgreSQL the SQL."""


class Wire(Protocol):
    """The knowledge of a protocol that finds the statements in it."""

    def messages(self, incoming: bytearray) -> Iterator[tuple[bytes, bytes | None]]:
        """Take whole messages off *incoming*, each with what it makes the server execute."""

    def answered(self, answer: bytes | bytearray) -> bool:
        """True if the server has executed the last statement and answered in full."""


class End:
    """A socket that never blocks, and what has yet to be sent to it.

    One thread uses both ends: OpenSSL's objects are not for two.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self.socket = connected
        self.unsent = bytearray()

    @property
    def full(self) -> bool:
        return len(self.unsent) >= LIMIT

    @property
    def decrypted(self) -> bool:
        """True if there is something to read that no poll would report."""
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0

    def read(self) -> bytes | None:
        """The bytes that have arrived, nothing at the end, or None if none have arrived yet."""
        try:
            return self.socket.recv(CHUNK)
        except AGAIN:
            return None
        except OSError:
            return b""

    def write(self) -> None:
        """Send as much as goes at once."""
        while self.unsent:
            try:
                sent = self.socket.send(self.unsent[:CHUNK])
            except AGAIN:
                return
            del self.unsent[:sent]

    def finish(self) -> None:
        """Send the rest, if the other side still takes it."""
        with suppress(OSError):
            self.socket.settimeout(SECONDS)
            self.socket.sendall(self.unsent)


class Relay:
    """One connection's way through the front; :meth:`run` returns how it ended."""

    def __init__(
        self, client: socket.socket, server: socket.socket, wire: Wire, fault: Fault
    ) -> None:
        self._client, self._server = End(client), End(server)
        self._wire, self._fault = wire, fault
        self._incoming = bytearray()
        self._lost: bytearray | None = None

    def run(self) -> str:
        while True:
            ended = self._from_client() or self._from_server()
            if ended:
                return ended
            try:
                self._server.write()
                self._client.write()
            except OSError:
                return "ended, a side was gone"
            if not self._wait():
                return "cut after a statement that took too long"

    def _from_client(self) -> str | None:
        while not self._server.full and (data := self._client.read()) is not None:
            if not data:
                self._server.finish()
                return "ended, the client closed"
            self._incoming += data
            for message, statement in self._wire.messages(self._incoming):
                cut = self._fault(statement) if statement is not None else None
                if cut == "before":
                    return "cut before a statement"
                if cut == "after":
                    self._lost = bytearray()
                self._server.unsent += message
        return None

    def _from_server(self) -> str | None:
        while not self._client.full and (data := self._server.read()) is not None:
            if not data:
                self._client.finish()
                return "ended, the server closed"
            if self._lost is None:
                self._client.unsent += data
                continue
            self._lost += data
            if self._wire.answered(self._lost):
                return "cut after a statement"
        return None

    def _wait(self) -> bool:
        """Until a side can be read or written; false if an answer to lose does not come."""
        poll = select.poll()
        for end, other in ((self._client, self._server), (self._server, self._client)):
            if end.decrypted and not other.full:
                return True
            wanted = 0 if other.full else select.POLLIN
            wanted |= select.POLLOUT if end.unsent else 0
            if wanted:
                poll.register(end.socket, wanted)
        return bool(poll.poll(None if self._lost is None else SECONDS * 1000))
