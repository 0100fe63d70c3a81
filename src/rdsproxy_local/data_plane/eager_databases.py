"""Databases that start while the rest of their stack is still being created."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from unittest import mock

from moto.rds.models import DBInstanceClustered, RDSBackend

from .databases import Databases


@contextmanager
def started_when_created(databases: Databases) -> Iterator[None]:
    """Start the server of each cluster with its first instance, and of each other instance."""
    known = RDSBackend.create_db_instance
    threads: list[threading.Thread] = []

    def create(self: Any, kwargs: dict[str, Any]) -> Any:
        instance: Any = known(self, kwargs)
        is_member = isinstance(instance, DBInstanceClustered)
        model = instance.cluster if is_member else instance
        thread = threading.Thread(target=_attempt(databases, model), daemon=True)
        threads.append(thread)
        thread.start()
        return instance

    with mock.patch.object(RDSBackend, "create_db_instance", create):
        yield
    for thread in threads:
        thread.join()


def _attempt(databases: Databases, model: Any) -> Callable[[], None]:
    def start() -> None:
        # The first use tries again, and says why not.
        with suppress(Exception):
            databases.of(model).settled()

    return start
