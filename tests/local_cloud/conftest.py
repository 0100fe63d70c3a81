"""Parts of the local cloud by themselves, in the process of their tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from type_harness import TypeHarness

    from made_up_stacks import Stacks
    from rdsproxy_local.local_cloud import Account
    from rdsproxy_local.server import CloudServer


@pytest.fixture(scope="module")
def server() -> Iterator[CloudServer]:
    """The APIs of the local cloud, without CloudFormation."""
    # Here, because it imports moto, for which most tests need not wait.
    from rdsproxy_local.server import CloudServer

    with CloudServer() as server:
        yield server


@pytest.fixture(scope="module")
def harness(server: CloudServer) -> TypeHarness:
    """Resource types by themselves, in the account that is AWS's own example."""
    from type_harness import TypeHarness

    return TypeHarness(server.clients)


@pytest.fixture(scope="module")
def queue(harness: TypeHarness) -> str:
    """The URL of a queue."""
    return harness.create("AWS::SQS::Queue").physical_id


@pytest.fixture(scope="module")
def topic(harness: TypeHarness) -> str:
    """The ARN of a topic."""
    return harness.create("AWS::SNS::Topic").physical_id


@pytest.fixture(scope="module")
def stacks(account: Account) -> Stacks:
    """Stacks in the module's own account."""
    from made_up_stacks import Stacks

    return Stacks(account)


@pytest.fixture
def with_faults(server: CloudServer) -> Callable[..., AbstractContextManager[None]]:
    """Has faults in the local cloud while a block runs."""
    from rdsproxy_local.faults import faults

    return partial(faults, server.endpoint)
