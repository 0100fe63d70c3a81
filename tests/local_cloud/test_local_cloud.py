"""The process of a local cloud: it is its own, and ends with whoever started it."""

from __future__ import annotations

import pytest

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.servers.loopback import free_port


def test_a_port_that_another_one_has_is_not_taken_for_its_own():
    port = free_port()
    with (
        LocalCloud(port),
        pytest.raises(RuntimeError, match=r"did not start:\nAddress already in use"),
    ):
        LocalCloud(port)
