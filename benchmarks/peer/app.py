"""The function as articles write it: boto3 for the token, a connection for each request."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import mysql.connector


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001
    """Every item, over verified TLS, as our own answers ``/load``."""
    host, port = os.environ["RDS_PROXY_ENDPOINT"], int(os.environ["RDS_PORT"])
    user, region = os.environ["RDS_USER"], os.environ["AWS_REGION"]
    token = boto3.client("rds", region_name=region).generate_db_auth_token(host, port, user, region)
    connection = mysql.connector.connect(
        host=host,
        port=port,
        user=user,
        password=token,
        database=os.environ["RDS_DATABASE_NAME"],
        ssl_ca=os.environ["RDS_CA_FILE"],
        ssl_verify_cert=True,
        ssl_verify_identity=True,
        # MariaDB does not know the default collation of MySQL 8.
        charset="utf8mb4",
        collation="utf8mb4_general_ci",
        use_pure=True,
    )
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT id, name FROM items ORDER BY id")
        items = [{"id": number, "name": name} for number, name in cursor.fetchall()]
    finally:
        connection.close()
    return {"statusCode": 200, "body": json.dumps({"items": items})}
