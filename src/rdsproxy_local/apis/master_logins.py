"""Logins of master users that RDS would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.rds.exceptions import InvalidParameterCombination, InvalidParameterValue

BY_IAM: Final = "iam-db-auth"
"""``MasterUserAuthenticationType`` of a master user without a password."""


def require_one_login(given: Mapping[str, Any]) -> None:
    managed, own = given.get("manage_master_user_password"), given.get("master_user_password")
    if given.get("master_user_authentication_type") == BY_IAM:
        _require_tokens(given, given["engine"], given.get("enable_iam_database_authentication"))
        return
    if managed and own:
        raise InvalidParameterCombination(
            "You can't specify MasterUserPassword when ManageMasterUserPassword is true."
        )
    if not (managed or own):
        raise InvalidParameterValue("Invalid master password")


def _require_tokens(given: Mapping[str, Any], engine: str, enabled: Any) -> None:
    """A master user by IAM is PostgreSQL's, and has no password."""
    if "postgres" not in engine:
        raise InvalidParameterCombination(
            f"MasterUserAuthenticationType {BY_IAM} is not supported for engine {engine}."
        )
    if given.get("master_user_password") or given.get("manage_master_user_password"):
        raise InvalidParameterCombination(
            "You can't specify a master user password when MasterUserAuthenticationType is "
            f"{BY_IAM}."
        )
    if not enabled:
        raise InvalidParameterCombination(
            f"MasterUserAuthenticationType {BY_IAM} needs EnableIAMDatabaseAuthentication."
        )


def require_new_login(database: Any, given: Mapping[str, Any], iam: str) -> None:
    """Refuse a change of the master user's login that RDS refuses."""
    by_iam = given.get(
        "master_user_authentication_type", getattr(database, "master_user_authentication_type", "")
    )
    if by_iam == BY_IAM:
        enabled = given.get("enable_iam_database_authentication", getattr(database, iam))
        _require_tokens(given, database.engine, enabled)
    if given.get("manage_master_user_password") and given.get("master_user_password"):
        raise InvalidParameterCombination(
            "You can't specify MasterUserPassword when ManageMasterUserPassword is true."
        )
