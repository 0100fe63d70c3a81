"""Statements that create and drop a user on each engine, and the ownership of users."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

import dialect
import dialect_mysql
import dialect_postgresql
import physical_id
import rights_postgresql
import scram
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
    """Server that records statements with bound values, and answers some of them with rows."""

    def __init__(self, answers=None):
        self.answers, self.said = {} if answers is None else answers, []
        self.granted = []

    def __call__(self, purpose, statement, *values):
        assert purpose
        bound = statement.replace("%%", "%")
        for value in values:
            bound = bound.replace("%s", str(value), 1)
        self.said.append(bound)
        return self.answers.get(statement, [])

    def changes(self):
        """Return the statements that change something."""
        asks = ("SELECT", "SHOW", "WITH")
        return [statement for statement in self.said if not statement.startswith(asks)]


GRANTED = "SHOW GRANTS FOR %s@'%%'"


class Account(Server):
    """MySQL server that records the grants of one user, and lists them like SHOW GRANTS."""

    def __init__(self, *granted, found=()):
        super().__init__({dialect_mysql.FIND: list(found)})
        self.granted = dict.fromkeys(granted)

    def __call__(self, purpose, statement, *values):
        super().__call__(purpose, statement, *values)
        if statement == GRANTED:
            return [(f"GRANT {what} TO `app`@`%`",) for what in self.granted]
        verb, _, what = statement.replace("%%", "%").partition(" ")
        if verb == "GRANT":
            self.granted[what.removesuffix(" TO %s@'%'")] = None
        if verb == "REVOKE":
            self.granted.pop(what.removesuffix(" FROM %s@'%'"), None)
        return self.answers.get(statement, [])


class Sessions(dict):
    """Answers with different sessions each time."""

    def __init__(self, *times):
        self._times = iter(times)

    def get(self, statement, default):
        return next(self._times) if statement == dialect_mysql.SESSIONS else default


class TestMySQL:
    def test_a_new_user_for_a_password(self):
        server = Account("USAGE ON *.*")
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes() == [
            "CREATE USER app@'%' IDENTIFIED BY secret REQUIRE SSL ACCOUNT UNLOCK",
            "GRANT SELECT, INSERT ON `my\\_db`.* TO app@'%'",
            "GRANT ALL PRIVILEGES ON `my_db`.`items` TO app@'%'",
        ]

    def test_a_user_that_is_there_is_altered_and_what_it_holds_is_not_touched(self):
        held = (
            "USAGE ON *.*",
            "INSERT, SELECT ON `my\\_db`.*",
            "ALL PRIVILEGES ON `my_db`.`items`",
        )
        server = Account(*held, found=[("caching_sha2_password",)])
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes() == [
            "ALTER USER app@'%' IDENTIFIED BY secret REQUIRE SSL ACCOUNT UNLOCK"
        ]

    def test_what_is_not_declared_is_revoked_after_what_is_was_granted(self):
        held = (
            "SELECT ON *.*",
            "UPDATE (`id`) ON `my_db`.`items`",
            "EXECUTE ON PROCEDURE `my_db`.`do``it`",
            "DELETE, SELECT ON `o%`.*",
            "`reader`@`%`,`writer`@`%`",
            "PROXY ON `other`@`%`",
        )
        server = Account(*held, found=[("caching_sha2_password",)])
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes()[1:] == [
            "GRANT SELECT, INSERT ON `my\\_db`.* TO app@'%'",
            "GRANT ALL PRIVILEGES ON `my_db`.`items` TO app@'%'",
            "REVOKE SELECT ON *.* FROM app@'%'",
            "REVOKE EXECUTE ON PROCEDURE `my_db`.`do``it` FROM app@'%'",
            "REVOKE DELETE, SELECT ON `o%`.* FROM app@'%'",
            "REVOKE `reader`@`%`,`writer`@`%` FROM app@'%'",
            "REVOKE PROXY ON `other`@`%` FROM app@'%'",
        ]

    def test_a_role_that_the_server_gives_to_everybody_stays(self):
        class Mandatory(Account):
            def __call__(self, purpose, statement, *values):
                if statement.startswith("REVOKE"):
                    raise Refused("", "3628")
                return super().__call__(purpose, statement, *values)

        server = Mandatory("USAGE ON *.*", "`everybody`@`%`")
        dialect_mysql.make(server, IAM, None)

        assert len(server.changes()) == 1

    def test_a_user_for_iam(self):
        server = Account("USAGE ON *.*", found=[("caching_sha2_password",)])
        dialect_mysql.make(server, IAM, None)

        assert server.changes() == [
            "ALTER USER app@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS RDS"
            " REQUIRE SSL ACCOUNT UNLOCK",
        ]

    def test_a_user_that_lists_users_reads_one_column_and_no_more(self):
        server = Account("USAGE ON *.*")
        dialect_mysql.make(server, LISTER, None)

        assert server.changes()[1:] == ["GRANT SELECT (`user`) ON `mysql`.`user` TO app@'%'"]

    @pytest.mark.parametrize(
        ("variables", "plugin"),
        [
            ([], ""),
            ([("authentication_policy", "*,,")], "WITH caching_sha2_password "),
            (
                [("authentication_policy", "*:mysql_native_password,,")],
                "WITH mysql_native_password ",
            ),
            (
                [
                    ("authentication_policy", "*,,"),
                    ("default_authentication_plugin", "mysql_native_password"),
                ],
                "WITH mysql_native_password ",
            ),
        ],
    )
    def test_a_user_that_was_for_iam_is_altered_and_never_gone(self, variables, plugin):
        server = Account("USAGE ON *.*", found=[("AWSAuthenticationPlugin",)])
        server.answers[dialect_mysql.PLUGINS] = variables
        dialect_mysql.make(server, PASSWORD, "secret")

        assert server.changes()[0] == (
            f"ALTER USER app@'%' IDENTIFIED {plugin}BY secret REQUIRE SSL ACCOUNT UNLOCK"
        )

    def test_where_names_of_tables_are_lowered_so_are_those_of_grants(self):
        server = Account("SELECT ON `my_db`.`items`")
        server.answers[dialect_mysql.LOWERS_NAMES] = [(1,)]
        user = User("app", "password", "arn", (Grant(("SELECT",), "My_db", "Items"),))
        dialect_mysql.make(server, user, "secret")

        assert server.changes()[1:] == []

    def test_the_plugin_is_data_and_yet_no_sql(self, monkeypatch):
        monkeypatch.setenv("IAM_PLUGIN", "ed25519")
        monkeypatch.setenv("IAM_PLUGIN_STRING", "hash")
        server = Account()
        dialect_mysql.make(server, IAM, None)
        assert "IDENTIFIED WITH ed25519 AS hash REQUIRE SSL" in server.changes()[0]

        monkeypatch.setenv("IAM_PLUGIN", "x AS 'y'; --")
        with pytest.raises(ValueError, match="must be the name of a plugin"):
            dialect_mysql.make(server, IAM, None)

    def test_a_dropped_users_sessions_end_before_it_is_gone(self):
        server = Server(Sessions([(7,), (8,)], []))
        dialect_mysql.drop(server, "app")

        assert server.changes() == [
            "ALTER USER IF EXISTS app@'%' ACCOUNT LOCK",
            "CALL mysql.rds_kill(7)",
            "CALL mysql.rds_kill(8)",
            "DROP USER IF EXISTS app@'%'",
        ]


class TestPostgreSQL:
    def test_a_user_for_a_password_in_one_transaction(self, monkeypatch):
        monkeypatch.setattr(dialect_postgresql, "verifier", lambda password: f"of-{password}")
        server = Server({rights_postgresql._CREATORS: [('"master"',)]})
        dialect_postgresql.make(server, PASSWORD, "secret")

        by_default = 'ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA "my_db" GRANT'
        assert server.changes() == [
            "BEGIN",
            "CREATE ROLE \"app\" LOGIN NOCREATEDB NOCREATEROLE PASSWORD 'of-secret'",
            'GRANT USAGE ON SCHEMA "my_db" TO "app"',
            f'{by_default} SELECT, INSERT ON TABLES TO "app"',
            f'{by_default} USAGE ON SEQUENCES TO "app"',
            'GRANT USAGE ON SCHEMA "my_db" TO "app"',
            'GRANT ALL ON TABLE "my_db"."items" TO "app"',
            "COMMIT",
        ]

    def test_a_user_for_iam_has_no_password(self):
        server = Server({dialect_postgresql.FIND: [(7,)]})
        dialect_postgresql.make(server, IAM, None)

        assert server.changes()[1:3] == [
            'ALTER ROLE "app" LOGIN NOCREATEDB NOCREATEROLE PASSWORD NULL',
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

    @pytest.mark.parametrize(
        ("since_16", "how"), [(False, ""), (True, " WITH INHERIT TRUE, SET FALSE")]
    )
    def test_roles_are_borrowed_within_the_transaction_only(self, since_16, how):
        server = Server(
            {
                dialect_postgresql.TO_BORROW: [("app",), ("other",)],
                dialect_postgresql.SINCE_16: [(since_16,)],
            }
        )
        dialect_postgresql.drop(server, "app")

        assert server.changes() == [
            'ALTER ROLE "app" NOLOGIN PASSWORD NULL',
            "BEGIN",
            f'GRANT "app" TO CURRENT_USER{how}',
            f'GRANT "other" TO CURRENT_USER{how}',
            'DROP ROLE "app"',
            'REVOKE "other" FROM CURRENT_USER',
            "COMMIT",
        ]

    def test_a_user_that_owns_anything_is_kept_without_its_name(self):
        server = Server({dialect_postgresql.LEFT: [(16401,)]})
        dialect_postgresql.drop(server, "app")

        assert server.changes()[2:] == [
            'ALTER ROLE "app" RENAME TO "rdsproxy_templates_dropped_16401"',
            "INSERT INTO rdsproxy_templates.users (name, owner)"
            " VALUES (rdsproxy_templates_dropped_16401, dropped: app)",
            "COMMIT",
        ]

    @pytest.mark.parametrize("found", [[(False, None)], [(False, "users")], [(True, "users")]])
    def test_marks_are_kept_only_where_nobody_else_writes(self, found):
        server = Server({dialect_postgresql.MARKS: found})
        if found[0][0]:
            dialect_postgresql.prepare(server)
        else:
            with pytest.raises(Refused, match="is not reserved for the master"):
                dialect_postgresql.prepare(server)

        assert server.changes() == []

    def test_the_verifier_is_what_rfc_5802_computes(self):
        salt = b"0123456789abcdef"
        salted = hashlib.pbkdf2_hmac("sha256", b"pencil", salt, 4096)
        stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
        server = hmac.digest(salted, b"Server Key", "sha256")
        salt_, stored_, server_ = (base64.b64encode(x).decode() for x in (salt, stored, server))

        expected = f"SCRAM-SHA-256$4096:{salt_}${stored_}:{server_}"
        assert scram.verifier("pencil", salt) == expected

    def test_a_password_that_scram_does_not_take_is_said(self):
        with pytest.raises(Refused, match="characters that SCRAM does not accept"):
            scram.verifier("a\u0007b")


class Session:
    """Session with its marks and users in memory."""

    master = "master"
    over = False
    logs_in = True

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

    def master_logs_in(self):
        return self.logs_in


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
        with pytest.raises(Refused, match="User app already exists"):
            users.claim(session, dialect_mysql, "app", "mine")

        assert session.marks == marks

    @pytest.mark.parametrize(
        ("how", "marks", "taken"),
        [
            (users.Claim.UNMARKED, {}, True),
            (users.Claim.UNMARKED, {"app": "another's"}, False),
            (users.Claim.ANY, {}, True),
            (users.Claim.ANY, {"app": "another's"}, True),
        ],
    )
    def test_a_user_is_taken_over_as_far_as_that_was_said(self, how, marks, taken):
        session = Session({"app"}, marks)
        if taken:
            users.claim(session, dialect_mysql, "app", "mine", how)
        else:
            with pytest.raises(Refused, match="declare it with adopt: true"):
                users.claim(session, dialect_mysql, "app", "mine", how)

        assert session.marks == ({"app": "mine"} if taken else marks)

    def test_the_master_is_never_taken_over(self):
        with pytest.raises(Refused, match="is the master user"):
            users.claim(Session({"master"}), dialect_mysql, "master", "mine", users.Claim.ANY)

    def test_a_user_that_would_lock_the_master_out_loses_its_login(self):
        session = Session()
        session.logs_in = False
        with pytest.raises(Refused, match="would let the master in by IAM only"):
            users.make(session, dialect_postgresql, IAM, None)

        assert session.said[-2:] == ['REVOKE rds_iam FROM "app"', 'ALTER ROLE "app" NOLOGIN']

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

    assert dialect.chosen_dialect() is module
    assert wanted | {"prepare", "make", "end_iam", "drop"} <= vars(module).keys()
