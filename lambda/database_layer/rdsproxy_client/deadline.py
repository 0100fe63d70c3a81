"""One deadline for all waiting: for a name, a connection, a handshake and an answer.

A socket's timeout applies to each read, so a peer that sends a byte a second is never timed out.
These sockets check before each step how much time is left for all steps together.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

Answer = TypeVar("Answer")

_END: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Set the deadline to *moment*, by ``time.monotonic``, unless an earlier one is set."""
    before = _END.set(min(moment, _END.get()))
    try:
        yield
    finally:
        _END.reset(before)


def within(seconds: float) -> AbstractContextManager[None]:
    """Set the deadline to *seconds* from now, for everything inside together."""
    return until(time.monotonic() + seconds)


def until_answer_to(context: Any) -> float:
    """Return the moment by which the handler of a Lambda *context* should have its answer.

    The last second of the function's time, or a tenth of it, is left to answer in.
    """
    seconds: float = context.get_remaining_time_in_millis() / 1000
    return time.monotonic() + seconds - min(1, seconds / 10)


def within_invocation(handler: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
    """Decorate a Lambda handler: its deadline holds for all that it does with the database."""

    @wraps(handler)
    def timed(event: Any, context: Any) -> Answer:
        with until(until_answer_to(context)):
            return handler(event, context)

    return timed


def end() -> float:
    """Return the deadline, by ``time.monotonic``; infinity without one."""
    return _END.get()


def left() -> float | None:
    """Seconds until the deadline, None without one. Raises TimeoutError after it."""
    seconds = _END.get() - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the deadline has passed")
    return None if math.isinf(seconds) else seconds


class PlainSocket(socket.socket):
    """Socket that waits until the deadline and no longer, whatever timeout a driver sets."""

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
    """TLS socket with the deadline; a handshake or a record counts as one step."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is called
        self.settimeout(left())
        super().do_handshake(block)


def in_time(context: ssl.SSLContext) -> ssl.SSLContext:
    """Make the sockets of *context* wait no longer than the deadline."""
    context.sslsocket_class = TlsSocket
    return context


def connected(host: str, port: int) -> PlainSocket:
    """Connect to the first address of the host that answers.

    Each address gets its share of the time: the next one may be in a zone that is up.
    """
    failure: OSError = OSError(f"{host} has no address")
    addresses = _addresses(host, port)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        end = PlainSocket(family, kind, protocol)
        try:
            seconds = left()
            end.settimeout(seconds and seconds / (len(addresses) - number))
            end.connect(address)
            # Without this, consecutive small packets are delayed by 40 ms each.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            end.close()
            failure = error
        else:
            return end
    raise failure


def _addresses(host: str, port: int) -> list[Any]:
    """Resolve the host in a thread, because a call to the resolver cannot be interrupted."""
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
            raise socket.gaierror(socket.EAI_NONAME, "the host name is invalid")
        case _:
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver does not answer")
