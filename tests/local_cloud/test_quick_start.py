"""The local cloud starts without work that nobody asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rdsproxy_local.servers import initial_data
from rdsproxy_local.servers.mariadb import MariaDB
from rdsproxy_local.servers.postgresql import PostgreSQL
from rdsproxy_local.servers.programs import MissingServer

PROGRAM = """
import sys
from rdsproxy_local.quick_start import shorten
shorten()
import rdsproxy_local.data_plane.running
print(*sorted({"cfnlint.rules", "cfnlint.schema.manager", "networkx", "sympy"} & {*sys.modules}))
"""


def test_its_process_imports_schemas_without_rules():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    assert done.stdout == "cfnlint.schema.manager\n"


def test_images_are_read_when_somebody_asks(server):
    from moto.ec2.models import ec2_backends

    from rdsproxy_local.apis.images import LOADED

    client = server.clients.client("ec2", "555555555501", "eu-central-1")
    client.describe_vpcs()
    backend = ec2_backends["555555555501"]["eu-central-1"]
    assert LOADED not in vars(backend)

    assert client.describe_images(Owners=["amazon"])["Images"]
    assert vars(backend)[LOADED]


@pytest.fixture(params=[MariaDB, PostgreSQL])
def kept(request, monkeypatch, tmp_path):
    """Makes classes of servers that keep their initial data below a folder."""
    monkeypatch.setattr(initial_data, "user_cache_path", lambda _: tmp_path)
    try:
        request.param._program()
    except MissingServer as missing:
        pytest.skip(str(missing))

    def kept(**more):
        return type("Kept", (request.param,), {"keeps_template": True, **more})

    return kept


class TestInitialData:
    def test_they_are_made_once_for_all_processes(self, kept, tmp_path):
        with kept()() as first:
            first.rows("CREATE TABLE items (name VARCHAR(50))")

        def initialise(*_):
            raise AssertionError("made again")

        again = kept()
        again._initialise, source = initialise, again._initialise
        again._initialise.__wrapped__ = source  # by which the kept data are found
        with again() as second:
            second.rows("CREATE TABLE items (name VARCHAR(50))")
            assert second.accepts(second.credentials)
        assert [one.name[:5] for one in (tmp_path / "local-data").iterdir()] == ["Kept-"]

    def test_they_hold_no_password(self, kept, tmp_path):
        with kept()() as server:
            password = server.password.encode()

        files = [one for one in (tmp_path / "local-data").rglob("*") if one.is_file()]
        assert files
        assert not [one for one in files if password in one.read_bytes()]

    def test_a_folder_that_cannot_be_written_is_done_without(self, kept, tmp_path):
        (tmp_path / "local-data").touch()

        with kept()() as server:
            assert server.rows("SELECT 1")
