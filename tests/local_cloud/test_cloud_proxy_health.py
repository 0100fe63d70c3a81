"""A proxy's target group is complete once the proxy reaches its database, and its health says why not."""

from __future__ import annotations

import json

import pytest

from made_up_stacks import nested
from proxied_database import FROM_PROXY, ROLES, key, resources, role, secret
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("cloud-databases")

TIMED_OUT = "Timed out waiting for target group to become available."
UNREADABLE = {
    "State": "UNAVAILABLE",
    "Reason": "AUTH_FAILURE",
    "Description": "Proxy does not have any registered credentials",
}


@pytest.fixture(scope="module")
def account(server):
    return Account(server.endpoint, "999999999999", "eu-west-1")


@pytest.fixture(autouse=True)
def nothing_is_left(stacks):
    yield
    stacks.delete_all()


def health(account, name="shop-proxy"):
    answer = account.client("rds").describe_db_proxy_targets(DBProxyName=name)
    [target] = answer["Targets"]
    return target["TargetHealth"]


def reason(account, logical_id="Targets"):
    return next(
        event["ResourceStatusReason"]
        for event in account.events("shop")
        if (event["LogicalResourceId"], event["ResourceStatus"]) == (logical_id, "CREATE_FAILED")
    )


def test_a_target_that_is_reached_is_available(stacks, account):
    assert stacks.create("shop", resources(), **ROLES) == "CREATE_COMPLETE"
    assert health(account) == {"State": "AVAILABLE"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"Role": role("secretsmanager:DescribeSecret")}, UNREADABLE),
        ({"Secret": secret(username=None)}, UNREADABLE),
        ({"Secret": secret(password=None)}, UNREADABLE),
        (
            {"Secret": secret(password="another-password")},
            {
                "State": "UNAVAILABLE",
                "Reason": "AUTH_FAILURE",
                "Description": "The credentials of the proxy were refused by the database",
            },
        ),
        (
            {"Ingress": None},
            {
                "State": "UNAVAILABLE",
                "Reason": "UNREACHABLE",
                "Description": "DBProxy Target unavailable due to an internal error",
            },
        ),
    ],
    ids=["role", "no user name", "no password", "wrong password", "no rule"],
)
def test_a_target_that_is_not_reached_fails_its_stack(
    stacks, account, with_faults, changed, expected
):
    with with_faults(stabilization=0.1):
        failed = stacks.create("shop", resources(**changed), OnFailure="DO_NOTHING", **ROLES)
    assert failed == "CREATE_FAILED"
    assert reason(account) == TIMED_OUT
    assert health(account) == expected


@pytest.mark.parametrize("whole", [True, False])
def test_the_policy_of_a_secrets_key_counts(stacks, account, with_faults, whole):
    own = secret()
    own["Properties"]["KmsKeyId"] = {"Fn::GetAtt": "Key.Arn"}
    reads = role("secretsmanager:GetSecretValue", "kms:Decrypt")
    changed = {"Key": key(whole=whole), "Secret": own, "Role": reads}
    with with_faults(stabilization=0.1):
        made = stacks.create("shop", resources(**changed), OnFailure="DO_NOTHING", **ROLES)
    assert made == ("CREATE_COMPLETE" if whole else "CREATE_FAILED")
    assert health(account) == ({"State": "AVAILABLE"} if whole else UNREADABLE)


def test_health_is_found_out_anew_each_time(stacks, account):
    stacks.create("shop", resources(), **ROLES)
    names, secrets = account.resources("shop"), account.client("secretsmanager")
    secrets.put_secret_value(SecretId=names["Secret"], SecretString="{}")
    assert health(account) == UNREADABLE
    content = secret()["Properties"]["SecretString"]
    secrets.put_secret_value(SecretId=names["Secret"], SecretString=content)
    assert health(account) == {"State": "AVAILABLE"}


def with_generated_password(length, **more):
    """The database's password is that of the secret, by a dynamic reference."""
    whole = resources()
    template = json.dumps({"username": "admin"})
    generated = {
        "SecretStringTemplate": template,
        "GenerateStringKey": "password",
        "PasswordLength": length,
        "ExcludePunctuation": True,
    }
    whole["Secret"]["Properties"] = {"GenerateSecretString": generated}
    reference = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}
    database = {**whole["Database"]["Properties"], "MasterUserPassword": reference, **more}
    return whole | {"Database": {**whole["Database"], "Properties": database}}


def test_a_secret_that_is_generated_again_locks_the_proxy_out(stacks, account):
    assert stacks.create("shop", with_generated_password(20), **ROLES) == "CREATE_COMPLETE"
    assert stacks.update("shop", with_generated_password(40), **ROLES) == "UPDATE_COMPLETE"
    assert health(account)["Reason"] == "AUTH_FAILURE", "the database has its old password"
    changed = with_generated_password(40, BackupRetentionPeriod=3)
    assert stacks.update("shop", changed, **ROLES) == "UPDATE_COMPLETE"
    assert health(account) == {"State": "AVAILABLE"}, "its update reads the reference again"


def test_what_comes_later_in_the_stack_is_waited_for(stacks, account):
    late = {**FROM_PROXY, "DependsOn": ["Name1"]}
    names = {
        f"Name{number}": {
            "Type": "AWS::SSM::Parameter",
            "DependsOn": [f"Name{number - 1}"] if number else ["Proxy"],
            "Properties": {"Type": "String", "Value": "later"},
        }
        for number in range(2)
    }
    assert stacks.create("shop", resources(Ingress=late, **names), **ROLES) == "CREATE_COMPLETE"
    told = stacks.statuses("shop")
    assert told.index(("Ingress", "CREATE_COMPLETE")) < told.index(("Targets", "CREATE_COMPLETE"))


def test_what_comes_later_in_the_parent_is_waited_for(stacks, account):
    groups = {
        name: {"Value": {"Fn::GetAtt": f"{name}.GroupId"}}
        for name in ("ProxyGroup", "DatabaseGroup")
    }
    network = {
        name: one
        for name, one in resources().items()
        if name in {"VPC", "Subnet0", "Subnet1", "ProxyGroup", "DatabaseGroup"}
    }
    subnets = {name: {"Value": {"Ref": name}} for name in ("Subnet0", "Subnet1")}
    outside = stacks.put("network", network, Outputs={**groups, **subnets})
    inside = {name: one for name, one in resources().items() if name not in {*network, "Ingress"}}
    declared = {name: {"Type": "String"} for name in (*groups, *subnets)}
    service = stacks.put("service", inside, Parameters=declared)
    given = {name: {"Fn::GetAtt": f"Network.Outputs.{name}"} for name in declared}
    rule = json.loads(
        json.dumps(FROM_PROXY)
        .replace('{"Ref": "DatabaseGroup"}', json.dumps(given["DatabaseGroup"]))
        .replace('{"Ref": "ProxyGroup"}', json.dumps(given["ProxyGroup"]))
    )
    root = {"Network": nested(outside), "Aservice": nested(service, **given), "Zrule": rule}
    assert stacks.create("shop", root, **ROLES) == "CREATE_COMPLETE"
    told = stacks.statuses("shop")
    assert told.index(("Zrule", "CREATE_COMPLETE")) < told.index(("Aservice", "CREATE_COMPLETE"))


@pytest.mark.parametrize(
    "why", ["CONNECTION_FAILED", "PENDING_PROXY_CAPACITY", "INVALID_REPLICATION_STATE", "PROMOTED"]
)
def test_a_reason_is_had_on_demand(stacks, account, with_faults, why):
    stacks.create("shop", resources(), **ROLES)
    with with_faults(proxies={"shop-proxy": {"reason": why}}):
        shown = health(account)
    assert (shown["State"], shown["Reason"]) == ("UNAVAILABLE", why)
    assert shown["Description"].startswith("DBProxy Target ")
    assert health(account) == {"State": "AVAILABLE"}


@pytest.mark.parametrize(
    "status", ["incompatible-network", "insufficient-resource-limits", "suspended"]
)
def test_a_status_of_a_proxy_is_had_on_demand(stacks, account, with_faults, status):
    stacks.create("shop", resources(), **ROLES)

    def shown():
        return account.client("rds").describe_db_proxies()["DBProxies"][0]["Status"]

    with with_faults(proxies={"*": {"status": status}}):
        assert shown() == status
        assert health(account)["State"] == "UNAVAILABLE"
    assert shown() == "available"
