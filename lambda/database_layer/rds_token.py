"""A token with which an IAM identity logs in to RDS or RDS Proxy, signed here.

The same as ``boto3.client("rds").generate_db_auth_token``. It is good for 15 minutes, for
one host, port, user and region; a connection outlives it, so one is made for each
connection and none is kept.
"""

from __future__ import annotations

from sigv4 import Keys, presigned

LIFETIME = 900


def token(
    host: str, port: int, user: str, region: str, keys: Keys, *, now: float | None = None
) -> str:
    """A fresh token: a presigned request without its scheme."""
    query = {"Action": "connect", "DBUser": user}
    address = f"{host}:{port}"
    return presigned(address, query, "rds-db", region, keys, lifetime=LIFETIME, now=now)
