"""Who may read packages, over TLS, and images: the accounts of a fleet, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

READING: Final = ("s3:GetObject", "s3:GetObjectVersion")


@dataclass(frozen=True, kw_only=True)
class Readers:
    """The accounts that read packages."""

    organization: str | None = None
    """ID of the organization, whose accounts all may read."""
    accounts: Sequence[str] = ()
    """IDs of the accounts of the waves, for which a policy may be, too."""

    @property
    def condition(self) -> dict[str, Any]:
        """What is true of a caller who may read."""
        if self.organization:
            return {"StringEquals": {"aws:PrincipalOrgID": self.organization}}
        return {"StringEquals": {"aws:PrincipalAccount": sorted(self.accounts)}}

    def beside(self, account: str) -> Readers | None:
        """Return those that are not *account*, which its own policies let read; None for nobody."""
        others = [one for one in self.accounts if one != account]
        return replace(self, accounts=others) if self.organization or others else None

    def __str__(self) -> str:
        return f"organization {self.organization}" if self.organization else "accounts of the waves"


def bucket_policy(partition: str, bucket: str, readers: Readers) -> dict[str, Any]:
    """Return the policy of a bucket that a fleet makes."""
    arn = f"arn:{partition}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyByTLS",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "AccountsOfTheFleet",
                "Effect": "Allow",
                "Principal": "*",
                "Action": list(READING),
                "Resource": f"{arn}/*",
                "Condition": readers.condition,
            },
        ],
    }


def refuses_plain_http(policy: Mapping[str, Any]) -> bool:
    """Tell if a statement denies everything that comes without TLS."""
    return any(
        one.get("Effect") == "Deny"
        and one.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
        for one in _statements(policy)
    )


def lets_read(policy: Mapping[str, Any], readers: Readers, action: str = READING[0]) -> bool:
    """Tell if statements let all of *readers* do *action*; what they do not say is no yes."""
    allowed = [one for one in _statements(policy) if _allows(one, action)]
    if any(_is_for(one, readers) for one in allowed):
        return True
    named = {account for one in allowed if not one.get("Condition") for account in _accounts(one)}
    return bool(readers.accounts) and {*readers.accounts} <= named


def lets_service(policy: Mapping[str, Any], service: str, action: str) -> bool:
    """Tell if a statement lets an AWS *service* do *action*, on whatever condition."""
    return any(
        _allows(one, action)
        and isinstance(principal := one.get("Principal"), Mapping)
        and service in _listed(principal.get("Service"))
        for one in _statements(policy)
    )


def _allows(one: Mapping[str, Any], action: str) -> bool:
    return one.get("Effect") == "Allow" and any(
        fnmatchcase(action.lower(), str(pattern).lower()) for pattern in _listed(one.get("Action"))
    )


def _is_for(one: Mapping[str, Any], readers: Readers) -> bool:
    """Tell if a statement is for everybody of an organization, or of the accounts."""
    principal = one.get("Principal")
    if principal not in ("*", {"AWS": "*"}):
        return False
    conditions = [
        (key.lower(), _listed(value))
        for operator, keys in one.get("Condition", {}).items()
        if operator in {"StringEquals", "StringLike", "ForAnyValue:StringEquals"}
        for key, value in keys.items()
    ]
    for key, values in conditions:
        if key == "aws:principalorgid" and readers.organization in values:
            return True
        if key == "aws:principalaccount" and readers.accounts and {*readers.accounts} <= {*values}:
            return True
    return False


def _accounts(one: Mapping[str, Any]) -> Iterator[str]:
    principal = one.get("Principal")
    for found in _listed(principal.get("AWS")) if isinstance(principal, Mapping) else ():
        yield found.split(":")[4] if str(found).startswith("arn:") else str(found)


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _listed(policy.get("Statement"))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
