"""Orders, from requests and from messages: each is a row."""

from __future__ import annotations

import json
from typing import Any

from rdsproxy_client import Database, DatabaseError

database = Database.from_environment()


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Store the order of a request, or those of a batch of messages."""
    if "Records" not in event:
        return {"statusCode": 200, "body": json.dumps({"id": _store(event["body"])})}
    failed: list[dict[str, str]] = []
    for message in event["Records"]:
        try:
            _store(message["body"])
        except DatabaseError:
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


def _store(item: str) -> int:
    written = database.write("INSERT INTO orders (item) VALUES (%s) RETURNING id", (item,))
    return int(written.rows[0]["id"])
