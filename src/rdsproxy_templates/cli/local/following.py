"""What `local up` does once everything is deployed, until it is interrupted."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import click

from ...errors import DeploymentError, Problem
from .deployment import LocalDeployment
from .died import DiedDatabases
from .running import stacks

if TYPE_CHECKING:
    from rdsproxy_local.local_cloud import LocalCloud
    from rdsproxy_local.state import State

PAUSE: Final = 0.5
"""Seconds between two looks at logs, files and databases."""
ENDS_WITHIN: Final = 60
"""Seconds between the last answer of a local cloud that ends and its end."""


def follow(cloud: LocalCloud, deployment: LocalDeployment, state: State) -> NoReturn:
    """Print logs, and reload functions, until interrupted."""
    from rdsproxy_local.deployment.reloading import Reloader  # noqa: PLC0415 - an extra
    from rdsproxy_local.function_output import LogReader  # noqa: PLC0415

    deployed = stacks(state)
    reloader = Reloader(click.echo)
    for step, codes in deployment.codes.items():
        reloader.watch(deployed[step], codes)
    accounts = {(one.account.id, one.account.region): one.account for one in deployed.values()}
    readers = [LogReader(account) for account in accounts.values()]
    databases = DiedDatabases(cloud.endpoint)
    while cloud.runs:
        with _ends_explained(cloud):
            for reader in readers:
                for _, text in reader.new_lines():
                    click.echo(text)
            reloader.reload()
            databases.look()
        sys.stdout.flush()
        time.sleep(PAUSE)
    sentence = f"the local cloud has ended by itself:\n{cloud.log[-2000:]}"
    raise DeploymentError([Problem("local", sentence)])


@contextmanager
def _ends_explained(cloud: LocalCloud) -> Iterator[None]:
    """Drop the errors of calls to a local cloud that has ended meanwhile."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - an extra

    from rdsproxy_local.servers.loopback import wait_for  # noqa: PLC0415

    try:
        yield
    except (BotoCoreError, OSError):
        # Its connections end a moment before its process does.
        if not wait_for(lambda: not cloud.runs, ENDS_WITHIN):
            raise
