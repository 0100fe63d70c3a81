"""Grants of a PostgreSQL user, and the statements that grant and revoke them."""

from __future__ import annotations

from typing import Any

from declaration import EVERY_PRIVILEGE, EVERY_TABLE, Grant
from dialect import Run

CREATE = "CREATE"
"""The only privilege on the schema; the others are on its tables."""

_MAY_REVOKE_ROLE = """(current_setting('server_version_num')::integer < 160000
        OR pg_has_role(parent.oid, 'MEMBER WITH ADMIN OPTION'))"""
_DEFAULTS_OF = """'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(pg_get_userbyid(defaclrole))
        || coalesce(' IN SCHEMA ' || quote_ident(nspname), '') || ' REVOKE ALL ON '
        || CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
            WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
            ELSE 'LARGE OBJECTS' END || ' FROM '"""
_DEFAULTS = """FROM pg_default_acl LEFT JOIN pg_namespace ON pg_namespace.oid = defaclnamespace
    CROSS JOIN LATERAL aclexplode(defaclacl) AS one"""

HELD = f"""WITH held (what, owner, acl) AS (
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END
        || oid::regclass::text, relowner, relacl FROM pg_class WHERE relacl IS NOT NULL
    UNION ALL SELECT 'TABLE ' || attrelid::regclass::text, relowner, attacl
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attacl IS NOT NULL
    UNION ALL SELECT 'SCHEMA ' || quote_ident(nspname), nspowner, nspacl FROM pg_namespace
    UNION ALL SELECT 'DATABASE ' || quote_ident(datname), datdba, datacl FROM pg_database
    UNION ALL SELECT 'ROUTINE ' || oid::regprocedure::text, proowner, proacl
        FROM pg_proc WHERE proacl IS NOT NULL
    UNION ALL SELECT 'TYPE ' || oid::regtype::text, typowner, typacl
        FROM pg_type WHERE typacl IS NOT NULL
    UNION ALL SELECT 'LANGUAGE ' || quote_ident(lanname), lanowner, lanacl FROM pg_language
    UNION ALL SELECT 'FOREIGN DATA WRAPPER ' || quote_ident(fdwname), fdwowner, fdwacl
        FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'FOREIGN SERVER ' || quote_ident(srvname), srvowner, srvacl
        FROM pg_foreign_server
    UNION ALL SELECT 'LARGE OBJECT ' || oid, lomowner, lomacl FROM pg_largeobject_metadata
)
SELECT DISTINCT 'REVOKE ALL ON ' || what || ' FROM ' || quote_ident(rolname)
    FROM held CROSS JOIN LATERAL aclexplode(acl) AS one JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname = %s AND owner <> grantee
        AND (pg_has_role(owner, 'USAGE') OR pg_get_userbyid(grantor) = CURRENT_USER)
UNION SELECT {_DEFAULTS_OF} || quote_ident(rolname)
    {_DEFAULTS} JOIN pg_roles ON pg_roles.oid = grantee
    WHERE rolname = %s AND defaclrole <> grantee AND pg_has_role(defaclrole, 'USAGE')
UNION SELECT 'REVOKE ' || quote_ident(parent.rolname) || ' FROM ' || quote_ident(child.rolname)
    FROM pg_auth_members JOIN pg_roles AS parent ON parent.oid = roleid
    JOIN pg_roles AS child ON child.oid = member
    WHERE child.rolname = %s AND parent.rolname <> %s AND {_MAY_REVOKE_ROLE}"""  # noqa: S608 - of constants
"""Statements that revoke from a role whatever it holds and the master may revoke."""

GIVEN = f"""SELECT 'REVOKE ALL ON ROUTINE ' || pg_proc.oid::regprocedure::text || ' FROM '
        || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
    FROM pg_proc JOIN pg_roles ON pg_roles.oid = proowner
    CROSS JOIN LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner))) AS one
    WHERE prosecdef AND rolname = %s AND grantee <> proowner
UNION SELECT {_DEFAULTS_OF}
        || CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END
    {_DEFAULTS} JOIN pg_roles ON pg_roles.oid = defaclrole
    WHERE rolname = %s AND defaclnamespace <> 0
UNION SELECT 'REVOKE ' || quote_ident(parent.rolname) || ' FROM ' || quote_ident(child.rolname)
    FROM pg_auth_members JOIN pg_roles AS parent ON parent.oid = roleid
    JOIN pg_roles AS child ON child.oid = member
    WHERE parent.rolname = %s AND child.rolname <> CURRENT_USER"""  # noqa: S608 - of constants
"""Statements that revoke from others what a role granted and would outlive it."""

DATABASE = """SELECT quote_ident(datname) FROM pg_database
    WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')"""
_GRANTABLE = """SELECT pg_class.oid::regclass::text
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = %s AND relkind::text = ANY (string_to_array(%s, ' '))
        AND pg_has_role(relowner, 'USAGE') AND pg_get_userbyid(relowner) <> %s ORDER BY 1"""
_TABLES, _SEQUENCES = "r p v m f", "S"
_SEQUENCES_OF = """SELECT DISTINCT numbers.oid::regclass::text
    FROM pg_attrdef JOIN pg_class AS numbered ON numbered.oid = adrelid
    JOIN pg_namespace ON pg_namespace.oid = numbered.relnamespace
    JOIN pg_depend ON classid = 'pg_attrdef'::regclass AND objid = pg_attrdef.oid
        AND refclassid = 'pg_class'::regclass
    JOIN pg_class AS numbers ON numbers.oid = refobjid AND numbers.relkind = 'S'
    WHERE nspname = %s AND numbered.relname = %s AND numbers.relowner = numbered.relowner"""
_CREATORS = """SELECT quote_ident(rolname) FROM pg_roles CROSS JOIN pg_namespace
    WHERE nspname = %s AND rolname <> %s AND (rolname = CURRENT_USER OR rolcanlogin
        AND pg_has_role(pg_roles.oid, 'USAGE')
        AND rolname IN (SELECT name FROM rdsproxy_templates.users)
        AND has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'CREATE')) ORDER BY 1"""
_FOR_OTHERS = """SELECT 'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(creator.rolname)
        || ' IN SCHEMA ' || quote_ident(nspname) || ' GRANT '
        || string_agg(privilege_type, ', ' ORDER BY privilege_type)
        || CASE defaclobjtype WHEN 'r' THEN ' ON TABLES TO ' ELSE ' ON SEQUENCES TO ' END
        || quote_ident(other.rolname)
    FROM pg_default_acl JOIN pg_namespace ON pg_namespace.oid = defaclnamespace
    CROSS JOIN LATERAL aclexplode(defaclacl) AS one
    JOIN pg_roles AS other ON other.oid = grantee CROSS JOIN pg_roles AS creator
    WHERE pg_get_userbyid(defaclrole) = CURRENT_USER AND defaclobjtype IN ('r', 'S')
        AND creator.rolname = %s AND grantee <> creator.oid
        AND other.rolname IN (SELECT name FROM rdsproxy_templates.users)
        AND has_schema_privilege(creator.oid, pg_namespace.oid, 'CREATE')
    GROUP BY creator.rolname, nspname, defaclobjtype, other.rolname"""


def revoke(run: Run, name: str, *, keep: str = "") -> None:
    """Revoke every privilege of the user *name* but membership in the role *keep*."""
    for (statement,) in run("list what the user was granted", HELD, name, name, name, keep):
        run("revoke what the user was granted before", statement)


def revoke_given(run: Run, name: str) -> None:
    """Revoke what others may do on behalf of the user *name*."""
    for (statement,) in run("list what the user let others do", GIVEN, name, name, name):
        run("end what the user let others do", statement)


def grant(run: Run, one: Grant, name: str) -> None:
    """Grant *one* on everything that the master or a user with a mark owns."""
    schema, who = quoted(one.inside), quoted(name)
    every = one.privileges == EVERY_PRIVILEGE
    creates = every or CREATE in one.privileges
    if one.table != EVERY_TABLE:
        creates = False
    purpose = f"grant on {one.on}"
    run(purpose, f"GRANT {'USAGE, CREATE' if creates else 'USAGE'} ON SCHEMA {schema} TO {who}")
    of_tables = ", ".join(privilege for privilege in one.privileges if privilege != CREATE)
    of_sequences = "ALL" if every else "USAGE" if "INSERT" in one.privileges else ""
    if one.table != EVERY_TABLE:
        target = f"TABLE {schema}.{quoted(one.table)}"
        run(purpose, f"GRANT {of_tables} ON {target} TO {who}")
        if of_sequences:
            # A column that numbers its rows takes the numbers from a sequence.
            found = run("list its sequences", _SEQUENCES_OF, one.inside, one.table)
            _grant_on(run, purpose, f"{of_sequences} ON SEQUENCE", found, who)
        return
    for privileges, kind, kinds, relkinds in (
        (of_tables, "TABLE", "TABLES", _TABLES),
        (of_sequences, "SEQUENCE", "SEQUENCES", _SEQUENCES),
    ):
        if privileges:
            found = run("list what there is", _GRANTABLE, one.inside, relkinds, name)
            _grant_on(run, purpose, f"{privileges} ON {kind}", found, who)
            creators = run("list who creates tables", _CREATORS, one.inside, name)
            roles = ", ".join(role for (role,) in creators)
            run(
                purpose,
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {roles} IN SCHEMA {schema}"
                f" GRANT {privileges} ON {kinds} TO {who}",
            )


def admit(run: Run, name: str) -> None:
    """Let the user *name* connect, even if the database does not admit everybody."""
    for (database,) in run("look for the database", DATABASE):
        run("let the user in", f"GRANT CONNECT ON DATABASE {database} TO {quoted(name)}")


def share(run: Run, name: str) -> None:
    """Give other users the same privileges on what *name* will create as on the master's."""
    for (statement,) in run("list who has which rights by default", _FOR_OTHERS, name):
        run("let others use what the user creates", statement)


def quoted(name: Any) -> str:
    """Quote a name for SQL; the driver leaves a % inside the quotes alone."""
    doubled = str(name).replace('"', '""')
    return f'"{doubled}"'


def _grant_on(run: Run, purpose: str, what: str, found: list[tuple[Any, ...]], who: str) -> None:
    if found:
        targets = ", ".join(target for (target,) in found)
        run(purpose, f"GRANT {what} {targets} TO {who}")
