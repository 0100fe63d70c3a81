"""A database that begins with the data of another: restored, logged in to, its rows read."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from test_deployed_logins import assert_does_what_it_does, deployed, engine_properties, merged
from test_deployed_master import BY_IAM, settings, visits

__all__ = ["deployed"]

ADOPTED = [{"name": "app", "login": "iam", "adopt": True}]


def another(deployed, service, given):
    """A second stack in the account of *service*."""
    found = deployed(service.account.id, "base")
    found.stack = "restored"
    return found.again(given)


def master(service):
    """The master's login, from the secret of the stack."""
    name = service.account.resources(service.stack)["SecretsStackRDSMasterUserSecret"]
    secrets = service.account.client("secretsmanager")
    return json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])


def began(deployed, account, given):
    """A service with rows, and the client of RDS in its account."""
    service = deployed(account, "base").again(given)
    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))
    return service, service.account.client("rds")


def test_a_cluster_begins_with_a_snapshot_and_has_a_password_of_its_own(deployed):
    service, rds = began(deployed, "000000000091", settings("mysql", BY_IAM))
    cluster = service.account.resources(service.stack)["RDSStackDBCluster"]
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier="before-the-move"
    )
    rows = visits(service)
    assert service.call("POST", "APIEndpoint", "visits")[0] == 200
    assert visits(service) == rows + 1

    restore = {"snapshot": "before-the-move"}
    given = settings("mysql", BY_IAM, restore=restore, users=ADOPTED)
    restored = another(deployed, service, given)

    assert visits(restored) == rows
    assert master(restored)["password"] != master(service)["password"]
    # What was restored keeps its data at the next update.
    restored.again(settings("mysql", BY_IAM, restore=restore, users=ADOPTED, readers=1))
    assert visits(restored) == rows


@pytest.mark.parametrize(("account", "latest"), [("000000000092", True), ("000000000093", False)])
def test_a_cluster_begins_with_another_at_a_time(deployed, account, latest):
    service, _ = began(deployed, account, settings("postgresql", BY_IAM))
    rows = visits(service)
    time = "latest" if latest else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    cluster = service.account.resources(service.stack)["RDSStackDBCluster"]

    restore = {"source": cluster, "time": time}
    managed = {"password": "managed"}
    given = settings("postgresql", BY_IAM, restore=restore, users=ADOPTED, master=managed)
    restored = another(deployed, service, given)

    assert visits(restored) == rows
    assert visits(service) == rows


def test_an_instance_begins_with_a_snapshot_that_a_deleted_stack_left(deployed):
    of_instance = {"rds": {"engine": "mysql", "backup": {"at_deletion": "snapshot"}}}
    given = merged(engine_properties("mysql", BY_IAM), of_instance)
    service, rds = began(deployed, "000000000094", given)
    rows = visits(service)
    service.desk.delete(service.stack)
    (snapshot,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]

    restore = {"restore": {"snapshot": snapshot["DBSnapshotIdentifier"]}, "users": ADOPTED}
    restored = another(deployed, service, merged(given, {"rds": restore}))

    assert visits(restored) == rows
