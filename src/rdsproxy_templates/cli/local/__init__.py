"""`local`: a local cloud on this machine, with a plan or a stack of one's own in it."""

from __future__ import annotations

from typing import Final

from ..lazy_group import LazyGroup

SUBCOMMANDS: Final = {
    "up": "Start a local cloud, and deploy a plan into it.",
    "status": "Show what runs, with addresses and outputs.",
    "call": "Send a signed request to a deployed API.",
    "logs": "Print the output of functions.",
    "sql": "Open a database, or run a statement in it.",
    "start": "Start databases again that have ended by themselves.",
    "down": "End the local cloud.",
}

local_command = LazyGroup(
    "local",
    package=__name__,
    subcommands=SUBCOMMANDS,
    description="Run a plan on this machine, without an AWS account: APIs, functions, proxies and "
    "real database servers. One local cloud runs for each folder.",
)
