"""Databases that begin with a snapshot, or with the data of another at some time."""

from __future__ import annotations

import pytest

from rdsproxy_templates.variants import auth, base, bastion, edge
from unit import rendered
from unit.rendered import of_type, problems

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CODE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:7"
ARN = "arn:aws:rds:eu-west-1:111122223333:"
INHERITED = {"MasterUsername", "DatabaseName", "DBName", "StorageEncrypted"}
USERS = {"users": [{"name": "app", "login": "iam", "adopt": True}]}


def resources(variant, **rds):
    return rendered.flat(variant, rds=rds).resources


def database(variant, **rds):
    found = resources(variant, **rds)
    clusters = of_type(found, "RDS::DBCluster")
    return (clusters or of_type(found, "RDS::DBInstance"))[0]


def warnings(**rds):
    config = base.Config.parse({"rds": rds}, "my.yaml")
    return {problem.place: problem.sentence for problem in config.warnings()}


@pytest.mark.parametrize(
    ("variant", "engine"),
    [
        (base, "aurora-mysql"),
        (base, "postgres"),
        (auth, "mysql"),
        (auth, "aurora-postgresql"),
        (bastion, "aurora-postgresql"),
        (edge, "postgres"),
    ],
)
class TestSnapshot:
    def test_it_names_the_snapshot_and_sets_a_password_of_its_own(self, variant, engine):
        found = database(variant, engine=engine, restore={"snapshot": "before-the-move"})
        name = "SnapshotIdentifier" if "aurora" in engine else "DBSnapshotIdentifier"

        assert found[name] == "before-the-move"
        assert "resolve:secretsmanager" in str(found["MasterUserPassword"])

    def test_it_has_everything_else_that_is_inherited(self, variant, engine):
        kind = "cluster-snapshot" if "aurora" in engine else "snapshot"
        found = database(variant, engine=engine, restore={"snapshot": f"{ARN}{kind}:before"})

        assert INHERITED & found.keys() == set()

    def test_rds_may_manage_its_password(self, variant, engine):
        master = {"password": "managed"}
        found = database(variant, engine=engine, restore={"snapshot": "before"}, master=master)

        assert found["ManageMasterUserPassword"] is True
        assert "MasterUserPassword" not in found


@pytest.mark.parametrize(
    ("engine", "restore", "expected"),
    [
        (
            "aurora-mysql",
            {"source": "shop", "time": "latest"},
            {"SourceDBClusterIdentifier": "shop", "UseLatestRestorableTime": True},
        ),
        (
            "aurora-mysql",
            {"source": "cluster-ABC123", "time": "latest", "copy_on_write": True},
            {
                "SourceDbClusterResourceId": "cluster-ABC123",
                "UseLatestRestorableTime": True,
                "RestoreType": "copy-on-write",
            },
        ),
        (
            "aurora-postgresql",
            {"source": f"{ARN}cluster:shop", "time": "2026-11-26T08:30:00Z"},
            {
                "SourceDBClusterIdentifier": f"{ARN}cluster:shop",
                "RestoreToTime": "2026-11-26T08:30:00Z",
            },
        ),
        (
            "mysql",
            {"source": "shop", "time": "2026-11-26T08:30:00Z"},
            {"SourceDBInstanceIdentifier": "shop", "RestoreTime": "2026-11-26T08:30:00Z"},
        ),
        (
            "postgres",
            {"source": "db-ABC123", "time": "latest"},
            {"SourceDbiResourceId": "db-ABC123", "UseLatestRestorableTime": True},
        ),
        (
            "postgres",
            {"source": f"{ARN}auto-backup:ab-abc123", "time": "latest"},
            {
                "SourceDBInstanceAutomatedBackupsArn": f"{ARN}auto-backup:ab-abc123",
                "UseLatestRestorableTime": True,
            },
        ),
    ],
)
def test_a_database_begins_with_another_at_a_time(engine, restore, expected):
    found = database(base, engine=engine, restore=restore)
    about = {"Source", "Restore", "UseLatest", "Snapshot", "DBSnapshot"}

    assert {name: found[name] for name in found if name.startswith(tuple(about))} == expected


def test_a_root_asks_for_the_masters_name_only_where_something_uses_it():
    kept = {"restore": {"snapshot": "before"}}
    managed = kept | {"master": {"password": "managed"}, "master_login": False} | USERS
    settings = {"function_user": "app"}
    names = [
        rendered.render(base, base.Config.parse({"rds": one} | more, "a")).root.parameters
        for one, more in ((kept, {}), (managed, settings))
    ]

    assert ["RDSMasterUsername" in one for one in names] == [True, False]
    assert all("RDSDatabaseName" in one for one in names)


def test_a_root_asks_for_no_database_where_nobody_connects_to_it():
    settings = {
        "rds": {"restore": {"snapshot": "before"}},
        "functions": [{"name": "orders", "code": CODE, "routes": ["GET /"]}],
    }
    root = rendered.render(base, base.Config.parse(settings, "my.yaml")).root

    assert "RDSDatabaseName" not in root.parameters


@pytest.mark.parametrize(
    ("engine", "restore", "place", "word"),
    [
        (
            "aurora-mysql",
            {"snapshot": "before", "source": "shop", "time": "latest"},
            "source",
            "one of both",
        ),
        ("aurora-mysql", {"snapshot": "-before"}, "snapshot", "ARN"),
        ("aurora-mysql", {"snapshot": f"{ARN}db:shop"}, "snapshot", "ARN"),
        ("mysql", {"snapshot": f"{ARN}cluster-snapshot:before"}, "snapshot", "instance"),
        ("aurora-mysql", {"source": "shop"}, "time", "must be given"),
        ("aurora-mysql", {"time": "latest"}, "time", "needs source"),
        ("aurora-mysql", {"source": "shop", "time": "yesterday"}, "time", "latest"),
        ("aurora-mysql", {"source": "shop", "time": "2026-02-30T08:30:00Z"}, "time", "UTC"),
        ("aurora-mysql", {"source": "shop", "time": "2026-11-26T08:30:00+01:00"}, "time", "UTC"),
        ("aurora-mysql", {"source": "db-ABC123!", "time": "latest"}, "source", "cluster"),
        ("mysql", {"source": f"{ARN}cluster:shop", "time": "latest"}, "source", "instance"),
        (
            "mysql",
            {"source": "shop", "time": "latest", "copy_on_write": True},
            "copy_on_write",
            "Aurora",
        ),
        (
            "aurora-mysql",
            {"source": "shop", "time": "2026-11-26T08:30:00Z", "copy_on_write": True},
            "copy_on_write",
            "latest",
        ),
    ],
)
def test_what_cannot_be_restored_is_refused(engine, restore, place, word):
    lines = problems(base, rds={"engine": engine, "restore": restore})
    found = [line for line in lines if f" rds.restore.{place}]" in line]

    assert len(found) == 1, lines
    assert word in found[0]


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"master": {"password": "none"}}, "rds.master.password"),
        ({"master": {"password": "managed", "keep_secret": True}}, "rds.master.keep_secret"),
        ({"storage": {"kms_key_arn": KEY}}, "rds.storage.kms_key_arn"),
    ],
)
def test_what_a_restore_does_not_take_is_refused(more, place):
    lines = problems(base, rds={"engine": "postgres", "restore": {"snapshot": "before"}} | more)

    assert f" {place}]" in lines[0]


def test_a_restored_cluster_may_have_another_key():
    found = database(base, restore={"snapshot": "before"}, storage={"kms_key_arn": KEY})

    assert found["KmsKeyId"] == KEY


def test_a_restore_warns_that_it_stays_and_names_what_must_match():
    found = warnings(restore={"snapshot": "before"})["rds.restore.snapshot"]

    assert "another database" in found
    assert "RDSMasterUsername" in found


def test_without_settings_a_database_begins_empty():
    found = database(base)

    assert {"MasterUsername", "DatabaseName", "StorageEncrypted"} <= found.keys()
