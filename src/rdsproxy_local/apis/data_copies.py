"""Copies of a database's data: those of its snapshots, and those that another begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from moto.rds.models import RDSBackend

from .surround import surround

Copy = Callable[[Any], Path | None]

ATTRIBUTE: Final = "copied_data"
"""Where a snapshot has the folder of its data, and a restored database that which it began with."""

_copies: list[Copy] = []


def install() -> None:
    surround(RDSBackend, "create_db_cluster_snapshot", _cluster_snapshot)
    surround(RDSBackend, "create_db_snapshot", _instance_snapshot)


@contextmanager
def made_by(copy: Copy) -> Iterator[None]:
    """Have *copy* copy the data of clusters and instances, while this lasts."""
    _copies.append(copy)
    try:
        yield
    finally:
        _copies.remove(copy)


def copied(database: Any) -> Path | None:
    """A copy of the present data of *database*; None where nobody ever used it."""
    return next((folder for copy in _copies if (folder := copy(database))), None)


def give(receiver: Any, folder: Path | None) -> None:
    """Note the data of a snapshot, or those that a database begins with."""
    setattr(receiver, ATTRIBUTE, folder)


def data_of(holder: Any) -> Path | None:
    """The data of a snapshot, or those that a database began with."""
    folder: Path | None = getattr(holder, ATTRIBUTE, None)
    return folder


def _cluster_snapshot(
    create: Callable[..., Any], backend: RDSBackend, *arguments: Any, **named: Any
) -> Any:
    snapshot = create(backend, *arguments, **named)
    give(snapshot, copied(backend.clusters[snapshot.db_cluster_identifier]))
    return snapshot


def _instance_snapshot(
    create: Callable[..., Any], backend: RDSBackend, *arguments: Any, **named: Any
) -> Any:
    snapshot = create(backend, *arguments, **named)
    give(snapshot, copied(backend.databases[snapshot.database.db_instance_identifier]))
    return snapshot
