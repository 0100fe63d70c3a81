"""Permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..graph import FUNCTION_TYPES, PROXY, Doubt, Graph, listed

USER_VARIABLE = "RDS_USER"


def connects(graph: Graph) -> Iterator[Doubt]:
    """A function that is told a proxy with IAM login may connect to it, and only so."""
    for function, body in graph.of_type(*FUNCTION_TYPES):
        variables = body.get("Environment", {}).get("Variables", {})
        proxies = {
            proxy
            for proxy, settings in graph.of_type(PROXY)
            if any(graph.target(value) == proxy for value in variables.values())
            and any(entry.get("IAMAuth") == "REQUIRED" for entry in settings.get("Auth", []))
        }
        if not proxies or graph.type(function) != "AWS::Serverless::Function":
            continue
        resources = [
            resource
            for statement in graph.statements(function)
            if "rds-db:connect" in listed(statement.get("Action"))
            for resource in listed(statement.get("Resource"))
        ]
        if not resources:
            yield Doubt(
                function,
                "Policies",
                f"it logs in to {', '.join(sorted(proxies))} with a token and may not",
                "Allow rds-db:connect for its user on the proxy's ID",
            )
        for resource in resources:
            for sentence in _wrong(resource, variables.get(USER_VARIABLE)):
                yield Doubt(
                    function,
                    "Policies",
                    sentence,
                    "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>",
                )


def _wrong(resource: object, user: object) -> Iterator[str]:
    text, variables = _spelled(resource)
    if text is None:
        yield "rds-db:connect is allowed on something that is no ARN of a database user"
        return
    if ":rds-db:" not in text or ":dbuser:" not in text:
        yield f"rds-db:connect is allowed on {text}, which is no database user"
        return
    place, _, name = text.rpartition(":dbuser:")[2].rpartition("/")
    identifier = variables.get(place.removeprefix("${").removesuffix("}"))
    if not (place.startswith(("prx-", "cluster-", "db-")) or _is_last_field(identifier)):
        yield f"rds-db:connect names {place}, which is not the ID of a proxy"
    if name == "*":
        yield "rds-db:connect is allowed for every user"
    elif user is not None and name != _placeholder(user):
        yield f"rds-db:connect is allowed for {name}, and the function logs in as another user"


def _spelled(resource: object) -> tuple[str | None, Mapping[str, Any]]:
    match resource:
        case str(text) | {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case _:
            return None, {}


def _is_last_field(expression: object) -> bool:
    """The seventh field of an ARN of RDS, which is the proxy's ID."""
    match expression:
        case {"Fn::Select": [index, {"Fn::Split": [":", _]}]}:
            return int(index) == 6  # noqa: PLR2004 - counted from 0
        case _:
            return False


def _placeholder(user: object) -> str:
    match user:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case _:
            return str(user)
