"""Rules of what a client is told: the protocol, the port, and a host that it may write to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ...aws.documentation import AURORA_GUIDE, LAMBDA_GUIDE
from ...aws.engine_families import ENGINE_FAMILIES, EngineFamily
from ...aws.engines import ENGINES
from ..clients import Client, clients_of, variables_of
from ..graph import CLUSTER, ENDPOINT, FUNCTION_TYPES, INSTANCE, PROXY, Graph
from ..protocols import family_of
from ..rule import Violation, as_rule
from ..texts import literal, text_of
from ..values import is_expression, simple

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+]*)://")
_HOST: Final = re.compile(r"(^|_)(HOST|HOSTNAME|HOSTADDR|ENDPOINT|ADDRESS|SERVER)$")
_PREFIXED: Final = re.compile(r"(^|_)(DB|MYSQL|PG|RDS|SQL)(HOST|HOSTADDR|HOSTNAME|PORT|SERVER)$")
"""Names that libraries read without a mark between two words, such as ``PGHOST``."""
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ADDRESSES: Final = {
    PROXY: "Endpoint",
    ENDPOINT: "Endpoint",
    CLUSTER: "Endpoint.Address",
    INSTANCE: "Endpoint.Address",
}
_READER: Final = re.compile(r"READ|REPLICA|(^|_)RO(_|$)")
_OF_DATABASE: Final = frozenset(
    {"DB", "RDS", "DATABASE", "PROXY", "MYSQL", "PG", "ENDPOINT", "HOST", "SERVER", "PORT"}
)
WRITING_CODE: Final = ("lambda/blog_rds_proxy", "lambda/visits", "lambda/database_users")
"""Folders of the library's own functions that write to the database."""


@as_rule(
    "login/engine-family",
    title="A function speaks the protocol of the proxy or database that it is told.",
    why="It cannot connect.",
    remedy="Use a driver for the engine family of the proxy.",
    source=f"{AURORA_GUIDE}rds-proxy-connecting.html",
)
def engine_family(graph: Graph) -> Iterator[Violation]:
    for client in clients_of(graph):
        families = {_family(graph, door.proxy, door.resource) for door in client.doors}
        if len(families) != 1 or (family := families.pop()) is None:
            continue
        for name, sentence in _other_protocol(graph, client, family):
            yield Violation(
                client.function,
                "Environment",
                f"the variable {name} says {sentence}, and {_doors(client)} speaks {family.name}",
                f"Speak {family.name} on port {family.port}",
            )


@as_rule(
    "login/host",
    title="A variable for a host holds the endpoint of a proxy or database, not its name or ARN.",
    why="The name cannot be resolved, and nothing connects.",
    source=f"{AURORA_GUIDE}rds-proxy-connecting.html",
)
def host(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for name, value in variables_of(body).items():
            wrong = _identifier(value) if _HOST.search(_upper(name)) else None
            if wrong is None or wrong[0] not in graph.template.resources:
                continue
            if graph.type(wrong[0]) in {PROXY, ENDPOINT, CLUSTER, INSTANCE}:
                yield Violation(
                    function,
                    "Environment",
                    f"the variable {name} is {wrong[1]} of {wrong[0]}, and no host",
                    f"Use {_ADDRESSES[graph.type(wrong[0])]}",
                )


@as_rule(
    "login/writes-to-reader",
    level="warning",
    title="A function that writes connects to an endpoint that accepts writes.",
    why="A read-only endpoint refuses every change.",
    remedy="Pass the proxy's own endpoint, or one that is READ_WRITE.",
    source=f"{AURORA_GUIDE}rds-proxy-endpoints.html",
)
def writes_to_reader(graph: Graph) -> Iterator[Violation]:
    for client in clients_of(graph):
        for door in client.doors:
            if door.read_only and re.search("WRITE|PRIMARY", door.variable.upper()):
                yield Violation(
                    client.function,
                    "Environment",
                    f"the variable {door.variable} is {door.resource}, which is read-only",
                    "Tell it an endpoint that takes writes",
                )
        sign = "it writes rows" if _is_ours(client) else None
        if _is_told_a_reader_beside(client):
            sign = "another variable is for the reader"
        if sign and all(door.read_only for door in client.doors):
            yield Violation(
                client.function,
                "Environment",
                f"{sign}, and it is told only {_doors(client)}, which is read-only",
                "Tell it an endpoint that takes writes",
            )


@as_rule(
    "function/in-vpc",
    title="A function that connects to a proxy or a private database is in a VPC.",
    why="Neither has a public address, so connections time out.",
    remedy="Add VpcConfig, with a security group that the proxy lets in.",
    source=f"{LAMBDA_GUIDE}configuration-vpc.html",
)
def in_vpc(graph: Graph) -> Iterator[Violation]:
    for client in clients_of(graph):
        network = client.body.get("VpcConfig") or {}
        is_outside = not is_expression(network) and not network.get("SubnetIds")
        private = [one for one in client.databases if _is_private(graph, one)]
        if is_outside and (told := sorted({*client.proxies, *private})):
            yield Violation(
                client.function,
                "VpcConfig",
                f"it is told {', '.join(told)}, and is in no VPC",
                "Put it into subnets from which that can be reached",
            )


def _is_private(graph: Graph, database: str) -> bool:
    """Tell whether *database*, or each instance of the cluster, has no public address."""
    instances = [database] if graph.type(database) == INSTANCE else graph.instances_of(database)
    shown = [graph.properties(one).get("PubliclyAccessible") for one in instances]
    return bool(shown) and all(one in (False, "false") for one in shown)


def _identifier(value: object) -> tuple[str, str] | None:
    """Return the resource that *value* names, and what it is of it, where that is no host."""
    match simple(value):
        case {"Ref": str(name)}:
            return name, "the name"
        case {"Fn::GetAtt": [str(name), str(attribute)]} if attribute.endswith(("Arn", "Id")):
            return name, f"the {attribute}"
        case _:
            return None


def _doors(client: Client) -> str:
    return ", ".join(sorted({door.resource for door in client.doors}))


def _family(graph: Graph, proxy: str | None, resource: str) -> EngineFamily | None:
    if proxy:
        return family_of(graph, proxy)
    engine = ENGINES.get(str(graph.properties(resource).get("Engine")))
    return engine.engine_family if engine else None


def _other_protocol(
    graph: Graph, client: Client, family: EngineFamily
) -> Iterator[tuple[str, str]]:
    others = [other for other in ENGINE_FAMILIES.values() if other is not family]
    told = {door.variable for door in client.doors}
    ports = {str(graph.properties(door.resource).get("Port")) for door in client.doors}
    for name, value in client.variables.items():
        text = text_of(graph, value)
        start = text[0] if text and isinstance(text[0], str) else ""
        if scheme := _SCHEME.match(start) if name in told else None:
            spoken = _spoken(scheme[1])
            if spoken in others:
                yield name, f"{scheme[1]}://"
        plain = literal(text)
        words = re.split(r"[^A-Z]+", _upper(name))
        if plain is None:
            continue
        if {"ENGINE", "DIALECT", "FAMILY", "DRIVER"} & set(words) and _spoken(plain) in others:
            yield name, plain
        is_port = words[-1] == "PORT" and set(words) <= _OF_DATABASE
        if is_port and plain in {str(other.port) for other in others} - ports:
            yield name, f"port {plain}"
    if family.name != "MYSQL" and _is_ours(client) and "RDS_ENGINE_FAMILY" not in client.variables:
        yield "RDS_ENGINE_FAMILY", "nothing, which is MYSQL"


def _upper(name: object) -> str:
    """Spell the *name* of a variable in capitals, with a mark between its words."""
    return _PREFIXED.sub(r"\1\2_\3", _CAMEL.sub("_", str(name)).upper())


def _spoken(word: str) -> EngineFamily | None:
    lower = word.lower()
    if lower.startswith(("mysql", "mariadb", "aurora-mysql")):
        return ENGINE_FAMILIES["MYSQL"]
    if lower.startswith(("postgres", "aurora-postgres", "pgsql", "psycopg")):
        return ENGINE_FAMILIES["POSTGRESQL"]
    return None


def _is_ours(client: Client) -> bool:
    return any(folder in _code(client) for folder in WRITING_CODE)


def _code(client: Client) -> str:
    return str(client.body.get("CodeUri", ""))


def _is_told_a_reader_beside(client: Client) -> bool:
    """Tell whether one variable is for a reader, and another is not called one."""
    called = [bool(_READER.search(door.variable.upper())) for door in client.doors]
    return any(called) and not all(called)
