"""Clients of databases: functions, and what their environment tells them of a login."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..model.references import wires
from .credentials import secret_named, user_of
from .graph import CLUSTER, ENDPOINT, FUNCTION_TYPES, INSTANCE, PROXY, Graph
from .matching import same
from .once import once_a_graph
from .policies import role_named
from .texts import Text, text_of
from .values import simple

_USER: Final = re.compile(
    r"((RDS|DB|DATABASE|PG|PGSQL|POSTGRES|POSTGRESQL|MYSQL|SQL|AURORA|PROXY|IAM)_?)*"
    r"(USER|USER_?NAME)"
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Door:
    """A host that a function is told: a proxy, an endpoint of one, or a database."""

    resource: str
    proxy: str | None
    """None for the database itself."""
    variable: str
    read_only: bool = False


@dataclass(frozen=True)
class Client:
    """A function that is told a host, and how it may log in there."""

    function: str
    body: Mapping[str, Any]
    variables: Mapping[str, Any]
    doors: tuple[Door, ...]
    user: Text | None
    """Name of the user, where one variable tells it."""
    secrets: tuple[str, ...]
    """Secrets of the graph that it is told."""
    roles: tuple[str, ...]
    """Roles of the graph that it is told to assume."""
    is_told_a_secret: bool
    """True also where the secret is not in the graph."""

    @property
    def proxies(self) -> tuple[str, ...]:
        """The proxies that it is told, in order of their names."""
        return tuple(sorted({door.proxy for door in self.doors if door.proxy}))

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that it is told without a proxy between."""
        return tuple(sorted({door.resource for door in self.doors if door.proxy is None}))


def variables_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the variables of a function; none where they are an expression."""
    environment = body.get("Environment")
    found = environment.get("Variables") if isinstance(environment, Mapping) else None
    return found if isinstance(found, Mapping) else {}


@once_a_graph
def clients_of(graph: Graph) -> tuple[Client, ...]:
    """Return each function that is told a host of the graph."""
    return tuple(_clients(graph))


def _clients(graph: Graph) -> Iterator[Client]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        variables = variables_of(body)
        doors = tuple(
            door for name, value in variables.items() for door in _doors(graph, name, value)
        )
        if not doors:
            continue
        secrets = {one for value in variables.values() if (one := secret_named(graph, value))}
        yield Client(
            function=function,
            body=body,
            variables=variables,
            doors=doors,
            user=_user(graph, variables),
            secrets=tuple(sorted(secrets)),
            roles=tuple(
                sorted(
                    {r for v in variables.values() if _is_arn(v) and (r := role_named(graph, v))}
                )
            ),
            is_told_a_secret=bool(secrets)
            or any(re.search("SECRET|PASSW", _upper(name)) for name in variables),
        )


def is_told_a_role(client: Client) -> bool:
    """Tell whether a variable names a role that *client* assumes, in the graph or elsewhere."""
    return bool(client.roles) or any(
        re.search(r"(^|_)ROLE(_?ARN)?$", _upper(name)) for name in client.variables
    )


def entry_for(graph: Graph, client: Client, proxy: str) -> Mapping[str, Any] | None:
    """Return the entry of ``Auth`` by which *client* logs in to *proxy*, where it is known."""
    entries = [one for one in graph.logins_of(proxy) if isinstance(one, Mapping)]
    told = {text_of(graph, value) for value in client.variables.values()}
    for entry in entries:
        secret = secret_named(graph, entry.get("SecretArn"))
        if secret in client.secrets if secret else _is_told(graph, entry, told):
            return entry
    if client.user is None:
        return None
    for entry in entries:
        user = user_of(graph, entry.get("SecretArn"))
        if user is not None and same(user, client.user) is True:
            return entry
    return None


def shows_token(graph: Graph, client: Client, proxy: str) -> bool:
    """Tell whether *client* has to log in to *proxy* by a token."""
    entry = entry_for(graph, client, proxy)
    if entry is not None:
        return entry.get("IAMAuth") == "REQUIRED"
    return graph.demands_token(proxy)


def _is_told(graph: Graph, entry: Mapping[str, Any], told: Collection[Text]) -> bool:
    """True where the secret of *entry*, which is not the graph's, is among the texts *told*."""
    secret = entry.get("SecretArn")
    return secret is not None and text_of(graph, secret) in told


def _user(graph: Graph, variables: Mapping[str, Any]) -> Text | None:
    found = {
        text_of(graph, value)
        for name, value in variables.items()
        if _USER.fullmatch(_upper(name)) and value
    }
    return found.pop() if len(found) == 1 else None


def _upper(name: object) -> str:
    return _CAMEL.sub("_", str(name)).upper()


def _is_arn(value: object) -> bool:
    match simple(value):
        case {"Ref": _} | {"Fn::GetAtt": [_, "Arn"]} | {"Fn::Sub": _} | {"Fn::Join": _} | str():
            return True
        case _:
            return False


def _doors(graph: Graph, variable: str, value: Any) -> Iterator[Door]:
    found = wires(simple(value) if isinstance(value, dict) else value)
    for wire in sorted(set(found)):
        name, _, attribute = wire.partition(".")
        if name not in graph.template.resources:
            continue
        kind = graph.type(name)
        if kind == PROXY and attribute == "Endpoint":
            yield Door(name, name, variable)
        elif kind == ENDPOINT and attribute == "Endpoint":
            body = graph.properties(name)
            proxy = proxy_named(graph, body.get("DBProxyName"))
            if proxy:
                yield Door(name, proxy, variable, body.get("TargetRole") == "READ_ONLY")
        elif kind in {CLUSTER, INSTANCE} and attribute in {
            "Endpoint.Address",
            "ReadEndpoint.Address",
        }:
            yield Door(name, None, variable, attribute.startswith("Read"))


def proxy_named(graph: Graph, expression: object) -> str | None:
    """Return the proxy of the graph whose name *expression* is."""
    if (target := graph.target(simple(expression))) is not None:
        return target if graph.type(target) == PROXY else None
    text = text_of(graph, expression)
    return next(
        (name for name, _ in graph.of_type(PROXY) if text_of(graph, {"Ref": name}) == text), None
    )
