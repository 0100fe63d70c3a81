"""Nothing is waited for beyond a moment: not a name, an address, a handshake or an answer.

A timeout of a socket counts for each read, so a peer that says one byte a second is waited for
for ever. These sockets ask before each step how much time is left for all of them together.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

_END: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Wait for nothing beyond *moment*, by ``time.monotonic``, nor beyond an earlier end."""
    before = _END.set(min(moment, _END.get()))
    try:
        yield
    finally:
        _END.reset(before)


def within(seconds: float) -> AbstractContextManager[None]:
    """Wait no longer than so many seconds for all that is done inside, together."""
    return until(time.monotonic() + seconds)


def left() -> float | None:
    """Seconds until the end, None where there is none; raises TimeoutError after it."""
    seconds = _END.get() - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the time is up")
    return None if math.isinf(seconds) else seconds


class PlainSocket(socket.socket):
    """A socket that waits until the end and no longer, whatever timeout a driver sets."""

    __slots__ = ()

    def recv(self, *args: Any) -> bytes:
        self.settimeout(left())
        return super().recv(*args)

    def recv_into(self, *args: Any) -> int:
        self.settimeout(left())
        return super().recv_into(*args)

    def send(self, *args: Any) -> int:
        self.settimeout(left())
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        self.settimeout(left())
        super().sendall(*args)


class TlsSocket(PlainSocket, ssl.SSLSocket):
    """The same over TLS: a handshake and a record count as one step."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is called
        self.settimeout(left())
        super().do_handshake(block)


def in_time(context: ssl.SSLContext) -> ssl.SSLContext:
    """*context*, whose sockets wait no longer than the end."""
    context.sslsocket_class = TlsSocket
    return context


def connected(host: str, port: int) -> PlainSocket:
    """A connection to the first of the host's addresses that takes one.

    Each gets its share of the time, because the next one may be in a zone that answers.
    """
    failure: OSError = OSError(f"{host} has no address")
    addresses = _addresses(host, port)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        end = PlainSocket(family, kind, protocol)
        try:
            seconds = left()
            end.settimeout(seconds and seconds / (len(addresses) - number))
            end.connect(address)
            # Small packets one after the other wait 40 ms for each other without this.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            end.close()
            failure = error
        else:
            return end
    raise failure


def _addresses(host: str, port: int) -> list[Any]:
    """What the resolver knows, asked in a thread: nothing else can stop waiting for it."""
    found: list[Any] = []

    def look() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    asking = threading.Thread(target=look, daemon=True)
    asking.start()
    asking.join(left())
    match found:
        case [list() as addresses]:
            return addresses
        case [OSError() as error]:
            raise error
        case [UnicodeError()]:
            raise socket.gaierror(socket.EAI_NONAME, "the name is none")
        case _:
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver does not answer")
