"""Write each message of a queue to the database once, however often it is delivered."""

from __future__ import annotations

import time
from typing import Any

from database import Database, OutcomeUnknown, Refused, Unavailable
from engine import chosen_engine

SECONDS = 20
"""Time for a whole batch."""

sql = chosen_engine()
database = Database(sql)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Write a batch; the messages that failed are delivered again, and only these."""
    until = time.monotonic() + SECONDS
    failed: list[dict[str, str]] = []
    for message in event["Records"]:
        try:
            # The message's ID is the row's key: a second delivery changes nothing.
            database.write(sql.INSERT_VISIT, message["messageId"], until=until)
        except (OutcomeUnknown, Refused, Unavailable):
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
