"""Changes of databases that RDS refuses: other versions, less storage, and what cannot begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.rds.exceptions import InvalidParameterCombination, OptionGroupNotFoundFaultError
from moto.rds.models import DBCluster, DBInstance, RDSBackend

from ..values import numbers_of
from .option_groups import require_option_group

MYSQL: Final = ("5.6", "5.7", "8.0", "8.4")
"""Major versions of MySQL, of which an upgrade skips none."""


def require_changeable_cluster(cluster: DBCluster, given: Mapping[str, Any]) -> None:
    """Refuse what a cluster cannot become.

    CloudFormation allows each major upgrade of a cluster by itself.
    """
    group = given.get("db_cluster_parameter_group_name")
    own = cluster.parameter_group
    require_upgrade(cluster.engine, cluster.engine_version, given, allowed=True)
    if group is None and own and _is_major(cluster.engine, cluster.engine_version, given):
        _require_group(own, "cluster")
    window = given.get("backtrack_window")
    if window and not getattr(cluster, "backtrack_window", 0):
        raise InvalidParameterCombination(
            "Backtrack is only available for DB clusters that were created with it."
        )


def require_changeable_instance(
    backend: RDSBackend, database: DBInstance, given: Mapping[str, Any]
) -> None:
    """Refuse what an instance cannot become."""
    if database.db_cluster_identifier:
        if given.get("engine_version"):
            raise InvalidParameterCombination(
                "The engine version of a member is that of its DB cluster. Modify the DB cluster."
            )
        return
    before = str(database.engine_version or "")
    allowed = bool(given.get("allow_major_version_upgrade"))
    require_upgrade(database.engine, before, given, allowed=allowed)
    own = str(database.db_parameter_group_name or "")
    if not given.get("db_parameter_group_name") and _is_major(database.engine, before, given):
        _require_group(own, "instance")
    size, wanted = int(database.allocated_storage or 0), given.get("allocated_storage")
    if wanted is not None and int(wanted) < size:
        raise InvalidParameterCombination(
            f"Requested storage size ({wanted}) cannot be less than the current storage size "
            f"({size})."
        )
    name = given.get("option_group_name")
    if name and not name.startswith("default:") and name not in backend.option_groups:
        raise OptionGroupNotFoundFaultError(name)
    version = str(given.get("engine_version") or before)
    require_option_group(backend, name, database.engine, version)


def require_upgrade(
    engine: str, before: str | None, given: Mapping[str, Any], *, allowed: bool
) -> None:
    """Refuse an older version, one that is too new, and a major one that is not *allowed*."""
    after = given.get("engine_version")
    if not after or not before or str(after) == str(before):
        return
    old, new = numbers_of(str(before)), numbers_of(str(after))
    if new[: len(old)] < old[: len(new)] or _skips(engine, str(before), str(after)):
        raise InvalidParameterCombination(f"Cannot upgrade {engine} from {before} to {after}")
    if not allowed and _is_major(engine, before, given):
        raise InvalidParameterCombination(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major "
            "version."
        )


def _is_major(engine: str, before: str | None, given: Mapping[str, Any]) -> bool:
    after = given.get("engine_version")
    if not after or not before:
        return False
    parts = 1 if "postgres" in engine else 2
    return numbers_of(str(before))[:parts] != numbers_of(str(after))[:parts]


def _skips(engine: str, before: str, after: str) -> bool:
    """True if a major version of MySQL is between the two."""
    if engine not in ("mysql", "aurora-mysql"):
        return False
    majors = [".".join(map(str, numbers_of(one)[:2])) for one in (before, after)]
    if not all(one in MYSQL for one in majors):
        return False
    return MYSQL.index(majors[1]) - MYSQL.index(majors[0]) > 1


def _require_group(name: str, noun: str) -> None:
    """A major upgrade needs a group of the new family, unless the old one is RDS's own."""
    if name and not name.startswith("default."):
        raise InvalidParameterCombination(
            f"The current DB {noun} parameter group {name} is custom. You must explicitly specify "
            f"a new DB {noun} parameter group, either default or custom, for the engine version "
            "upgrade."
        )
