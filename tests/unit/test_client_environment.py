"""The environment of the client: the stack's variables, or one URL on a laptop."""

from __future__ import annotations

import pytest

from rdsproxy_client import Database, Misconfigured, credentials, environment, token
from rdsproxy_client.environment import Target

STACK = {
    "RDS_PROXY_ENDPOINT": "proxy.example",
    "RDS_USER": "app",
    "RDS_DATABASE_NAME": "blog",
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "key",
}


@pytest.fixture
def stack(monkeypatch):
    for name, value in STACK.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def url(monkeypatch):
    def of(text):
        monkeypatch.setenv("DATABASE_URL", text)
        return environment.target(1)

    return of


def test_missing_variables_are_named_all_at_once(monkeypatch):
    for name in STACK:
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(Misconfigured) as said:
        Database.from_environment().read("SELECT 1")
    names = "RDS_PROXY_ENDPOINT or RDS_HOST, RDS_DATABASE_NAME, RDS_USER, AWS_REGION"
    assert str(said.value) == f"The function's environment lacks {names}; set it in the template."


def test_a_secret_needs_no_user_and_no_region(stack):
    for name in ("RDS_USER", "AWS_REGION"):
        stack.delenv(name)
    stack.setenv("RDS_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:s")

    assert environment.target(3306) == Target("proxy.example", 3306, "blog")


def test_credentials_have_a_token_and_do_not_show_it(stack):
    login = credentials()

    assert login[:4] == ("proxy.example", 3306, "blog", "app")
    assert login.password.startswith("proxy.example:3306/?Action=connect&DBUser=app&")
    assert "Signature" not in repr(login)
    assert login.tls
    assert token().partition("X-Amz-Date")[0] == login.password.partition("X-Amz-Date")[0]


def test_credentials_for_the_reader_are_for_its_host(stack):
    assert credentials(read_only=True).host == "proxy.example"
    stack.setenv("RDS_PROXY_READ_ONLY_ENDPOINT", "reader.example")

    assert token(read_only=True).startswith("reader.example:3306/")


def test_a_password_is_no_token(stack):
    stack.setenv("RDS_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:s")

    with pytest.raises(Misconfigured, match="use credentials"):
        token()


def test_a_reader_has_a_connection_of_its_own_where_one_is_wired(stack):
    database = Database.from_environment()
    assert database.reader is database

    stack.setenv("RDS_PROXY_READ_ONLY_ENDPOINT", "reader.example")
    database = Database.from_environment()
    assert database.reader is not database
    assert database.reader is database.reader


@pytest.mark.parametrize(
    ("text", "family", "target"),
    [
        ("mysql://me@localhost/app", "MYSQL", Target("localhost", 1, "app", False, "me")),
        (
            "postgresql://me:p%40ss@db.example:5433/app",
            "POSTGRESQL",
            Target("db.example", 5433, "app", True, "me", "p@ss"),
        ),
        (
            "postgresql+psycopg://me@db/app?sslmode=disable",
            "POSTGRESQL",
            Target("db", 1, "app", False, "me"),
        ),
        (
            "mysql://me@127.0.0.1/app?sslmode=verify-full",
            "MYSQL",
            Target("127.0.0.1", 1, "app", True, "me"),
        ),
    ],
)
def test_a_url_says_everything(url, text, family, target):
    assert url(text) == target
    assert environment.engine_family() == family


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mysql://localhost/app", "engine://user:password@host"),
        ("mysql://me@localhost", "engine://user:password@host"),
        ("mysql://me:secret@host:port/app", "is not a URL"),
        ("mysql://me:sec/ret@host/app", "%2F"),
        ("mysql://me:secret@host:0/app", "must be engine://"),
        ("mysql://me@localhost/app?sslmode=prefer", "sslmode=disable or sslmode=verify-full"),
        ("mysql://me@localhost/app?charset=latin1", "takes only sslmode"),
    ],
)
def test_a_url_that_is_wrong_is_said_without_its_password(url, text, said):
    with pytest.raises(Misconfigured, match=said) as misconfigured:
        url(text)
    assert "secret" not in str(misconfigured.value)


def test_a_url_of_another_engine_is_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "oracle://me@localhost/app")

    with pytest.raises(Misconfigured, match="mysql:// or postgresql://"):
        Database.from_environment()


def test_a_url_with_a_password_is_refused_in_lambda(url, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")

    with pytest.raises(Misconfigured, match="is for laptops"):
        url("mysql://me:secret@localhost/app")
