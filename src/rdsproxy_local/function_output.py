"""The output of functions, from CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from .local_cloud import Account

PREFIX: Final = "/aws/lambda/"
LATE: Final = 1000
"""Milliseconds after which an event is no longer written behind a later one."""


def group_of(account: Account, function: str) -> str:
    """Return the log group of a function."""
    found = account.client("lambda").get_function_configuration(FunctionName=function)
    settings = found.get("LoggingConfig") or {}
    return str(settings.get("LogGroup") or f"{PREFIX}{function}")


class LogReader:
    """Reads the log groups of an account, each event once."""

    def __init__(self, account: Account, groups: list[str] | None = None) -> None:
        self._account, self._groups = account, groups
        self._last: dict[str, tuple[int, frozenset[str]]] = {}
        """The time from which each group is read, and the events since then that were read."""

    def new_lines(self) -> Iterator[tuple[str, str]]:
        """Yield group and text of the events that came since the last call."""
        api = self._account.client("logs")
        pages = api.get_paginator("describe_log_groups").paginate()
        known = [one["logGroupName"] for page in pages for one in page["logGroups"]]
        for group in known:
            if self._groups is None or group in self._groups:
                yield from ((group, text) for text in self._new_texts(api, group))

    def _new_texts(self, api: Any, group: str) -> Iterator[str]:
        since, seen = self._last.get(group, (0, frozenset()))
        pages = api.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
        try:
            events = [event for page in pages for event in page["events"]]
        except api.exceptions.ResourceNotFoundException:
            return  # Its stack was deleted meanwhile.
        for event in events:
            if event["eventId"] not in seen:
                yield str(event["message"]).rstrip()
        if events:
            start = max(event["timestamp"] for event in events) - LATE
            ids = {event["eventId"] for event in events if event["timestamp"] >= start}
            self._last[group] = max(start, since), frozenset(ids)
