"""Principals and lengths of policies: moto accepts any for a role, a key or a secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.iam.exceptions import (
    EntityAlreadyExists,
    LimitExceededException,
    MalformedPolicyDocument,
)
from moto.iam.models import IAMBackend
from moto.iam.policy_validation import BaseIAMPolicyValidator, IAMTrustPolicyDocumentValidator
from moto.kms.models import KmsBackend
from moto.secretsmanager.models import SecretsManagerBackend

from .principals import require_principals
from .surround import surround

MOST_CHARACTERS: Final = 10_240
NAME: Final = 3
"""The place of the name among what moto's ``create_policy`` is given."""


def install() -> None:
    surround(IAMBackend, "_init_aws_policies", _managed_policies)
    surround(IAMBackend, "create_role", _create_role)
    surround(IAMBackend, "create_policy", _create_policy)
    surround(IAMBackend, "update_assume_role_policy", _update_assume_role_policy)
    surround(IAMBackend, "put_role_policy", _put_role_policy)
    surround(KmsBackend, "create_key", _create_key)
    surround(KmsBackend, "put_key_policy", _put_key_policy)
    surround(SecretsManagerBackend, "put_resource_policy", _put_resource_policy)


def require_valid(validator: BaseIAMPolicyValidator) -> None:
    """Refuse a policy that is malformed or does not say whom it is about."""
    validator.validate()
    for statement in validator._statements:
        if not {"Principal", "NotPrincipal"} & set(statement):
            raise MalformedPolicyDocument("Missing required field Principal")
    require_principals(validator._statements)


def _managed_policies(load: Callable[..., list[Any]], backend: IAMBackend) -> list[Any]:
    """AWS's policies in its usual partition only: moto makes the others for each account."""
    return load(backend) if backend.partition == "aws" else []


def _create_role(
    create: Callable[..., Any],
    backend: IAMBackend,
    role_name: str,
    assume_role_policy_document: str,
    *arguments: Any,
    **named: Any,
) -> Any:
    require_valid(IAMTrustPolicyDocumentValidator(assume_role_policy_document))
    # Names are not distinguished by case: CreateRole.
    if role_name.lower() in (role.name.lower() for role in [*backend.roles.values()]):
        raise EntityAlreadyExists(f"Role with name {role_name} already exists.")
    return create(backend, role_name, assume_role_policy_document, *arguments, **named)


def _create_policy(
    create: Callable[..., Any], backend: IAMBackend, *given: Any, **named: Any
) -> Any:
    policy_name = str(named.get("policy_name") or given[NAME])
    own = [one for one in [*backend.managed_policies.values()] if ":iam::aws:" not in one.arn]
    if policy_name.lower() in (one.name.lower() for one in own):
        raise EntityAlreadyExists(
            f"A policy called {policy_name} already exists. Duplicate names are not allowed."
        )
    return create(backend, *given, **named)


def _update_assume_role_policy(
    update: Callable[..., Any], backend: IAMBackend, role_name: str, policy_document: str
) -> None:
    require_valid(IAMTrustPolicyDocumentValidator(policy_document))
    update(backend, role_name, policy_document)


def _put_role_policy(
    put: Callable[..., None], backend: IAMBackend, role_name: str, policy_name: str, text: str
) -> None:
    """All inline policies of a role have one limit, and white space does not count.

    A policy without a version, as SAM writes for destinations, has the oldest one ("IAM JSON
    policy elements: Version"), and is shown as it was written; moto refuses both.
    """
    others = dict(backend.get_role(role_name).policies)
    others.pop(policy_name, None)
    if sum(len("".join(one.split())) for one in (*others.values(), text)) > MOST_CHARACTERS:
        raise LimitExceededException(
            f"Maximum policy size of {MOST_CHARACTERS} bytes exceeded for role {role_name}"
        )
    put(backend, role_name, policy_name, _versioned(text))
    backend.get_role(role_name).policies[policy_name] = text


def _versioned(text: str) -> str:
    try:
        policy = json.loads(text)
    except ValueError:
        return text
    if not isinstance(policy, dict) or "Version" in policy:
        return text
    return json.dumps({"Version": "2012-10-17", **policy})


def _create_key(
    create: Callable[..., Any],
    backend: KmsBackend,
    policy: str | None,
    *arguments: Any,
    **named: Any,
) -> Any:
    if policy:  # moto's own default key has an empty one
        require_valid(BaseIAMPolicyValidator(policy))
    return create(backend, policy, *arguments, **named)


def _put_key_policy(put: Callable[..., Any], backend: KmsBackend, key_id: str, policy: str) -> None:
    require_valid(BaseIAMPolicyValidator(policy))
    put(backend, key_id, policy)


def _put_resource_policy(
    put: Callable[..., Any], backend: SecretsManagerBackend, secret_id: str, policy: str
) -> Any:
    validator = BaseIAMPolicyValidator(policy)
    require_valid(validator)
    for statement in validator._statements:
        _require_of_secrets(statement)
    return put(backend, secret_id, policy)


def _require_of_secrets(statement: Mapping[str, Any]) -> None:
    """A policy of a secret is about secrets, and says about which."""
    if not {"NotResource", "Resource"} & set(statement):
        raise MalformedPolicyDocument("Missing required field Resource")
    actions = statement.get("Action", [])
    for action in actions if isinstance(actions, list) else [actions]:
        if action != "*" and action.partition(":")[0].lower() != "secretsmanager":
            raise MalformedPolicyDocument(f"The policy of a secret has no action {action}")
