"""The function under AWS's runtime client, on a real wire, in front of a real database."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from client import call, here_or_skip

from rdsproxy_local.servers.certificates import Authority
from rdsproxy_local.servers.server import Credentials
from rdsproxy_local.servers.service import Service
from rdsproxy_local.servers.sts import Sts

FAMILIES = [
    pytest.param(family, marks=pytest.mark.xdist_group(family))
    for family in ("MYSQL", "POSTGRESQL")
]


@pytest.fixture(scope="module", params=FAMILIES)
def running(request, function):
    here_or_skip(request.param)
    with Service(function, request.param) as service:
        yield service


@pytest.fixture
def service(running):
    """The service, initialised, and mended after a test has broken it."""
    front = running.front
    before = {
        name: getattr(front, name)
        for name in ("keys", "passwords", "users", "host", "region", "clock", "silent", "fault")
    }
    assert call(running.api, "POST", "/initialize").status == 200
    yield running
    for name, value in before.items():
        setattr(front, name, value)
    front.drop_all()


def rows(service, key):
    """The number of visits under *key* in the database."""
    return service.database.rows(f"SELECT COUNT(*) FROM visits WHERE request = '{key}'")[0][0]


SMALL = Credentials("small", "small-password")
"""A user with the grants that a declared user has by default: it may create nothing."""
MAKE_SMALL = {
    "MYSQL": (
        "CREATE OR REPLACE USER 'small'@'%' IDENTIFIED BY 'small-password'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON app.* TO 'small'@'%'",
    ),
    "POSTGRESQL": (
        "DROP OWNED BY small; DROP ROLE small",
        "CREATE ROLE small LOGIN",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO small",
    ),
}


@pytest.fixture
def small(service):
    """The API of a function that logs in as somebody who may create no table."""
    statements = MAKE_SMALL[service.variables["RDS_ENGINE_FAMILY"]]
    exists = service.database.has_user(SMALL.user)
    for statement in statements:
        if exists or not statement.startswith("DROP"):
            service.database.rows(statement)
    service.front.users = service.front.users | {SMALL.user: SMALL}
    return service.another(RDS_USER=SMALL.user)


class TestInitializing:
    def test_needs_no_right_to_create_where_the_tables_exist(self, service, small):
        assert call(small, "POST", "/initialize").body == {"initialized": True}
        assert call(small, "POST", "/visits", idempotency_key="small").status == 200
        assert rows(service, "small") == 1

    def test_from_many_clients_at_once_creates_the_tables_once(self, service):
        sql = import_module(f"rdsproxy_demo.{service.variables['RDS_ENGINE_FAMILY'].lower()}")
        together = threading.Barrier(8)

        def create(_):
            together.wait()
            for statement in sql.CREATE:
                service.database.rows(statement)

        for _ in range(10):
            service.database.rows("DROP TABLE items")
            service.database.rows("DROP TABLE visits")
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(create, range(8)))
        assert service.database.rows(sql.READY)[0][0]


class TestForbidden:
    def test_a_missing_grant_is_reported_and_logged(self, service, small):
        verb = "REVOKE INSERT ON {} FROM {}"
        mysql = service.variables["RDS_ENGINE_FAMILY"] == "MYSQL"
        target = ("app.*", "'small'@'%'") if mysql else ("ALL TABLES IN SCHEMA public", "small")
        service.database.rows(verb.format(*target))
        answer = call(small, "POST", "/visits", idempotency_key="forbidden")

        assert (answer.status, answer.code) == (500, "not_granted")
        assert rows(service, "forbidden") == 0
        (line,) = [
            json.loads(one) for one in service.environments[-1].log if "statement forbidden" in one
        ]
        assert line["number"] in ("1142", "42501")
        assert line["remedy"]

    def test_a_list_that_is_refused_does_not_deny_the_visit(self, service, small):
        mysql = service.variables["RDS_ENGINE_FAMILY"] == "MYSQL"
        if mysql:
            service.database.rows("REVOKE SELECT ON app.* FROM 'small'@'%'")
            service.database.rows("GRANT SELECT (request) ON app.visits TO 'small'@'%'")
        else:
            service.database.rows("REVOKE SELECT ON visits FROM small")
            service.database.rows("GRANT SELECT (request) ON visits TO small")
        answer = call(small, "POST", "/visits", idempotency_key="unlisted")

        assert (answer.status, answer.code) == (503, "written_without_list")
        assert rows(service, "unlisted") == 1


class TestAnswers:
    def test_load_lists_what_initialize_seeded(self, service):
        answer = call(service.api, "GET", "/load")

        assert answer.status == 200
        assert [item["name"] for item in answer.body["items"]] == ["one", "two", "three"]

    def test_a_visit_is_a_row_in_the_database(self, service):
        answer = call(service.api, "POST", "/visits", idempotency_key="first")

        assert answer.status == 200
        assert answer.body["visits"][0]["at"].endswith("Z")
        assert rows(service, "first") == 1

    def test_the_same_key_twice_is_one_row(self, service):
        for _ in range(2):
            assert call(service.api, "POST", "/visits", idempotency_key="twice").status == 200

        assert rows(service, "twice") == 1

    def test_a_key_is_bound_and_never_part_of_a_statement(self, service):
        key = "x'); DROP TABLE visits; --"
        assert call(service.api, "POST", "/visits", idempotency_key=key).status == 200

        assert service.database.rows("SELECT COUNT(*) FROM visits")[0][0] >= 1

    def test_before_initialize_a_sentence_says_so(self, service):
        service.database.rows("DROP TABLE items")
        answer = call(service.api, "GET", "/load")

        assert (answer.status, answer.code) == (409, "not_initialized")

    def test_one_connection_serves_all_requests(self, service):
        call(service.api, "GET", "/load")
        before = service.front.accepted
        for _ in range(5):
            call(service.api, "GET", "/load")

        assert service.front.accepted == before

    def test_the_log_is_json_with_the_facts_of_each_request(self, service):
        call(service.api, "GET", "/load")
        line = json.loads(service.environments[0].log[-1])

        assert (line["route"], line["status"]) == ("/load", 200)
        assert line["duration_ms"] > 0
        assert line["requestId"]


class TestHostileValues:
    """Values that cannot be sent, read or compared are answered in form, and leave no trace."""

    @staticmethod
    def invoked(service, method, path, **headers):
        event = {
            "rawPath": path,
            "headers": headers,
            "requestContext": {"http": {"method": method}, "requestId": "api-1"},
        }
        return service.environments[0].invoke(event).body

    @pytest.mark.parametrize("key", ["\ud800", "k" * 65, "", " k", "k ", "a\nb", "schlüssel"])
    def test_an_invalid_key_is_refused_before_anything_is_sent(self, service, key):
        before = rows(service, "api-1")
        answer = self.invoked(service, "POST", "/visits", **{"idempotency-key": key})

        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["error"]["code"] == "invalid_idempotency_key"
        assert rows(service, "api-1") == before
        assert len(call(service.api, "GET", "/load").body["items"]) == 3

    def test_half_a_character_in_a_path_is_refused(self, service):
        answer = self.invoked(service, "GET", "/load\ud800")

        assert answer["statusCode"] == 400
        assert json.loads(answer["body"])["error"]["code"] == "invalid_path"

    def test_keys_that_differ_in_case_are_two(self, service):
        for key in ("order-a", "order-A"):
            assert call(service.api, "POST", "/visits", idempotency_key=key).status == 200

        found = service.database.rows("SELECT request FROM visits")
        assert {("order-a",), ("order-A",)} <= set(found)

    def test_a_value_that_python_lacks_leaves_no_answer_behind(self, service):
        # MySQL's driver reads it as a duration, which JSON has not.
        service.database.rows("DROP TABLE items")
        service.database.rows("CREATE TABLE items (id INT PRIMARY KEY, name TIME)")
        service.database.rows("INSERT INTO items VALUES (9, '24:00:00')")
        assert call(service.api, "GET", "/load").code in ("unreadable_value", "internal_error")
        service.database.rows("DROP TABLE items")

        assert call(service.api, "POST", "/initialize").status == 200
        assert len(call(service.api, "GET", "/load").body["items"]) == 3
        assert "visits" in call(service.api, "GET", "/visits").body


class TestOlderTables:
    def test_of_mysql_compare_keys_exactly_after_initialize(self, service):
        service.database.rows("DELETE FROM visits")
        if service.variables["RDS_ENGINE_FAMILY"] == "MYSQL":
            service.database.rows(
                "ALTER TABLE visits MODIFY request VARCHAR(64) COLLATE utf8mb4_general_ci NOT NULL"
            )
        assert call(service.api, "POST", "/initialize").status == 200
        for key in ("older-a", "older-A"):
            assert call(service.api, "POST", "/visits", idempotency_key=key).status == 200

        assert ("older-A",) in service.database.rows("SELECT request FROM visits")


class TestRefusedLogins:
    """A login that the proxy refuses is a 503, and a line in the proxy's log says why."""

    @staticmethod
    def break_key(front):
        front.keys = {key: ("another", session) for key, (_, session) in front.keys.items()}

    @staticmethod
    def break_session(front):
        front.keys = {key: (secret, "another") for key, (secret, _) in front.keys.items()}

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda front: setattr(front, "host", "elsewhere"), "not for elsewhere"),
            (lambda front: setattr(front, "region", "us-east-1"), "not for rds-db in us-east-1"),
            (lambda front: setattr(front, "clock", lambda: time.time() + 1000), "expired"),
            (lambda front: setattr(front, "clock", lambda: time.time() - 1000), "in the future"),
            (lambda front: setattr(front, "keys", {}), "is unknown"),
            (break_key, "the signature is wrong"),
            (break_session, "session token"),
            (lambda front: setattr(front, "users", {}), "no such user"),
        ],
        ids=["host", "region", "stale", "future", "unknown key", "key", "session", "user"],
    )
    def test_of_a_token(self, service, change, reason):
        getattr(change, "__func__", change)(service.front)
        service.front.drop_all()
        answer = call(service.api, "GET", "/load")

        assert (answer.status, answer.code) == (503, "database_unavailable")
        assert answer.headers["retry-after"] == "1"
        assert reason in " ".join(service.front.log)

    def test_is_over_as_soon_as_the_proxy_lets_in_again(self, service):
        keys, service.front.keys = service.front.keys, {}
        service.front.drop_all()
        assert call(service.api, "GET", "/load").status == 503
        service.front.keys = keys

        assert call(service.api, "GET", "/load").status == 200

    def test_of_a_user_who_is_not_the_functions(self, service):
        api = service.another(RDS_USER="somebody")

        assert call(api, "GET", "/load").code == "database_unavailable"


class TestTls:
    """Nothing is sent to a peer with the wrong identity."""

    def test_a_foreign_authority_is_refused(self, service, tmp_path):
        api = service.another(timeout=15, RDS_CA_FILE=str(Authority(tmp_path).file))
        before = list(service.front.log)

        assert call(api, "GET", "/load").code == "database_unavailable"
        assert not [line for line in service.front.log[len(before) :] if "accepted" in line]

    def test_a_certificate_of_another_name_is_refused(self, service):
        api = service.another(timeout=15, RDS_PROXY_ENDPOINT="127.0.0.1")

        assert call(api, "GET", "/load").code == "database_unavailable"

    def test_a_server_without_tls_is_refused(self, service):
        """The database itself, on its plain port: it would take a token in clear text."""
        api = service.another(timeout=15, RDS_PORT=str(service.database.port))

        assert call(api, "GET", "/load").code == "database_unavailable"

    def test_amazons_roots_are_not_those_of_this_proxy(self, service, layer):
        api = service.another(timeout=15, RDS_CA_FILE=str(layer / "amazon_roots.pem"))

        assert call(api, "GET", "/load").code == "database_unavailable"


class TestSilence:
    def test_a_silent_peer_is_given_up_before_the_function_times_out(self, service):
        service.front.silent = True
        api = service.another(timeout=15)
        started = time.monotonic()
        answer = call(api, "GET", "/load")

        assert (answer.status, answer.code) == (503, "database_unavailable")
        assert time.monotonic() - started < 15


class TestSecrets:
    @pytest.fixture
    def with_password(self, service, aws):
        front = service.front
        front.users = front.users | {"app": service.database.credentials}
        front.passwords = {"app": "first-password"}
        arn = aws.secret(
            f"s{time.time_ns()}", json.dumps({"username": "app", "password": "first-password"})
        )
        api = service.another(RDS_SECRET_ARN=arn, AWS_ENDPOINT_URL_SECRETS_MANAGER=aws.address)
        return api, arn

    def test_the_password_of_a_secret_logs_in(self, service, with_password):
        api, _ = with_password

        assert call(api, "GET", "/load").status == 200
        assert any(line.startswith("app accepted") for line in service.front.log)

    def test_a_rotated_secret_fails_no_request(self, service, with_password, aws):
        api, arn = with_password
        statuses = []
        for number in range(3):
            statuses += [call(api, "GET", "/load").status for _ in range(5)]
            password = f"rotated-{number}"
            aws.put(arn, json.dumps({"username": "app", "password": password}))
            service.front.passwords = {"app": password}
            service.front.drop_all()

        assert statuses == [200] * 15

    def test_a_wrong_password_is_refused(self, service, with_password):
        api, _ = with_password
        service.front.passwords = {"app": "another"}

        assert call(api, "GET", "/load").code == "database_unavailable"

    def test_a_secret_that_cannot_be_read_lets_nobody_in(self, service, aws):
        arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none"
        api = service.another(
            timeout=15, RDS_SECRET_ARN=arn, AWS_ENDPOINT_URL_SECRETS_MANAGER=aws.address
        )

        assert call(api, "GET", "/load").code == "database_unavailable"
        assert "ResourceNotFoundException" in service.environments[-1].log[-2]


class TestAssumedRole:
    ROLE = "arn:aws:iam::222222222222:role/connect"

    @pytest.fixture
    def sts(self, service):
        with Sts(self.ROLE, service.variables["AWS_ACCESS_KEY_ID"]) as sts:
            service.front.keys = sts.keys
            yield sts

    def test_the_keys_of_the_role_sign_the_token(self, service, sts):
        api = service.another(RDS_CONNECT_ROLE_ARN=self.ROLE, AWS_ENDPOINT_URL_STS=sts.address)

        assert call(api, "GET", "/load").status == 200
        assert sts.sessions == ["standin"]

    def test_keys_that_were_revoked_are_assumed_anew(self, service, sts):
        api = service.another(RDS_CONNECT_ROLE_ARN=self.ROLE, AWS_ENDPOINT_URL_STS=sts.address)
        assert call(api, "GET", "/load").status == 200
        sts.renew()
        service.front.keys = sts.keys
        service.front.drop_all()

        assert call(api, "GET", "/load").status == 200
        assert sts.sessions == ["standin"] * 2

    def test_the_functions_own_keys_do_not_sign_it(self, service, sts):
        assert call(service.another(), "GET", "/load").code == "database_unavailable"

    def test_a_role_that_may_not_be_assumed_lets_nobody_in(self, service, sts):
        other = f"{self.ROLE}-of-another"
        api = service.another(
            timeout=15, RDS_CONNECT_ROLE_ARN=other, AWS_ENDPOINT_URL_STS=sts.address
        )

        assert call(api, "GET", "/load").code == "database_unavailable"
        assert sts.sessions == []


def test_no_log_shows_a_token_a_password_or_a_key(running):
    """The last test, because it reads the log of all tests above."""
    secrets = [
        running.variables["AWS_SECRET_ACCESS_KEY"],
        running.variables["AWS_SESSION_TOKEN"],
        running.database.password,
        "first-password",
        "rotated-",
        "X-Amz-Signature",
    ]

    assert not [secret for secret in secrets if secret in running.log]
