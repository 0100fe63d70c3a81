"""Token with which an IAM identity logs in to RDS or RDS Proxy, signed without boto3.

It equals the result of ``boto3.client("rds").generate_db_auth_token``. A token is valid for 15
minutes, for one host, port, user and region. A connection outlives its token, so each connection
gets a new one and none is kept.
"""

from __future__ import annotations

from .sigv4 import Keys, presigned

LIFETIME = 900


def token(
    host: str, port: int, user: str, region: str, keys: Keys, *, now: float | None = None
) -> str:
    """Sign a token: a presigned request without its scheme."""
    query = {"Action": "connect", "DBUser": user}
    address = f"{host}:{port}"
    return presigned(address, query, "rds-db", region, keys, lifetime=LIFETIME, now=now)
