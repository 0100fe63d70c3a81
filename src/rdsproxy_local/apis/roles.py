"""The check that a service may assume a role, which a service makes when it is given one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase as fnmatch
from typing import Any, Final

from moto.core.base_backend import BaseBackend
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

ACCOUNT: Final = 4
"""The place of the account in an ARN."""


def may_assume(backend: BaseBackend, role_arn: str, service: str) -> bool:
    """True if the role is in *backend*'s account and trusts *service*."""
    try:
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    return trusts(json.loads(role.assume_role_policy_document), service, backend.account_id)


def trusts(document: dict[str, Any], service: str, account: str | None = None) -> bool:
    """True if the trust policy of a role lets *service* assume it, on behalf of *account*."""
    return any(
        statement["Effect"] == "Allow"
        and service in _services(statement)
        and _assumes(statement)
        and (account is None or _is_for(statement, account))
        for statement in _statements(document)
    )


def _assumes(statement: dict[str, Any]) -> bool:
    actions = _listed(statement.get("Action", []))
    return any(fnmatch("sts:assumerole", action.lower()) for action in actions)


def _is_for(statement: dict[str, Any], account: str) -> bool:
    """False if a condition asks for sources in other accounts only; others may hold."""
    for operator, keys in (statement.get("Condition") or {}).items():
        if "Not" in operator or operator.endswith("IfExists") or not isinstance(keys, dict):
            continue
        for key, wanted in keys.items():
            values = _listed(wanted)
            if key.lower() == "aws:sourceaccount" and not any(
                fnmatch(account, value) for value in values
            ):
                return False
            if key.lower() == "aws:sourcearn" and not any(
                fnmatch(account, _account_of(value)) for value in values
            ):
                return False
    return True


def _account_of(arn: str) -> str:
    """The account in an ARN; any for one that does not say."""
    parts = arn.split(":")
    return (parts[ACCOUNT] or "*") if len(parts) > ACCOUNT else "*"


def _listed(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    statements = document["Statement"]
    yield from statements if isinstance(statements, list) else [statements]


def _services(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return services if isinstance(services, list) else [services]
