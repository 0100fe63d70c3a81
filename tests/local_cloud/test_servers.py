"""The local servers behave like AWS: tokens, refusals, cuts, environments, events."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress

import boto3
import pg8000.exceptions
import pg8000.native
import pymysql
import pytest

from rdsproxy_local.servers import programs, runtime
from rdsproxy_local.servers.aws_api import AwsApi
from rdsproxy_local.servers.certificates import Authority
from rdsproxy_local.servers.http_api import HttpApi
from rdsproxy_local.servers.loopback import listens, wait_for
from rdsproxy_local.servers.mariadb import MariaDB
from rdsproxy_local.servers.mysql_front import MySQLFront
from rdsproxy_local.servers.postgresql import PostgreSQL
from rdsproxy_local.servers.postgresql_front import PostgreSQLFront
from rdsproxy_local.servers.programs import MissingServer
from rdsproxy_local.servers.runtime import Environment

# One worker has the servers; two would start them twice.
pytestmark = pytest.mark.xdist_group("servers")

REGION = "eu-west-1"
KEY_ID, SECRET, SESSION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", "AQoDYXdzEPT/+ken=="


class MySQL:
    """MySQL's side of the tests below: server, front, client and error codes."""

    server = MariaDB
    front = MySQLFront
    errors = (pymysql.MySQLError,)
    echo = "SELECT %s"
    big = "SELECT REPEAT('x', 5000000)"
    slow = "SELECT SLEEP(30)"
    sleeping = f"SELECT 1 FROM information_schema.processlist WHERE info = '{slow}'"
    denied, no_tls, no_database = 1045, 3159, 9501

    @staticmethod
    @contextmanager
    def client(front, password, tls, user="app"):
        connection = pymysql.connect(
            host="localhost",
            port=front.port,
            user=user,
            password=password,
            database="app",
            ssl=tls or None,
            ssl_disabled=not tls,
            autocommit=True,
            connect_timeout=60,
            read_timeout=60,
        )

        def execute(sql, *values):
            with connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return list(cursor.fetchall())

        try:
            yield execute
        finally:
            connection._force_close()

    @staticmethod
    def code(error):
        return error.args[0]


class Postgres:
    """PostgreSQL's side of the tests below."""

    server = PostgreSQL
    front = PostgreSQLFront
    echo = "SELECT CAST(%s AS TEXT)"
    errors = (pg8000.exceptions.DatabaseError, pg8000.exceptions.InterfaceError, OSError)
    big = "SELECT REPEAT('x', 5000000)"
    slow = "SELECT pg_sleep(30)"
    sleeping = f"SELECT 1 FROM pg_stat_activity WHERE query = '{slow}'"
    denied, no_tls, no_database = "28P01", "28000", "57P03"

    @staticmethod
    @contextmanager
    def client(front, password, tls, user="app"):
        connection = Connection(
            user,
            host="localhost",
            port=front.port,
            password=password,
            database="app",
            ssl_context=tls or False,
            timeout=60,
        )

        def execute(sql, *values):
            names = {f"v{number}": value for number, value in enumerate(values)}
            for name in names:
                sql = sql.replace("%s", f":{name}", 1)
            return [tuple(row) for row in connection.run(sql, **names) or ()]

        try:
            yield execute
        finally:
            connection.hang_up()

    @staticmethod
    def code(error):
        return error.args[0]["C"]


class Connection(pg8000.native.Connection):
    """A connection that keeps its socket when it is refused or cut, unlike the driver's."""

    def __init__(self, *arguments, **more):
        try:
            super().__init__(*arguments, **more)
        except BaseException:
            self.hang_up()
            raise

    def hang_up(self):
        for end in (getattr(self, name, None) for name in ("_sock", "_usock")):
            with suppress(OSError):
                if end:
                    end.close()


@pytest.fixture(scope="module", params=[MySQL, Postgres], ids=["mysql", "postgresql"])
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def server(engine):
    try:
        with engine.server() as server:
            yield server
    except MissingServer as missing:
        (pytest.fail if "CI" in os.environ else pytest.skip)(str(missing))


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority):
    return authority.issue("localhost")


@pytest.fixture(scope="module")
def tls(authority):
    """Trusts the authority and nobody else, and insists on the name."""
    return ssl.create_default_context(cafile=str(authority.file))


@pytest.fixture
def front(engine, server, certificate):
    users = {"app": server.credentials, "reader": server.credentials}
    with engine.front(
        server.connect,
        certificate,
        users,
        keys={KEY_ID: (SECRET, SESSION)},
        passwords={"reader": "open sesame"},
    ) as front:
        yield front


@pytest.fixture
def client(engine, front, tls):
    """Logs in with a fresh token, or with whatever it is given."""

    def client(password=None, **more):
        return engine.client(front, password or token(front.port), **{"tls": tls, **more})

    return client


@pytest.fixture
def refused(client, engine):
    """Log in; True if the login is refused like one with a wrong password."""

    def refused(password, **more):
        with pytest.raises(engine.errors) as error, client(password, **more):
            pass
        return engine.code(error.value) == engine.denied

    return refused


@pytest.fixture
def table(server):
    """An empty table at the server."""
    server.rows("DROP TABLE IF EXISTS items")
    server.rows("CREATE TABLE items (name VARCHAR(50))")
    return lambda: [name for (name,) in server.rows("SELECT name FROM items ORDER BY name")]


def token(port, host="localhost", user="app", region=REGION, **keys):
    given = {"id": KEY_ID, "secret": SECRET, "session": SESSION, **keys}
    rds = boto3.client(
        "rds",
        region_name=region,
        aws_access_key_id=given["id"],
        aws_secret_access_key=given["secret"],
        aws_session_token=given["session"],
    )
    return rds.generate_db_auth_token(host, port, user, region)


class TestLogin:
    def test_a_token_lets_a_user_in_and_the_server_itself_answers(self, client, front, table):
        with client() as execute:
            execute("INSERT INTO items VALUES (%s)", "through the front")

        assert table() == ["through the front"]
        assert front.log[0] == "app accepted over TLSv1.3"

    def test_a_client_of_tls_1_2_is_let_in(self, client, authority, front):
        context = ssl.create_default_context(cafile=str(authority.file))
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with client(tls=context) as execute:
            assert execute("SELECT 1") == [(1,)]
        assert front.log[0] == "app accepted over TLSv1.2"

    @pytest.mark.parametrize(
        ("made", "ahead", "reason"),
        [
            pytest.param({}, 901, "expired", id="expired"),
            pytest.param({}, -310, "signed in the future", id="of the future"),
            pytest.param({"user": "root"}, 0, "for user root", id="of another user"),
            pytest.param({"host": "127.0.0.1"}, 0, "for 127.0.0.1:", id="for another host"),
            pytest.param({"port": 3306}, 0, "for localhost:3306, not", id="for another port"),
            pytest.param({"region": "us-east-1"}, 0, "/us-east-1/rds-db", id="of another region"),
            pytest.param({"id": "AKIDOTHER"}, 0, "AKIDOTHER is unknown", id="of an unknown key"),
            pytest.param({"secret": "guessed"}, 0, "signature is wrong", id="of a wrong secret"),
            pytest.param({"session": "old"}, 0, "session token", id="of another session"),
            pytest.param({"session": None}, 0, "session token", id="without its session"),
        ],
    )
    def test_a_token_is_refused(self, made, ahead, reason, refused, front):
        front.clock = lambda: time.time() + ahead

        assert refused(token(**{"port": front.port, **made}))

        (line,) = front.log
        assert line.startswith("app refused, ")
        assert reason in line

    def test_a_password_in_place_of_a_token_is_refused(self, refused, front, server):
        assert refused(server.password)
        assert front.log == ["app refused, it is not a token"]

    def test_a_user_that_the_server_lacks_is_refused(self, refused, front):
        signed = token(front.port, user="stranger")
        assert refused(signed, user="stranger")
        assert front.log == ["stranger refused, there is no such user"]

    def test_nobody_is_let_in_without_tls(self, client, front, engine):
        with pytest.raises(engine.errors) as error, client(tls=False):
            pass
        assert engine.code(error.value) == engine.no_tls
        assert front.log == ["app refused, there is no TLS"]

    def test_a_client_does_not_trust_a_foreign_authority(self, client, front, tmp_path, engine):
        front.certificate = Authority(tmp_path).issue("localhost")
        with (
            pytest.raises((*engine.errors, ssl.SSLError), match="CERTIFICATE_VERIFY_FAILED"),
            client(),
        ):
            pass
        assert wait_for(lambda: front.log)
        assert "accepted" not in str(front.log)

    def test_a_client_does_not_trust_another_name(self, client, front, authority, engine):
        front.certificate = authority.issue("proxy.example", valid_for=["proxy.example"])
        with (
            pytest.raises((*engine.errors, ssl.SSLError), match="CERTIFICATE_VERIFY_FAILED"),
            client(),
        ):
            pass
        assert wait_for(lambda: front.log)
        assert "accepted" not in str(front.log)

    def test_a_password_lets_its_user_in(self, client, front):
        with client("open sesame", user="reader") as execute:
            assert execute("SELECT 1") == [(1,)]
        assert front.log[0] == "reader accepted over TLSv1.3"

    def test_a_wrong_password_is_refused_until_it_is_changed(self, client, refused, front):
        assert refused("sesame", user="reader")
        assert front.log == ["reader refused, the password is wrong"]

        front.passwords["reader"] = "sesame"
        with client("sesame", user="reader") as execute:
            assert execute("SELECT 1") == [(1,)]


class TestRelay:
    def test_millions_of_bytes_pass_unchanged(self, client, engine):
        sent = "".join(chr(97 + number % 26) for number in range(3_000_000))
        with client() as execute:
            assert execute(engine.big) == [("x" * 5_000_000,)]
            assert execute(engine.echo, sent) == [(sent,)]

    def test_two_hundred_clients_at_once_are_served(self, client, front):
        meeting = threading.Barrier(200)
        signed = token(front.port)

        def work(number):
            with client(signed) as execute:
                meeting.wait(120)
                return execute(f"SELECT {number}")

        with ThreadPoolExecutor(200) as threads:
            answers = list(threads.map(work, range(200)))

        assert answers == [[(number,)] for number in range(200)]
        assert front.accepted == 200
        assert wait_for(lambda: len(front.log) == 400)
        assert Counter(front.log) == {
            "app accepted over TLSv1.3": 200,
            "app ended, the client closed": 200,
        }

    def test_a_connection_is_cut_before_a_statement(self, client, front, table, engine):
        front.fault = lambda statement: "before" if b"INSERT" in statement else None
        with client() as execute:
            execute("SELECT 1")
            with pytest.raises(engine.errors):
                execute("INSERT INTO items VALUES (%s)", "never")

        assert table() == []
        assert front.log[-1] == "app cut before a statement"

    def test_a_connection_is_cut_after_a_statement(self, client, front, table, engine):
        front.fault = lambda statement: "after" if b"INSERT" in statement else None
        for execute_it in ("INSERT INTO items VALUES ('plain')", "INSERT INTO items VALUES (%s)"):
            with client() as execute, pytest.raises(engine.errors):
                execute(execute_it, *(["bound"] if "%s" in execute_it else []))

        assert table() == ["bound", "plain"]
        assert front.log[-1] == "app cut after a statement"

    def test_all_connections_are_dropped_and_new_ones_are_served(self, client, front, engine):
        with client() as first, client() as second:
            first("SELECT 1")
            front.drop_all()
            for execute in (first, second):
                with pytest.raises(engine.errors):
                    execute("SELECT 1")
        with client() as execute:
            assert execute("SELECT 1") == [(1,)]
        assert front.accepted == 3

    def test_a_connection_is_dropped_amidst_a_statement(self, client, front, engine, server):
        def drop():
            wait_for(lambda: server.rows(engine.sleeping))
            front.drop_all()

        with client() as execute, ThreadPoolExecutor(1) as pool:
            dropped = pool.submit(drop)
            with pytest.raises(engine.errors):
                execute(engine.slow)
            dropped.result()

    def test_a_silent_front_accepts_and_never_answers(self, client, front):
        front.silent = True
        with socket.create_connection(("localhost", front.port), 5) as connection:
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                connection.recv(1)
        assert front.accepted == 1

        front.silent = False
        with client() as execute:
            assert execute("SELECT 1") == [(1,)]

    def test_a_front_that_is_closed_leaves_no_thread(self, client, front):
        with client() as execute:
            execute("SELECT 1")
            front.close()
            assert not front._background._thread.is_alive()
            assert not front._open


class TestServer:
    def test_its_data_outlive_a_crash_and_a_restart(self, client, front, server, table, engine):
        with client() as execute:
            execute("INSERT INTO items VALUES ('kept')")
            server.kill()
            with pytest.raises(engine.errors):
                execute("SELECT 1")
        with pytest.raises(engine.errors) as error, client():
            pass
        assert engine.code(error.value) == engine.no_database

        server.start()
        with client() as execute:
            assert execute("SELECT name FROM items") == [("kept",)]
        server.restart()
        assert table() == ["kept"]

    def test_a_second_one_has_a_port_and_data_of_its_own(self, server, table, engine):
        server.rows("INSERT INTO items VALUES ('of the first')")
        with engine.server() as second:
            assert second.address != server.address
            second.rows("CREATE TABLE items (name VARCHAR(50))")
            assert second.rows("SELECT * FROM items") == []
        assert table() == ["of the first"]

    def test_a_missing_server_says_what_to_install(self, monkeypatch):
        monkeypatch.setattr(programs, "PLACES", ())
        monkeypatch.setenv("PATH", "/nonexistent")
        with pytest.raises(MissingServer) as raised:
            programs.find("mariadbd", "package")

        assert str(raised.value) == (
            "mariadbd is not on this machine: `apt install mariadb-server` on Debian and Ubuntu, "
            "`dnf install mariadb-server` on Fedora, `brew install mariadb` on macOS; or name a "
            "folder with the unpacked package in SERVER_BINARIES"
        )

    def test_a_program_whose_servers_have_ended_leaves_no_process(self):
        program = """
            from pathlib import Path
            from rdsproxy_local.servers.guardian import GUARDIAN
            GUARDIAN.watch(1, Path("/nonexistent"))
            GUARDIAN.forget(1)
        """
        words = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]

        said = subprocess.run(words, capture_output=True, text=True, check=True)

        assert said.stderr == ""

    def test_it_is_found_where_packages_are_unpacked(self, monkeypatch, tmp_path):
        for version in ("9", "16", "17"):
            program = tmp_path / "usr" / "lib" / "postgresql" / version / "bin" / "postgres"
            program.parent.mkdir(parents=True)
            program.touch(0o755)
        libraries = tmp_path / "usr" / "lib" / "x86_64-linux-gnu"
        libraries.mkdir()
        monkeypatch.setenv("SERVER_BINARIES", str(tmp_path))

        found = programs.find("postgres", "postgresql")

        assert found.path == program
        assert found.variables == {"LD_LIBRARY_PATH": str(libraries)}

    def test_the_script_that_installs_servers_does_nothing_where_they_are(self, repository):
        for engine in (MySQL, Postgres):
            try:
                engine.server._program()
            except MissingServer as missing:
                pytest.skip(str(missing))

        script = repository / "tools" / "databases.sh"
        result = subprocess.run([script], capture_output=True, timeout=60, check=True)

        assert result.stdout + result.stderr == b""


HANDLER = """
import logging, os, sys, time

def handler(event, context):
    match event.get("do"):
        case "raise":
            raise ValueError("as asked")
        case "sleep":
            print("asleep", flush=True)
            time.sleep(600)
        case "exit":
            os._exit(3)
        case "log":
            print("printed")
            logging.getLogger().info("logged", extra={"path": "/log"})
        case "answer":
            return event["answer"]
        case "http":
            return {
                "statusCode": 201,
                "headers": {"content-type": "application/json"},
                "cookies": ["a=1", "b=2"],
                "body": __import__("json").dumps(event),
            }
        case "reverse":
            return {"statusCode": 200, "isBase64Encoded": True, "body": "AAH/"}
    left = context.get_remaining_time_in_millis()
    return {"event": event, "request": context.aws_request_id, "left": left, "pid": os.getpid()}

def http(event, context):
    path = event["rawPath"].removeprefix("/")
    return handler(event | {"do": path if path != "echo" else "http", "answer": [1, "two"]}, context)
"""


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    (folder / "app.py").write_text(HANDLER)
    (folder / "broken.py").write_text("import nothing_like_this")
    return folder


@pytest.fixture(scope="module")
def environment(task):
    with Environment(task, "app.handler", {"COLOUR": "blue"}, timeout=20) as environment:
        yield environment


class TestEnvironment:
    def test_it_hands_an_event_to_the_handler(self, environment):
        kind, body = environment.invoke({"greeting": "hello"}, "request-1")

        assert kind == "response"
        assert body["event"] == {"greeting": "hello"}
        assert body["request"] == "request-1"
        assert 10_000 < body["left"] <= 20_000
        assert body["pid"] == environment.pid

    def test_a_raised_error_is_an_answer_and_the_process_stays(self, environment):
        before = environment.pid
        kind, body = environment.invoke({"do": "raise"})

        assert (kind, body["errorType"]) == ("error", "ValueError")
        assert environment.invoke({}).kind == "response"
        assert environment.pid == before

    def test_the_log_is_complete_by_the_time_of_the_answer(self, environment):
        environment.log.clear()
        environment.invoke({"do": "log"}, "request-2")

        printed, logged = environment.log
        assert printed == "printed"
        said = json.loads(logged)
        assert (said["message"], said["path"], said["requestId"]) == ("logged", "/log", "request-2")

    def test_a_timeout_ends_the_process_and_another_takes_over(self, task):
        with Environment(task, "app.handler", {}, timeout=5) as environment:
            before = environment.pid
            kind, body = environment.invoke({"do": "sleep"}, "request-3")

            message = "RequestId: request-3 Error: Task timed out after 5.00 seconds"
            assert (kind, body["errorMessage"]) == ("timeout", message)
            assert environment.log[-1] == message
            assert environment.invoke({}).kind == "response"
            assert environment.pid != before

    def test_a_start_has_the_functions_own_time_beside_lambdas(self, task, monkeypatch):
        with (
            Environment(task, "app.handler", {}, timeout=60) as environment,
            monkeypatch.context() as patch,
        ):
            patch.setattr(runtime, "SECONDS", 0)
            assert environment.invoke({}).kind == "response"

    def test_a_process_that_ends_is_replaced(self, environment):
        kind, body = environment.invoke({"do": "exit"})

        assert (kind, body["errorType"]) == ("error", "Runtime.ExitError")
        assert "exit status 3" in body["errorMessage"]
        assert environment.invoke({}).kind == "response"

    def test_a_handler_that_cannot_be_imported_is_an_error_every_time(self, task):
        with Environment(task, "broken.handler", {}) as environment:
            for _ in range(2):
                kind, body = environment.invoke({})
                assert (kind, body["errorType"]) == ("error", "Runtime.ImportModuleError")

    def test_it_can_be_closed_amidst_an_event(self, task):
        environment = Environment(task, "app.handler", {})
        assert environment.invoke({}).kind == "response"
        with ThreadPoolExecutor(1) as thread:
            asleep = thread.submit(environment.invoke, {"do": "sleep"})
            wait_for(lambda: "asleep" in environment.log)
            environment.close()
            assert asleep.result(60).body["errorType"] == "Runtime.ExitError"

    def test_nothing_is_written_into_the_folder_of_the_function(self, environment, task):
        assert environment.invoke({}).kind == "response"
        assert sorted(path.name for path in task.iterdir()) == ["app.py", "broken.py"]


@pytest.fixture(scope="module")
def api(task):
    with ExitStack() as stack:
        environments = [
            stack.enter_context(Environment(task, "app.http", {}, timeout=60)) for _ in range(5)
        ]
        yield stack.enter_context(HttpApi(environments))


@pytest.fixture
def ask(api):
    def ask(method, target, body=None, headers=(), of=api):
        with closing(http.client.HTTPConnection(*of.address, timeout=120)) as connection:
            connection.putrequest(method, target)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    return ask


class TestHttpApi:
    def test_a_request_becomes_an_event_and_an_answer_a_response(self, ask, api):
        headers = [
            ("X-Many", "1"),
            ("X-Many", "2"),
            ("Cookie", "a=1; b=2"),
            ("Content-Type", "application/json"),
            ("User-Agent", "tests"),
        ]
        status, got, body = ask("POST", "/echo?a=1&a=2&b=%C3%A9&c", b'{"x": 1}', headers)

        assert status == 201
        assert got.get_all("set-cookie") == ["a=1", "b=2"]
        assert got["content-type"] == "application/json"
        event = json.loads(body)
        assert event["version"] == "2.0"
        assert event["routeKey"] == "ANY /{proxy+}"
        assert event["rawPath"] == "/echo"
        assert event["pathParameters"] == {"proxy": "echo"}
        assert event["rawQueryString"] == "a=1&a=2&b=%C3%A9&c"
        assert event["queryStringParameters"] == {"a": "1,2", "b": "é", "c": ""}
        assert event["headers"]["x-many"] == "1,2"
        assert event["cookies"] == ["a=1", "b=2"]
        assert "cookie" not in event["headers"]
        assert (event["body"], event["isBase64Encoded"]) == ('{"x": 1}', False)
        context = event["requestContext"]
        assert context["http"] == {
            "method": "POST",
            "path": "/echo",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "tests",
        }
        assert abs(context["timeEpoch"] / 1000 - time.time()) < 10
        assert api.url == f"http://{context['domainName']}"

    @pytest.mark.parametrize("content_type", ["application/octet-stream", "application/json"])
    def test_bytes_travel_in_base64_both_ways(self, ask, content_type):
        sent = b"\0\x01\xff"
        _, _, body = ask("PUT", "/echo", sent, [("Content-Type", content_type)])
        event = json.loads(body)
        assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (sent, True)

        _, _, body = ask("GET", "/reverse")
        assert body == sent

    def test_json_without_a_status_is_the_body_of_a_200(self, ask):
        status, headers, body = ask("GET", "/answer")
        assert (status, json.loads(body)) == (200, [1, "two"])
        assert headers["content-type"] == "application/json"

    def test_a_head_has_no_body(self, ask):
        status, _, body = ask("HEAD", "/answer")
        assert (status, body) == (200, b"")

    def test_there_is_nothing_at_the_root(self, ask):
        status, _, body = ask("GET", "/?a=1")
        assert (status, json.loads(body)) == (404, {"message": "Not Found"})

    def test_an_error_of_the_function_is_a_500(self, ask):
        status, _, body = ask("GET", "/raise")
        assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})

    def test_a_timeout_of_the_function_is_a_503(self, task, ask):
        with Environment(task, "app.http", {}, timeout=1) as slow, HttpApi([slow]) as api:
            status, _, body = ask("GET", "/sleep", of=api)
        assert (status, json.loads(body)) == (503, {"message": "Service Unavailable"})

    def test_fifty_requests_at_once_are_answered_by_five_environments(self, ask):
        meeting = threading.Barrier(50)

        def work(number):
            meeting.wait(120)
            status, _, body = ask("GET", f"/pid?number={number}")
            answer = json.loads(body)
            return status, answer["event"]["queryStringParameters"]["number"], answer["pid"]

        with ThreadPoolExecutor(50) as threads:
            answers = list(threads.map(work, range(50)))

        assert [answer[:2] for answer in answers] == [(200, str(number)) for number in range(50)]
        assert len({pid for *_, pid in answers}) == 5


def test_moto_keeps_secrets_and_identifies_the_caller():
    with AwsApi() as aws:
        arn = aws.secret("login", '{"password": "first"}')
        aws.put(arn, '{"password": "second"}')

        manager, sts = aws.client("secretsmanager"), aws.client("sts")
        assert manager.get_secret_value(SecretId=arn)["SecretString"] == '{"password": "second"}'
        assert sts.get_caller_identity()["Account"] == "123456789012"


def test_moto_ends_with_a_program_that_is_killed():
    program = """
        import sys
        from rdsproxy_local.servers.aws_api import AwsApi
        print(AwsApi().address.rpartition(":")[2], flush=True)
        sys.stdin.read()
    """
    words = [sys.executable, "-c", textwrap.dedent(program)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, text=True, **pipes) as process:
        port = int(process.stdout.readline())
        assert listens(port)
        process.kill()

    wait_for(lambda: not listens(port))
    assert not listens(port)
