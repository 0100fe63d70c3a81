"""Why a proxy cannot log in: its secrets, their keys, its role, and IAM on the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .diagnosis import Diagnosis
from .proxied import Body, ProxyView

REASON = "AUTH_FAILURE"


def login_diagnoses(view: ProxyView) -> Iterator[Diagnosis]:
    """Yield each cause that fits; one about the password itself where no other does."""
    found = [*_of_iam(view)]
    for entry in view.body.get("Auth", ()):
        if arn := entry.get("SecretArn"):
            found += _of_secret(view, entry, arn)
    yield from found
    if not found:
        secrets = [one["SecretArn"] for one in view.body.get("Auth", ()) if one.get("SecretArn")]
        yield view.error(
            REASON,
            "the database refuses the user, or the password, of the proxy's secrets",
            "Create the user, or give it the password that its secret has: rotate the secret, or "
            "`ALTER USER` as the master user",
            *(f"secret {arn} can be read and has both" for arn in secrets),
        )


def _of_iam(view: ProxyView) -> Iterator[Diagnosis]:
    if view.body.get("DefaultAuthScheme") != "IAM_AUTH" or view.database is None:
        return
    if not view.database.get("IAMDatabaseAuthenticationEnabled"):
        yield view.error(
            REASON,
            f"the proxy logs in by IAM, and {view.database_name} has IAM authentication off",
            "Turn IAM authentication on",
        )


def _of_secret(view: ProxyView, entry: Body, arn: str) -> Iterator[Diagnosis]:
    described = view.ask("secretsmanager", "describe_secret", SecretId=arn)
    if described is None:
        if _was_refused(view, "DescribeSecret"):
            yield view.error(
                REASON,
                f"the secret {arn} does not exist",
                "Name one that exists in the proxy's Auth",
            )
        return
    if described.get("DeletedDate"):
        yield view.error(
            REASON,
            f"the secret {arn} is scheduled for deletion",
            f"Restore it: aws secretsmanager restore-secret --secret-id {arn}",
        )
        return
    yield from _of_rights(view, arn, described)
    answer = view.ask("secretsmanager", "get_secret_value", SecretId=arn)
    if answer is None:
        if _was_refused(view, "GetSecretValue"):
            yield view.error(
                REASON,
                f"the secret {arn} has no current version",
                "Put a value with the stage AWSCURRENT into it",
            )
        return
    yield from _of_content(view, entry, arn, answer)


def _of_rights(view: ProxyView, arn: str, described: Body) -> Iterator[Diagnosis]:
    role = str(view.body["RoleArn"])
    if view.simulated(role, "secretsmanager:GetSecretValue", arn) is False:
        yield view.error(
            REASON,
            f"the proxy's role {role} may not read the secret {arn}",
            "Allow it secretsmanager:GetSecretValue on exactly this secret",
        )
    key = str(described.get("KmsKeyId") or "")
    if not key or key.endswith("alias/aws/secretsmanager"):
        return
    answer = view.ask("kms", "describe_key", KeyId=key)
    metadata = (answer or {}).get("KeyMetadata", {})
    if metadata and metadata.get("KeyState") != "Enabled":
        yield view.error(
            REASON,
            f"the key {key} of the secret {arn} is {metadata.get('KeyState')}",
            "Enable the key, or cancel its deletion",
        )
        return
    # Roles often may decrypt by way of Secrets Manager only.
    via = f"secretsmanager.{view.reader.session.region}.amazonaws.com"
    if metadata and (
        view.simulated(role, "kms:Decrypt", str(metadata["Arn"]), kms_ViaService=via) is False
    ):
        yield view.error(
            REASON,
            f"the proxy's role {role} may not decrypt with the key {key} of the secret {arn}",
            "Allow it kms:Decrypt on the key, and let the key's policy admit the role",
        )


def _of_content(view: ProxyView, entry: Body, arn: str, answer: Any) -> Iterator[Diagnosis]:
    try:
        content = json.loads(answer.get("SecretString") or "")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        yield view.error(
            REASON,
            f"the secret {arn} is no JSON object",
            'Store {"username": …, "password": …} in it',
        )
        return
    missing = [name for name in ("username", "password") if not content.get(name)]
    if missing:
        yield view.error(
            REASON,
            f"the secret {arn} has no {' and no '.join(missing)}",
            'Store {"username": …, "password": …} in it',
        )
    named = entry.get("UserName")
    if named and content.get("username") and content["username"] != named:
        yield view.error(
            REASON,
            f"the proxy's Auth names the user {named}, and the secret {arn} is of another",
            "Name the secret's user in Auth, or the secret of this user",
        )


def _was_refused(view: ProxyView, operation: str) -> bool:
    """Tell if AWS has answered *operation* with an error other than missing rights."""
    return any(one.sentence.startswith(f"{operation}:") for one in view.reader.refusals)
