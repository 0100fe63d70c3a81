"""The service before a database that somebody else made, as deployed, called and destroyed."""

from __future__ import annotations

import pytest
from deployed import DeployedVariant
from existing_databases import ExistingDatabase
from packages import LOCAL
from test_deployed_logins import assert_does_what_it_does

from rdsproxy_templates import render
from rdsproxy_templates.variants import existing_database

STACK = "rdsproxy-existing-database"
USERS = [{"name": "app", "login": "iam"}, {"name": "report", "login": "password"}]
ORGANIZATION = {
    "iam_roles": {
        "path": "/service/",
        "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess",
    },
    "publish": {"ssm_prefix": "/shop/db"},
}


def roles_of(account):
    """Roles of the stack, by IAM."""
    iam, resources = account.client("iam"), account.resources(STACK).values()
    roles = iam.list_roles()["Roles"]
    return [role for role in roles if role["RoleName"] in resources]


def published(account):
    """Parameters of Systems Manager by name, with their values."""
    pages = account.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/shop/db")
    return {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}


@pytest.fixture
def given_database(desk, network):
    """A database of a family and a kind in the account of an ID."""

    def given_database(account, family, kind):
        mine = desk(account)
        return ExistingDatabase(mine, family, kind, network(mine, "existing_vpc"))

    return given_database


@pytest.mark.parametrize(
    ("account", "family", "kind"),
    [
        ("000000000301", "mysql", "cluster"),
        ("000000000302", "postgresql", "cluster"),
        ("000000000303", "mysql", "instance"),
        ("000000000304", "postgresql", "instance"),
    ],
)
def test_a_service_works_on_a_database_that_stays_when_it_goes(
    given_database, packages, account, family, kind
):
    existing = given_database(account, family, kind)
    mine, before = existing.desk, existing.described
    settings = {"regions": ["eu-west-1"], "rds": {"engine": existing.engine, "users": USERS}}
    config = existing_database.Config.parse(settings, "a test")
    bundle = render(existing_database, config, nesting="flat", code=LOCAL, **ORGANIZATION)
    packages.deploy(mine, STACK, bundle, existing.parameters)
    deployed = DeployedVariant(mine.account, STACK, bundle, existing.parameters)
    url = mine.account.outputs(STACK)["APIEndpoint"]

    assert_does_what_it_does(lambda method, path: mine.account.call(method, url + path))
    proxies = deployed.of_type("AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup")
    assert not [sentence for one in proxies for sentence in one.differences()]
    assert {role["Path"] for role in roles_of(mine.account)} == {"/service/"}
    assert published(mine.account)["/shop/db/APIEndpoint"] == url
    assert len(existing.rules) == 1
    assert len(existing.rules[0]["UserIdGroupPairs"]) == 2

    mine.delete(STACK)

    assert existing.described == before
    assert existing.rules == []
    assert published(mine.account) == {}
    secrets = mine.account.client("secretsmanager")
    assert [one["ARN"] for one in secrets.list_secrets()["SecretList"]] == [existing.secret]
