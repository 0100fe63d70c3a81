"""What is said to each engine to make and to drop a user, and by which resource."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

import dialect
import dialect_mysql
import dialect_postgresql
import physical_id
import users
from declaration import Grant, User
from session import Refused

GRANTS = (
    Grant(("SELECT", "INSERT"), "my_db", "*"),
    Grant(("ALL",), "my_db", "items"),
)
PASSWORD = User("app", "password", "arn", GRANTS)
IAM = User("app", "iam", None, ())
LISTER = User("app", "iam", None, (), lists_users=True)


class Server:
    """Remembers statements with their values bound, and answers some of them with rows."""

    def __init__(self, answers=None):
        self.answers, self.said = answers or {}, []

    def __call__(self, purpose, statement, *values):
        assert purpose
        bound = statement.replace("%%", "%")
        for value in values:
            bound = bound.replace("%s", value, 1)
        self.said.append(bound)
        return self.answers.get(statement, [])

    def changes(self):
        """What was said, but for questions."""
        return [statement for statement in self.said if not statement.startswith("SELECT")]


class TestMySQL:
    def test_a_new_user_for_a_password(self):
        server = Server()
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes() == [
            "CREATE USER app@'%' IDENTIFIED BY secret REQUIRE NONE",
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'",
            "GRANT SELECT, INSERT ON `my\\_db`.* TO app@'%'",
            "GRANT ALL ON `my_db`.`items` TO app@'%'",
        ]

    def test_a_user_that_is_there_is_altered(self):
        server = Server({dialect_mysql.FIND: [("caching_sha2_password",)]})
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes()[0] == "ALTER USER app@'%' IDENTIFIED BY secret REQUIRE NONE"

    def test_a_user_for_iam(self):
        server = Server({dialect_mysql.FIND: [("caching_sha2_password",)]})
        dialect_mysql.make(server, IAM, None)

        assert server.changes() == [
            "ALTER USER app@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS RDS REQUIRE SSL",
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'",
        ]

    def test_a_user_that_lists_users_reads_one_column_and_no_more(self):
        server = Server()
        dialect_mysql.make(server, LISTER, None)

        assert server.changes()[-2:] == [
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM app@'%'",
            "GRANT SELECT (user) ON mysql.user TO app@'%'",
        ]

    def test_a_user_that_was_for_iam_is_made_anew_for_a_password(self):
        server = Server({dialect_mysql.FIND: [("AWSAuthenticationPlugin",)]})
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes()[:2] == [
            "DROP USER IF EXISTS app@'%'",
            "CREATE USER app@'%' IDENTIFIED BY secret REQUIRE NONE",
        ]

    def test_the_plugin_is_data_and_yet_no_sql(self, monkeypatch):
        monkeypatch.setenv("IAM_PLUGIN", "ed25519")
        monkeypatch.setenv("IAM_PLUGIN_STRING", "hash")
        server = Server()
        dialect_mysql.make(server, IAM, None)
        assert "IDENTIFIED WITH ed25519 AS hash REQUIRE SSL" in server.changes()[0]

        monkeypatch.setenv("IAM_PLUGIN", "x AS 'y'; --")
        with pytest.raises(ValueError, match="is no name of a plugin"):
            dialect_mysql.make(server, IAM, None)


class TestPostgreSQL:
    def test_a_user_for_a_password_in_one_transaction(self, monkeypatch):
        monkeypatch.setattr(dialect_postgresql, "verifier", lambda password: f"of-{password}")
        server = Server()
        dialect_postgresql.make(server, PASSWORD, "secret")

        assert [line for line in server.said if "FROM pg_" not in line] == [
            "BEGIN",
            "CREATE ROLE \"app\" LOGIN PASSWORD 'of-secret'",
            dialect_postgresql.TO_BORROW,
            'GRANT USAGE ON SCHEMA "my_db" TO "app"',
            'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA "my_db" TO "app"',
            'ALTER DEFAULT PRIVILEGES IN SCHEMA "my_db" GRANT SELECT, INSERT ON TABLES TO "app"',
            'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "my_db" TO "app"',
            'ALTER DEFAULT PRIVILEGES IN SCHEMA "my_db" GRANT USAGE ON SEQUENCES TO "app"',
            'GRANT USAGE ON SCHEMA "my_db" TO "app"',
            'GRANT ALL ON TABLE "my_db"."items" TO "app"',
            'REVOKE ALL ON rdsproxy_templates_users FROM "app"',
            "COMMIT",
        ]

    def test_a_user_for_iam_has_no_password(self):
        server = Server({dialect_postgresql.FIND: [(7,)]})
        dialect_postgresql.make(server, IAM, None)

        assert server.changes()[1:3] == [
            'ALTER ROLE "app" LOGIN PASSWORD NULL',
            'GRANT rds_iam TO "app"',
        ]

    def test_a_user_that_lists_users_needs_no_grant(self):
        one, other = Server(), Server()
        dialect_postgresql.make(one, IAM, None)
        dialect_postgresql.make(other, LISTER, None)

        assert one.said == other.said

    def test_a_user_that_was_for_iam_is_so_no_more(self):
        server = Server({dialect_postgresql.FIND: [(7,)], dialect_postgresql.IS_FOR_IAM: [(1,)]})
        dialect_postgresql.make(server, PASSWORD, "secret")

        assert server.changes()[2] == 'REVOKE rds_iam FROM "app"'

    def test_roles_are_borrowed_within_the_transaction_only(self):
        server = Server({dialect_postgresql.TO_BORROW: [("app",), ("other",)]})
        dialect_postgresql.drop(server, "app")

        assert server.changes() == [
            "BEGIN",
            'GRANT "app" TO CURRENT_USER',
            'GRANT "other" TO CURRENT_USER',
            'REASSIGN OWNED BY "app" TO CURRENT_USER',
            'DROP OWNED BY "app"',
            'DROP ROLE "app"',
            'REVOKE "other" FROM CURRENT_USER',
            "COMMIT",
        ]

    def test_the_verifier_is_what_rfc_5802_computes(self):
        salt = b"0123456789abcdef"
        salted = hashlib.pbkdf2_hmac("sha256", b"pencil", salt, 4096)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        server = hmac.digest(salted, b"Server Key", "sha256")
        salt_, stored_, server_ = (base64.b64encode(x).decode() for x in (salt, stored, server))

        expected = f"SCRAM-SHA-256$4096:{salt_}${stored_}:{server_}"
        assert dialect_postgresql.verifier("pencil", salt) == expected


class Session:
    """A session whose table of marks and users are sets in memory."""

    master = "master"
    over = False

    def __init__(self, names=(), marks=()):
        self.names, self.marks, self.said = set(names), dict(marks), []

    def run(self, purpose, statement, *values):
        self.said.append(statement)
        match statement:
            case users.OWNER_OF:
                return [(self.marks[values[0]],)] if values[0] in self.marks else []
            case users.MARK:
                self.marks[values[0]] = values[1]
            case users.UNMARK:
                self.marks.pop(values[0], None)
            case dialect_mysql.FIND:
                return [("plugin",)] if values[0] in self.names else []
            case dialect_mysql.TRY_LOCK:
                return [(1,)]
        return []


class TestOwners:
    def test_a_new_user_is_marked(self):
        session = Session()
        users.claim(session, dialect_mysql, "app", "mine")

        assert session.marks == {"app": "mine"}

    def test_ones_own_is_claimed_again(self):
        session = Session({"app"}, {"app": "mine"})
        users.claim(session, dialect_mysql, "app", "mine")

        assert users.MARK not in session.said

    @pytest.mark.parametrize("marks", [{}, {"app": "another's"}])
    def test_anybody_elses_is_refused(self, marks):
        session = Session({"app"}, marks)
        with pytest.raises(Refused, match="There is a user app already"):
            users.claim(session, dialect_mysql, "app", "mine")

        assert session.marks == marks

    def test_the_mark_of_a_user_that_is_gone_hinders_nobody(self):
        session = Session((), {"app": "another's"})
        users.claim(session, dialect_mysql, "app", "mine")

        assert session.marks == {"app": "mine"}

    @pytest.mark.parametrize("marks", [{}, {"app": "another's"}])
    def test_anybody_elses_is_never_dropped(self, marks):
        session = Session({"app"}, marks)
        users.drop(session, dialect_mysql, "app", "mine")

        assert not [statement for statement in session.said if "DROP" in statement]
        assert session.marks == marks


def test_ids_tell_users_apart_from_nothing():
    made = physical_id.of_user("MYSQL", "app")

    assert (made, physical_id.user_of(made)) == ("MYSQL/app", "app")
    assert not physical_id.is_of_nothing(made)
    assert physical_id.is_of_nothing(physical_id.of_nothing("request-1"))


@pytest.mark.parametrize(
    ("family", "module"), [("MYSQL", dialect_mysql), ("POSTGRESQL", dialect_postgresql)]
)
def test_a_dialect_has_every_name_of_the_interface(family, module, monkeypatch):
    monkeypatch.setenv("RDS_ENGINE_FAMILY", family)
    wanted = dialect.Dialect.__annotations__.keys() | dialect.Limits.__annotations__.keys()

    assert dialect.dialect() is module
    assert wanted | {"make", "drop"} <= vars(module).keys()
