"""Fixtures of pytest that deploy rendered stacks into a local cloud, and use what is deployed.

The local cloud starts with the first test that needs it, and ends with the session. Nothing of it
is imported before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .testing import Call, Deploy, InjectFaults, Logs, Organization, Sql, TestCloud


@pytest.fixture(scope="session")
def local_cloud() -> Iterator[TestCloud]:
    """A local cloud, with accounts by `local_cloud.account(id, region)`."""
    # Only those who use it pay for its import.
    from .local_cloud import LocalCloud  # noqa: PLC0415

    starting = LocalCloud(wait=False, eager=True)
    from .testing import TestCloud  # noqa: PLC0415 - meanwhile

    with TestCloud(starting) as cloud:
        cloud.prepare()
        yield cloud


@pytest.fixture(scope="session")
def organization(local_cloud: TestCloud) -> Organization:
    """An organization in which stack sets may be used, without units and members."""
    made = local_cloud.organization()
    made.enable_stack_sets()
    return made


@pytest.fixture(scope="session")
def deploy(local_cloud: TestCloud) -> Deploy:
    """Deploy a rendered bundle or folder; the same again costs milliseconds."""
    return local_cloud.deploy


@pytest.fixture(scope="session")
def call(local_cloud: TestCloud) -> Call:
    """Call the URL of an output, signed or not."""
    return local_cloud.call


@pytest.fixture(scope="session")
def sql(local_cloud: TestCloud) -> Sql:
    """Run a statement in a deployed database, past its proxy."""
    return local_cloud.sql


@pytest.fixture(scope="session")
def logs(local_cloud: TestCloud) -> Logs:
    """Read the output of functions from CloudWatch Logs."""
    return local_cloud.logs


@pytest.fixture
def faults(local_cloud: TestCloud) -> Iterator[InjectFaults]:
    """Have slow operations, failing resources and failing calls until the test ends."""
    yield local_cloud.inject
    local_cloud.inject()
