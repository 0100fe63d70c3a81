"""Signs by which a secret in an environment variable is known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_NAME: Final = re.compile(
    r"(^|_)([A-Z0-9]*(PASSWORD|PASSWD|PASSPHRASE|PSWD|SECRETS?)|PASS|[A-Z]*PWD"
    r"|(ACCESS|AUTH|BEARER|REFRESH|SESSION)?TOKEN|CREDENTIALS?|CONNECTION_?STRING"
    r"|(ACCESS|API|AUTH|ENCRYPTION|HMAC|JWT|MASTER|PRIVATE|SECRET|SESSION|SIGNING)_?KEY)\d*(_|$)"
)
"""Words of a name that holds a secret."""
_ABOUT: Final = re.compile(
    r"_(AGE|ALG|ALGORITHM|ARNS?|AUDIENCE|BUCKET|CAPACITY|CLASS|CONNECTIONS|COOKIE|COUNT|DAYS"
    r"|ENABLED|ENDPOINT|EXPIRY|FILE|FORMAT|HEADER|HOST|HOURS|IDS?|ISSUER|LENGTH|LEVEL|LIFETIME"
    r"|LIMIT|MAX|MILLIS|MIN|MINUTES|MODE|MS|NAMES?|PATH|POLICY|PORT|PREFIX|PROVIDER|REGION"
    r"|REQUIRED|SECONDS|SIZE|TEMPLATE|THROUGH|TIMEOUT|TTL|TYPE|UR[IL]|VERSION)$"
)
"""Last words of a name that says something about a secret, and holds none."""
_SWITCH: Final = ("true", "false", "yes", "no", "on", "off")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_VALUES: Final = (
    (re.compile(r"(?<![A-Z0-9])(AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"), "an access key of AWS"),
    (re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"), "a URL with a password"),
    (
        re.compile(r"^(?!(mailto|sips?|xmpp):)[^\s:/@]+:[^\s:/@]+@[\w.-]+(:\d+)?(/\S*)?$"),
        "an address with a password",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----"), "a private key"),
    (re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+"), "a signed token"),
    (re.compile(r"\b(gh[pousr]_\w{30,}|github_pat_\w{20,})"), "a token of GitHub"),
    (re.compile(r"\bxox[abprs]-[\w-]{10,}"), "a token of Slack"),
    (re.compile(r"\bhttps://hooks\.slack\.com/(services|workflows)/\w"), "a webhook of Slack"),
    (re.compile(r"\b[sr]k_(live|test)_\w{10,}"), "a key of Stripe"),
    (re.compile(r"\bglpat-[\w-]{20,}"), "a token of GitLab"),
    (re.compile(r"\bnpm_[A-Za-z0-9]{36}\b"), "a token of npm"),
    (re.compile(r"\bAIza[\w-]{35}\b"), "a key of Google"),
    (re.compile(r"\bSG\.[\w-]{16,}\.[\w-]{16,}"), "a key of SendGrid"),
    (re.compile(r"\bsk-[A-Za-z0-9][\w-]{20,}"), "a key of an AI service"),
    (re.compile(r"(?i)^(bearer [\w.~+/-]{8,}|basic [a-z0-9+/]{8,})=*$"), "an Authorization header"),
    (
        re.compile(
            r"(?i)[\"'](\w*(password|passwd|secret|private_key)|token)[\"']\s*:\s*[\"'][^\"']"
        ),
        "a document with a secret",
    ),
    (
        re.compile(
            r"(?i)(^|[;\s?&])(password|pwd|AccountKey)\s*=\s*[^;\s&]|\w:[^@/\s]+@(tcp|unix)\("
        ),
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
    if not value or str(value).lower() in _SWITCH or str(value).startswith("arn:"):
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
