"""The functions' logs, followed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final, NoReturn

from rdsproxy_local.local_cloud import Account

PAUSE: Final = 0.5
"""Seconds between two polls."""


def follow(accounts: Mapping[str, Account]) -> NoReturn:
    """Print the log events of *accounts* as they arrive."""
    told: dict[tuple[str, str], int] = {}
    while True:
        for account in accounts.values():
            logs = account.client("logs")
            for group in logs.describe_log_groups()["logGroups"]:
                name = group["logGroupName"]
                events = logs.filter_log_events(logGroupName=name)["events"]
                for event in events[told.get((account.id, name), 0) :]:
                    print(event["message"].rstrip(), flush=True)
                told[account.id, name] = len(events)
        time.sleep(PAUSE)
