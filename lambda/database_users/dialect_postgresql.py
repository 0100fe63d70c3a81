"""Users of PostgreSQL: each is created in one transaction, as a whole or not at all.

The master executes no code that a user could have planted. Names of functions, operators and types
are looked up in ``pg_catalog`` only, and everything else is named with its schema.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import rights_postgresql as rights
from declaration import User
from dialect import Run
from rights_postgresql import quoted
from scram import verifier
from session import Refused

NAME_LENGTH = OBJECT_NAME_LENGTH = 63
TABLE_PRIVILEGES = (
    "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER",
)  # fmt: skip
PRIVILEGES = (*TABLE_PRIVILEGES, rights.CREATE)

SESSION = (
    # Were `public` behind it, an overload in `public` could still be the better match.
    "SET search_path TO pg_catalog, pg_temp",
    "SET lock_timeout TO '5s'",
    # The first exists since version 14; the second, since 16, would keep the master a member.
    """SELECT set_config(name, CASE name WHEN 'createrole_self_grant' THEN '' ELSE '60s' END, false)
    FROM pg_settings WHERE name IN ('idle_session_timeout', 'createrole_self_grant')""",
    "SET idle_in_transaction_session_timeout TO '60s'",
)
LOCK = 7_332_788_457
"""Number of the advisory lock; a lock has no other name."""

TRY_LOCK = f"SELECT pg_try_advisory_lock({LOCK})"
FIND = "SELECT oid FROM pg_roles WHERE rolname = %s"
IAM_REACHES_MASTER = True
"""True if a user with IAM login may change how the master logs in."""

MARKS = """SELECT nspowner = master.oid AND coalesce(relowner = master.oid AND relkind = 'r'
        AND NOT (relrowsecurity OR relhasrules OR relhastriggers) AND NOT EXISTS (
            SELECT FROM aclexplode(relacl) AS one
            WHERE grantee <> relowner AND privilege_type <> 'SELECT'), true), relname
    FROM pg_namespace JOIN pg_roles AS master ON master.rolname = CURRENT_USER
    LEFT JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = 'users'
    WHERE nspname = 'rdsproxy_templates'"""
CREATE_SCHEMA = "CREATE SCHEMA rdsproxy_templates"
CREATE_MARKS = """CREATE TABLE rdsproxy_templates.users (
    name VARCHAR(63) PRIMARY KEY,
    owner VARCHAR(512) NOT NULL
)"""

SINCE_16 = "SELECT current_setting('server_version_num')::integer >= 160000"
TO_BORROW = """SELECT rolname FROM rdsproxy_templates.users JOIN pg_roles ON rolname = name
    WHERE NOT pg_has_role(oid, 'USAGE') AND (
        current_setting('server_version_num')::integer < 160000
        OR pg_has_role(oid, 'MEMBER WITH ADMIN OPTION')) ORDER BY rolname"""
IS_FOR_IAM = """SELECT 1 FROM pg_auth_members
    JOIN pg_roles AS parent ON parent.oid = roleid
    JOIN pg_roles AS child ON child.oid = member
    WHERE parent.rolname = 'rds_iam' AND child.rolname = %s"""
END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
LOOK_AGAIN = "SELECT pg_stat_clear_snapshot()"
LEFT = """SELECT DISTINCT pg_roles.oid FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid
    WHERE refclassid = 'pg_authid'::regclass AND rolname = %s
        AND classid <> 'pg_auth_members'::regclass"""
KEEP_MARK = "INSERT INTO rdsproxy_templates.users (name, owner) VALUES (%s, %s)"
DROPPED = "rdsproxy_templates_dropped_"
"""Prefix of the role that owns what a dropped user left; the role's OID follows."""

TRIES, PAUSE = 20, 0.1
"""Checks, and seconds between them, for a session that was told to end."""


def prepare(run: Run) -> None:
    """Create the table of marks; refuse one that somebody else created or may write to."""
    found = run("look for the marks", MARKS)
    if not found:
        run("create the schema of marks", CREATE_SCHEMA)
    ((ours, table),) = found or [(True, None)]
    if not ours:
        raise Refused(
            "The schema rdsproxy_templates, or its table users, is not reserved for the master; "
            "drop it, and declare each user once with adopt: true."
        )
    if table is None:
        run("create the table of marks", CREATE_MARKS)


def make(run: Run, user: User, password: str | None) -> None:
    """Give the user exactly this login and these grants, whatever it had before.

    Everybody may read the names of users, in ``pg_user``.
    """
    run("begin", "BEGIN")
    _make_login(run, user, password)
    borrowed = _borrow_roles(run)
    rights.revoke(run, user.name, keep="rds_iam" if user.login == "iam" else "")
    rights.admit(run, user.name)
    for one in user.grants:
        rights.grant(run, one, user.name)
    rights.share(run, user.name)
    _return_roles(run, borrowed)
    run("commit", "COMMIT")


def end_iam(run: Run, name: str) -> None:
    """Revoke the IAM login of the user *name*, who then has no login."""
    run("end the user's login by IAM", f"REVOKE rds_iam FROM {quoted(name)}")
    run("end the user's login", f"ALTER ROLE {quoted(name)} NOLOGIN")


def drop(run: Run, name: str) -> None:
    """Drop the user; if it owns anything, keep that in a role that can do nothing.

    The role is the user's own, without its name, login and privileges, so the functions and views
    that it owns can do no more than before.
    """
    quoted_name = quoted(name)
    run("end the user's login", f"ALTER ROLE {quoted_name} NOLOGIN PASSWORD NULL")
    run("begin", "BEGIN")
    borrowed = _borrow_roles(run)
    _end_sessions(run, name)
    rights.revoke(run, name)
    rights.revoke_given(run, name)
    left = run("look for what the user owns", LEFT, name)
    if left:
        kept = f"{DROPPED}{left[0][0]}"
        run("keep what the user owns", f"ALTER ROLE {quoted_name} RENAME TO {quoted(kept)}")
        run("mark what is kept", KEEP_MARK, kept, f"dropped: {name}")
        borrowed = [kept if role == name else role for role in borrowed]
    else:
        run("drop the user", f"DROP ROLE {quoted_name}")
        borrowed = [role for role in borrowed if role != name]
    _return_roles(run, borrowed)
    run("commit", "COMMIT")


def _make_login(run: Run, user: User, password: str | None) -> None:
    name = quoted(user.name)
    verb = "ALTER" if run("look for the user", FIND, user.name) else "CREATE"
    login = f"{verb} ROLE {name} LOGIN NOCREATEDB NOCREATEROLE"
    if user.login == "iam":
        # TLS needs no clause here: RDS accepts a token over TLS only.
        run("set the user's login", f"{login} PASSWORD NULL")
        run("let the user log in by IAM", f"GRANT rds_iam TO {name}")
        return
    run("set the user's login", f"{login} PASSWORD '{verifier(password or '')}'")
    if run("look at the user's login", IS_FOR_IAM, user.name):
        run("end the user's login by IAM", f"REVOKE rds_iam FROM {name}")


def _borrow_roles(run: Run) -> list[str]:
    """Make the master, which is no superuser, a member of every user with a mark.

    Only a member may grant on what a user owns, or alter it. The membership must end with the
    transaction: a member of a member of rds_iam logs in by IAM only, and so would the master
    (github.com/hashicorp/terraform-provider-postgresql/issues/120).
    """
    roles = [role for (role,) in run("list the users", TO_BORROW)]
    since_16 = roles and run("look for the version", SINCE_16)
    how = " WITH INHERIT TRUE, SET FALSE" if since_16 and since_16[0][0] else ""
    for role in roles:
        run(f"act for the user {role}", f"GRANT {quoted(role)} TO CURRENT_USER{how}")
    return roles


def _return_roles(run: Run, roles: Iterable[str]) -> None:
    for role in roles:
        run(f"end acting for the user {role}", f"REVOKE {quoted(role)} FROM CURRENT_USER")


def _end_sessions(run: Run, name: str) -> None:
    for _ in range(TRIES):
        if not run("end the user's sessions", END_SESSIONS, name):
            return
        time.sleep(PAUSE)
        run("look for the user's sessions", LOOK_AGAIN)
