"""The parts of an OpenAPI document, the body of an API, that REST APIs and HTTP APIs share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Properties

AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
AUTHTYPE: Final = "x-amazon-apigateway-authtype"
ENDPOINT: Final = "x-amazon-apigateway-endpoint-configuration"
INTEGRATION: Final = "x-amazon-apigateway-integration"

METHODS: Final = {
    "x-amazon-apigateway-any-method": "ANY",
    "get": "GET",
    "put": "PUT",
    "post": "POST",
    "delete": "DELETE",
    "options": "OPTIONS",
    "head": "HEAD",
    "patch": "PATCH",
}
PROSE: Final = ("summary", "description", "externalDocs", "deprecated", "tags")
"""Parts of an operation that only people read."""
OPEN: Final = "NONE"
"""SAM's name, which no document defines, for an operation that anybody may call."""


class Operation(NamedTuple):
    """A method of a path."""

    path: str
    method: str
    given: Mapping[str, Any]

    @property
    def place(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def variables(self) -> list[str]:
        """The names in braces in the path, "proxy+" among them."""
        return re.findall(r"{([^}]+)}", self.path)


@contextmanager
def understood(place: str, given: Mapping[str, Any]) -> Iterator[Properties]:
    """The properties *given* in *place* of the body, all of which the block must read."""
    read = Properties(given)
    yield read
    if read.unread:
        unknown = ", ".join(sorted(read.unread))
        raise Failure(f"the local cloud does not understand {unknown} in {place} of the Body")


def unused(read: Properties, names: Iterable[str]) -> None:
    """Read *names* that AWS ignores, too."""
    for name in names:
        read.get(name)


def document(body: Any) -> Mapping[str, Any]:
    """The body, where it is one that can be read."""
    if not isinstance(body, Mapping):
        raise Failure("the local cloud reads a Body only where it is an object")
    return body


def operations(paths: Mapping[str, Any]) -> Iterator[Operation]:
    """Every method of every path."""
    for path, methods in paths.items():
        for method, given in methods.items():
            if method not in METHODS:
                raise Failure(f"the local cloud does not understand {method} in {path} of the Body")
            yield Operation(path, METHODS[method], given)


def security(operation: Operation, whole: Any, schemes: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of the schemes that guard the operation, each with its scopes.

    *whole* is what guards operations that do not say.
    """
    demanded = operation.given.get("security", whole) or []
    scopes = {name: scopes for one in demanded for name, scopes in one.items() if name != OPEN}
    if undefined := sorted(scopes.keys() - schemes.keys()):
        raise Failure(f"{operation.place}: no security scheme {', '.join(undefined)} in the Body")
    return scopes


def endpoint_disabled(servers: Iterable[Mapping[str, Any]]) -> bool | None:
    """True if the servers' extension turns the API's own address off."""
    disabled = None
    for server in servers:
        with understood("servers", server) as read:
            unused(read, ("url", "description", "variables"))
            with understood(ENDPOINT, read.get(ENDPOINT, {})) as endpoint:
                disabled = endpoint.get("disableExecuteApiEndpoint", disabled)
    return disabled


def renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """*given* under the API's *names*, with nothing for what it does not have."""
    return {api: given[name] for name, api in names.items() if name in given}
