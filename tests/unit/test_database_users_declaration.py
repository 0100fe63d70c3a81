"""Properties that declare a user, and the sentences about those that do not."""

from __future__ import annotations

import pytest

import dialect_mysql
import dialect_postgresql
from declaration import Grant, Invalid, User, declared

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf"
GOOD = {
    "ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:answer",
    "UserName": "app",
    "Login": "password",
    "SecretArn": ARN,
    "Grants": [
        {"Privileges": ["SELECT", "INSERT"], "On": "orders.*"},
        {"Privileges": ["ALL"], "On": "orders.items"},
    ],
}


def refused(limits=dialect_mysql, **more):
    """Return the sentences about valid properties with these changes; None removes one."""
    given = {name: value for name, value in (GOOD | more).items() if value is not None}
    with pytest.raises(Invalid) as invalid:
        declared(given, limits)
    return str(invalid.value)


@pytest.mark.parametrize("limits", [dialect_mysql, dialect_postgresql])
def test_a_user_is_read_with_all_its_grants(limits):
    assert declared(GOOD, limits) == User(
        "app",
        "password",
        ARN,
        (Grant(("SELECT", "INSERT"), "orders", "*"), Grant(("ALL",), "orders", "items")),
    )


def test_a_user_for_iam_needs_no_secret_and_no_grants():
    assert declared({"UserName": "app", "Login": "iam"}, dialect_mysql) == User(
        "app", "iam", None, ()
    )


@pytest.mark.parametrize(("said", "lists"), [("true", True), ("false", False)])
def test_a_user_may_list_users(said, lists):
    assert declared(GOOD | {"ListsUsers": said}, dialect_mysql).lists_users is lists
    assert declared(GOOD, dialect_mysql).lists_users is False


@pytest.mark.parametrize(("said", "adopts"), [("true", True), ("false", False)])
def test_a_user_may_be_adopted(said, adopts):
    assert declared(GOOD | {"Adopt": said}, dialect_mysql).adopt is adopts
    assert declared(GOOD, dialect_mysql).adopt is False


@pytest.mark.parametrize("resource", ["", "db 1", "db-1'", 7, ["db-1"]])
def test_a_database_is_named_by_its_resource_id(resource):
    declared(GOOD | {"DatabaseResourceId": "cluster-ABC123"}, dialect_mysql)
    said = refused(DatabaseResourceId=resource)

    assert said == "[DatabaseResourceId] must be the resource ID of the cluster or instance."


@pytest.mark.parametrize("said", [True, "yes", "True", None, ["true"]])
def test_to_list_users_is_true_or_false(said):
    with pytest.raises(Invalid) as invalid:
        declared(GOOD | {"ListsUsers": said}, dialect_mysql)

    assert str(invalid.value) == '[ListsUsers] must be "true" or "false".'


@pytest.mark.parametrize(
    "name",
    [None, "", 7, ["app"], "1app", "-app", "app'", 'app"', "app`", "a;b", "a b", "a.b", "äpp", "%"],
)
def test_a_name_is_one_that_no_quotes_can_break(name):
    assert refused(UserName=name).startswith("[UserName] must have 1 to 32 letters")


@pytest.mark.parametrize(("limits", "length"), [(dialect_mysql, 32), (dialect_postgresql, 63)])
def test_a_name_is_no_longer_than_the_engine_takes(limits, length):
    declared(GOOD | {"UserName": "a" * length}, limits)

    assert f"1 to {length} letters" in refused(limits, UserName="a" * (length + 1))


@pytest.mark.parametrize(
    "name", ["root", "RDSADMIN", "rds_iam", "pg_monitor", "public", "mysql", "rdsproxy_templates_x"]
)
def test_a_name_of_the_database_or_rds_is_refused(name):
    assert refused(UserName=name) == "[UserName] is reserved for the database or RDS itself."


@pytest.mark.parametrize("login", [None, "", "IAM", True, ["iam"]])
def test_a_login_is_one_of_two(login):
    assert refused(Login=login) == '[Login] must be "password" or "iam".'


@pytest.mark.parametrize("arn", [None, "", "hunter2", "arn:aws:s3:::bucket", 7])
def test_a_password_is_in_a_secret(arn):
    said = refused(SecretArn=arn)

    assert said == "[SecretArn] must be the ARN of the secret that holds the user's password."


def test_a_secret_has_no_use_for_iam():
    assert refused(Login="iam").startswith('[SecretArn] is for Login "password" only')


@pytest.mark.parametrize("grants", ["ALL", 7, {"On": "a.*"}])
def test_grants_are_a_list(grants):
    assert refused(Grants=grants) == "[Grants] must be a list."


@pytest.mark.parametrize("grant", ["ALL", {"On": "a.*"}, {"Privileges": ["ALL"], "on": "a.*"}])
def test_a_grant_has_two_parts(grant):
    said = refused(Grants=[grant])

    assert said == "[Grants.0] must have Privileges and On, and nothing else."


@pytest.mark.parametrize("on", ["*.*", "a", "a.", ".b", "a.b.c", "a`.*", 'a".*', "a.b;", ["a.*"]])
def test_a_grant_is_on_a_place_with_a_name(on):
    said = refused(Grants=[{"Privileges": ["SELECT"], "On": on}])

    assert said == (
        '[Grants.0.On] must be "name.*" or "name.table", with names of 1 to 64 letters, digits, _ '
        "and -, a letter or _ first."
    )


@pytest.mark.parametrize(("limits", "length"), [(dialect_mysql, 64), (dialect_postgresql, 63)])
@pytest.mark.parametrize("on", ["{}.*", "{}.items", "shop.{}"])
def test_a_grant_is_on_names_as_long_as_the_engine_takes(limits, length, on):
    def grants(letters):
        return [{"Privileges": ["SELECT"], "On": on.format("a" * letters)}]

    declared(GOOD | {"Grants": grants(length)}, limits)

    assert f"names of 1 to {length} letters" in refused(limits, Grants=grants(length + 1))


@pytest.mark.parametrize("on", ["mysql.*", "MySQL.user", "information_schema.*", "PG_Catalog.x"])
def test_a_grant_is_on_no_catalog(on):
    said = refused(Grants=[{"Privileges": ["SELECT"], "On": on}])

    assert said.startswith("[Grants.0.On] is the database's own catalog")


@pytest.mark.parametrize("on", ["rdsproxy_templates.*", "RDSProxy_Templates.users"])
def test_a_grant_is_on_no_mark_of_a_user(on):
    said = refused(Grants=[{"Privileges": ["SELECT"], "On": on}])

    assert said.startswith("[Grants.0.On] is where users are marked")


@pytest.mark.parametrize(
    ("privileges", "on"),
    [
        ([], "a.*"),
        ("ALL", "a.*"),
        (["select"], "a.*"),
        (["ALL", "SELECT"], "a.*"),
        (["SELECT", "SUPER"], "a.*"),
        (["GRANT OPTION"], "a.*"),
        ([["SELECT"]], "a.*"),
        (["EXECUTE"], "a.table"),
    ],
)
def test_a_grant_is_of_known_privileges(privileges, on):
    said = refused(Grants=[{"Privileges": privileges, "On": on}])

    assert said.startswith('[Grants.0.Privileges] must be ["ALL"] or some of SELECT, INSERT, ')


def test_each_engine_knows_its_own_privileges():
    truncates = [{"Privileges": ["TRUNCATE"], "On": "a.*"}]

    assert "Privileges" in refused(dialect_mysql, Grants=truncates)
    declared(GOOD | {"Grants": truncates}, dialect_postgresql)


def test_a_property_that_nobody_knows_is_no_typing_error_to_ignore():
    assert refused(Grant=[]).startswith(
        "[Grant] is an unknown property; known properties are UserName, "
    )


def test_everything_wrong_is_said_at_once_and_no_value_is_quoted():
    said = refused(UserName="hunter2'", Login="hunter2", Grants="hunter2")

    assert [place in said for place in ("[UserName]", "[Login]", "[Grants]")] == [True] * 3
    assert "hunter2" not in said
