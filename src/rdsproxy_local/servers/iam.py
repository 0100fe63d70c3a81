"""The server's side of IAM authentication: who signed this token, and for what."""

from __future__ import annotations

import calendar
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote

LIFETIME: Final = 900
SKEW: Final = 300
"""Seconds that a signer's clock may be ahead."""

ALGORITHM: Final = "AWS4-HMAC-SHA256"
Keys = Mapping[str, tuple[str, str | None]]
"""The secret and the session token of each access key."""


class Refused(Exception):
    """A login that is not let in, and the reason, which no client is told."""


def verify(
    token: str,
    *,
    user: str,
    host: str,
    port: int,
    region: str,
    keys: Keys,
    now: float | None = None,
) -> str:
    """The access key that signed *token* for *user* at this address and moment.

    Raises :class:`Refused` where the token is not good for that.
    """
    address, query = _parts(token)
    if address.lower() != f"{host}:{port}".lower():
        raise Refused(f"the token is for {address}, not for {host}:{port}")
    if query.get("Action") != "connect":
        raise Refused("the token's action is not connect")
    if query.get("DBUser") != user:
        raise Refused(f"the token is for user {query.get('DBUser')}")
    key_id, scope = _scope(query, region)
    _check_time(query, time.time() if now is None else now)
    if key_id not in keys:
        raise Refused(f"the access key {key_id} is unknown")
    secret, session = keys[key_id]
    given = query.get("X-Amz-Security-Token", "")
    if not hmac.compare_digest(given.encode(), (session or "").encode()):
        raise Refused("the session token is not that of the access key")
    signature = query.pop("X-Amz-Signature", "")
    expected = _signature(address, query, scope, secret)
    if not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Refused("the signature is wrong")
    return key_id


def _parts(token: str) -> tuple[str, dict[str, str]]:
    address, separator, rest = token.partition("/?")
    try:
        pairs = parse_qsl(rest, strict_parsing=True, keep_blank_values=True)
    except ValueError:
        pairs = []
    query = dict(pairs)
    if not separator or not pairs or len(query) != len(pairs):
        raise Refused("it is not a token")
    return address, query


def _scope(query: Mapping[str, str], region: str) -> tuple[str, str]:
    """The access key's ID and the rest of the credential, which is what it is good for."""
    if query.get("X-Amz-Algorithm") != ALGORITHM or query.get("X-Amz-SignedHeaders") != "host":
        raise Refused("the token is signed in another way")
    key_id, _, scope = query.get("X-Amz-Credential", "").partition("/")
    day = query.get("X-Amz-Date", "")[:8]
    if scope != f"{day}/{region}/rds-db/aws4_request":
        raise Refused(f"the token is for {scope}, not for rds-db in {region}")
    return key_id, scope


def _check_time(query: Mapping[str, str], now: float) -> None:
    try:
        signed = calendar.timegm(time.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
        lifetime = int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        raise Refused("the token does not say from when to when it is good") from None
    if not 0 < lifetime <= LIFETIME:
        raise Refused("the token claims to be good for more than 15 minutes")
    if signed > now + SKEW:
        raise Refused("the token was signed in the future")
    if now > signed + lifetime:
        raise Refused(f"the token expired {now - signed - lifetime:.0f} seconds ago")


def _signature(address: str, query: Mapping[str, str], scope: str, secret: str) -> str:
    """Signature Version 4 of a presigned request, without its scheme."""
    pairs = "&".join(f"{_encoded(name)}={_encoded(query[name])}" for name in sorted(query))
    request = ["GET", "/", pairs, f"host:{address.lower()}", "", "host", _hash("")]
    signed = "\n".join([ALGORITHM, query["X-Amz-Date"], scope, _hash("\n".join(request))])
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, signed.encode(), "sha256").hex()


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
