"""Users that functions log in as: one declared for them, or the master."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from pydantic import Field

from .. import stacks
from ..aws.database_users import BLOG_TABLES, User, lacking
from ..aws.engines import ENGINES, EngineName
from ..errors import Problem
from ..model import ListOf, did_you_mean

FUNCTION_USER: Final = "app"
"""The user that variants declare for their function."""


class WithFunctionUser(stacks.rds.Config):
    """Database and proxy, with a user for the function and no login for the master."""

    master_login: bool = Field(
        default=False,
        description="Let the master user in through the proxy, by IAM. It is for administration, "
        "which needs no proxy.",
    )
    users: ListOf[User] = Field(
        default_factory=lambda: (User(name=FUNCTION_USER, login="iam"),),
        max_length=190,
        description="Users beside the master: each is created in the database and let in "
        "through the proxy in its own way.",
    )


def function_user_problems(name: str | None, rds: stacks.rds.Config) -> Iterator[Problem]:
    """Reject a user that cannot log in by IAM, and the master where its login is off."""
    logins = {user.name: user.login for user in rds.users}
    if name is None:
        if not rds.master_login:
            yield Problem(
                "function_user",
                "must name one of rds.users that logs in by IAM: rds.master_login is off, and "
                f"the function would log in as the master user; write {_switch(rds.users)}",
            )
    elif name not in logins:
        similar = did_you_mean(name, list(logins))
        yield Problem(
            "function_user",
            f"must name one of rds.users, got {name!r}{similar}"
            + ("" if similar else f"; write {_switch(rds.users)}"),
        )
    elif logins[name] == "password":
        yield Problem(
            "function_user",
            f"must log in by IAM, and {name!r} logs in with a password; "
            "choose `iam` or `end_to_end_iam`",
        )


def master_warnings(name: str | None, users: Sequence[User]) -> Iterator[Problem]:
    """A function that logs in as the master, and the settings with which it does not."""
    if name is None:
        yield _as_master("function_user", "names nobody: the function logs in", _switch(users))


def both_master_warnings(
    password_user: str | None, iam_user: str | None, users: Sequence[User]
) -> Iterator[Problem]:
    """Reject unfit users of a function with a password and of one with IAM."""
    if not users:
        yield _as_master(
            "rds.master_login",
            "is on, and both functions log in",
            "`rds: {master_login: false, users: [{name: app, login: password}, {name: tokens, "
            "login: iam}]}`, `password_user: app` and `iam_user: tokens`",
        )
        return
    if password_user is None:
        fit = [user.name for user in users if user.login == "password"]
        lines = _declared(fit, users, "password_user", "password")
        yield _as_master("password_user", "names nobody: /func1 logs in", lines)
    if iam_user is None:
        lines = _declared(_by_iam(users), users, "iam_user", "iam")
        yield _as_master("iam_user", "names nobody: /func2 logs in", lines)


def grant_warnings(
    name: str | None,
    users: Sequence[User],
    engine: EngineName,
    tables: Sequence[str] = BLOG_TABLES,
) -> Iterator[Problem]:
    """Warn of privileges that the library's own function needs and the user of that name lacks."""
    for index, user in enumerate(users):
        missing = lacking(user, ENGINES[engine].family, tables) if user.name == name else {}
        if missing:
            where = "; ".join(f"{', '.join(lacks)} on {on}" for on, lacks in missing.items())
            yield Problem(
                f"rds.users.{index}.grants",
                f"lack {where}, without which {name!r} cannot do what the library's own function "
                "does, and some of its routes answer 500; add what is missing",
            )


def _as_master(place: str, why: str, lines: str) -> Problem:
    """AWS strongly recommends against it: RDS user guide, "Master user account privileges"."""
    return Problem(
        place,
        f"{why} as the master user, who may do everything, and whom AWS advises applications not "
        f"to use; declare a user for it: {lines}",
    )


def _switch(users: Sequence[User]) -> str:
    """The lines of settings with which the function logs in as a declared user."""
    if users:
        return _declared(_by_iam(users), users, "function_user", "iam")
    return (
        f"`rds: {{master_login: false, users: [{{name: {FUNCTION_USER}, login: iam}}]}}` and "
        f"`function_user: {FUNCTION_USER}`"
    )


def _declared(fit: Sequence[str], users: Sequence[User], field: str, login: str) -> str:
    """The line that names one who is declared already, or those that declare one more."""
    if fit:
        return f"`{field}: {fit[0]}`"
    taken = {user.name for user in users}
    free = next(
        name for number in count() if (name := f"{FUNCTION_USER}{number or ''}") not in taken
    )
    return f"`{{name: {free}, login: {login}}}` in rds.users and `{field}: {free}`"


def _by_iam(users: Sequence[User]) -> Sequence[str]:
    return [user.name for user in users if user.login != "password"]
