"""Functions of the library's own behind an API, and the settings of both that users write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from ..errors import Problem
from ..model import LocalPath, Settings
from .function_declaration import DeclaredFunction
from .functions import TimeoutSettings
from .http_api import HttpApiSettings
from .rest_api import RestApiSettings
from .routes import Route

LoginName = Literal["token", "password", "iam", "role", "shared_secret", "database"]
"""Group of ports from which a function logs in."""

Address = Literal["api_endpoint", "password_url", "iam_url", "api_url"]
"""Output that says where a function answers."""

ANY_PATH = "/{proxy+}"


class ApiFunction(Settings):
    """One function of the library's own behind the API."""

    title: str = Field(description="Title of the function's resource.")
    bundled_code: str = Field(description="Folder of the library's own code.")
    code_uri: str | None = Field(default=None, description="Another folder, in its place.")
    login: LoginName = Field(description="Group of ports from which it logs in.")
    routes: Mapping[str, str] = Field(description="Path of the API for each event's title.")
    address: Address = Field(description="Output that says where it answers.")

    @property
    def code(self) -> LocalPath:
        """The folder of the function's code: the consumer's, or the library's own."""
        if self.code_uri:
            return LocalPath(self.code_uri)
        return LocalPath(self.bundled_code, bundled=True)

    @property
    def path(self) -> str:
        """The last of its routes, as an address ends."""
        return [*self.routes.values()][-1].removeprefix("/").removesuffix("{proxy+}")

    def entry(self, tuning: TimeoutSettings) -> LibraryFunction:
        """Return it as an entry like those that a person declares, with the *tuning* of all."""
        return LibraryFunction(
            name=self.title.removesuffix("Function"),
            code=self.bundled_code,
            timeout=tuning.timeout,
            reserved_concurrency=tuning.reserved_concurrent_executions,
            own=self,
        )


class LibraryFunction(DeclaredFunction):
    """A declared function of the library's: it brings code, the titles of its routes, a login."""

    own: ApiFunction = Field(description="The function.")

    @property
    def code_path(self) -> LocalPath:
        return self.own.code

    @property
    def titled_routes(self) -> Mapping[str, Route]:
        return {title: Route("ANY", path) for title, path in self.own.routes.items()}

    @property
    def in_vpc(self) -> bool:
        """True: it runs in the VPC wherever the stack has one."""
        return True

    def has_database_layer(self, runtime: str) -> bool:  # noqa: ARG002 - ours are in Python
        """True where its code is the library's; another's brings its own drivers."""
        return not self.own.code_uri


class FunctionApiSettings(HttpApiSettings, TimeoutSettings):
    """The function and its HTTP API."""

    code_uri: str | None = Field(
        default=None,
        min_length=1,
        description="Folder of another function's code, relative to the rendered folder; it "
        "has `app.handler` and the Makefile target `build-BlogRDSProxyFunction`. Left out: "
        "the library's own.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.code_uri:
            yield from self.too_short()
        if self.code_uri and self.code_uri.startswith(("/", "~")):
            yield Problem(
                "code_uri", f"must be relative to the rendered folder, got {self.code_uri!r}"
            )

    def function(self, login: LoginName) -> ApiFunction:
        """Return the function that takes every path of the API."""
        return ApiFunction(
            title="BlogRDSProxyFunction",
            bundled_code="lambda/blog_rds_proxy",
            code_uri=self.code_uri,
            login=login,
            routes={"CatchAllApi": ANY_PATH},
            address="api_endpoint",
        )


class TwoFunctionsSettings(HttpApiSettings, TimeoutSettings):
    """Settings of both functions and of the API in front of them."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


class RestApiFunctionSettings(RestApiSettings, TimeoutSettings):
    """The function and its REST API."""

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from self.too_short()


def visits_functions() -> tuple[ApiFunction, ApiFunction]:
    """The same code twice; each may do what its own login needs, and nothing of the other's."""
    return (
        ApiFunction(
            title="PasswordFunction",
            bundled_code="lambda/visits",
            login="password",
            routes={"PasswordRoute": "/func1"},
            address="password_url",
        ),
        ApiFunction(
            title="IAMFunction",
            bundled_code="lambda/visits",
            login="iam",
            routes={"IAMRoute": "/func2"},
            address="iam_url",
        ),
    )


def user_names_function() -> ApiFunction:
    """The function that takes every path of the REST API, and is in no VPC."""
    return ApiFunction(
        title="UserNamesFunction",
        bundled_code="lambda/user_names",
        login="database",
        routes={"Root": "/", "CatchAll": ANY_PATH},
        address="api_url",
    )
