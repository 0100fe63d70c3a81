"""Write each message of a queue to the database once, however often it is delivered."""

from __future__ import annotations

from typing import Any

from rdsproxy_client import Database, DatabaseError, within_invocation

INSERT = (
    "INSERT INTO visits (visited_at, request) VALUES (UTC_TIMESTAMP(6), %s)"
    " ON DUPLICATE KEY UPDATE request = request"
)

database = Database.from_environment()


@within_invocation
def handler(event: Any, context: Any) -> dict[str, Any]:
    """Write a batch; the messages that failed are delivered again, and only these."""
    failed: list[dict[str, str]] = []
    for message in event["Records"]:
        try:
            # The message's ID is the row's key: a second delivery changes nothing.
            database.write(INSERT, (message["messageId"],), idempotent=True)
        except DatabaseError:
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
