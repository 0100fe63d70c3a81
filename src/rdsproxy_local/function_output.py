"""The output of functions, from CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Iterator

from .local_cloud import Account

PREFIX = "/aws/lambda/"


def group_of(account: Account, function: str) -> str:
    """Return the log group of a function."""
    found = account.client("lambda").get_function_configuration(FunctionName=function)
    settings = found.get("LoggingConfig") or {}
    return str(settings.get("LogGroup") or f"{PREFIX}{function}")


class LogReader:
    """Reads the log groups of an account, each event once."""

    def __init__(self, account: Account, groups: list[str] | None = None) -> None:
        self._account, self._groups = account, groups
        self._seen: dict[str, int] = {}

    def new_lines(self) -> Iterator[tuple[str, str]]:
        """Yield group and text of the events that came since the last call."""
        api = self._account.client("logs")
        known = [one["logGroupName"] for one in api.describe_log_groups()["logGroups"]]
        for group in known:
            if self._groups is None or group in self._groups:
                events = api.filter_log_events(logGroupName=group)["events"]
                for event in events[self._seen.get(group, 0) :]:
                    yield group, str(event["message"]).rstrip()
                self._seen[group] = len(events)
