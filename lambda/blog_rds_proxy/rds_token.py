"""A token with which an IAM identity logs in to RDS or RDS Proxy, signed here.

The same as ``boto3.client("rds").generate_db_auth_token``, without boto3's quarter of a
second: a presigned request (Signature Version 4, docs.aws.amazon.com, "Authenticating
requests: using query parameters") without its scheme. It is good for 15 minutes, for one
host, port, user and region; a connection outlives it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from urllib.parse import quote

LIFETIME = 900
SERVICE = "rds-db"


def token(host: str, port: int, user: str, region: str, *, now: float | None = None) -> str:
    """A fresh token, signed with the keys of the environment, as the function's role."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    scope = f"{stamp[:8]}/{region}/{SERVICE}/aws4_request"
    query = {
        "Action": "connect",
        "DBUser": user,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(LIFETIME),
        "X-Amz-SignedHeaders": "host",
    }
    if session_token := os.environ.get("AWS_SESSION_TOKEN"):
        query["X-Amz-Security-Token"] = session_token

    address = f"{host}:{port}"
    request = "\n".join(
        [
            "GET",
            "/",
            _encoded(dict(sorted(query.items()))),
            f"host:{address.lower()}",
            "",
            "host",
            _hash(""),
        ]
    )
    signed = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, _hash(request)])
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, signed.encode(), "sha256").hex()
    return f"{address}/?{_encoded(query)}&X-Amz-Signature={signature}"


def _encoded(query: dict[str, str]) -> str:
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query.items())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
