"""The check that a service may assume a role, which a service makes when it is given one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends


def may_assume(backend: BaseBackend, role_arn: str, service: str) -> bool:
    """True if the role is in *backend*'s account and trusts *service*."""
    try:
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return False
    return trusts(json.loads(role.assume_role_policy_document), service)


def trusts(document: dict[str, Any], service: str) -> bool:
    """True if the trust policy of a role lets *service* assume it."""
    return any(
        statement["Effect"] == "Allow" and service in _services(statement)
        for statement in _statements(document)
    )


def _statements(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    statements = document["Statement"]
    yield from statements if isinstance(statements, list) else [statements]


def _services(statement: dict[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return services if isinstance(services, list) else [services]
