"""No wait lasts beyond the deadline, for whatever reason."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from rdsproxy_client import deadline, http_call


@pytest.fixture
def pair():
    """Return the client's and the server's end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with deadline.within(5):
            ours = deadline.connected("localhost", server.getsockname()[1])
        theirs, _ = server.accept()
        with ours, theirs:
            yield ours, theirs


def test_an_earlier_end_stays():
    with deadline.within(1), deadline.within(60):
        assert deadline.left() <= 1
    assert deadline.left() is None


def test_after_the_end_nothing_is_begun(pair):
    ours, _ = pair
    with deadline.within(0):
        for step in (lambda: ours.recv(1), lambda: ours.sendall(b"x"), lambda: ours.send(b"x")):
            with pytest.raises(TimeoutError):
                step()


def test_pieces_are_waited_for_together(pair):
    ours, theirs = pair
    ended = threading.Event()

    def trickle():
        while not ended.wait(0.02):
            theirs.sendall(b"x")

    speaking = threading.Thread(target=trickle)
    speaking.start()
    try:
        with deadline.within(0.3), ours.makefile("rb") as file, pytest.raises(TimeoutError):
            file.read(1_000_000)
    finally:
        ended.set()
        speaking.join()


def test_a_timeout_of_a_driver_does_not_prolong_it(pair):
    ours, _ = pair
    with deadline.within(0.1):
        ours.settimeout(None)
        with pytest.raises(TimeoutError):
            ours.recv(1)


class TestNames:
    def test_that_the_resolver_keeps_to_itself_are_given_up(self, monkeypatch):
        silent = threading.Event()
        monkeypatch.setattr(deadline.socket, "getaddrinfo", lambda *_, **__: silent.wait(30))
        started = time.monotonic()
        with deadline.within(0.1), pytest.raises(socket.gaierror):
            deadline.connected("slow.example", 1)
        silent.set()

        assert time.monotonic() - started < 20

    @pytest.mark.parametrize("name", ["nowhere.invalid", "a..b", "x" * 300])
    def test_that_are_none_are_said_to_be_none(self, name):
        with deadline.within(20), pytest.raises(socket.gaierror):
            deadline.connected(name, 1)


def test_an_address_that_refuses_is_not_the_last(monkeypatch):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_server(("127.0.0.1", 0)) as closed,
    ):
        refused, taken = closed.getsockname(), server.getsockname()
        closed.close()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", one) for one in (refused, taken)]
        monkeypatch.setattr(deadline.socket, "getaddrinfo", lambda *_, **__: found)
        with deadline.within(5), deadline.connected("two.example", 1) as end:
            assert end.getpeername() == taken


def test_a_call_over_http_ends_with_it():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = ("http", f"127.0.0.1:{silent.getsockname()[1]}", "/")
        with deadline.within(0.1), pytest.raises(http_call.FAILURES):
            http_call.exchanged("GET", url, {})
