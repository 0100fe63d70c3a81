"""Settings of the functions of ``auth``: the library's two, or those that a person declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from .. import stacks
from ..aws.database_users import VISITS_TABLES
from ..errors import Problem
from ..model import ListOf, did_you_mean
from ..model.local_code import LocalCode
from ..resources.function_code import function_folders
from ..resources.function_declaration import DeclaredFunction, token_users
from .administration import AdministrationSettings
from .common import RegionalSettings
from .declared import (
    declared_problems,
    declared_warnings,
    region_problems,
    replaced_problems,
)
from .declared_stack import function_users, reads_given_secrets
from .logins import both_master_warnings, grant_warnings


class AuthFunctions(RegionalSettings):
    """Functions, and the users of two proxies that they log in as."""

    rds: stacks.two_proxies.Config = Field(
        default_factory=stacks.two_proxies.Config, description="Instance, users and both proxies."
    )
    sam: stacks.functions.TwoFunctionsSettings = Field(
        default_factory=stacks.functions.TwoFunctionsSettings,
        description="Both functions and their HTTP API.",
    )
    password_user: str | None = Field(
        default=None,
        description="One of `rds.users` with `login: password`, that /func1 logs in as. Left "
        "out: the master user.",
    )
    iam_user: str | None = Field(
        default=None,
        description="One of `rds.users` that logs in by IAM, that /func2 logs in as. Left out: "
        "the master user.",
    )
    functions: ListOf[DeclaredFunction] = Field(
        default=(),
        description="Functions of your own, in place of the library's two; docs/functions.md. Each "
        "connects to the proxy that takes the login of its `user`. `sam` has their API, and the "
        "defaults of their runtime, architecture, memory and logs.",
    )

    @property
    def administration(self) -> AdministrationSettings:
        """The functions that create users and rotate secrets."""
        return AdministrationSettings(
            database=self.rds,
            users=self.rds.users,
            function_user=None if self.functions else self.iam_user,
            function_users=token_users(self.functions, self.rds.users),
            functions=self.sam,
            creates_tables=not self.functions,
            functions_read_secrets=reads_given_secrets(self),
        )

    @property
    def reads_secrets(self) -> bool:
        """True where a function reads a secret, and so needs Secrets Manager."""
        return not self.functions or self.administration.reads_secrets

    def local_code(self) -> Iterator[LocalCode]:
        yield from super().local_code()
        yield from function_folders(self.functions, self.sam.runtime, self.sam.architecture)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.functions:
            yield from self._login_problems()
            return
        has_readers = self.rds.readers > 0
        known = function_users(self.rds)
        for problem in declared_problems(
            self.functions, known, has_readers=has_readers, readers="rds.readers"
        ):
            yield problem.within("functions")
        yield from region_problems(self.functions, self)
        yield from replaced_problems(self, self.sam)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.functions:
            yield from declared_warnings(self.functions, self.sam)
            return
        yield from both_master_warnings(self.password_user, self.iam_user, self.rds.users)
        for user in dict.fromkeys((self.password_user, self.iam_user)):
            yield from grant_warnings(user, self.rds.users, self.rds.engine, VISITS_TABLES)

    def _login_problems(self) -> Iterator[Problem]:
        passwords = self.rds.password_users
        tokens = {user.name for user in self.rds.users} - passwords
        if self.password_user is None and self.rds.master.kms_key_arn:
            yield Problem(
                "password_user",
                "must name one of rds.users, because rds.master.kms_key_arn encrypts the "
                "master's secret, and the function may not use that key",
            )
        yield from self._user_problems("password_user", sorted(passwords))
        yield from self._user_problems("iam_user", sorted(tokens))

    def _user_problems(self, field: str, known: Sequence[str]) -> Iterator[Problem]:
        """Reject in *field* a user who is not one of those *known* for this login."""
        name: str | None = getattr(self, field)
        if name is None and not self.rds.master_login:
            yield Problem(field, "must name one of rds.users: rds.master_login is off")
        if name is not None and name not in known:
            yield Problem(
                field,
                f"must name one of rds.users with that login ({', '.join(known) or 'none'}), got "
                f"{name!r}{did_you_mean(name, known)}",
            )
