"""Signs by which a secret in an environment variable is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_NAME: Final = re.compile(
    r"(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|CREDENTIAL|CREDENTIALS"
    r"|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|CONNECTION_?STRING"
    r"|PGPASSWORD|MYSQL_?PWD)$"
)
"""Last words of a name that holds a secret: what ends otherwise, such as ``SECRET_ARN`` or
``TOKEN_SECONDS``, is about one."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_VALUES: Final = (
    (re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"), "an access key of AWS"),
    (re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"), "a URL with a password"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"), "a signed token"),
    (re.compile(r"\b(gh[pousr]_\w{30,}|github_pat_\w{20,})"), "a token of GitHub"),
    (re.compile(r"\bxox[abprs]-[\w-]{10,}"), "a token of Slack"),
    (re.compile(r"\b[sr]k_live_\w{10,}"), "a key of Stripe"),
    (
        re.compile(r"(?i)(^|[;\s])(password|pwd)\s*=\s*[^;\s]"),
        "a connection string with a password",
    ),
    (
        re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):"),
        "a dynamic reference, which CloudFormation replaces with the secret",
    ),
)


def secret_sign(name: str, value: object) -> str | None:
    """Say what of the variable *name* looks like a secret, never its value; None if nothing does.

    A *value* may be an expression of CloudFormation, of which the name tells nothing.
    """
    for text in _texts(value):
        for pattern, meaning in _VALUES:
            if pattern.search(text):
                return f"its value looks like {meaning}"
    if not isinstance(value, str) or not value or value.startswith("arn:"):
        return None
    words = _CAMEL.sub("_", name).upper()
    return "its name says that it is one" if _NAME.search(words) else None


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
