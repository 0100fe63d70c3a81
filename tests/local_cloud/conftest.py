"""Parts of the local cloud by themselves, in the process of their tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from type_harness import TypeHarness

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
