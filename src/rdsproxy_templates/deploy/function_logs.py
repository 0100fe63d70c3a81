"""What the function of a custom resource wrote while the resource failed, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .accounts import AccountSession
from .hidden_secrets import without_secrets

MOST_LINES: Final = 8
LONGEST_LINE: Final = 300
"""Characters of a line."""
MARGIN: Final = 2_000
"""Milliseconds by which clocks of services may differ."""
FUNCTION: Final = re.compile(r"arn:[\w-]+:lambda:[\w-]+:\d+:function:([\w-]+)")
BEGINS: Final = "START RequestId:"
OF_LAMBDA: Final = (BEGINS, "END RequestId:", "INIT_START", "REPORT RequestId:")
"""Beginnings of the lines that Lambda itself writes."""
PLATFORM: Final = '"type":"platform.'
"""A part of those lines in JSON."""


def function_of(properties: Mapping[str, Any]) -> str | None:
    """Return the name of the function that a custom resource of these properties has."""
    named = FUNCTION.match(str(properties.get("ServiceToken")))
    return named[1] if named else None


def last_lines(session: AccountSession, function: str, begins: Any, ends: Any) -> list[str]:
    """Return the last lines of the function's last request between two times of events.

    There are none where its log is gone, or whoever asks may not read it.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        pages = (
            session.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=_group(session, function),
                startTime=int(begins.timestamp() * 1000) - MARGIN,
                endTime=int(ends.timestamp() * 1000) + MARGIN,
            )
        )
        events = [event for page in pages for event in page["events"]]
    except ClientError:
        return []
    return [*_shown(_of_last_request(events))][-MOST_LINES:]


def _group(session: AccountSession, function: str) -> str:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    try:
        found = session.client("lambda").get_function_configuration(FunctionName=function)
    except ClientError:  # a rollback may have deleted it, and leaves its log
        found = {}
    return str(found.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}")


def _of_last_request(events: Sequence[Mapping[str, Any]]) -> list[str]:
    if not events:
        return []
    stream = events[-1].get("logStreamName")
    lines = [
        line
        for event in events
        if event.get("logStreamName") == stream
        for line in str(event["message"]).splitlines()
    ]
    starts = [number for number, line in enumerate(lines) if line.startswith(BEGINS)]
    return lines[starts[-1] :] if starts else lines


def _shown(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.startswith(OF_LAMBDA) and PLATFORM not in line:
            yield without_secrets(line.rstrip())[:LONGEST_LINE]
