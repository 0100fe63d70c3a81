"""Databases and logins for a person at this machine, past proxies and security groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from moto.rds.models import DBInstanceClustered, rds_backends

from ..servers.loopback import HOST
from .databases import ENGINES, Databases, database_name
from .deployed import has_instances

DEFAULTS: Final = {"MYSQL": "mysql", "POSTGRESQL": "postgres"}
"""Databases that every server has."""


def listed() -> list[dict[str, Any]]:
    """Describe every deployed database."""
    return [_described(model) for model in _models()]


def login(databases: Databases, arn: str, user: str | None) -> dict[str, Any] | None:
    """Return address and login of *user*, or of the master user; None if there is no such user."""
    model = next((one for one in _models() if one.arn == arn), None)
    if model is None:
        return None
    database = databases.of(model)
    server = database.settled()
    credentials = database.login_without_password(user or str(model.master_username))
    if credentials is None:
        return None
    return _described(model) | {
        "host": HOST,
        "port": server.port,
        "user": credentials.user,
        "password": credentials.password,
    }


def _models() -> Iterator[Any]:
    """Yield the owners of data: clusters, and instances in none."""
    for regions in list(rds_backends.values()):
        for backend in list(regions.values()):
            yield from (one for one in list(backend.clusters.values()) if has_instances(one))
            for instance in list(backend.databases.values()):
                if not isinstance(instance, DBInstanceClustered):
                    yield instance


def _described(model: Any) -> dict[str, Any]:
    _, _, _, region, account, *_ = model.arn.split(":")
    family = ENGINES[model.engine]
    return {
        "arn": model.arn,
        "account": account,
        "region": region,
        "engine": model.engine,
        "family": family,
        "database": database_name(model) or DEFAULTS[family],
        "master": model.master_username,
    }
