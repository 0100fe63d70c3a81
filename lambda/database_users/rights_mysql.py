"""Grants of a MySQL user: read from SHOW GRANTS, and changed to what is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping

from declaration import EVERY_TABLE, Grant
from dialect import Run
from session import Refused

ALL = "ALL PRIVILEGES"
NOTHING = "USAGE"
OPTION = "GRANT OPTION"
MANDATORY_ROLE = "3628"
ROUNDS = 4
"""Rounds of revoking. ALL is revoked by its known parts; the next round shows any others."""

_NAME = r"`(?:[^`]|``)*`"
_TARGET = rf"(?:(?:TABLE|FUNCTION|PROCEDURE|PACKAGE BODY|PACKAGE) )?(?:\*|{_NAME})\.(?:\*|{_NAME})"
_PRIVILEGE = rf"[A-Z][A-Z_ ]*[A-Z](?: \({_NAME}(?:, ?{_NAME})*\))?"
_ON = re.compile(
    rf"GRANT (?P<what>{_PRIVILEGE}(?:, ?{_PRIVILEGE})*) ON (?P<target>{_TARGET}) TO (?P<rest>.*)"
)
_ROLES = re.compile(rf"GRANT (?P<roles>{_NAME}(?:@{_NAME})?(?:, ?{_NAME}(?:@{_NAME})?)*) TO ")
_PROXY = re.compile(r"GRANT PROXY ON (?P<target>.+) TO ")

Held = dict[str, set[str]]


def settle(run: Run, name: str, grants: Mapping[str, tuple[str, ...]], known: Known) -> None:
    """Give the user exactly *grants*: grant what it lacks, then revoke the excess.

    A declared grant is never missing in between, and one that exists already is not touched.
    """
    wanted = {target: set(one) for target, one in grants.items()}
    held, _ = _held(run, name)
    for target, privileges in wanted.items():
        have = held.get(target, set())
        if not privileges <= have and ALL not in have:
            what = ", ".join(grants[target])
            run(f"grant on {_shown(target)}", f"GRANT {what} ON {_safe(target)} TO %s@'%%'", name)
    for _ in range(ROUNDS):
        held, others = _held(run, name)
        excess = [
            f"{', '.join(one)} ON {target}"
            for target, privileges in held.items()
            for one in _excess(target, privileges, wanted, known)
        ]
        taken = [what for what in (*excess, *others) if _revoked(run, what, name)]
        if not taken:
            return
    raise Refused("The database keeps granting the user what is not declared.")


def targets(
    grants: tuple[Grant, ...], *, lists_users: bool, lower: bool
) -> dict[str, tuple[str, ...]]:
    """Map each target, as SHOW GRANTS spells it, to its privileges."""
    together: dict[str, dict[str, None]] = {}
    for one in grants:
        privileges = [ALL] if one.privileges == ("ALL",) else one.privileges
        target = target_of(one).lower() if lower else target_of(one)
        together.setdefault(target, {}).update(dict.fromkeys(privileges))
    if lists_users:
        together.setdefault("`mysql`.`user`", {})["SELECT (`user`)"] = None
    return {
        target: (ALL,) if ALL in privileges else tuple(privileges)
        for target, privileges in together.items()
    }


def target_of(grant: Grant) -> str:
    """Spell the target of *grant* as SHOW GRANTS does."""
    if grant.table != EVERY_TABLE:
        return f"`{grant.inside}`.`{grant.table}`"
    # In a grant on a database, _ in its name matches any character ("GRANT Statement").
    pattern = grant.inside.replace("_", r"\_")
    return f"`{pattern}`.*"


class Known:
    """Privileges that ALL consists of, on a database and on a table."""

    def __init__(self, of_databases: tuple[str, ...], of_tables: tuple[str, ...]) -> None:
        self._of_databases, self._of_tables = of_databases, of_tables

    def on(self, target: str) -> tuple[str, ...]:
        return self._of_databases if target.endswith(".*") else self._of_tables


def _revoked(run: Run, what: str, name: str) -> bool:
    """Revoke *what*; return false for a role that the server gives to everybody."""
    try:
        run("revoke what is not declared", f"REVOKE {_safe(what)} FROM %s@'%%'", name)
    except Refused as refused:
        if refused.number != MANDATORY_ROLE:
            raise
        return False
    return True


def _held(run: Run, name: str) -> tuple[Held, list[str]]:
    """Read privileges by target, and what else can be revoked: roles, proxied users."""
    held: Held = {}
    others = []
    for line, *_ in run("list what the user was granted", "SHOW GRANTS FOR %s@'%%'", name):
        if found := _ON.match(line):
            privileges = set(re.findall(_PRIVILEGE, found["what"])) - {NOTHING}
            if found["rest"].endswith("WITH GRANT OPTION"):
                privileges.add(OPTION)
            held.setdefault(found["target"], set()).update(privileges)
        elif (found := _ROLES.match(line)) is not None:
            others.append(found["roles"])
        elif (found := _PROXY.match(line)) is not None:
            others.append(f"PROXY ON {found['target']}")
    return held, others


def _excess(
    target: str, held: set[str], wanted: Mapping[str, set[str]], known: Known
) -> list[list[str]]:
    """List the privileges to revoke, grouped by statement."""
    kept = wanted.get(target, set())
    if ALL in held and kept and ALL not in kept:
        gone = [one for one in known.on(target) if one not in kept]
        return [[*gone, *(held & {OPTION})]] if gone else []
    if ALL in kept:
        return [[OPTION]] if OPTION in held else []
    gone = sorted(held - kept)
    if ALL in gone:
        return [[ALL], *([[OPTION]] if OPTION in gone else [])]
    return [gone] if gone else []


def _safe(statement: str) -> str:
    return statement.replace("%", "%%")


def _shown(target: str) -> str:
    return target.replace("`", "").replace("\\", "")
