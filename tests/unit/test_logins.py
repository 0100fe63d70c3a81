"""The login of a function is a value: its environment and its rights follow from it."""

from __future__ import annotations

import pytest
from troposphere import encode_to_dict

from rdsproxy_templates import WiringError
from rdsproxy_templates.aws.database_users import User
from rdsproxy_templates.aws.kinds import (
    DatabaseName,
    DatabaseResourceId,
    DatabaseUser,
    FunctionArns,
    Hostname,
    KeyArn,
    ProxyArn,
    RoleArn,
    RoleName,
    SecretArn,
    SecretArns,
    SecurityGroupId,
    Url,
)
from rdsproxy_templates.resources.api_functions import user_names_function
from rdsproxy_templates.resources.declared_ports import DeclaredPorts, ProxyPorts, TwoProxiesPorts
from rdsproxy_templates.resources.function_declaration import DeclaredFunction
from rdsproxy_templates.resources.login_ports import FunctionNetworkPorts, TokenPorts
from rdsproxy_templates.resources.logins import (
    DatabaseLogin,
    RoleLogin,
    SecretLogin,
    SharedSecretLogin,
    TokenLogin,
)
from rdsproxy_templates.resources.port_groups import SecretCredentials
from rdsproxy_templates.stacks import functions
from rdsproxy_templates.variants.cross_account_app import RemoteDatabase

HOST, USER, NAME = Hostname("db.example"), DatabaseUser("app"), DatabaseName("shop")
SECRET = SecretArn("arn:aws:secretsmanager:eu-west-1:111122223333:secret:one")
KEY = KeyArn("arn:aws:kms:eu-west-1:111122223333:key/one")
ROLE = RoleArn("arn:aws:iam::111122223333:role/connect")
PROXY = ProxyArn("arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-1")

READS = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]

LOGINS = {
    "a token": TokenLogin(host=HOST, proxy_arn=PROXY, user=USER, database=NAME),
    "a secret": SecretLogin(host=HOST, secret_arn=SECRET, database=NAME),
    "a shared secret": SharedSecretLogin(host=HOST, secret_arn=SECRET, key_arn=KEY, database=NAME),
    "a role": RoleLogin(host=HOST, role_arn=ROLE, user=USER, database=NAME),
    "a token for the database": DatabaseLogin(
        host=HOST, resource_id=DatabaseResourceId("db-ONE"), user=USER, database=NAME
    ),
}


def actions(login):
    documents = [encode_to_dict(document) for document in login.rights.values()]
    return [one["Action"] for document in documents for one in document["Statement"]]


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("a token", [["rds-db:connect"]]),
        ("a secret", [READS]),
        ("a shared secret", [READS, ["kms:Decrypt"]]),
        ("a role", [["sts:AssumeRole"]]),
        ("a token for the database", [["rds-db:connect"]]),
    ],
)
def test_a_login_has_the_rights_that_it_needs_and_no_more(kind, allowed):
    assert actions(LOGINS[kind]) == allowed


@pytest.mark.parametrize("kind", LOGINS)
def test_every_login_names_the_host_and_the_database(kind):
    variables = LOGINS[kind].variables

    assert variables["RDS_DATABASE_NAME"] == NAME
    assert HOST in variables.values()


@pytest.mark.parametrize("kind", LOGINS)
def test_a_login_names_a_user_or_a_secret_that_names_one(kind):
    assert ("RDS_USER" in LOGINS[kind].variables) != ("RDS_SECRET_ARN" in LOGINS[kind].variables)


def remote(**login):
    return RemoteDatabase(
        function_security_group_id=SecurityGroupId("sg-1"),
        function_role_arn=ROLE,
        function_role_name=RoleName("functions"),
        rds_proxy_endpoint=HOST,
        rds_database_name=NAME,
        **login,
    )


def test_a_function_of_another_account_logs_in_with_what_is_wired():
    one = remote(by_secret=SecretCredentials(secret_arn=SECRET, key_arn=KEY))
    inputs = functions.Inputs(role=one.role, shared_secret=one.shared_secret)

    assert inputs.login(one.login) == LOGINS["a shared secret"]


def test_a_function_of_another_account_without_a_login_is_refused():
    with pytest.raises(WiringError, match="must wire by_role or by_secret"):
        _ = remote().login


class TestStackOfFunctions:
    """One stack has the functions of every variant: logins are groups of its inputs."""

    @pytest.mark.parametrize(
        "login", ["token", "password", "iam", "role", "shared_secret", "database"]
    )
    def test_a_function_whose_login_is_not_wired_is_refused(self, login):
        with pytest.raises(WiringError, match=f"must wire {login}, a function's login"):
            functions.Inputs().login(login)

    @pytest.mark.parametrize(
        ("login", "front"),
        [
            ("iam", {"two_proxies": TwoProxiesPorts(password_proxy_endpoint=HOST)}),
            ("iam", {"two_proxies": TwoProxiesPorts(iam_proxy_endpoint=HOST)}),
            ("password", {"two_proxies": TwoProxiesPorts(iam_proxy_endpoint=HOST)}),
            ("iam", {"proxy": ProxyPorts(rds_proxy_endpoint=HOST)}),
            ("iam", {}),
        ],
    )
    def test_a_declared_function_logs_in_only_where_its_own_login_is_taken(self, login, front):
        declared = DeclaredFunction(name="one", code="src", user="app")
        config = functions.Config(
            api=functions.FunctionApiSettings(),
            declared=(declared,),
            users=(User(name="app", login=login),),
        )
        secrets = SecretArns([SECRET])
        ports = DeclaredPorts(rds_database_name=NAME, user_secret_arns=secrets, **front)

        with pytest.raises(WiringError, match="does not wire the login of OneFunction"):
            functions.build(config, functions.Inputs(declared=ports))

    def test_functions_in_a_vpc_have_subnets(self):
        network = FunctionNetworkPorts(function_security_group_id=SecurityGroupId("sg-1"))

        with pytest.raises(WiringError, match="must wire subnets, function_subnet_id or"):
            _ = network.function_network

    def test_a_rest_api_has_its_secrets(self):
        config = functions.Config(
            api=functions.RestApiFunctionSettings(), functions=(user_names_function(),)
        )

        with pytest.raises(WiringError, match="must wire rest_api, the secrets of a REST API"):
            functions.build(config, functions.Inputs())

    def test_an_address_that_no_function_has_is_not_offered(self):
        outputs = functions.Outputs(
            iam_url=Url("https://api.example/"), function_arns=FunctionArns([])
        )

        assert outputs.at("iam_url") == Url("https://api.example/")
        with pytest.raises(WiringError, match="offers no api_url: no function"):
            outputs.at("api_url")
        with pytest.raises(WiringError, match="offers no api_host: the API is no REST API"):
            _ = outputs.rest_api_host

    def test_code_of_somebody_elses_brings_its_own_drivers(self):
        inputs = functions.Inputs(
            token=TokenPorts(
                rds_master_username=USER,
                rds_database_name=NAME,
                rds_proxy_endpoint=HOST,
                rds_proxy_arn=PROXY,
            )
        )
        titles = {}
        for code in (None, "../mine"):
            api = functions.FunctionApiSettings(code_uri=code)
            config = functions.Config(api=api, functions=(api.function("token"),))
            titles[code] = [one.title for one in functions.build(config, inputs).resources]

        assert titles[None] == ["DatabaseLayer", *titles["../mine"]]
