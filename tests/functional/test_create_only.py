"""No release replaces a resource in use because a text was reworded."""

from __future__ import annotations

import json
import sys

import pytest


@pytest.fixture(scope="module")
def create_only(repository):
    sys.path.insert(0, str(repository / "tools"))
    try:
        import create_only as tool
    finally:
        sys.path.pop(0)
    return tool


@pytest.fixture(scope="module")
def now(create_only, repository):
    return create_only.rendered(repository / "templates_out")


def test_values_that_cannot_change_in_place_are_unchanged(create_only, now):
    lines = create_only.changed(create_only.read(), now)

    assert not lines, (
        "these would be replaced in every stack that exists, security groups in use included:\n  "
        + "\n  ".join(lines)
        + "\nput the old values back; where a replacement is meant, "
        "`.venv/bin/python tools/create_only.py --replace` accepts it, and the changelog says it"
    )


def test_new_and_removed_values_are_recorded(create_only, now):
    differing = sorted(create_only.read().keys() ^ now.keys())

    assert not differing, (
        "new or gone; `.venv/bin/python tools/create_only.py` writes it down:\n  "
        + "\n  ".join(differing)
    )


def test_descriptions_of_groups_and_names_of_proxies_are_among_them(now):
    group = "base/cloudformation/vpc.yaml: DBClusterSecurityGroup.GroupDescription"
    assert now[group].startswith("Database cluster: in from the proxy")
    assert "Fn::Sub" in now["base/cloudformation/rds.yaml: RDSProxy.DBProxyName"]
    assert now["auth/cloudformation/rds.yaml: DBParameterGroup.Family"] == "mysql8.4"
    assert now["base/cloudformation/rds.yaml: DBCluster.StorageEncrypted"] is True


class TestCommand:
    @pytest.fixture
    def run(self, create_only, now, tmp_path, monkeypatch):
        frozen = tmp_path / "create_only.json"
        monkeypatch.setattr(create_only, "FROZEN", frozen)
        monkeypatch.setattr(create_only, "rendered", lambda _: now)

        def run(before, *options):
            frozen.write_text(json.dumps(before))
            monkeypatch.setattr(sys, "argv", ["create_only.py", *options])
            return create_only.main(), json.loads(frozen.read_text())

        return run

    def test_adds_new_values_and_forgets_removed_ones(self, run, now):
        assert run({"gone.yaml: Group.GroupDescription": "of old"}) == (0, now)

    def test_refuses_a_replacement(self, run, now, capsys):
        place = next(iter(now))
        before = {**now, place: "as it was"}

        assert run(before) == (1, before)
        assert f'{place} was "as it was", is ' in capsys.readouterr().out

    def test_accepts_an_intended_replacement(self, run, now):
        assert run({**now, next(iter(now)): "as it was"}, "--replace") == (0, now)
