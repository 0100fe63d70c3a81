"""Declared users of a database: the login and the grants of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Literal

from pydantic import Field
from troposphere import Select

from ..errors import Problem, WiringError
from ..model import ListOf, Settings
from ..model.wording import did_you_mean
from .documentation import AURORA_GUIDE
from .engines import Engine
from .kinds import SecretArn, SecretArns
from .limits import PARAMETER_BYTES, secret_arn_length

OUR_OWN: Final = "rdsproxy_templates"
"""Prefix of the names that the users function keeps for itself in a database."""

BLOG_TABLES: Final = ("items", "visits")
VISITS_TABLES: Final = ("visits",)
"""Tables of `lambda/blog_rds_proxy` and of `lambda/visits`."""

NEEDED: Final[Mapping[str, Sequence[str]]] = {
    # ON DUPLICATE KEY UPDATE needs UPDATE even if no such row exists ("INSERT ... ON
    # DUPLICATE KEY UPDATE Statement").
    "MYSQL": ("SELECT", "INSERT", "UPDATE"),
    "POSTGRESQL": ("SELECT", "INSERT"),
}
"""Privileges that the library's own functions need on each of their tables, by engine family."""

KEY_TABLE: Final = "rdsproxy_client_keys"
KEY_PRIVILEGES: Final = ("SELECT", "INSERT", "UPDATE")
"""Table of the keys of `rdsproxy_client`'s transactions, and what a transaction needs on it."""


class Grant(Settings):
    """Privileges on one table, or on all tables, of the service's database."""

    privileges: ListOf[str] = Field(
        default=("SELECT", "INSERT", "UPDATE", "DELETE"),
        min_length=1,
        description="Privileges to grant on the tables, in the engine's own words, such as "
        "`SELECT`; or `ALL`, by itself.",
    )
    on: str = Field(
        default="*",
        pattern=r"^(\*|[A-Za-z_][A-Za-z0-9_]{0,62})$",
        description="Table that the privileges apply to, or `*` for every table of the database; "
        "in PostgreSQL, of its schema `public`.",
    )


class User(Settings):
    """One declared user. Secret, proxy login, policies and the user itself follow from it."""

    name: str = Field(description="Name of the user in the database.")
    login: Literal["password", "iam", "end_to_end_iam"] = Field(
        description="Login through the proxy. `password`: the client sends the password in the "
        "user's secret. `iam`: the client sends an IAM token, and the proxy logs in "
        "to the database with the secret. `end_to_end_iam`: client and proxy both "
        "log in with IAM tokens, and the user has no secret. See "
        f"{AURORA_GUIDE}rds-proxy-iam-setup.html"
    )
    grants: ListOf[Grant] = Field(
        default_factory=lambda: (Grant(),),
        description="Privileges of the user. Nothing else is granted.",
    )
    lists_users: bool = Field(
        default=False,
        description="Let the user read the names of all users. In PostgreSQL every user may.",
    )
    adopt: bool = Field(
        default=False,
        description="Take over an existing user of this name, made by another stack, by hand, or "
        "before the database was restored. Off: the deployment fails if the name is "
        "in use.",
    )

    transaction_keys: bool = Field(
        default=False,
        description="Create the table `rdsproxy_client_keys`, and let the user SELECT, INSERT and "
        "UPDATE there: for transactions of `rdsproxy_client` that are executed once for each key; "
        "docs/client.md. The table stays when this is turned off.",
    )

    @property
    def all_grants(self) -> Sequence[Grant]:
        """Its privileges, with those on the table of keys as far as others do not include them."""
        missing = tuple(
            one
            for one in KEY_PRIVILEGES
            if self.transaction_keys and not _is_granted(self, one, KEY_TABLE)
        )
        return [*self.grants, *([Grant(privileges=missing, on=KEY_TABLE)] if missing else [])]

    @property
    def title(self) -> str:
        """The user's name as part of a logical ID: ``ReportReader`` for ``report_reader``."""
        return "".join(word[:1].upper() + word[1:] for word in self.name.split("_"))

    @property
    def has_secret(self) -> bool:
        """True when the user has a password, and a secret that holds it."""
        return self.login != "end_to_end_iam"


def with_secrets(users: Sequence[User]) -> Sequence[User]:
    """Users with a password, in the order in which their secrets cross stacks' borders."""
    return [user for user in users if user.has_secret]


def secrets(users: Sequence[User], arns: SecretArns | None) -> Iterator[tuple[User, SecretArn]]:
    """Pair each user that has a password with its secret in *arns*.

    Raises :class:`WiringError` when such a user exists and *arns* is None.
    """
    for index, user in enumerate(with_secrets(users)):
        if arns is None:
            raise WiringError([Problem("users", f"{user.name} has a secret that is not wired")])
        yield user, SecretArn(Select(index, arns))


def end_to_end(users: Sequence[User]) -> Sequence[str]:
    """Names of the users that log in to the database itself with an IAM token."""
    return [user.name for user in users if not user.has_secret]


def lacking(user: User, family: str, tables: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Privileges that the library's own functions need and *user* lacks, by table."""
    missing = {
        table: [one for one in NEEDED[family] if not _is_granted(user, one, table)]
        for table in tables
    }
    return {table: privileges for table, privileges in missing.items() if privileges}


def _is_granted(user: User, privilege: str, table: str) -> bool:
    return any(
        grant.on in {"*", table} and not {"ALL", privilege}.isdisjoint(grant.privileges)
        for grant in user.grants
    )


def problems(users: Sequence[User], engine: Engine) -> Iterator[Problem]:
    """Report what *engine* refuses; a problem's place is relative to the list of users."""
    yield from _too_many(users)
    times = Counter(user.title.lower() for user in users)
    for index, user in enumerate(users):
        if refusal := engine.user.problem(user.name, engine.reserved_words):
            yield Problem(f"{index}.name", refusal)
        if user.name.lower().startswith(OUR_OWN):
            yield Problem(
                f"{index}.name",
                f"must not begin with {OUR_OWN}, a prefix that the users function keeps for "
                f"itself, got {user.name!r}; choose another name",
            )
        if times[user.title.lower()] > 1:
            yield Problem(
                f"{index}.name", f"must differ from every other user's, got {user.name!r}"
            )
        for number, grant in enumerate(user.grants):
            for sentence in _privilege_problems(grant.privileges, engine):
                yield Problem(f"{index}.grants.{number}.privileges", sentence)


def _too_many(users: Sequence[User]) -> Iterator[Problem]:
    """Refuse more secrets than one parameter can hold, in which their ARNs cross borders."""
    own = with_secrets(users)
    ends = accumulate(secret_arn_length(f"{user.title}Secret") + len(",") for user in own)
    fit = sum(end - len(",") <= PARAMETER_BYTES for end in ends)
    if fit < len(own):
        yield Problem(
            "",
            f"must be at most {fit} with a password, got {len(own)}, because the ARNs of their "
            f"secrets share one parameter of {PARAMETER_BYTES} bytes; "
            "let some log in by end_to_end_iam",
        )


def _privilege_problems(privileges: Sequence[str], engine: Engine) -> Iterator[str]:
    for privilege in privileges:
        if privilege not in engine.privileges:
            known = sorted(engine.privileges)
            yield (
                f"must be one of {', '.join(known)}, got {privilege!r}"
                f"{did_you_mean(privilege.upper(), known)}"
            )
    if "ALL" in privileges and len(privileges) > 1:
        yield f"must be ALL by itself or without it, got {', '.join(privileges)}"
