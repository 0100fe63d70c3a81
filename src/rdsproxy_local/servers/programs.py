"""The servers' programs: installed, or unpacked where nobody had to be root."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

VARIABLE: Final = "SERVER_BINARIES"
"""Names a folder with unpacked packages, which is looked into before any other."""

UNPACKED: Final = Path(__file__).resolve().parents[3] / ".servers"
"""The folder in which ``tools/databases.sh`` unpacks packages that it may not install."""

PLACES: Final = (
    ".",
    "bin",
    "sbin",
    "usr/bin",
    "usr/sbin",
    "usr/lib/postgresql/*/bin",
    "usr/libexec",  # Fedora's MariaDB
    "opt/homebrew/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


class Packages(NamedTuple):
    """The packages that hold a program, by the system that has them."""

    debian: str
    """Of Debian and Ubuntu."""
    fedora: str
    homebrew: str

    def __str__(self) -> str:
        return (
            f"`apt install {self.debian}` on Debian and Ubuntu, `dnf install {self.fedora}` on "
            f"Fedora, `brew install {self.homebrew}` on macOS"
        )


# Looked up on 2026-11-26: Debian 12's lists, packages.fedoraproject.org, Homebrew/homebrew-core.
PACKAGES: Final = {
    "mariadbd": Packages("mariadb-server", "mariadb-server", "mariadb"),
    "nginx": Packages("nginx", "nginx", "nginx"),
    "postgres": Packages("postgresql", "postgresql-server", "postgresql@17"),
}


class MissingServer(Exception):
    """A server's program is not on this machine."""


@dataclass(frozen=True)
class Program:
    """One program, and the variables with which it finds its libraries."""

    path: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> Path:
        """The folder that holds ``share`` beside the folder of the program."""
        return self.path.parent.parent

    def beside(self, name: str) -> Program:
        """Another program of the same package."""
        return Program(self.path.with_name(name), self.variables)


def find_postgresql(name: str, major: int) -> Program:
    """The program *name* of one version of PostgreSQL, from a package of Debian or of npm."""
    for folder in (os.environ.get(VARIABLE), "/", UNPACKED):
        for path in (
            sorted(Path(folder).glob(f"usr/lib/postgresql/{major}/bin/{name}")) if folder else ()
        ):
            return Program(path, {} if folder == "/" else _libraries(Path(str(folder))))
    path = UNPACKED / f"postgresql/{major}/bin/{name}"
    if path.is_file():
        return Program(path, {"LD_LIBRARY_PATH": str(path.parent.parent / "lib")})
    raise MissingServer(
        f"{name} of PostgreSQL {major} is not on this machine: tools/databases.sh brings it"
    )


def find(name: str, package: str) -> Program:
    """The program *name*; raises :class:`MissingServer`, which says what to install."""
    if folder := os.environ.get(VARIABLE):
        for path in _within(Path(folder), name):
            return Program(path, _libraries(Path(folder)))
    if found := shutil.which(name):
        return Program(Path(found).resolve())
    for path in _within(Path("/"), name):
        return Program(path)
    for path in _within(UNPACKED, name):
        return Program(path, _libraries(UNPACKED))
    raise MissingServer(
        f"{name} is not on this machine: {PACKAGES.get(name, f'install {package}')}; or name a "
        f"folder with the unpacked package in {VARIABLE}"
    )


def _within(folder: Path, name: str) -> Iterator[Path]:
    """Every program *name* in *folder*, of the newest version first."""
    for place in PLACES:
        for path in sorted(folder.glob(f"{place}/{name}"), key=_version, reverse=True):
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _libraries(folder: Path) -> dict[str, str]:
    folders = [*folder.glob("usr/lib/*-linux-*"), *folder.glob("lib/*-linux-*")]
    return {"LD_LIBRARY_PATH": ":".join(map(str, folders))} if folders else {}
