"""What the groups of a database's settings ask of an engine that lacks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..aws.engines import ENGINES
from ..errors import Problem
from ..model.settings import each_judged
from .database_logs import log_parameters
from .database_surroundings import role_problems

if TYPE_CHECKING:
    from .database import DatabaseSettings


def group_problems(settings: DatabaseSettings) -> Iterator[Problem]:
    """Report each group of *settings* that does not fit the engine, or another group."""
    engine = ENGINES[settings.engine]
    judged = {
        "backup": lambda: settings.backup.refused_by(engine, settings.maintenance.window),
        "maintenance": lambda: settings.maintenance.refused_by(engine),
        "storage": lambda: settings.storage.refused_by(engine, settings.storage_size),
        "parameters": lambda: settings.parameters.refused_by(
            engine, log_parameters(settings.logs, engine)
        ),
        "identifiers": lambda: settings.identifiers.refused_by(engine),
        "master": lambda: settings.master.refused_by(engine, restored=settings.restore.is_chosen),
        "restore": lambda: settings.restore.refused_by(engine),
        "roles": lambda: role_problems(settings.roles, engine),
    }
    if monitoring := settings.monitoring:
        judged["monitoring"] = lambda: monitoring.refused_by(engine, settings.db_instance_classes)
    if logs := settings.logs:
        judged["logs"] = lambda: logs.refused_by(
            engine, audited=settings.writes_audit_log, identifier=settings.identifiers.database
        )
    yield from each_judged(judged)
    if settings.rotation is not None:
        yield from settings.rotation.refused_beside(settings.rotate_secrets_after_days)
    if settings.rotates:
        yield from settings.master.rotation_problems(settings.users_with_secrets)
    if settings.restore.is_chosen and settings.storage.kms_key_arn and not engine.aurora:
        yield Problem(
            "storage.kms_key_arn",
            "must be left out: a restored instance has the key of its source; copy the "
            "snapshot with another key first",
        )
