"""Rules for the names of users and databases, as RDS and its engines apply them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """Rule for the name of a user or a database."""

    pattern: str
    sentence: str
    """The pattern in words; CloudFormation shows it as the ConstraintDescription."""
    reserved: frozenset[str]
    """Names in lower case that fit the pattern and are refused nevertheless."""
    reserved_prefixes: tuple[str, ...] = ()
    """Prefixes in lower case of further names that are refused."""

    def problem(self, name: str, reserved_words: frozenset[str]) -> str | None:
        """Explain why *name* is refused; None when it is accepted."""
        lowered = name.lower()
        if not re.fullmatch(self.pattern, name):
            return f"{self.sentence}, got {name!r}"
        if lowered in self.reserved:
            return f"must not be {name!r}, a name that RDS reserves; choose another"
        if lowered in reserved_words:
            return f"must not be {name!r}, a reserved word of the engine; choose another"
        for prefix in self.reserved_prefixes:
            if lowered.startswith(prefix):
                return (
                    f"must not begin with {prefix!r}, which RDS and PostgreSQL reserve for roles "
                    f"of their own, got {name!r}"
                )
        return None


def refused_by_all(name: str, rules: Sequence[NameRule]) -> str | None:
    """Explain why every rule refuses *name*, in the words of the last; None if one accepts it."""
    problems = [rule.problem(name, frozenset()) for rule in rules]
    return problems[-1] if all(problems) else None


RDS_USERS: Final = frozenset({"rdsadmin", "rdsproxyadmin", "rdsrepladmin", "rdstopmgr"})
"""Users that RDS creates in every database."""

_SPECIAL: Final = frozenset({"mysql", "none", "public", "root"})
"""Names with a special meaning in one of the engines, refused to declared users."""

# CreateDBInstance and CreateDBCluster: MasterUsername. The resource type's own pattern accepts
# underscores, for clusters as well.
_MASTER_PATTERN: Final = "[a-zA-Z][a-zA-Z0-9_]{0,15}"
_MASTER_SENTENCE: Final = "must be 1 to 16 letters, digits or underscores, a letter first"

MYSQL_MASTER: Final = NameRule(
    pattern=_MASTER_PATTERN, sentence=_MASTER_SENTENCE, reserved=RDS_USERS
)
POSTGRESQL_MASTER: Final = NameRule(
    pattern=_MASTER_PATTERN,
    sentence=_MASTER_SENTENCE,
    # "MasterUsername admin cannot be used as it is a reserved word used by the engine".
    reserved=RDS_USERS | {"admin", "none", "public"},
    reserved_prefixes=("pg_", "rds_"),
)

MYSQL_USER: Final = NameRule(
    pattern="[a-zA-Z][a-zA-Z0-9_]{0,31}",
    sentence="must be 1 to 32 letters, digits or underscores, a letter first",
    reserved=RDS_USERS | _SPECIAL,
    reserved_prefixes=("pg_", "rds_"),
)
POSTGRESQL_USER: Final = NameRule(
    pattern="[a-zA-Z][a-zA-Z0-9_]{0,62}",
    sentence="must be 1 to 63 letters, digits or underscores, a letter first",
    reserved=RDS_USERS | _SPECIAL,
    reserved_prefixes=("pg_", "rds_"),
)

MYSQL_DATABASE: Final = NameRule(
    pattern="[a-zA-Z][a-zA-Z0-9_]{0,63}",
    sentence="must be 1 to 64 letters, digits or underscores, a letter first",
    reserved=frozenset({"information_schema", "mysql", "performance_schema", "sys"}),
)
MYSQL_PATTERN_LENGTH: Final = 64
"""The longest name in a grant on a whole database, in which ``_`` is escaped ("GRANT Statement",
"Identifier Length Limits")."""

POSTGRESQL_DATABASE: Final = NameRule(
    pattern="[a-zA-Z_][a-zA-Z0-9_]{0,62}",
    sentence="must be 1 to 63 letters, digits or underscores, no digit first",
    reserved=frozenset({"rdsadmin", "template0", "template1"}),
)

PROXY_NAME: Final = re.compile(r"[a-zA-Z](-?[a-zA-Z0-9])*")
PROXY_NAME_LENGTH: Final = 63


def proxy_name_problem(name: str) -> str | None:
    """Explain why *name* is no name of a proxy; None where it is one."""
    if len(name) <= PROXY_NAME_LENGTH and PROXY_NAME.fullmatch(name):
        return None
    return (
        f"must be at most {PROXY_NAME_LENGTH} letters, digits and single hyphens, a letter first, "
        f"got {name!r}"
    )
