"""Principals of policies, which must be there when the policy is put."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from ..service_principals import is_service

PARTITION: Final = "aws"
SORTS: Final = ("AWS", "CanonicalUser", "Federated", "Service")
PERSON: Final = re.compile(
    r"\*|\d{12}|A[A-Z]{3}[A-Z0-9]{12,}|arn:[^:]+:(iam|sts)::(\d{12}|cloudfront):.+"
)
PROVIDER: Final = re.compile(
    r"arn:[^:]+:iam::\d{12}:(oidc|saml)-provider/.+|[a-z0-9-]+(\.[a-z0-9-]+)+"
)
HOLDER: Final = re.compile(r"arn:[^:]+:iam::(\d{12}):(role|user)/.+")


def require_principals(statements: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a policy that names a role, a user or a service that there is not.

    Accounts in which nobody has used IAM may have any; so may those outside the local cloud.
    """
    for statement in statements:
        for kind in ("Principal", "NotPrincipal"):
            principal = statement.get(kind)
            if isinstance(principal, str) and principal != "*":
                raise MalformedPolicyDocument(f'Invalid principal in policy: "{principal}"')
            for sort, name in _principals(principal):
                if not _exists(sort, name):
                    raise MalformedPolicyDocument(
                        f'Invalid principal in policy: "{sort.upper()}":"{name}"'
                    )


def _principals(principal: Any) -> Iterator[tuple[str, str]]:
    for sort, names in principal.items() if isinstance(principal, Mapping) else ():
        for name in names if isinstance(names, list) else [names]:
            yield sort, str(name)


def _exists(sort: str, name: str) -> bool:
    if sort not in SORTS:
        return False
    if sort == "Service":
        return is_service(name)
    if sort == "Federated" and not PROVIDER.fullmatch(name):
        return False
    if sort == "AWS" and not PERSON.fullmatch(name):
        return False
    found = HOLDER.fullmatch(name) if sort == "AWS" else None
    if found is None or found[1] not in list(iam_backends):
        return True
    account, kind = found.groups()
    backend = iam_backends[account][PARTITION]
    holders = backend.roles.values() if kind == "role" else backend.users.values()
    return any(holder.arn == name for holder in holders) or name in _assumed(account)


def _assumed(account: str) -> set[str]:
    """The roles that are not in IAM, of which the local cloud issues keys to anybody."""
    return {one.role_arn for one in list(sts_backends[account][PARTITION].assumed_roles)}
