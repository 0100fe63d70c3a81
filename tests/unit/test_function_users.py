"""Users that functions log in as: the settings, and the remedies in the sentences."""

from __future__ import annotations

import re

import pytest
import yaml

from rdsproxy_client import engine_mysql, engine_postgresql
from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.database_users import BLOG_TABLES, KEY_TABLE, NEEDED
from rdsproxy_templates.variants import (
    auth,
    base,
    bastion,
    cross_account_db,
    data_tier,
    edge,
    existing_vpc,
)

WRITTEN = re.compile(r"`([^`]+)`")
"""YAML that a sentence tells the reader to write."""

DECLARED = {
    "existing_vpc": (existing_vpc, {}),
    "bastion": (bastion, {"proxy": True}),
    "cross_account_db": (cross_account_db, {}),
}
"""Variants whose function logs in as a user that they declare."""

AS_MASTER = {"rds": {"master_login": True}, "function_user": None}
REPORTS = {"name": "reports", "login": "password"}
ORDERS = {"name": "orders", "login": "iam"}


def parsed(variant, settings):
    return variant.Config.parse(settings, "my.yaml")


def warnings(variant, settings):
    return list(parsed(variant, settings).warnings())


def problem(variant, settings):
    with pytest.raises(ConfigError) as caught:
        parsed(variant, settings)
    [one] = caught.value.problems
    return one


def with_what_it_says(settings, problem):
    """Apply to the settings what the sentence tells the reader to write."""
    changed = {**settings, "rds": {**settings.get("rds", {})}}
    for text in WRITTEN.findall(problem.sentence):
        written = yaml.safe_load(text)
        if "name" in written:
            changed["rds"]["users"] = [*changed["rds"].get("users", []), written]
        else:
            changed["rds"] |= written.pop("rds", {})
            changed |= written
    return changed


def flat(variant, settings):
    return render(variant, parsed(variant, settings)).flat()[0].resources


def of_type(resources, kind):
    return {name: body for name, body in resources.items() if body["Type"] == kind}


class TestMaster:
    @pytest.mark.parametrize("users", [[], [ORDERS], [REPORTS], [REPORTS | {"name": "app"}]])
    @pytest.mark.parametrize("variant", [base, auth], ids=["base", "auth"])
    def test_a_function_that_is_the_master_is_warned_of_until_it_is_what_the_warning_says(
        self, variant, users
    ):
        settings = {"rds": {"users": users}}
        found = warnings(variant, settings)
        assert found
        for warning in found:
            assert "as the master user" in warning.sentence
            settings = with_what_it_says(settings, warning)

        assert warnings(variant, settings) == []

    @pytest.mark.parametrize("name", DECLARED)
    def test_a_variant_that_declares_a_user_warns_of_the_master_instead(self, name):
        variant, settings = DECLARED[name]
        settings = settings | AS_MASTER
        [warning] = warnings(variant, settings)

        assert warning.place == "function_user"
        assert warnings(variant, with_what_it_says(settings, warning)) == []

    def test_base_keeps_its_four_stacks_and_makes_no_tables(self):
        assert list(render(base, base.Config()).root.children) == [
            "VPCStack",
            "SecretsStack",
            "RDSStack",
            "SAMStack",
        ]


class TestDeclared:
    @pytest.mark.parametrize("name", DECLARED)
    def test_the_proxy_lets_in_the_functions_user_and_not_the_master(self, name):
        variant, settings = DECLARED[name]
        [proxy] = of_type(flat(variant, settings), "AWS::RDS::DBProxy").values()

        assert [(one["SecretArn"], one["IAMAuth"]) for one in proxy["Properties"]["Auth"]] == [
            ({"Ref": "UserSecretsStackAppSecret"}, "REQUIRED")
        ]

    @pytest.mark.parametrize("name", ["existing_vpc", "bastion"])
    def test_the_function_is_told_its_user_and_may_connect_as_nobody_else(self, name):
        variant, settings = DECLARED[name]
        function = flat(variant, settings)["SAMStackBlogRDSProxyFunction"]["Properties"]

        user = {"Fn::GetAtt": ["UsersStackAppUser", "UserName"]}
        assert function["Environment"]["Variables"]["RDS_USER"] == user
        _, policy = function["Policies"]
        [statement] = policy["Statement"]
        [resource] = statement["Resource"]
        assert resource["Fn::Sub"][0].endswith("/${UsersStackAppUser.UserName}")

    @pytest.mark.parametrize("name", DECLARED)
    def test_the_tables_are_there_before_the_user_is(self, name):
        variant, settings = DECLARED[name]
        resources = flat(variant, settings)
        [tables] = of_type(resources, "Custom::DatabaseTables")

        assert tables in resources["UsersStackAppUser"]["DependsOn"]

    @pytest.mark.parametrize("engine", ["aurora-mysql", "aurora-postgresql", "mysql", "postgres"])
    @pytest.mark.parametrize("name", ["existing_vpc", "cross_account_db"])
    def test_tables_and_users_belong_to_one_database_and_are_made_again_in_another(
        self, name, engine
    ):
        resources = flat(DECLARED[name][0], {"rds": {"engine": engine}})
        made = {
            **of_type(resources, "Custom::DatabaseTables"),
            **of_type(resources, "Custom::DatabaseUser"),
        }

        [itself] = [
            name
            for name, body in resources.items()
            if body["Type"] in {"AWS::RDS::DBCluster", "AWS::RDS::DBInstance"}
            and "MasterUsername" in body["Properties"]
        ]
        attribute = "DBClusterResourceId" if engine.startswith("aurora") else "DbiResourceId"
        assert [one["Properties"]["DatabaseResourceId"] for one in made.values()] == [
            {"Fn::GetAtt": [itself, attribute]}
        ] * 2

    def test_without_a_proxy_a_bastion_has_no_users(self):
        assert not of_type(flat(bastion, {}), "Custom::DatabaseUser")


class TestTables:
    @pytest.mark.parametrize(
        ("variant", "settings"),
        [
            pytest.param(
                existing_vpc, {"sam": {"code_uri": "../mine"}}, id="code of somebody's own"
            ),
            pytest.param(cross_account_db, {"function_tables": False}, id="or elsewhere"),
            pytest.param(edge, {}, id="edge, which has none"),
        ],
    )
    def test_are_made_for_the_librarys_own_functions_only(self, variant, settings):
        resources = flat(variant, settings)

        assert of_type(resources, "Custom::DatabaseUser")
        assert not of_type(resources, "Custom::DatabaseTables")

    KEEPING = {"name": "app", "login": "iam", "transaction_keys": True}

    @pytest.mark.parametrize(
        ("variant", "settings", "named"),
        [
            pytest.param(data_tier, {}, ["transaction_keys"], id="where there are no others"),
            pytest.param(existing_vpc, {}, ["functions", "transaction_keys"], id="beside others"),
            pytest.param(
                cross_account_db, {}, ["functions", "transaction_keys"], id="in another account"
            ),
        ],
    )
    def test_of_keys_are_made_for_a_user_who_keeps_them(self, variant, settings, named):
        resources = flat(variant, {**settings, "rds": {"users": [self.KEEPING]}})
        [tables] = of_type(resources, "Custom::DatabaseTables").values()

        assert tables["Properties"]["Tables"] == named

    def test_of_keys_are_made_in_edge_whose_function_user_then_writes_to_one_table_only(self):
        resources = flat(edge, {"function_transaction_keys": True})
        [tables] = of_type(resources, "Custom::DatabaseTables").values()
        [user] = of_type(resources, "Custom::DatabaseUser").values()

        assert tables["Properties"]["Tables"] == ["transaction_keys"]
        assert [one["Privileges"] for one in user["Properties"]["Grants"]] == [
            ["SELECT"],
            ["INSERT", "UPDATE"],
        ]

    @pytest.mark.parametrize(
        ("engine", "place"),
        [
            ("mysql", "blog_rds_proxy.rdsproxy_client_keys"),
            ("postgres", "public.rdsproxy_client_keys"),
        ],
    )
    def test_of_keys_are_granted_by_name_as_far_as_other_grants_do_not_include_them(
        self, engine, place
    ):
        narrow = [{"privileges": ["SELECT", "INSERT"], "on": "orders"}]
        users = [
            self.KEEPING,
            {**self.KEEPING, "name": "narrow", "grants": narrow},
            {**self.KEEPING, "name": "whole", "grants": [{"privileges": ["ALL"]}]},
        ]
        resources = flat(data_tier, {"rds": {"engine": engine, "users": users}})
        made = of_type(resources, "Custom::DatabaseUser")
        grants = {name: body["Properties"]["Grants"] for name, body in made.items()}

        wide, by_name, whole = grants.values()
        assert (len(wide), len(whole)) == (1, 1)
        assert by_name[1] == {"Privileges": ["SELECT", "INSERT", "UPDATE"], "On": place}

    @pytest.mark.parametrize("engine", [engine_mysql, engine_postgresql])
    def test_of_keys_have_the_name_that_the_client_uses(self, engine):
        assert engine.KEYS.removeprefix("public.") == KEY_TABLE

    @pytest.mark.parametrize("engine", ["mysql", "postgres"])
    @pytest.mark.parametrize("table", BLOG_TABLES)
    def test_a_user_who_may_do_what_the_function_does_is_not_warned_of(self, engine, table):
        family = {"mysql": "MYSQL", "postgres": "POSTGRESQL"}[engine]
        [other] = {*BLOG_TABLES} - {table}
        grants = [
            {"privileges": list(NEEDED[family]), "on": table},
            {"privileges": ["ALL"], "on": other},
        ]

        assert warnings(existing_vpc, named(engine, grants)) == []

    @pytest.mark.parametrize(
        ("engine", "grants", "lacks"),
        [
            ("mysql", [{"privileges": ["SELECT"]}], "INSERT, UPDATE on items; INSERT, UPDATE on "),
            ("mysql", [{"privileges": ["SELECT", "INSERT"]}], "UPDATE on items; UPDATE on visits"),
            ("postgres", [{"privileges": ["INSERT"]}], "SELECT on items; SELECT on visits"),
            ("postgres", [{"on": "items"}], "SELECT, INSERT on visits"),
        ],
    )
    def test_a_user_who_may_not_is_warned_of(self, engine, grants, lacks):
        [warning] = warnings(existing_vpc, named(engine, grants))

        assert warning.place == "rds.users.0.grants"
        assert f"lack {lacks}" in warning.sentence

    def test_a_function_of_ones_own_needs_what_nobody_knows(self):
        settings = named("mysql", [{"privileges": ["SELECT"]}]) | {"sam": {"code_uri": "../mine"}}

        assert warnings(existing_vpc, settings) == []

    def test_the_functions_of_auth_need_one_table(self):
        few = [{"privileges": ["SELECT", "INSERT", "UPDATE"], "on": "visits"}]
        users = [
            {"name": "app", "login": "password", "grants": few},
            {"name": "tokens", "login": "iam", "grants": [{"privileges": ["SELECT"]}]},
        ]
        settings = {"rds": {"users": users}, "password_user": "app", "iam_user": "tokens"}
        [warning] = warnings(auth, settings)

        assert warning.place == "rds.users.1.grants"
        assert "lack INSERT, UPDATE on visits" in warning.sentence


def named(engine, grants):
    user = {"name": "app", "login": "iam", "grants": grants}
    return {
        "database": {"master_username": "boss"},
        "rds": {"engine": engine, "users": [user]},
    }


class TestRefused:
    @pytest.mark.parametrize(
        ("variant", "settings", "sentence"),
        [
            pytest.param(
                existing_vpc,
                {"rds": {"users": [ORDERS]}},
                "must name one of rds.users, got 'app'; write `function_user: orders`",
                id="users without the default's",
            ),
            pytest.param(
                existing_vpc,
                {"rds": {"users": [{"name": "apps", "login": "iam"}]}},
                "must name one of rds.users, got 'app' (did you mean apps?)",
                id="users with one that is alike",
            ),
            pytest.param(
                existing_vpc,
                {"rds": {"users": [REPORTS]}},
                "must name one of rds.users, got 'app'; write `{name: app, login: iam}` in "
                "rds.users and `function_user: app`",
                id="users with passwords only",
            ),
            pytest.param(
                base,
                {"rds": {"users": [REPORTS], "master_login": False}},
                "must name one of rds.users that logs in by IAM: rds.master_login is off, and the "
                "function would log in as the master user; write `{name: app, login: iam}` in "
                "rds.users and `function_user: app`",
                id="no master, and nobody by IAM",
            ),
            pytest.param(
                existing_vpc,
                {"function_user": None},
                "must name one of rds.users that logs in by IAM: rds.master_login is off, and the "
                "function would log in as the master user; write `function_user: app`",
                id="the master, who is not let in",
            ),
            pytest.param(
                cross_account_db,
                {"login": "password"},
                "must name one of rds.users with `login: password` (none), because login is "
                "password; got 'app'; write `rds: {users: [{name: app, login: password}]}` and "
                "`function_user: app`",
                id="a password for a user without one",
            ),
        ],
    )
    def test_a_user_that_the_function_cannot_be_says_what_to_write(
        self, variant, settings, sentence
    ):
        assert str(problem(variant, settings)) == f"[my.yaml: function_user] {sentence}"

    @pytest.mark.parametrize(
        ("variant", "settings"),
        [
            (base, {"rds": {"users": [REPORTS], "master_login": False}}),
            (existing_vpc, {"rds": {"users": [ORDERS]}}),
            (existing_vpc, {"rds": {"users": [REPORTS]}}),
            (existing_vpc, {"function_user": None}),
        ],
    )
    def test_what_it_says_is_right(self, variant, settings):
        parsed(variant, with_what_it_says(settings, problem(variant, settings)))

    def test_what_it_says_of_a_password_is_right_too(self):
        users = [{"name": "app", "login": "password"}]
        parsed(cross_account_db, {"login": "password", "rds": {"users": users}})

    @pytest.mark.parametrize("variant", [existing_vpc, bastion, cross_account_db])
    def test_nobody_at_all_says_what_to_write(self, variant):
        settings = {"proxy": True} if variant is bastion else {}
        found = problem(variant, settings | {"rds": {"users": []}})

        assert found.place == "my.yaml: rds.master_login"
        assert "`users: [{name: app, login: iam}]`" in found.sentence

    def test_without_a_proxy_nobody_asks_who_the_function_is(self):
        parsed(bastion, {"rds": {"max_capacity": 8}})
