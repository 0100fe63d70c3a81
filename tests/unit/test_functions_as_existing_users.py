"""Functions that log in as users of a database whom the stack does not create."""

from __future__ import annotations

import pytest
from rendered import named_of_type, problems

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import auth, base, bastion, existing_database, existing_vpc

NAMED = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:{}-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
LEGACY = {"user": "legacy", "secret_arn": NAMED.format("legacy"), "login": "iam"}
JOBS = {
    "user": "jobs",
    "secret_arn": NAMED.format("jobs"),
    "login": "password",
    "kms_key_arn": KEY,
}
UNNAMED = {"secret_arn": NAMED.format("other"), "login": "iam"}
ORDERS = {"name": "orders", "code": "src/orders", "user": "legacy", "routes": ["GET /orders"]}
NIGHTLY = {"name": "nightly", "code": "src/nightly", "user": "jobs", "schedule": "rate(1 day)"}
DECLARED = [{"name": "app", "login": "iam"}, {"name": "report", "login": "password"}]

one_proxy = pytest.mark.parametrize("variant", [base, existing_vpc, existing_database, bastion])


def settings(variant, *functions, logins=(LEGACY, JOBS, UNNAMED), users=(), **more):
    rds = {"users": list(users), "proxy": {"logins": list(logins)}, "master_login": False}
    proxied = {"proxy": True} if variant is bastion else {}
    return {"rds": rds, "functions": list(functions), **proxied, **more}


def bundle(variant, *functions, **more):
    config = variant.Config.parse(settings(variant, *functions, **more), "my.yaml")
    return unpackaged(variant, config)


def resources(variant, *functions, **more):
    return bundle(variant, *functions, **more).flat()[0].resources


def function(found, title):
    return named_of_type(found, "Serverless::Function")[f"SAMStack{title}Function"]


def actions(body):
    return [
        statement["Action"]
        for policy in body["Policies"]
        if isinstance(policy, dict)
        for statement in policy["Statement"]
    ]


def services_reached(found):
    """The names of services for which the stack creates an endpoint."""
    return [
        body["ServiceName"]["Fn::Sub"] for body in named_of_type(found, "EC2::VPCEndpoint").values()
    ]


class TestLogins:
    @one_proxy
    def test_the_validators_find_nothing(self, variant):
        assert validate(bundle(variant, ORDERS, NIGHTLY), lint=False) == []

    @one_proxy
    def test_they_stand_beside_users_that_are_declared(self, variant):
        declared = {**NIGHTLY, "name": "reports", "user": "report"}
        made = bundle(variant, ORDERS, NIGHTLY, declared, users=DECLARED)

        assert validate(made, lint=False) == []

    def test_a_function_connects_with_a_token_as_this_user_only(self):
        body = function(resources(existing_database, ORDERS), "Orders")

        assert body["Environment"]["Variables"]["RDS_USER"] == "legacy"
        assert actions(body) == [["rds-db:connect"]]
        [statement] = body["Policies"][1]["Statement"]
        [resource] = statement["Resource"]
        assert resource["Fn::Sub"][0].endswith("/legacy")

    def test_a_function_with_a_password_reads_this_secret_by_its_key_only(self):
        body = function(resources(existing_database, NIGHTLY), "Nightly")

        assert body["Environment"]["Variables"]["RDS_SECRET_ARN"] == JOBS["secret_arn"]
        reads, decrypts = (policy["Statement"] for policy in body["Policies"][1:])
        assert [one["Resource"] for one in (*reads, *decrypts)] == [[JOBS["secret_arn"]], [KEY]]
        assert "rds-db:connect" not in str(body)

    def test_each_connects_to_the_proxy_that_takes_its_login(self):
        pools = {
            "users": DECLARED,
            "password_proxy": {"logins": [JOBS]},
            "iam_proxy": {"logins": [LEGACY]},
        }
        config = auth.Config.parse({"rds": pools, "functions": [ORDERS, NIGHTLY]}, "my.yaml")
        made = unpackaged(auth, config)
        found = made.flat()[0].resources

        assert validate(made, lint=False) == []
        assert "IAMProxy" in str(function(found, "Orders")["Environment"])
        assert "PasswordProxy" in str(function(found, "Nightly")["Environment"])


class TestWhatIsNeeded:
    def test_nobody_is_created_and_the_masters_secret_is_not_asked_for(self):
        made = bundle(existing_database, ORDERS, NIGHTLY)

        assert "RDSMasterUserSecretArn" not in made.root.parameters
        assert not [name for name in made.flat()[0].resources if name.startswith("UsersStack")]

    @pytest.mark.parametrize(
        "more", [{"users": DECLARED}, {"logins": [LEGACY]}], ids=["users", "its own login"]
    )
    def test_the_masters_secret_is_asked_for_where_somebody_reads_it(self, more):
        chosen = settings(existing_database, ORDERS, **more)
        chosen["rds"]["master_login"] = "users" not in more
        made = unpackaged(existing_database, existing_database.Config.parse(chosen, "my.yaml"))

        assert "RDSMasterUserSecretArn" in made.root.parameters

    @pytest.mark.parametrize(
        ("functions", "services"),
        [([ORDERS], []), ([ORDERS, NIGHTLY], ["com.amazonaws.${AWS::Region}.secretsmanager"])],
    )
    def test_there_is_a_way_to_secrets_manager_for_those_with_a_password(self, functions, services):
        assert services_reached(resources(existing_database, *functions)) == services

    def test_the_endpoint_that_a_vpc_has_is_enough(self):
        made = bundle(existing_database, NIGHTLY, secrets_manager_endpoint="existing")

        assert services_reached(made.flat()[0].resources) == []
        assert "SecretsManagerEndpointSecurityGroupId" in made.root.parameters


class TestRefusals:
    def test_a_user_that_nobody_names_is_told_with_all_that_there_are(self):
        other = {**ORDERS, "user": "legasy"}

        [said] = problems(existing_database, **settings(existing_database, other, users=DECLARED))

        assert said.startswith("[my.yaml: functions.0.user] must name one of rds.users")
        assert "(app, report, legacy, jobs), got 'legasy' (did you mean legacy?)" in said

    @pytest.mark.parametrize("logins", [[LEGACY, {**JOBS, "user": "legacy"}], [LEGACY]])
    def test_a_user_is_named_once(self, logins):
        users = [{"name": "legacy", "login": "iam"}] if len(logins) == 1 else []

        [said] = problems(
            existing_database,
            **settings(existing_database, logins=logins, users=users, functions=[]),
        )

        assert f"rds.proxy.logins.{len(logins) - 1}.user] must differ from every other" in said

    def test_a_user_is_named_once_at_both_proxies(self):
        pools = {
            "users": DECLARED,
            "password_proxy": {"logins": [{**JOBS, "user": "legacy"}]},
            "iam_proxy": {"logins": [LEGACY]},
        }

        [said] = problems(auth, rds=pools)

        assert "rds.iam_proxy.logins.0.user] must differ from every other" in said

    @pytest.mark.parametrize("name", ["", "two words", "all*", "one?", "a/b", "x" * 64])
    def test_a_name_is_no_pattern_of_names(self, name):
        login = {**LEGACY, "user": name}

        [said] = problems(
            existing_database,
            **settings(existing_database, ORDERS | {"user": None}, logins=[login]),
        )

        assert "rds.proxy.logins.0.user]" in said
