"""Permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...frame.references import PLACEHOLDER
from ..graph import FUNCTION_TYPES, Doubt, Graph
from ..values import is_literal

USER_VARIABLE = "RDS_USER"


def connects(graph: Graph) -> Iterator[Doubt]:
    """A function that is told a proxy with IAM login may connect to it, and only so."""
    for function, body in graph.of_type(*FUNCTION_TYPES):
        variables = body.get("Environment", {}).get("Variables", {})
        proxies = {proxy for _, proxy in graph.entrances(body) if graph.demands_token(proxy)}
        if not proxies or graph.type(function) != "AWS::Serverless::Function":
            continue
        holder = graph.target(body["Role"]) if "Role" in body else function
        if holder is None:
            continue
        resources = graph.resources_for("rds-db:connect", holder)
        if not resources:
            yield Doubt(
                function,
                "Policies",
                f"it logs in to {', '.join(sorted(proxies))} with a token and may not",
                "Allow rds-db:connect for its user on the proxy's ID",
            )
        for resource in resources:
            for sentence in _wrong(graph, resource, proxies, variables.get(USER_VARIABLE)):
                yield Doubt(
                    function,
                    "Policies",
                    sentence,
                    "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>",
                )


def _wrong(graph: Graph, resource: object, proxies: set[str], user: object) -> Iterator[str]:
    text, variables = _spelled(resource)
    if graph.target(resource):
        yield "rds-db:connect is allowed on something that is no ARN of a database user"
    if not is_literal(text) or PLACEHOLDER.fullmatch(text):
        return
    if ":rds-db:" not in text or ":dbuser:" not in text:
        yield f"rds-db:connect is allowed on {text}, which is no database user"
        return
    place, _, name = text.rpartition(":dbuser:")[2].rpartition("/")
    if not (
        place.startswith(("prx-", "cluster-", "db-")) or _is_id(graph, place, variables, proxies)
    ):
        yield f"rds-db:connect names {place}, which is not the ID of a proxy"
    if name == "*":
        yield "rds-db:connect is allowed for every user"
    elif user is not None and _placeholder(_value(name, variables)) != _placeholder(user):
        yield f"rds-db:connect is allowed for {name}, and the function logs in as another user"


def _spelled(resource: object) -> tuple[str | None, Mapping[str, Any]]:
    match resource:
        case str(text) | {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case _:
            return None, {}


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    """What *text* stands for, where it is one placeholder."""
    if match := PLACEHOLDER.fullmatch(text):
        return variables.get(match[1], {"Ref": match[1]})
    return text


def _is_id(graph: Graph, place: str, variables: Mapping[str, Any], proxies: set[str]) -> bool:
    """Whether *place* may be a proxy's ID: the seventh field of its ARN, counted from 0."""
    match _value(place, variables):
        case {"Fn::Select": [index, {"Fn::Split": [":", arn]}]}:
            return str(index) == "6" and graph.target(arn) in {*proxies, None}
        case {"Ref": str(name)}:
            return name not in graph.template.resources
        case _:
            return False


def _placeholder(user: object) -> str:
    match user:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"${{{name}.{attribute}}}"
        case _:
            return str(user)
