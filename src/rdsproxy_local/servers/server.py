"""A real database server with a data folder of its own, as private as it can be.

pytest-postgresql 10 and pytest-mysql 5 do not take its place: their servers are fixtures of pytest,
which the local cloud does without; `pg_ctl` fails as root (dbfixtures/pytest-postgresql#455), where
this one changes the account; and neither kills and restarts a server with its data and its port.
"""

from __future__ import annotations

import atexit
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, Self

from .account_processes import popen, run
from .accounts import Account
from .guardian import GUARDIAN
from .initial_data import data_folder, keep
from .loopback import HOST, free_port, wait_for
from .programs import Program

SECONDS: Final = 60
"""More than a server ever needs to start or to end."""

ATTEMPTS: Final = 10
"""A server that was killed may hold its data for a moment; the next one tries again."""


class Credentials(NamedTuple):
    user: str
    password: str


class Server(ABC):
    """A server that runs while its ``with`` block does, on a port that it keeps.

    As root it runs under the first of its accounts that exists.
    """

    user: ClassVar = "proxy"
    password: ClassVar = secrets.token_urlsafe(12)
    database: ClassVar = "app"
    accounts: ClassVar[tuple[str, ...]]
    stops_with: ClassVar = signal.SIGTERM
    ends_with: ClassVar = signal.SIGKILL
    """The signal that ends it fastest once its data are not needed any more."""
    keeps_template: ClassVar = False
    """Keep the initial data for other processes, in the user's cache folder."""

    def __init__(self, data: Path | None = None) -> None:
        """A server whose data are a copy of the folder *data*, or new."""
        self._origin = data
        self._is_wanted = False

    def __enter__(self) -> Self:
        self.folder = self._private_folder()
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            shutil.copytree(self._origin or self._template(), self._data)
            self._hand_over(self.folder)
            self.start()
            self._tell_password()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def address(self) -> tuple[str, int]:
        return HOST, self.port

    @property
    def credentials(self) -> Credentials:
        """The credentials with which the proxy logs in."""
        return Credentials(self.user, self.password)

    def start(self) -> None:
        """Start, or start again with the same data on the same port."""
        for _ in range(ATTEMPTS):
            with (self.folder / "log").open("ab") as log:
                self._process = popen(self._account(), self._program(), *self._options(), log=log)
            GUARDIAN.watch(self._process.pid, self.folder)
            wait_for(lambda: not self._runs or self._answers(), SECONDS)
            if self._runs and self._answers():
                self._is_wanted = True
                return
            self._end(signal.SIGKILL)
            time.sleep(0.2)
        tail = (self.folder / "log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"{type(self).__name__} did not start:\n{tail}")

    def stop(self) -> None:
        """End in good order: clients are cut, nothing is lost."""
        self._end(self.stops_with)

    def kill(self) -> None:
        """End at once, as a crash does."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def copy_data(self, folder: Path) -> None:
        """Copy the data to *folder*, which must not exist; clients are cut meanwhile."""
        self.stop()
        try:
            shutil.copytree(self._data, folder)
        finally:
            self.start()

    def close(self) -> None:
        """End, and leave nothing behind."""
        self._end(self.ends_with)
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self) -> socket.socket:
        """A new connection to the server, for a proxy to log in on."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(SECONDS)
            connection.connect(str(self.unix_socket))
        except OSError:
            connection.close()
            raise
        return connection

    @property
    @abstractmethod
    def unix_socket(self) -> Path:
        """The Unix socket on which it listens too."""

    @abstractmethod
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The server's own answer, past any proxy."""

    @abstractmethod
    def accepts(self, login: Credentials) -> bool:
        """True if the server accepts this user with this password."""

    @abstractmethod
    def has_user(self, name: str) -> bool:
        """True if the server has this user."""

    @abstractmethod
    def create_user(self, login: Credentials) -> None:
        """Create a user who may create databases and other users."""

    @abstractmethod
    def set_password(self, login: Credentials) -> None:
        """Give a user who exists another password."""

    @abstractmethod
    def create_database(self, name: str, owner: str) -> None:
        """Create a database in which *owner* may do everything."""

    @classmethod
    @abstractmethod
    def _program(cls) -> Program:
        """The server's program, or :class:`MissingServer`."""

    @classmethod
    @abstractmethod
    def _initialise(cls, data: Path) -> None:
        """Make a data folder with the user and the database in it."""

    @abstractmethod
    def _options(self) -> list[str]:
        """The options to run with this data on this port."""

    @abstractmethod
    def _answers(self) -> bool:
        """True if a client would be served by now."""

    def _tell_password(self) -> None:  # noqa: B027 - not every server needs it
        """Give its own user the password, which the initial data do not have."""

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def has_died(self) -> bool:
        """True if it has ended, and nobody ended it."""
        return self._is_wanted and not self._runs

    @property
    def _runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _end(self, by: signal.Signals) -> None:
        self._is_wanted = False
        if self._process is None:
            return
        self._process.send_signal(by)
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(SECONDS)
        GUARDIAN.forget(self._process.pid)

    @classmethod
    @cache
    def _template(cls) -> Path:
        """A data folder as it is before the first start, made once a process, or once at all."""
        kept = data_folder(cls, cls._program()) if cls.keeps_template else None
        if kept is not None and kept.is_dir():
            return kept
        folder = cls._private_folder()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        cls._initialise(made := folder / "data")
        return made if kept is None else keep(made, kept)

    @classmethod
    def _private_folder(cls) -> Path:
        # Not one of pytest's, which only root may enter when root runs the tests.
        folder = Path(tempfile.mkdtemp(prefix="standin-"))
        cls._hand_over(folder)
        return folder

    @classmethod
    @cache
    def _account(cls) -> Account:
        return Account(*cls.accounts)

    @classmethod
    def _hand_over(cls, folder: Path) -> None:
        """Make the server's account the owner of *folder* and of everything in it."""
        cls._account().own((folder, *folder.rglob("*")))

    @classmethod
    def _run(cls, program: Program, *options: str, text: str = "") -> None:
        """Run *program* under the server's account to its end, with *text* as its input."""
        run(cls._account(), program, *options, text=text, seconds=4 * SECONDS)
