"""RDS's refusals for an engine: names of master users, and versions past their end of support."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue

from ..engine_data import reserved_words

RDS_USERS: Final = ("rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr")
# "MasterUsername admin cannot be used as it is a reserved word used by the engine":
# https://github.com/aws/aws-cdk/pull/5076; on Aurora MySQL it can:
# https://github.com/aws-cloudformation/cfn-lint/pull/4425
POSTGRESQL_WORDS: Final = ("admin", "none", "public")
"""Names that are no words of PostgreSQL's SQL, and no master user's either."""
POSTGRESQL_ROLES: Final = ("pg_", "rds_")
"""Beginnings of the names of roles that there are in each database."""
LONGEST: Final = 16

DISABLED: Final = "open-source-rds-extended-support-disabled"
MYSQL: Final = {"5.7": date(2024, 2, 29), "8.0": date(2026, 7, 31), "8.4": date(2029, 7, 31)}
AURORA_MYSQL: Final = {
    "5.7": date(2024, 10, 31),
    "8.0": date(2028, 4, 30),
    "8.4": date(2032, 4, 30),
}
POSTGRESQL: Final = {
    "11": date(2024, 2, 29),
    "12": date(2025, 2, 28),
    "13": date(2026, 2, 28),
    "14": date(2027, 2, 28),
    "15": date(2028, 2, 29),
    "16": date(2029, 2, 28),
    "17": date(2030, 2, 28),
    "18": date(2031, 2, 28),
}
STANDARD_SUPPORT: Final = {
    "aurora-mysql": AURORA_MYSQL,
    "aurora-postgresql": POSTGRESQL,
    "mysql": MYSQL,
    "postgres": POSTGRESQL,
}
"""The last days of standard support: AWS's release calendars, November 2026."""


def require_creatable(given: Mapping[str, Any], noun: str) -> None:
    """Refuse what RDS would not create, a DB *noun* with what is *given*."""
    engine = str(given["engine"])
    _require_master(engine, str(given.get("master_username") or ""))
    _require_support(engine, given, noun)


def _require_master(engine: str, name: str) -> None:
    if not name:
        return
    lowered = name.lower()
    if len(name) > LONGEST or not name.isascii() or not name.replace("_", "").isalnum():
        raise InvalidParameterValue(
            "The parameter MasterUsername must be 1 to 16 letters, numbers, or underscores."
        )
    of_postgresql = lowered in POSTGRESQL_WORDS or lowered.startswith(POSTGRESQL_ROLES)
    reserved = (
        lowered in RDS_USERS
        or lowered in reserved_words(engine)
        or ("postgres" in engine and of_postgresql)
    )
    if reserved:
        raise InvalidParameterValue(
            f"MasterUsername {name} cannot be used as it is a reserved word used by the engine"
        )


def _require_support(engine: str, given: Mapping[str, Any], noun: str) -> None:
    """CreateDBInstance, EngineLifecycleSupport: "creating the DB instance will fail if …"."""
    version = str(given.get("engine_version") or "")
    ends = STANDARD_SUPPORT.get(engine, {})
    last = next((end for major, end in ends.items() if _is_of(version, major)), None)
    ended = last is not None and last < datetime.now(UTC).date()
    if ended and given.get("engine_lifecycle_support") == DISABLED:
        raise InvalidParameterCombination(
            f"Creating the DB {noun} failed: the DB major version of {engine} {version} is past "
            f"its end of standard support date, and EngineLifecycleSupport is {DISABLED}."
        )


def _is_of(version: str, major: str) -> bool:
    return version == major or version.startswith(f"{major}.")
