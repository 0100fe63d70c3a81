"""Every sample of ``docs/client.md``, run against real servers behind the login front."""

from __future__ import annotations

import re
import subprocess
import sys
from textwrap import dedent

import pytest
from client import here_or_skip

from rdsproxy_client import engine_mysql, engine_postgresql
from rdsproxy_local.servers.service import Service

SECONDS = 60
KEYS = {"MYSQL": engine_mysql, "POSTGRESQL": engine_postgresql}
NUMBER = {
    "MYSQL": "BIGINT AUTO_INCREMENT PRIMARY KEY",
    "POSTGRESQL": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
}
EVENT = {
    "rawPath": "/orders/1",
    "headers": {},
    "requestContext": {"http": {"method": "GET"}, "requestId": "r"},
}
CONTEXT = """
class Context:
    aws_request_id, function_name, memory_limit_in_mb = "r", "f", 128
    invoked_function_arn = "arn"
    get_remaining_time_in_millis = staticmethod(lambda: 29_000)
"""


@pytest.fixture(scope="module")
def samples(repository):
    """Samples in Python, by the heading above them."""
    text = (repository / "docs" / "client.md").read_text("utf-8")
    found = {}
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        codes = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
        found[section.partition("\n")[0]] = codes
    return found


GROUPS = {
    family: pytest.param(family, marks=pytest.mark.xdist_group(f"documented {family}"))
    for family in KEYS
}
on_mysql = pytest.mark.parametrize("service", [GROUPS["MYSQL"]], indirect=True)
on_postgresql = pytest.mark.parametrize("service", [GROUPS["POSTGRESQL"]], indirect=True)


@pytest.fixture(scope="module", params=GROUPS.values())
def service(request, function, layer):
    here_or_skip(request.param)
    with Service(function, request.param, variables={"PYTHONPATH": str(layer.parent)}) as service:
        rows = service.database.rows
        rows(KEYS[request.param].KEY_TABLE)
        rows("CREATE TABLE stock (item VARCHAR(40) PRIMARY KEY, amount INT NOT NULL)")
        rows(
            f"CREATE TABLE orders (id {NUMBER[request.param]}, item VARCHAR(40) NOT NULL,"
            " amount INT NOT NULL, placed_with VARCHAR(64) NOT NULL)"
        )
        rows("INSERT INTO stock VALUES ('pen', 10)")
        yield service


@pytest.fixture
def executed(service, tmp_path):
    """Runs a program as a function's process would, and what it prints."""

    def executed(*codes):
        program = "\n".join(dedent(code) for code in codes)
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=service.variables | {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{program}\n{done.stderr}"
        return done.stdout.split()

    return executed


def test_the_samples_of_the_client_itself(samples, executed, service):
    intro = samples["`rdsproxy_client`: data access for your handlers"]
    said = executed(
        *intro,
        *samples["Transactions"],
        *samples["Behind an API"],
        *samples["Tests of handlers"],
        CONTEXT,
        f"""
        print(handler({{"item": "pen"}}, Context)[0]["item"], order["item"])
        print(lambda_handler({EVENT!r}, Context)["statusCode"])
        event = {EVENT!r} | {{"rawPath": "/stock", "version": "2.0"}}
        event["requestContext"]["stage"] = "$default"
        print(powertools_handler(event, Context)["statusCode"])
        """,
    )

    assert said == ["pen", "pen", "200", "200"]
    assert service.database.rows("SELECT placed_with FROM orders") == [("k-1",)]


def test_the_statements_for_the_table_of_keys_are_those_of_the_package(repository):
    text = (repository / "docs" / "client.md").read_text("utf-8")

    def plain(sql):
        return " ".join(sql.split())

    assert plain(engine_mysql.KEY_TABLE) in plain(text)
    created = re.search(r"CREATE TABLE.*?\);", engine_postgresql.KEY_TABLE, re.DOTALL)
    assert plain(created[0]) in plain(text)


@pytest.fixture
def on_a_laptop(service, monkeypatch):
    """The environment has a URL, and the database no TLS."""
    family = service.variables["RDS_ENGINE_FAMILY"].lower()
    (user, password), (host, port) = service.database.credentials, service.database.address
    url = f"{family}://{user}:{password}@{host}:{port}/{service.database.database}"
    path = service.variables["PYTHONPATH"]
    monkeypatch.setattr(service, "variables", {"DATABASE_URL": url, "PYTHONPATH": path})


DRIVERS = {
    "psycopg": "print(connect().execute('SELECT 1').fetchone()[0])",
    "SQLAlchemy on PostgreSQL": "print(engine.connect().exec_driver_sql('SELECT 2').scalar())",
    "SQLAlchemy on MySQL": "print(engine.connect().exec_driver_sql('SELECT 2').scalar())",
    "asyncpg": """
async def main():
    async with await pool() as made:
        print(await made.fetchval("SELECT 3"))
asyncio.run(main())
""",
    "Django": """
import django
from django.conf import settings
settings.configure(DATABASES={"default": {"ENGINE": "iam_postgresql"}})
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT 4")
    print(cursor.fetchone()[0])
""",
}


class TestLaptops:
    @on_mysql
    def test_run_the_recipe_of_mysql_by_a_url(self, samples, executed, on_a_laptop):
        name = "SQLAlchemy on MySQL"
        assert executed(*samples[name], DRIVERS[name]) == ["2"]

    @on_postgresql
    def test_run_the_recipes_of_postgresql_by_a_url(self, samples, executed, on_a_laptop, tmp_path):
        package = tmp_path / "iam_postgresql"
        package.mkdir()
        (package / "base.py").write_text(samples["Django"][0])
        codes = [
            code
            for name in ("psycopg", "SQLAlchemy on PostgreSQL", "asyncpg")
            for code in (*samples[name], DRIVERS[name])
        ]
        assert executed("import asyncio", *codes, DRIVERS["Django"]) == ["1", "2", "3", "4"]


ROLLS_BACK = """
from sqlalchemy import text
before = text("SELECT amount FROM stock")
with engine.connect() as one:
    amount = one.execute(before).scalar()
    one.execute(text("UPDATE stock SET amount = 0"))
    one.rollback()
    assert one.execute(before).scalar() == amount
with engine.begin() as one:
    one.execute(text("UPDATE stock SET amount = amount"))
engine.dispose()
with engine.connect() as one:
    print(one.execute(before).scalar() == amount)
"""


class TestDrivers:
    @on_postgresql
    def test_psycopg(self, samples, executed):
        assert executed(
            *samples["psycopg"],
            """
            for number in range(2):
                with connect() as one:
                    print(one.execute("SELECT 1 + %s", (number,)).fetchone()[0])
            """,
        ) == ["1", "2"]

    @on_postgresql
    def test_sqlalchemy_on_postgresql_rolls_back(self, samples, executed):
        assert executed(*samples["SQLAlchemy on PostgreSQL"], ROLLS_BACK) == ["True"]

    @on_mysql
    def test_sqlalchemy_on_mysql_rolls_back(self, samples, executed):
        assert executed(*samples["SQLAlchemy on MySQL"], ROLLS_BACK) == ["True"]

    @on_postgresql
    def test_asyncpg(self, samples, executed):
        assert executed(
            *samples["asyncpg"],
            """
            import asyncio

            async def main():
                async with await pool() as made:
                    print(await made.fetchval("SELECT 1 + $1::int", 1))
                    await made.expire_connections()
                    print(await made.fetchval("SELECT 2 + $1::int", 1))

            asyncio.run(main())
            """,
        ) == ["2", "3"]

    @on_postgresql
    def test_django_rolls_back(self, samples, executed, tmp_path):
        package = tmp_path / "iam_postgresql"
        package.mkdir()
        (package / "base.py").write_text(samples["Django"][0])
        assert executed(
            """
            import django
            from django.conf import settings

            settings.configure(DATABASES={"default": {"ENGINE": "iam_postgresql"}}, USE_TZ=True)
            django.setup()
            from django.db import connection, transaction

            def amount():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT amount FROM stock")
                    return cursor.fetchone()[0]

            before = amount()
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("UPDATE stock SET amount = %s", [0])
                    raise LookupError
            except LookupError:
                print(amount() == before)
            connection.close()
            print(amount() == before)
            """
        ) == ["True", "True"]

    def test_a_connection_lent_by_the_database_drops_itself(self, executed):
        assert executed(
            """
            from rdsproxy_client import Database, Misused

            database = Database.from_environment()
            number = {"MYSQL": "SELECT CONNECTION_ID()", "POSTGRESQL": "SELECT pg_backend_pid()"}

            def connection_id():
                return database.read(number[database.family])[0][0]

            seen = [connection_id()]
            with database.connection() as one:
                one.cursor().execute("UPDATE stock SET amount = amount")
            seen.append(connection_id())
            print(len(set(seen)))
            try:
                with database.connection() as one:
                    one.cursor().execute("BEGIN")
                    one.cursor().execute("UPDATE stock SET amount = 0")
            except Misused as misused:
                print("Misused")
            seen.append(connection_id())
            try:
                with database.connection() as one:
                    raise LookupError
            except LookupError:
                pass
            seen.append(connection_id())
            print(len(set(seen)), database.read("SELECT amount FROM stock")[0]["amount"] > 0)
            """
        ) == ["1", "Misused", "3", "True"]
