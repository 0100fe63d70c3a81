"""``auth`` as deployed: each function answers through a login of its own, to the same data."""

from __future__ import annotations

import json
import threading
import time

import pytest

from rdsproxy_local.servers.loopback import wait_for

pytestmark = pytest.mark.xdist_group("deployed-auth")

STACK = "rdsproxy-auth"
UNAVAILABLE = (503, "database_unavailable")
PEOPLE = [
    {"name": "app", "login": "password", "grants": [{"privileges": ["ALL"]}]},
    {"name": "tokens", "login": "iam"},
    {"name": "owner1", "login": "end_to_end_iam", "grants": [{"privileges": ["ALL"]}]},
]


class Auth:
    """The deployed variant, and changes made to it behind CloudFormation's back."""

    def __init__(self, account):
        self.account = account
        outputs = account.outputs(STACK)
        self.urls = {"password": outputs["PasswordUrl"], "iam": outputs["IAMUrl"]}
        self.service = account.resources(account.nested(STACK, "SAMStack"))
        self.functions = account.client("lambda")
        self.secrets = account.client("secretsmanager")

    def visit(self, login):
        """The rows that a function answers with, or its error."""
        status, body = self.account.call("POST", self.urls[login])
        if status == 200:
            return [row["id"] for row in body["visits"]]
        return status, body["error"]["code"]

    def name(self, login):
        return self.service[{"password": "PasswordFunction", "iam": "IAMFunction"}[login]]

    def configuration(self, login):
        return self.functions.get_function_configuration(FunctionName=self.name(login))

    def renew(self, login, **changed):
        """Start new execution environments, which have to log in."""
        known = self.configuration(login)
        variables = {"Environment": {"Variables": known["Environment"]["Variables"] | changed}}
        self.functions.update_function_configuration(
            FunctionName=self.name(login),
            MemorySize=known["MemorySize"] + 1,
            **(variables if changed else {}),
        )

    @property
    def secret_arn(self):
        return self.configuration("password")["Environment"]["Variables"]["RDS_SECRET_ARN"]

    def secret(self):
        return json.loads(self.secrets.get_secret_value(SecretId=self.secret_arn)["SecretString"])

    def put_secret(self, **changed):
        text = json.dumps(self.secret() | changed)
        self.secrets.put_secret_value(SecretId=self.secret_arn, SecretString=text)

    def physical(self, *path):
        *stacks, resource = path
        return self.account.resources(self.account.nested(STACK, *stacks))[resource]


@pytest.fixture(scope="module")
def auth(desk, deploy):
    here = desk("100000000002")
    deploy(here, "auth")
    return Auth(here.account)


class TestLogins:
    def test_each_function_sees_the_rows_of_the_other(self, auth):
        [first] = auth.visit("password")

        assert auth.visit("iam") == [first + 1, first]
        assert auth.visit("password") == [first + 2, first + 1, first]

    def test_no_environment_holds_the_password(self, auth):
        password = auth.secret()["password"]

        for login in ("password", "iam"):
            assert password not in json.dumps(auth.configuration(login), default=str)

    def test_the_password_function_may_read_its_secret_and_no_more(self, auth):
        roles = auth.account.client("iam")
        name = auth.service["PasswordFunctionRole"]
        [policy] = roles.list_role_policies(RoleName=name)["PolicyNames"]
        document = roles.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]

        [statement] = document["Statement"]
        assert statement["Resource"] == [auth.secret_arn]
        assert all(action.startswith("secretsmanager:") for action in statement["Action"])

    def test_another_roles_token_is_refused(self, auth):
        roles = auth.account.client("iam")
        own = auth.configuration("iam")["Role"]
        other = roles.get_role(RoleName=auth.service["PasswordFunctionRole"])["Role"]["Arn"]
        auth.functions.update_function_configuration(FunctionName=auth.name("iam"), Role=other)
        try:
            assert auth.visit("iam") == UNAVAILABLE
        finally:
            auth.functions.update_function_configuration(FunctionName=auth.name("iam"), Role=own)

        assert isinstance(auth.visit("iam"), list)

    def test_a_wrong_password_is_refused(self, auth):
        own = auth.secret_arn
        wrong = json.dumps(auth.secret() | {"password": "wrong"})
        other = auth.secrets.create_secret(Name="wrong", SecretString=wrong)["ARN"]
        auth.renew("password", RDS_SECRET_ARN=other)
        try:
            assert auth.visit("password") == UNAVAILABLE
        finally:
            auth.renew("password", RDS_SECRET_ARN=own)

        assert isinstance(auth.visit("password"), list)

    def test_without_a_way_to_secrets_manager_there_is_no_password(self, auth):
        groups = auth.account.client("ec2")
        endpoint = auth.physical("EndpointsStack", "EndpointSecurityGroup")
        [group] = groups.describe_security_groups(GroupIds=[endpoint])["SecurityGroups"]
        rules = {"GroupId": endpoint, "IpPermissions": group["IpPermissions"]}
        groups.revoke_security_group_ingress(**rules)
        auth.renew("password")
        try:
            assert auth.visit("password") == UNAVAILABLE
            assert isinstance(auth.visit("iam"), list)
        finally:
            groups.authorize_security_group_ingress(**rules)


class TestRotation:
    def test_a_password_change_under_load_fails_no_request(self, auth):
        """A rotation sets the new password in the database a moment before the secret."""
        answers, ended = [], threading.Event()

        def load():
            while not ended.is_set():
                answers.append(auth.visit("password"))

        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        instance = auth.physical("RDSStack", "DBInstance")
        try:
            for number in range(2):
                password = f"rotated-{number}-of-a-test"
                auth.account.client("rds").modify_db_instance(
                    DBInstanceIdentifier=instance,
                    MasterUserPassword=password,
                    ApplyImmediately=True,
                )
                auth.renew("password")
                time.sleep(0.7)
                auth.put_secret(password=password)
                enough = len(answers) + 2 * len(threads)
                assert wait_for(lambda: len(answers) >= enough)  # noqa: B023 - at once
        finally:
            ended.set()
            for thread in threads:
                thread.join(60)

        assert [answer for answer in answers if not isinstance(answer, list)] == []


SETTINGS = {
    "regions": ["eu-west-1"],
    "rds": {"users": PEOPLE, "master_login": False, "deletion_protection": False},
    "password_user": "app",
    "iam_user": "owner1",
}


@pytest.fixture(scope="module")
def service_with_users(desk, deploy):
    here = desk("100000000003")
    deploy(here, "auth", SETTINGS)
    return here, Auth(here.account)


class TestUsers:
    def test_they_are_created_while_the_stack_is_deployed(self, service_with_users):
        _, auth = service_with_users

        [first] = auth.visit("password")
        assert auth.visit("iam") == [first + 1, first]

    def test_the_function_logs_in_as_its_user(self, service_with_users):
        _, auth = service_with_users

        assert auth.configuration("iam")["Environment"]["Variables"]["RDS_USER"] == "owner1"
        assert auth.secret()["username"] == "app"

    def test_an_end_to_end_user_has_no_secret_anywhere(self, service_with_users):
        _, auth = service_with_users

        names = {
            json.loads(auth.secrets.get_secret_value(SecretId=one["ARN"])["SecretString"])[
                "username"
            ]
            for one in auth.secrets.list_secrets()["SecretList"]
        }
        assert names == {"admin", "app", "tokens"}

    def test_the_proxys_role_must_be_allowed_to_connect_too(self, service_with_users):
        _, auth = service_with_users
        roles = auth.account.client("iam")
        role = auth.physical("RDSStack", "IAMProxyRole")
        given = {"RoleName": role, "PolicyName": "ConnectToDatabase"}
        document = roles.get_role_policy(**given)["PolicyDocument"]
        roles.delete_role_policy(**given)
        auth.renew("iam")
        try:
            assert auth.visit("iam") == UNAVAILABLE
        finally:
            roles.put_role_policy(**given, PolicyDocument=json.dumps(document))

        assert isinstance(auth.visit("iam"), list)

    def test_a_user_that_is_no_longer_declared_is_dropped(self, service_with_users, deploy):
        here, auth = service_with_users
        fewer = [one for one in PEOPLE if one["name"] != "app"] + [
            {"name": "another", "login": "password", "grants": [{"privileges": ["ALL"]}]}
        ]
        changed = SETTINGS["rds"] | {"users": fewer}
        settings = SETTINGS | {"rds": changed, "password_user": "another"}
        old = auth.secret()
        deploy(here, "auth", settings)

        assert auth.secret()["username"] == "another"
        assert isinstance(auth.visit("password"), list)
        gone = json.dumps(old)
        other = auth.secrets.create_secret(Name="gone", SecretString=gone)["ARN"]
        auth.renew("password", RDS_SECRET_ARN=other)
        assert auth.visit("password") == UNAVAILABLE

    def test_deleting_it_deletes_everything(self, service_with_users):
        here, auth = service_with_users
        here.delete(STACK)

        assert auth.account.client("rds").describe_db_proxies()["DBProxies"] == []
        assert auth.functions.list_functions()["Functions"] == []
