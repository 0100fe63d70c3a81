"""Users of PostgreSQL: all that makes one is one transaction, seen as a whole or not at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from scramp import ScramMechanism

from declaration import EVERY_PRIVILEGE, EVERY_TABLE, Grant, User
from dialect import Run

NAME_LENGTH = 63
TABLE_PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
)  # fmt: skip
OF_SCHEMA = "CREATE"
PRIVILEGES = (*TABLE_PRIVILEGES, OF_SCHEMA)

SESSION = (
    "SET search_path TO public",
    "SET lock_timeout TO '5s'",
    # Which came with version 14.
    "SELECT set_config(name, '60s', false) FROM pg_settings WHERE name = 'idle_session_timeout'",
    "SET idle_in_transaction_session_timeout TO '60s'",
)
LOCK = 7_332_788_457
"""Known to nobody else: a number is all that names a lock."""

TRY_LOCK = f"SELECT pg_try_advisory_lock({LOCK})"
CREATE_MARKS = """CREATE TABLE IF NOT EXISTS rdsproxy_templates_users (
    name VARCHAR(63) PRIMARY KEY,
    owner VARCHAR(512) NOT NULL
)"""
BEFORE_TABLES = ("BEGIN", "SET LOCAL search_path TO public")
AFTER_TABLES = ("COMMIT",)
FIND = "SELECT oid FROM pg_roles WHERE rolname = %s"

TO_BORROW = """SELECT rolname FROM rdsproxy_templates_users
    JOIN pg_roles ON rolname = name WHERE NOT pg_has_role(oid, 'USAGE') ORDER BY rolname"""
IS_FOR_IAM = """SELECT 1 FROM pg_auth_members
    JOIN pg_roles AS parent ON parent.oid = roleid
    JOIN pg_roles AS child ON child.oid = member
    WHERE parent.rolname = 'rds_iam' AND child.rolname = %s"""
REVOCATIONS = (
    """SELECT format('REVOKE ALL ON SCHEMA %I FROM %I', nspname, rolname)
    FROM pg_namespace CROSS JOIN aclexplode(nspacl) JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname = %s AND nspowner <> grantee""",
    """SELECT DISTINCT format('REVOKE ALL ON TABLE %I.%I FROM %I', nspname, relname, rolname)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN aclexplode(relacl) JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname = %s AND relowner <> grantee""",
    """SELECT DISTINCT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I REVOKE ALL ON %s FROM %I',
        nspname, CASE defaclobjtype WHEN 'r' THEN 'TABLES' ELSE 'SEQUENCES' END, rolname)
    FROM pg_default_acl JOIN pg_namespace ON pg_namespace.oid = defaclnamespace
    CROSS JOIN aclexplode(defaclacl) JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname = %s AND pg_get_userbyid(defaclrole) = CURRENT_USER
        AND defaclobjtype IN ('r', 'S')""",
)
"""Each a list of statements that together revoke all that :func:`make` may have granted."""


def make(run: Run, user: User, password: str | None) -> None:
    """Give the user exactly this login and these grants, whatever it had before.

    The names of users, in ``pg_user``, are everybody's to read.
    """
    name = _quoted(user.name)
    run("begin", "BEGIN")
    _make_login(run, user, password)
    borrowed = _borrow_roles(run)
    for revocations in REVOCATIONS:
        for (statement,) in run("list what the user was granted", revocations, user.name):
            run("revoke what the user was granted before", statement.replace("%", "%%"))
    for grant in user.grants:
        for statement in _grants(grant, name):
            run(f"grant on {grant.on}", statement)
    run("keep the marks to itself", f"REVOKE ALL ON rdsproxy_templates_users FROM {name}")
    _return_roles(run, borrowed)
    run("commit", "COMMIT")


def drop(run: Run, name: str) -> None:
    """Drop the user; what it owns becomes the master's, so that no row is lost with it."""
    quoted = _quoted(name)
    run("begin", "BEGIN")
    borrowed = _borrow_roles(run)
    run("take over what the user owns", f"REASSIGN OWNED BY {quoted} TO CURRENT_USER")
    # Which owns nothing any more: only what it was granted is left to drop.
    run("revoke what the user was granted", f"DROP OWNED BY {quoted}")
    run("drop the user", f"DROP ROLE {quoted}")
    _return_roles(run, [role for role in borrowed if role != name])
    run("commit", "COMMIT")


def verifier(password: str, salt: bytes | None = None) -> str:
    """What the server would make of *password* and keep (RFC 5802, section 3).

    Sent in its place, so that the password is in no log of statements.
    """
    mechanism = ScramMechanism("SCRAM-SHA-256")
    salt, stored_key, server_key, iterations = mechanism.make_auth_info(password, salt=salt)
    encoded = [b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *encoded)


def _make_login(run: Run, user: User, password: str | None) -> None:
    name = _quoted(user.name)
    verb = "ALTER" if run("look for the user", FIND, user.name) else "CREATE"
    if user.login == "iam":
        # TLS needs no word here: RDS takes a token over nothing else.
        run("set the user's login", f"{verb} ROLE {name} LOGIN PASSWORD NULL")
        run("let the user log in by IAM", f"GRANT rds_iam TO {name}")
        return
    secret = verifier(password or "")
    run("set the user's login", f"{verb} ROLE {name} LOGIN PASSWORD '{secret}'")
    if run("look at the user's login", IS_FOR_IAM, user.name):
        run("end the user's login by IAM", f"REVOKE rds_iam FROM {name}")


def _borrow_roles(run: Run) -> list[str]:
    """Make the master, which is no superuser, a member of every user that is ours.

    Only members may grant on what a user owns, or take it over. It must end with the
    transaction: whoever is a member of a member of rds_iam logs in by IAM only, the master
    too (github.com/hashicorp/terraform-provider-postgresql/issues/120).
    """
    roles = [role for (role,) in run("list the users", TO_BORROW)]
    for role in roles:
        run(f"act for the user {role}", f"GRANT {_quoted(role)} TO CURRENT_USER")
    return roles


def _return_roles(run: Run, roles: Iterable[str]) -> None:
    for role in roles:
        run(f"end acting for the user {role}", f"REVOKE {_quoted(role)} FROM CURRENT_USER")


def _grants(grant: Grant, name: str) -> list[str]:
    schema = _quoted(grant.inside)
    if grant.table != EVERY_TABLE:
        target = f"{schema}.{_quoted(grant.table)}"
        return [
            f"GRANT USAGE ON SCHEMA {schema} TO {name}",
            f"GRANT {', '.join(grant.privileges)} ON TABLE {target} TO {name}",
        ]
    every = grant.privileges == EVERY_PRIVILEGE
    of_schema = "USAGE, CREATE" if every or OF_SCHEMA in grant.privileges else "USAGE"
    of_tables = ", ".join(one for one in grant.privileges if one != OF_SCHEMA)
    statements = [f"GRANT {of_schema} ON SCHEMA {schema} TO {name}"]
    if of_tables:
        statements += _on_every("TABLES", of_tables, schema, name)
    if every or "INSERT" in grant.privileges:
        # A column that numbers its rows takes the numbers from a sequence.
        statements += _on_every("SEQUENCES", "ALL" if every else "USAGE", schema, name)
    return statements


def _on_every(kind: str, privileges: str, schema: str, name: str) -> list[str]:
    """On those that exist, and on those that the master will make."""
    return [
        f"GRANT {privileges} ON ALL {kind} IN SCHEMA {schema} TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {privileges} ON {kind} TO {name}",
    ]


def _quoted(name: Any) -> str:
    """A name as SQL has it, in a statement in which % must be doubled."""
    doubled = str(name).replace('"', '""').replace("%", "%%")
    return f'"{doubled}"'
