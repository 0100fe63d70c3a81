"""Settings of the functions of ``edge``: their user, and those that a person declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..aws.database_users import Grant, User
from ..aws.kinds import Command, Url
from ..errors import Problem
from ..model import ListOf, sub
from ..model.local_code import LocalCode
from ..resources.function_code import function_folders
from ..resources.function_declaration import DeclaredFunction
from ..resources.rest_routes import rest_route_problems
from ..resources.routes import parsed
from .common import RegionalSettings
from .declared import declared_problems, declared_warnings, region_problems


class EdgeFunctions(RegionalSettings):
    """Functions outside any VPC, and the one user that they log in as."""

    sam: stacks.functions.RestApiFunctionSettings = Field(
        default_factory=stacks.functions.RestApiFunctionSettings,
        description="Function and REST API.",
    )
    function_user: str = Field(
        default="app", description="User that is created for the function, which logs in by IAM."
    )
    function_grants: ListOf[Grant] = Field(
        default_factory=lambda: (Grant(privileges=("SELECT",)),),
        description="Privileges of that user, beside the names of all users.",
    )
    function_transaction_keys: bool = Field(
        default=False,
        description="Create the table `rdsproxy_client_keys`, and let that user SELECT, INSERT and "
        "UPDATE there; docs/client.md.",
    )
    functions: ListOf[DeclaredFunction] = Field(
        default=(),
        description="Functions of your own, in place of the library's; docs/functions.md. Those "
        "with a `user` log in as `function_user`; all are outside any VPC.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self._declared_problems()

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from declared_warnings(self.functions, self.sam)

    def local_code(self) -> Iterator[LocalCode]:
        yield from super().local_code()
        yield from function_folders(self.functions, self.sam.runtime, self.sam.architecture)

    @property
    def connects(self) -> bool:
        """True where a function logs in to the database."""
        return not self.functions or any(one.user is not None for one in self.functions)

    def _declared_problems(self) -> Iterator[Problem]:
        for problem in declared_problems(self.functions, [self.user.name], setting="function_user"):
            yield problem.within("functions")
        for problem in rest_route_problems(self.functions):
            yield problem.within("functions")
        yield from region_problems(self.functions, self)
        for index, one in enumerate(self.functions):
            if one.vpc:
                yield Problem(
                    f"functions.{index}.vpc",
                    "must be left out: this variant has none for functions",
                )
        if self.functions and not any(one.routes for one in self.functions):
            yield Problem("functions", "must have a route among them, to which CloudFront leads")

    def curl(self, url: Url) -> Command:
        """Return the command that calls a route below *url*."""
        routes = [parsed(text) for one in self.functions for text in one.routes]
        path = next((one.path for one in routes if one.method in {"ANY", "GET"}), "/users")
        shown = re.sub(r"\{[^}]*\}", "1", path).removeprefix("/")
        return Command(sub("curl --include ${url}" + shown, url=url))

    @property
    def user(self) -> User:
        """The function's own, which reads the database and the names of its users."""
        return User(
            name=self.function_user,
            login="end_to_end_iam",
            grants=self.function_grants,
            lists_users=True,
            transaction_keys=self.function_transaction_keys,
        )
