"""The master user without a password of ours: deployed, switched, and called end to end."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from test_deployed_logins import (
    assert_does_what_it_does,
    deployed,
    engine_properties,
    merged,
)

__all__ = ["deployed"]

BY_IAM = {
    "rds": {"users": [{"name": "app", "login": "iam"}], "master_login": False},
    "function_user": "app",
}
BY_TOKEN = {
    "rds": {"users": [{"name": "app", "login": "end_to_end_iam"}], "master_login": False},
    "function_user": "app",
}
MORE = {"name": "report", "login": "iam", "grants": [{"privileges": ["SELECT"]}]}


def settings(engine, given, **rds):
    return engine_properties(engine, merged(given, {"rds": rds}))


def visits(service):
    status, body = service.call("GET", "APIEndpoint", "visits")
    assert status == 200, body
    return len(body["visits"])


def cluster(service):
    name = service.account.resources(service.stack)["RDSStackDBCluster"]
    answer = service.account.client("rds").describe_db_clusters(DBClusterIdentifier=name)
    return answer["DBClusters"][0]


def secrets_of(service):
    return service.account.client("secretsmanager").list_secrets()["SecretList"]


@pytest.mark.parametrize(
    ("account", "engine"), [("000000000081", "mysql"), ("000000000082", "postgresql")]
)
def test_rds_takes_over_the_password_and_no_row_is_lost(deployed, account, engine):
    service = deployed(account, "base").again(settings(engine, BY_IAM))
    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))
    before, rows = cluster(service), visits(service)

    kept = {"password": "managed", "keep_secret": True}
    users = [*BY_IAM["rds"]["users"], MORE]
    service.again(settings(engine, BY_IAM, master=kept, users=users))
    after = cluster(service)

    assert after["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert visits(service) == rows
    managed = next(one for one in secrets_of(service) if one.get("OwningService") == "rds")
    assert managed["ARN"] == after["MasterUserSecret"]["SecretArn"]
    secret = service.account.client("secretsmanager")
    described = secret.describe_secret(SecretId=managed["ARN"])
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
    content = json.loads(secret.get_secret_value(SecretId=managed["ARN"])["SecretString"])
    assert content["username"] == "boss"
    with pytest.raises(ClientError, match="owns and manages it"):
        secret.put_secret_value(SecretId=managed["ARN"], SecretString="mine")

    # RDS rotates it: whoever logs in as the master reads the secret again.
    service.account.client("rds").modify_db_cluster(
        DBClusterIdentifier=after["DBClusterIdentifier"],
        RotateMasterUserPassword=True,
        ApplyImmediately=True,
    )
    service.again(settings(engine, BY_IAM, master=kept))
    assert visits(service) == rows


def test_a_family_without_any_password_works(deployed):
    service = deployed("000000000083", "base")
    service.again(settings("postgresql", BY_TOKEN, master={"password": "none"}))

    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))
    assert secrets_of(service) == []
    assert "GetSecretValueByCLI" not in service.account.outputs(service.stack)


def test_a_deployed_family_gives_up_its_password_and_keeps_its_rows(deployed):
    service = deployed("000000000084", "base").again(settings("postgresql", BY_TOKEN))
    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))
    before, rows = cluster(service), visits(service)

    kept = {"password": "none", "keep_secret": True}
    users = [*BY_TOKEN["rds"]["users"], MORE | {"login": "end_to_end_iam"}]
    service.again(settings("postgresql", BY_TOKEN, master=kept, users=users))

    assert cluster(service)["DbClusterResourceId"] == before["DbClusterResourceId"]
    assert visits(service) == rows


def test_rds_manages_the_password_of_an_instance_from_the_start(deployed):
    given = engine_properties("mysql", BY_IAM)
    given["rds"] = given["rds"] | {"engine": "mysql", "master": {"password": "managed"}}
    service = deployed("000000000085", "base").again(given)

    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))
