"""Users of a database, each declared once: how it logs in, and what it may do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final, Literal

from pydantic import Field
from troposphere import Select

from ..errors import Problem, WiringError
from ..model import ListOf, Settings, did_you_mean
from .documentation import AURORA_GUIDE
from .engines import Engine
from .kinds import SecretArn, SecretArns
from .limits import PARAMETER_BYTES, secret_arn_length

OUR_OWN: Final = "rdsproxy_templates"
"""What the names begin with that the users function keeps in a database for itself."""

BLOG_TABLES: Final = ("items", "visits")
VISITS_TABLES: Final = ("visits",)
"""The tables of `lambda/blog_rds_proxy` and of `lambda/visits`."""

NEEDED: Final[Mapping[str, Sequence[str]]] = {
    # ON DUPLICATE KEY UPDATE wants UPDATE, also where there is no such row ("INSERT ... ON
    # DUPLICATE KEY UPDATE Statement").
    "MYSQL": ("SELECT", "INSERT", "UPDATE"),
    "POSTGRESQL": ("SELECT", "INSERT"),
}
"""What the library's own functions need on each of their tables, by family of engines."""


class Grant(Settings):
    """What a user may do with the tables of the service's database."""

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
    """One user. Secret, proxy, policies and the user itself follow from this."""

    name: str = Field(description="Name of the user in the database.")
    login: Literal["password", "iam", "end_to_end_iam"] = Field(
        description="Login through the proxy. `password`: the client sends the password in the "
        "user's secret. `iam`: the client sends an IAM token, and the proxy logs in "
        "to the database with the secret. `end_to_end_iam`: client and proxy both "
        "log in with IAM tokens, and the user has no secret. See "
        f"{AURORA_GUIDE}rds-proxy-iam-setup.html"
    )
    grants: ListOf[Grant] = Field(
        default=(Grant(),),
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

    @property
    def title(self) -> str:
        """The user's name as part of a logical ID: ``ReportReader`` for ``report_reader``."""
        return "".join(word[:1].upper() + word[1:] for word in self.name.split("_"))

    @property
    def has_secret(self) -> bool:
        """Whether the database knows it by a password."""
        return self.login != "end_to_end_iam"


def with_secrets(users: Sequence[User]) -> Sequence[User]:
    """Those with a password, in the order in which their secrets cross stacks' borders."""
    return [user for user in users if user.has_secret]


def secrets(users: Sequence[User], arns: SecretArns | None) -> Iterator[tuple[User, SecretArn]]:
    """Each user with a password, and its secret out of the list that crossed the border."""
    for index, user in enumerate(with_secrets(users)):
        if arns is None:
            raise WiringError([Problem("users", f"{user.name} has a secret, which is not wired")])
        yield user, SecretArn(Select(index, arns))


def end_to_end(users: Sequence[User]) -> Sequence[str]:
    """The names of those who log in to the database itself with a token."""
    return [user.name for user in users if not user.has_secret]


def lacking(user: User, family: str, tables: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What the library's own functions need and *user* is not granted, by table."""
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
    """What *engine* refuses of them; a place is within the list."""
    yield from _too_many(users)
    times = Counter(user.title.lower() for user in users)
    for index, user in enumerate(users):
        if refusal := engine.user.problem(user.name, engine.reserved_words):
            yield Problem(f"{index}.name", refusal)
        if user.name.lower().startswith(OUR_OWN):
            yield Problem(
                f"{index}.name",
                f"must not begin with {OUR_OWN}, with which the users function names what is its "
                f"own, got {user.name!r}; choose another name",
            )
        if times[user.title.lower()] > 1:
            yield Problem(f"{index}.name", f"must not be like another user's, got {user.name!r}")
        for number, grant in enumerate(user.grants):
            for sentence in _privilege_problems(grant.privileges, engine):
                yield Problem(f"{index}.grants.{number}.privileges", sentence)


def _too_many(users: Sequence[User]) -> Iterator[Problem]:
    """The ARNs of their secrets cross a stack's border in one parameter, joined by commas."""
    own = with_secrets(users)
    ends = accumulate(secret_arn_length(f"{user.title}Secret") + len(",") for user in own)
    fit = sum(end - len(",") <= PARAMETER_BYTES for end in ends)
    if fit < len(own):
        yield Problem(
            "",
            f"must be at most {fit} with a password, got {len(own)}, because the ARNs of their "
            f"secrets are one parameter of {PARAMETER_BYTES} bytes; "
            "let some log in by end_to_end_iam",
        )


def _privilege_problems(privileges: Sequence[str], engine: Engine) -> Iterator[str]:
    for privilege in privileges:
        if privilege not in engine.privileges:
            known = sorted(engine.privileges)
            yield (
                f"must be of {', '.join(known)}, got {privilege!r}"
                f"{did_you_mean(privilege.upper(), known)}"
            )
    if "ALL" in privileges and len(privileges) > 1:
        yield f"must be ALL by itself or without it, got {', '.join(privileges)}"
