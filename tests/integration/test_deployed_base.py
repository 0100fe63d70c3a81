"""``base`` as deployed, called over HTTP: function, proxy and database as CloudFormation made them."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

pytestmark = pytest.mark.xdist_group("deployed-base")

ACCOUNT = "100000000001"
STACK = "rdsproxy-base"
NAMES = ("RDS_PROXY_ENDPOINT", "RDS_USER", "RDS_DATABASE_NAME")


class Base:
    """The deployed variant, and changes made to it behind CloudFormation's back."""

    def __init__(self, account):
        self.account = account
        self.url = account.outputs(STACK)["APIEndpoint"]
        service = account.nested(STACK, "SAMStack")
        self.function = account.resources(service)["BlogRDSProxyFunction"]
        self.role = account.resources(service)["BlogRDSProxyFunctionRole"]
        database = account.nested(STACK, "RDSStack")
        self.proxy = account.resources(database)["RDSProxy"]
        self.secret = account.resources(account.nested(STACK, "SecretsStack"))[
            "RDSMasterUserSecret"
        ]

    def call(self, method, path, **more):
        return self.account.call(method, f"{self.url}{path}", **more)

    def load(self):
        """The answer of a new execution environment, which has to log in."""
        functions = self.account.client("lambda")
        memory = functions.get_function_configuration(FunctionName=self.function)["MemorySize"]
        functions.update_function_configuration(
            FunctionName=self.function, MemorySize=memory + 1, Timeout=15
        )
        return self.call("GET", "load")

    @property
    def variables(self):
        functions = self.account.client("lambda")
        found = functions.get_function_configuration(FunctionName=self.function)
        return found["Environment"]["Variables"]

    @contextmanager
    def secret_with(self, **changed):
        """Replace the secret's content, for a while."""
        secrets = self.account.client("secretsmanager")
        text = secrets.get_secret_value(SecretId=self.secret)["SecretString"]
        content = json.dumps(json.loads(text) | changed)
        secrets.put_secret_value(SecretId=self.secret, SecretString=content)
        try:
            yield
        finally:
            secrets.put_secret_value(SecretId=self.secret, SecretString=text)


@pytest.fixture(scope="module")
def base(desk, deploy):
    here = desk(ACCOUNT)
    deploy(here, "base")
    base = Base(here.account)
    assert base.call("POST", "initialize") == (200, {"initialized": True})
    return base


def test_the_api_answers_from_the_database(base):
    status, body = base.call("GET", "load")

    assert status == 200
    assert [item["name"] for item in body["items"]] == ["one", "two", "three"]


def test_one_request_reads_what_another_wrote(base):
    before = base.call("GET", "visits")[1]["visits"]
    base.call("POST", "visits")

    assert len(base.call("GET", "visits")[1]["visits"]) == len(before) + 1


def test_unsigned_requests_are_refused(base):
    assert base.call("GET", "load", signed=False) == (403, {"message": "Forbidden"})


def test_the_function_has_the_environment_that_cloudformation_gave_it(base):
    proxies = base.account.client("rds").describe_db_proxies(DBProxyName=base.proxy)

    assert [base.variables[name] for name in NAMES] == [
        proxies["DBProxies"][0]["Endpoint"],
        "root",
        "blog_rds_proxy",
    ]


def test_a_role_that_may_not_connect_is_refused(base):
    roles = base.account.client("iam")
    [name] = roles.list_role_policies(RoleName=base.role)["PolicyNames"]
    policy = roles.get_role_policy(RoleName=base.role, PolicyName=name)["PolicyDocument"]
    roles.delete_role_policy(RoleName=base.role, PolicyName=name)
    try:
        status, body = base.load()
    finally:
        roles.put_role_policy(
            RoleName=base.role, PolicyName=name, PolicyDocument=json.dumps(policy)
        )

    assert (status, body["error"]["code"]) == (503, "database_unavailable")
    assert base.load()[0] == 200


def test_a_user_whom_the_secret_does_not_name_is_refused(base):
    with base.secret_with(username="another"):
        status, body = base.load()

    assert (status, body["error"]["code"]) == (503, "database_unavailable")
    assert base.load()[0] == 200


def test_a_secret_with_a_wrong_password_does_not_let_the_proxy_in(base):
    with base.secret_with(password="wrong"):
        status, body = base.load()

    assert (status, body["error"]["code"]) == (503, "database_unavailable")
    assert base.load()[0] == 200


def test_a_proxy_that_does_not_admit_the_function_is_out_of_reach(base):
    network = base.account.resources(base.account.nested(STACK, "VPCStack"))
    groups = base.account.client("ec2")
    [group] = groups.describe_security_groups(GroupIds=[network["RDSProxySecurityGroup"]])[
        "SecurityGroups"
    ]
    rules = {"GroupId": group["GroupId"], "IpPermissions": group["IpPermissions"]}
    groups.revoke_security_group_ingress(**rules)
    try:
        status, body = base.load()
    finally:
        groups.authorize_security_group_ingress(**rules)

    assert (status, body["error"]["code"]) == (503, "database_unavailable")
    assert base.load()[0] == 200


def test_the_log_is_where_the_template_put_it_and_holds_no_secret(base):
    logs = base.account.client("logs")
    resources = base.account.resources(base.account.nested(STACK, "SAMStack"))
    group = resources["BlogRDSProxyFunctionLogGroup"]
    events = logs.filter_log_events(logGroupName=group)["events"]
    text = "\n".join(event["message"] for event in events)
    password = json.loads(
        base.account.client("secretsmanager").get_secret_value(SecretId=base.secret)["SecretString"]
    )["password"]

    assert '"route": "/load"' in text
    assert password not in text
    assert "X-Amz-Signature" not in text
