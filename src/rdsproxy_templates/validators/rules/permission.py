"""Rules of the permission to log in: ``rds-db:connect`` on one proxy, as one user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...aws.documentation import RDS_GUIDE
from ...model.references import PLACEHOLDER
from ..graph import FUNCTION_TYPES, Graph
from ..rule import Violation, as_rule
from ..values import is_literal, simple

USER_VARIABLE = "RDS_USER"
SECRET_VARIABLE = "RDS_SECRET_ARN"  # noqa: S105 - a variable
RESOURCE_IDS = ("DBClusterResourceId", "DbiResourceId")


@as_rule(
    "permission/connects",
    title="A function that logs in to a proxy with a token may connect only as its own user.",
    why="The proxy refuses the token, or the function may log in as anybody.",
    source=f"{RDS_GUIDE}UsingWithRDS.IAMDBAuth.IAMPolicy.html",
)
def connects(graph: Graph) -> Iterator[Violation]:
    for function, body in graph.of_type(*FUNCTION_TYPES):
        variables = body.get("Environment", {}).get("Variables", {})
        secret = graph.target(variables.get(SECRET_VARIABLE))
        proxies = {
            proxy
            for _, proxy in graph.entrances(body)
            if graph.demands_token(proxy) and not _takes_password(graph, proxy, secret)
        }
        if not proxies or graph.type(function) != "AWS::Serverless::Function":
            continue
        holder = graph.target(body["Role"]) if "Role" in body else function
        if holder is None:
            continue
        resources = graph.resources_for("rds-db:connect", holder)
        if not resources:
            yield Violation(
                function,
                "Policies",
                f"it logs in to {', '.join(sorted(proxies))} with a token, and is not allowed to",
                "Allow rds-db:connect for its user on the proxy's ID",
            )
        for resource in resources:
            for sentence in _wrong(graph, resource, proxies, variables.get(USER_VARIABLE)):
                yield Violation(
                    function,
                    "Policies",
                    sentence,
                    "Use arn:<partition>:rds-db:<region>:<account>:dbuser:<prx-id>/<user>",
                )


def _takes_password(graph: Graph, proxy: str, secret: str | None) -> bool:
    """Tell whether *proxy* takes the password in *secret*, whatever others must show."""
    return any(
        secret is not None
        and graph.target(entry.get("SecretArn")) == secret
        and entry.get("IAMAuth") != "REQUIRED"
        for entry in graph.logins_of(proxy)
    )


def _wrong(graph: Graph, resource: object, proxies: set[str], user: object) -> Iterator[str]:
    if graph.target(simple(resource)):
        yield "rds-db:connect is allowed on something other than the ARN of a database user"
    text, variables = _spelled(resource)
    if not is_literal(text) or PLACEHOLDER.fullmatch(text):
        return
    if ":rds-db:" not in text or ":dbuser:" not in text:
        if not _has_unknown(graph, text, variables):
            yield f"rds-db:connect is allowed on {text}, which is not a database user"
        return
    place, mark, name = text.rpartition(":dbuser:")[2].rpartition("/")
    if not mark and _has_unknown(graph, name, variables):
        return
    if not (
        place.startswith(("prx-", "cluster-", "db-")) or _is_id(graph, place, variables, proxies)
    ):
        shown = _placeholder(_value(place, variables)) if place.startswith("${Item") else place
        yield f"rds-db:connect names {shown}, which is not the ID of a proxy"
    if name == "*":
        yield "rds-db:connect is allowed for every user"
    elif user is not None and _placeholder(_value(name, variables)) != _placeholder(user):
        yield f"rds-db:connect is allowed for {name}, and the function logs in as another user"


def _spelled(resource: object) -> tuple[str | None, Mapping[str, Any]]:
    """Spell *resource* as the text of ``Fn::Sub`` with its variables; None where that fails."""
    match resource:
        case str(text):
            return text, {}
        case {"Fn::Sub": str(text)}:
            return text, {}
        case {"Fn::Sub": [str(text), dict(variables)]}:
            return text, variables
        case {"Fn::Join": [str(mark), [*items]]}:
            variables = {}
            spelled = [
                _inlined(item, f"Item{number}", variables) for number, item in enumerate(items)
            ]
            return mark.join(spelled), variables
        case _:
            return None, {}


def _inlined(item: object, name: str, variables: dict[str, Any]) -> str:
    """Spell *item* of a joined list as a part of the text, or as a new variable in it."""
    text, own = _spelled(item)
    if text is None:
        variables[name] = item
        return f"${{{name}}}"
    renamed = {key: f"{name}{key}" for key in own}
    variables |= {renamed[key]: value for key, value in own.items()}
    return PLACEHOLDER.sub(lambda match: f"${{{renamed.get(match[1], match[1])}}}", text)


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    """Return the value of *text* where it is one placeholder, else *text* itself."""
    if not (match := PLACEHOLDER.fullmatch(text)):
        return text
    return variables[match[1]] if match[1] in variables else simple({"Fn::Sub": text})


def _has_unknown(graph: Graph, text: str, variables: Mapping[str, Any]) -> bool:
    """Tell whether only deployment knows a part of *text*."""
    values = [_value(f"${{{name}}}", variables) for name in PLACEHOLDER.findall(text)]
    return any(not graph.target(value) and not _is_pseudo(value) for value in values)


def _is_pseudo(value: object) -> bool:
    return isinstance(value, dict) and str(value.get("Ref")).startswith("AWS::")


def _is_id(graph: Graph, place: str, variables: Mapping[str, Any], proxies: set[str]) -> bool:
    """Tell whether *place* may be a proxy's ID: field 6 of its ARN, counted from 0."""
    match simple(_value(place, variables)):
        case {"Fn::Select": [index, {"Fn::Split": [":", arn]}]}:
            return str(index) == "6" and graph.target(simple(arn)) in {*proxies, None}
        case {"Ref": str(name)}:
            return name not in graph.template.resources
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            known = name in graph.template.resources and graph.type(name).startswith("AWS::RDS::")
            return not known or attribute in RESOURCE_IDS
        case {"Fn::ImportValue": _} | {"Fn::FindInMap": _}:
            return True
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
