"""Verification of signed requests to an API: Signature Version 4, computed again and compared."""

from __future__ import annotations

import calendar
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from typing import Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ..servers.http_event import Request
from . import identities
from .identities import Identity

SERVICE: Final = "execute-api"
SECONDS: Final = 300
"""Seconds by which the clocks of both sides may differ."""

AUTHORIZATION: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key_id>[^/]+)/(?P<scope>[^, ]+), ?"
    r"SignedHeaders=(?P<names>[^, ]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


class NotSigned(Exception):
    """The request has no valid signature; the client is not told the reason."""


def signer(request: Request, region: str) -> Identity:
    """The signer of a request to an API in *region*; raises :class:`NotSigned`."""
    headers = {name.lower(): value.strip() for name, value in request.headers}
    parts = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if parts is None:
        raise NotSigned("there is no signature")
    identity = identities.find(parts["key_id"])
    if identity is None:
        raise NotSigned("the access key is unknown")
    stamp = headers.get("x-amz-date", "")
    if parts["scope"] != f"{stamp[:8]}/{region}/{SERVICE}/aws4_request" or not _is_now(stamp):
        raise NotSigned("the signature is for another time or place")
    if headers.get("x-amz-security-token") != identity.session:
        raise NotSigned("the session token is not that of the access key")
    body_hash = hashlib.sha256(request.body).hexdigest()
    if headers.get("x-amz-content-sha256", body_hash) != body_hash:
        raise NotSigned("the body is another")
    names = parts["names"].split(";")
    if not {"host", "x-amz-date"} <= set(names):
        raise NotSigned("the host or the time is not signed")
    signed = {name: headers[name] for name in names if name in headers}
    expected = _signature(request, signed, stamp, identity, region)
    if not hmac.compare_digest(expected, parts["signature"]):
        raise NotSigned("the signature is wrong")
    return identity


def _signature(
    request: Request, signed: Mapping[str, str], stamp: str, identity: Identity, region: str
) -> str:
    auth = SigV4Auth(Credentials(identity.key_id, identity.secret), SERVICE, region)
    copy = AWSRequest(
        method=request.method,
        url=f"http://{signed['host']}{request.target}",
        headers=dict(signed),
        data=request.body,
    )
    copy.context["timestamp"] = stamp
    signature: str = auth.signature(auth.string_to_sign(copy, auth.canonical_request(copy)), copy)
    return signature


def _is_now(stamp: str) -> bool:
    try:
        signed = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        return False
    return abs(time.time() - signed) < SECONDS
