"""Signs by which a secret in an environment variable is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_NAME: Final = re.compile(
    r"(^|_)(PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|SECRETS?|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY"
    r"|PRIVATE_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|CONNECTION_?STRING|PGPASSWORD|MYSQL_?PWD)(_|$)"
)
"""Words of a name that holds a secret."""
_ABOUT: Final = re.compile(
    r"_(ARNS?|AUDIENCE|COUNT|DAYS|ENABLED|ENDPOINT|EXPIRY|FILE|HEADER|HOURS|IDS?|ISSUER|LENGTH"
    r"|LIMIT|MINUTES|NAMES?|PATH|POLICY|PREFIX|REGION|SECONDS|SIZE|TTL|TYPE|UR[IL]|VERSION)$"
)
"""Last words of a name that says something about a secret, and holds none."""
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
        re.compile(r"(?i)(^|[;\s?&])(password|pwd)\s*=\s*[^;\s&]|\w:[^@/\s]+@(tcp|unix)\("),
        "a connection string with a password",
    ),
    (
        re.compile(r"\{\{resolve:(secretsmanager|ssm-secure):"),
        "a dynamic reference, which CloudFormation replaces with the secret",
    ),
)


def secret_sign(name: str, value: object) -> str | None:
    """Say what of the variable *name* looks like a secret, never its value; None if nothing does.

    A *value* may be an expression of CloudFormation.
    """
    for text in _texts(value):
        for pattern, meaning in _VALUES:
            if pattern.search(text):
                return f"its value looks like {meaning}"
    if not value or str(value).startswith("arn:"):
        return None
    words = _CAMEL.sub("_", name).upper()
    is_one = _NAME.search(words) and not _ABOUT.search(words)
    return "its name says that it is one" if is_one else None


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
