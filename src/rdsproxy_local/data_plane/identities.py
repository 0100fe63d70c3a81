"""Owners of access keys, among all keys from moto's STS and IAM, and their permissions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .policies import Document, allowed, allowed_somewhere, trusts

PARTITION: Final = "aws"
SESSION_SECONDS: Final = 12 * 3600


class NotTrusted(Exception):
    """The role is missing, or its trust policy does not name the service that assumes it."""


@dataclass(frozen=True)
class Identity:
    """A user, or a session of a role."""

    account: str
    arn: str
    policies: tuple[Document, ...] | None
    """None for a role that is not in IAM: it administers its account."""
    limits: tuple[Document, ...] = ()
    """The session's policy and the permissions boundary: each must allow it, too."""
    key_id: str = ""
    secret: str = field(default="", repr=False)
    session: str | None = field(default=None, repr=False)
    role: str = ""
    """ARN of the role of a session."""

    def may(self, action: str, resource: str, **context: str) -> bool:
        """True if its own policies allow *action*, whatever the resource's policy says."""
        if self.policies is None:
            return resource.split(":")[4] == self.account
        sets = [self.policies, *((limit,) for limit in self.limits)]
        return all(allowed(one, action, resource, **context) for one in sets)

    def may_somewhere(self, action: str, region: str, **context: str) -> bool:
        """True if its own policies allow *action* on some resource of its account in a Region."""
        if self.policies is None:
            return True
        place = (region, self.account)
        sets = [self.policies, *((limit,) for limit in self.limits)]
        return all(allowed_somewhere(one, action, place, **context) for one in sets)


def find(key_id: str) -> Identity | None:
    """The owner of this access key."""
    return next((one for one in _all() if one.key_id == key_id), None)


def keys() -> dict[str, tuple[str, str | None]]:
    """All keys, in the form that a verifier of signatures accepts."""
    return {one.key_id: (one.secret, one.session) for one in _all()}


def role_may(role_arn: str, service: str, action: str, resource: str, **context: str) -> bool:
    """True if *service* may do *action* after it has assumed this role."""
    role = _role(role_arn)
    if role is None or not _trusts(role, service, **context):
        return False
    return _of_role(role_arn, role_arn).may(action, resource, **context)


def role_identity(role_arn: str) -> Identity | None:
    """The role as an identity, without a session; None where there is no such role."""
    return None if _role(role_arn) is None else _of_role(role_arn, role_arn)


def role_trusts_service(role_arn: str, service: str, **context: str) -> bool:
    """True if the role exists and its trust policy lets the service assume it in *context*."""
    role = _role(role_arn)
    return role is not None and _trusts(role, service, **context)


def role_trusts_account_of(role_arn: str, who: str, **context: str) -> bool:
    """True if the role exists and trusts the role or user *who*, or all of that one's account."""
    role, account = _role(role_arn), who.split(":")[4]
    if role is None:
        return False
    document = json.loads(role.assume_role_policy_document)
    named = (who, f"arn:aws:iam::{account}:root", account)
    context |= {"aws:PrincipalArn": who, "aws:PrincipalAccount": account}
    return any(trusts(document, one, "sts:AssumeRole", **context) for one in named)


def assume(role_arn: str, service: str, session_name: str, region: str) -> Identity:
    """A session of the role that *service* assumes, or :class:`NotTrusted`."""
    role = _role(role_arn)
    if role is None or not _trusts(role, service):
        raise NotTrusted(role_arn)
    session = sts_backends[role.account_id][PARTITION].assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy="",
        duration=SESSION_SECONDS,
        external_id="",
    )
    return _of_session(session)


def _all() -> Iterator[Identity]:
    for account in list(sts_backends):
        yield from map(_of_session, list(sts_backends[account][PARTITION].assumed_roles))
    for account in list(iam_backends):
        backend = iam_backends[account][PARTITION]
        for user in list(backend.users.values()):
            yield from _of_user(backend, user)


def _of_session(session: Any) -> Identity:
    identity = _of_role(session.role_arn, session.arn)
    return replace(
        identity,
        key_id=session.access_key_id,
        secret=session.secret_access_key,
        session=session.session_token,
        limits=identity.limits + ((json.loads(session.policy),) if session.policy else ()),
    )


def _of_role(role_arn: str, arn: str) -> Identity:
    """An identity that acts in a role, yet without keys."""
    account = role_arn.split(":")[4]
    role = _role(role_arn)
    if role is None:
        return Identity(account, arn, policies=None, role=role_arn)
    boundary = role.permissions_boundary_arn
    limits = (_managed(account, boundary),) if boundary else ()
    return Identity(account, arn, tuple(_policies_of([role])), limits, role=role_arn)


def _of_user(backend: Any, user: Any) -> Iterator[Identity]:
    policies = tuple(_policies_of([user, *backend.get_groups_for_user(user.name)]))
    for key in user.access_keys:
        if key.status == "Active":
            yield Identity(
                user.account_id,
                user.arn,
                policies,
                key_id=key.access_key_id,
                secret=key.secret_access_key,
            )


def _policies_of(holders: Iterable[Any]) -> Iterator[Document]:
    """The inline and the attached policies of users, groups or roles."""
    for holder in holders:
        yield from map(json.loads, list(holder.policies.values()))
        for managed in list(holder.managed_policies.values()):
            yield _document(managed)


def _managed(account: str, arn: str) -> Document:
    return _document(iam_backends[account][PARTITION].managed_policies[arn])


def _document(managed: Any) -> Document:
    version = next(one for one in managed.versions if one.is_default)
    document: Document = json.loads(version.document)
    return document


def _role(arn: str) -> Any:
    roles = iam_backends[arn.split(":")[4]][PARTITION].get_roles()
    return next((role for role in roles if role.arn == arn), None)


def _trusts(role: Any, service: str, **context: str) -> bool:
    document = json.loads(role.assume_role_policy_document)
    source = {"aws:SourceAccount": role.account_id}
    return trusts(document, service, "sts:AssumeRole", **source, **context)
