"""Calls of functions by services of AWS, and the permissions that let them in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from .graph import FUNCTION_TYPES, Graph
from .matching import Answer, covers, either
from .once import once_a_graph
from .texts import ACCOUNT, PARTITION, REGION, Atom, Text, joined, literal, text_of
from .trust import is_regional
from .values import is_expression, mappings, spelled

PERMISSION: Final = "AWS::Lambda::Permission"
INVOKE: Final = "lambda:InvokeFunction"
ANYTHING: Final = Atom("anything")
_PATH_OF_FUNCTION: Final = re.compile(r".*/functions/\$\{(\w+)\.Arn\}/invocations", re.DOTALL)
_EVENTS: Final[Mapping[str, str]] = {
    "Api": "apigateway",
    "CloudWatchEvent": "events",
    "CloudWatchLogs": "logs",
    "EventBridgeRule": "events",
    "HttpApi": "apigateway",
    "S3": "s3",
    "Schedule": "events",
    "SNS": "sns",
}
"""Events of SAM for which it makes a permission, and the service that it lets in."""


@dataclass(frozen=True)
class Call:
    """A resource that has *service* call a function, by one of its properties."""

    caller: str
    property: str
    service: str
    """``sns``, as in ``sns.amazonaws.com``."""
    function: str
    source: Text = (ANYTHING,)
    """The ARN in whose name the service calls."""


def calls(graph: Graph) -> Iterator[Call]:
    """Yield every call that a resource of the graph makes and that only a permission lets in."""
    for rule, body in graph.of_type("AWS::Events::Rule"):
        arn = text_of(graph, {"Fn::GetAtt": [rule, "Arn"]})
        for target in mappings(body.get("Targets")):
            # A rule that has a role calls in that role.
            if "RoleArn" not in target:
                yield from _call(graph, rule, "Targets", "events", target.get("Arn"), arn)
    for name, body in graph.of_type("AWS::SNS::Subscription"):
        if body.get("Protocol") == "lambda":
            topic = text_of(graph, body.get("TopicArn"))
            yield from _call(graph, name, "Endpoint", "sns", body.get("Endpoint"), topic)
    for name, body in graph.of_type("AWS::SNS::Topic"):
        topic = text_of(graph, {"Ref": name})
        for one in mappings(body.get("Subscription")):
            if one.get("Protocol") == "lambda":
                yield from _call(graph, name, "Subscription", "sns", one.get("Endpoint"), topic)
    for name, body in graph.of_type("AWS::S3::Bucket"):
        given = body.get("NotificationConfiguration")
        arn = text_of(graph, {"Fn::GetAtt": [name, "Arn"]})
        for one in mappings(given.get("LambdaConfigurations")) if _is_open(given) else ():
            function = one.get("Function")
            yield from _call(graph, name, "NotificationConfiguration", "s3", function, arn)
    for name, body in graph.of_type("AWS::SecretsManager::RotationSchedule"):
        function = body.get("RotationLambdaARN")
        yield from _call(graph, name, "RotationLambdaARN", "secretsmanager", function)
    for name, body in graph.of_type("AWS::Logs::SubscriptionFilter"):
        yield from _call(graph, name, "DestinationArn", "logs", body.get("DestinationArn"))
    yield from _of_apis(graph)


def _of_apis(graph: Graph) -> Iterator[Call]:
    for name, body in graph.of_type("AWS::ApiGateway::Method"):
        integration = body.get("Integration")
        if _is_open(integration) and "Credentials" not in integration:
            source = _execution(graph, body.get("RestApiId"), *_route(graph, body))
            uri = integration.get("Uri")
            yield from _call(graph, name, "Integration", "apigateway", behind(uri), source)
    for name, body in graph.of_type("AWS::ApiGatewayV2::Integration"):
        if "CredentialsArn" not in body:
            source = _execution(graph, body.get("ApiId"), "/", ANYTHING)
            uri = body.get("IntegrationUri")
            yield from _call(graph, name, "IntegrationUri", "apigateway", behind(uri), source)


def _execution(graph: Graph, api: object, *route: str | Atom) -> Text:
    start: Text = ("arn:", PARTITION, ":execute-api:", REGION, ":", ACCOUNT, ":")
    return joined(start, text_of(graph, api), route)


def _route(graph: Graph, method: Mapping[str, Any]) -> Text:
    """Return stage, method and path of a *method* of a REST API, as they stand in its ARN."""
    verb, path = method.get("HttpMethod"), _path(graph, method.get("ResourceId"))
    if not isinstance(verb, str) or verb == "ANY" or path is None:
        return ("/", ANYTHING)
    return ("/", Atom("stage"), f"/{verb}/{path}")


def _path(graph: Graph, expression: object) -> str | None:
    """Return the path of a resource of an API, without a slash before it; None if unknown."""
    parts: list[str] = []
    while True:
        match expression:
            case {"Fn::GetAtt": [_, "RootResourceId"]}:
                path = "/".join(reversed(parts))
                # A variable part of the path stands for whatever is called.
                return None if "{" in path else path
            case {"Ref": str(name)} if name in graph.template.resources and len(parts) < 20:  # noqa: PLR2004 - a circle
                body = graph.properties(name)
                part = body.get("PathPart")
                if not isinstance(part, str):
                    return None
                parts.append(part)
                expression = body.get("ParentId")
            case _:
                return None


def behind(uri: object) -> object:
    """Return the function that the *uri* of an integration calls, as an expression."""
    match = _PATH_OF_FUNCTION.fullmatch(spelled(uri))
    return {"Fn::GetAtt": [match[1], "Arn"]} if match else uri


def _call(  # noqa: PLR0913, PLR0917 - what makes a call
    graph: Graph,
    caller: str,
    key: str,
    service: str,
    expression: object,
    source: Text = (ANYTHING,),
) -> Iterator[Call]:
    if expression is not None and (function := function_named(graph, expression)):
        yield Call(caller, key, service, function, source)


def function_named(graph: Graph, expression: object) -> str | None:
    """Return the function of the graph whose ARN or name *expression* is."""
    return _functions(graph).get(text_of(graph, expression))


@once_a_graph
def _functions(graph: Graph) -> Mapping[Text, str]:
    """Map the ARN and the name of each function to it."""
    return {
        text_of(graph, named): name
        for name, _ in graph.of_type(*FUNCTION_TYPES)
        for named in ({"Fn::GetAtt": [name, "Arn"]}, {"Ref": name})
    }


def is_let_in(graph: Graph, call: Call) -> Answer:
    """Tell whether a permission of the graph lets *call* in."""
    if has_connectors(graph) or call.service in _let_in_by_sam(graph, call.function):
        return None
    permissions = _permissions(graph)
    if permissions.get(None):
        # One of them may be for an alias or a version of that function.
        return None
    return either(_lets_in(graph, body, call) for body in permissions.get(call.function, ()))


@once_a_graph
def _permissions(graph: Graph) -> Mapping[str | None, list[Mapping[str, Any]]]:
    """Map each function to the permissions to call it; None to those for what is not known."""
    found: dict[str | None, list[Mapping[str, Any]]] = {}
    for _, body in graph.of_type(PERMISSION):
        if "FunctionName" in body:
            found.setdefault(function_named(graph, body["FunctionName"]), []).append(body)
    return found


@once_a_graph
def has_connectors(graph: Graph) -> bool:
    """Tell whether SAM gives permissions from one resource to another."""
    bodies = graph.template.resources.values()
    return any(graph.of_type("AWS::Serverless::Connector")) or any(
        "Connectors" in b for b in bodies
    )


def _let_in_by_sam(graph: Graph, function: str) -> set[str | None]:
    """Return the services for which SAM makes permissions, by the events of *function*."""
    events = graph.properties(function).get("Events")
    found = events.values() if isinstance(events, Mapping) else ()
    return {_EVENTS.get(str(one.get("Type"))) for one in found if isinstance(one, Mapping)}


def _lets_in(graph: Graph, body: Mapping[str, Any], call: Call) -> Answer:
    answers = (
        _names_service(text_of(graph, body.get("Principal")), call.service),
        covers(text_of(graph, body["SourceArn"]), call.source) if "SourceArn" in body else True,
    )
    if False in answers:
        return False
    return True if all(answers) else None


def _names_service(principal: Text, service: str) -> Answer:
    name = f"{service}.amazonaws.com"
    return either([covers(principal, (name,)), is_regional(principal, name)])


def principal_of(body: Mapping[str, Any], graph: Graph) -> str | None:
    """Return the service that a permission names, such as ``sns``; None for anybody else."""
    name = literal(text_of(graph, body.get("Principal"))) or ""
    is_service = name.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    return name.partition(".")[0] if is_service else None


def _is_open(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and not is_expression(value)
