"""Dynamic references, ``{{resolve:secretsmanager:…}}``: read when needed, never kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import ClientError

from .failure import Failure

Call = Callable[..., Any]
"""boto3's operation of a service, by name: ``call("ssm", "get_parameter", Name=…)``."""

REFERENCE: Final = re.compile(r"\{\{resolve:([^:}]*):([^}]*)\}\}")
STORED: Final = re.compile(r"[A-Za-z0-9_.\-/]+(?::\d+)?")
"""A parameter of SSM and its version; labels are refused."""
SECRET: Final = re.compile(
    r"(?P<id>arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)"
    r"(?::(?P<string>[^:]*))?(?::(?P<key>[^:]*))?(?::(?P<stage>[^:]*))?(?::(?P<version>[^:]*))?"
)


def resolved(value: Any, call: Call) -> Any:
    """*value* with what its dynamic references refer to."""
    match value:
        case str():
            return REFERENCE.sub(lambda found: _looked_up(found[1], found[2], call), value)
        case list():
            return [resolved(one, call) for one in value]
        case dict():
            return {name: resolved(one, call) for name, one in value.items()}
    return value


def is_well_formed(service: str, reference: str) -> bool:
    """False for a reference to SSM that is no name, or a name and a version."""
    return not service.startswith("ssm") or STORED.fullmatch(reference) is not None


def services(value: Any) -> set[str]:
    """The services that the dynamic references in *value* name."""
    return {found[1] for found in REFERENCE.finditer(json.dumps(value, default=str))}


def _looked_up(service: str, reference: str, call: Call) -> str:
    if not is_well_formed(service, reference):
        raise Failure(
            "Incorrect format is used in the following SSM reference: "
            f"[{{{{resolve:{service}:{reference}}}}}]"
        )
    try:
        match service:
            case "ssm" | "ssm-secure":
                return _parameter(reference, call, secure=service == "ssm-secure")
            case "secretsmanager":
                return _secret(reference, call)
    except ClientError as error:
        message = error.response["Error"]["Message"]
        raise Failure(
            f"Could not resolve the dynamic reference {service}:{reference}: {message}"
        ) from error
    raise Failure(f"Dynamic references of {service} do not exist: {reference}")


def _parameter(reference: str, call: Call, *, secure: bool) -> str:
    found = call("ssm", "get_parameter", Name=reference, WithDecryption=True)["Parameter"]
    if found["Type"] == "SecureString" and not secure:
        raise Failure(
            f"Non-secure ssm prefix was used for secure parameter {reference.partition(':')[0]}"
        )
    if found["Type"] != "SecureString" and secure:
        raise Failure(f"Secure ssm prefix was used for the {found['Type']} parameter {reference}")
    return str(found["Value"])


def _secret(reference: str, call: Call) -> str:
    parts = SECRET.fullmatch(reference)
    if parts is None or parts["string"] not in {None, "", "SecretString"}:
        raise Failure(f"Incorrect format is used in the dynamic reference {reference}")
    found = call(
        "secretsmanager",
        "get_secret_value",
        SecretId=parts["id"],
        VersionStage=parts["stage"] or None,
        VersionId=parts["version"] or None,
    )
    if "SecretString" not in found:
        raise Failure(f"The secret {parts['id']} has no SecretString")
    secret = str(found["SecretString"])
    return _of_key(secret, parts["key"]) if parts["key"] else secret


def _of_key(secret: str, key: str) -> str:
    try:
        values = json.loads(secret)
    except ValueError as error:
        raise Failure("Could not parse SecretString JSON") from error
    if not isinstance(values, dict) or key not in values:
        raise Failure(f"Could not find a value associated with JSONKey {key} in SecretString")
    return str(values[key])
