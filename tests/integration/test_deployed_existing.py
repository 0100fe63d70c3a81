"""The service before a database that somebody else made, as deployed, called and destroyed."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex

import pytest
from deployed import DeployedVariant
from existing_databases import ExistingDatabase
from packages import LOCAL
from planning import Planner, errors
from test_deployed_logins import assert_does_what_it_does

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems
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


@pytest.fixture(scope="module")
def old(desk, network):
    """A cluster whose account nobody changes."""
    mine = desk("000000000305")
    return ExistingDatabase(mine, "mysql", "cluster", network(mine, "existing_vpc"))


HANDLER = """
from rdsproxy_client import Database

database = Database.from_environment()


def handler(event, context):
    for statement in event.get("statements", ()):
        database.write(statement)
    [[user]] = database.read("SELECT CURRENT_USER")
    return user
"""
SERVICE = """
rds:
  users: []
  proxy:
    logins:
      - {{user: boss, login: iam, secret_arn: "{boss}"}}
      - {{user: jobs, login: password, secret_arn: "{jobs}"}}
functions:
  - {{name: orders, code: src, user: boss}}
  - {{name: nightly, code: src, user: jobs}}
"""


@pytest.fixture(scope="module")
def planner(old, sam_cli, tmp_path_factory):
    """The command, in a folder with code."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(HANDLER)
    planner = Planner(folder, {"app": old.desk.account}, Path(sam_cli).parent)
    planner.prepare()
    return planner


class TestUsersThatExist:
    """Nobody is created: functions log in as users who are there, by their secrets."""

    @pytest.fixture
    def jobs(self, old):
        """Name and password of a user of the database, in a secret."""
        login = {"username": "jobs", "password": token_hex(12)}
        secrets = old.desk.account.client("secretsmanager")
        arn = secrets.create_secret(Name="old-jobs", SecretString=json.dumps(login))["ARN"]
        yield login | {"arn": arn}
        secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)

    @pytest.fixture
    def invoke(self, old, planner, jobs):
        """Calls one of the functions, which are deployed, and is followed by their end."""
        (planner.folder / "service.yaml").write_text(
            SERVICE.format(boss=old.secret, jobs=jobs["arn"])
        )
        named = old.parameters
        del named["RDSMasterUserSecretArn"]
        words = [word for one in named.items() for word in ("--parameter", "=".join(one))]
        said = planner.deploy("existing_database", "--config", "service.yaml", *words)
        assert said.status == 0, said.errors
        account = old.desk.account
        client, names = (
            account.client("lambda"),
            account.resources(account.nested(STACK, "SAMStack")),
        )

        def invoke(title, event):
            answer = client.invoke(FunctionName=names[title], Payload=json.dumps(event).encode())
            return json.loads(answer["Payload"].read())

        yield invoke
        assert planner.destroy("existing_database").status == 0

    def test_each_function_is_its_own_user(self, invoke, jobs):
        create = f"CREATE USER jobs IDENTIFIED BY '{jobs['password']}'"
        allow = "GRANT SELECT ON shop.* TO jobs"

        assert invoke("OrdersFunction", {"statements": [create, allow]}).startswith("boss@")
        assert invoke("NightlyFunction", {}).startswith("jobs@")


class TestGiven:
    """What is given, compared with the account before anything in it changes."""

    def problems(self, existing, engine="aurora-mysql", login="iam", **other):
        users = [{"name": "app", "login": login}]
        settings = {"rds": {"engine": engine, "users": users}}
        config = existing_database.Config.parse(settings, "a test")
        found = given_problems(
            existing.desk.account, render(existing_database, config).root,
            existing.parameters | other, print,
        )  # fmt: skip
        return [str(one) for one in found]

    def test_nothing_is_wrong_with_what_fits(self, old):
        assert self.problems(old) == []

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"DBResourceId": "cluster-OTHER"}, "[DBResourceId] is 'cluster-OTHER', and old-"),
            ({"DBEndpoint": "elsewhere"}, "[DBEndpoint] is 'elsewhere', and old-"),
            ({"engine": "aurora-postgresql"}, "[DBIdentifier] names a database of aurora-mysql"),
            ({"login": "end_to_end_iam"}, "[DBIdentifier] names a database without IAM auth"),
            ({"DBIdentifier": "nobody"}, "DescribeDBClusters: "),
            ({"VPCId": "vpc-0"}, "[VPCId] is vpc-0, and the subnets are in vpc-"),
        ],
    )
    def test_what_does_not_fit_is_a_sentence(self, old, wrong, sentence):
        (said,) = self.problems(old, **wrong)

        assert sentence in said

    def test_subnets_of_one_zone_are_refused(self, old):
        only = old.parameters["PrivateSubnet1Id"]

        (said,) = self.problems(old, PrivateSubnet2Id=only)

        assert "give subnets of two Availability Zones" in said

    def test_a_group_that_is_not_the_databases_is_refused(self, old):
        ec2 = old.desk.account.client("ec2")
        other = ec2.create_security_group(GroupName="other", Description="Other", VpcId=old.vpc_id)[
            "GroupId"
        ]

        (said,) = self.problems(old, DBClusterSecurityGroupId=other)

        assert f"must be a group of {old.identifier}: {old.group}, got {other}" in said

    @pytest.mark.parametrize("text", ["no JSON", '"text"', '{"username": "boss"}'])
    def test_a_secret_without_name_and_password_is_refused_and_not_shown(self, old, text):
        secrets = old.desk.account.client("secretsmanager")
        arn = secrets.create_secret(Name=f"s{len(text)}", SecretString=text)["ARN"]

        (said,) = self.problems(old, RDSMasterUserSecretArn=arn)

        assert said == (
            "[RDSMasterUserSecretArn] must hold JSON with username and password, and does not"
        )

    def test_the_command_says_all_of_it_and_changes_nothing(self, old, planner):
        wrong = {"DBResourceId": "cluster-OTHER", "DBEndpoint": "elsewhere"}
        given = (old.parameters | wrong).items()
        words = [word for one in given for word in ("--parameter", "=".join(one))]

        said = planner.deploy("existing_database", *words)

        assert [one.partition("]")[0] for one in errors(said)] == [
            "error: [existing_database.DBResourceId",
            "error: [existing_database.DBEndpoint",
        ]
        assert old.rules == []
