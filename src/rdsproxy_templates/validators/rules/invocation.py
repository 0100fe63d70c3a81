"""Rules of who calls functions: the service may, and the permission is for that service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...aws.documentation import API_GATEWAY_GUIDE, LAMBDA_GUIDE, SCHEDULER_GUIDE
from ..graph import Graph
from ..invocations import (
    INVOKE,
    PERMISSION,
    behind,
    calls,
    function_named,
    has_connectors,
    is_let_in,
    principal_of,
)
from ..once import once_a_graph
from ..policies import rights_of, role_named
from ..rule import Violation, as_rule
from ..texts import Atom, Text, fields, literal, text_of

_SOURCE: Final = f"{LAMBDA_GUIDE}access-control-resource-based.html"
_PRINCIPALS: Final[Mapping[str, str]] = {
    "execute-api": "apigateway",
    **{
        name: name
        for name in (
            "cognito-idp",
            "config",
            "elasticloadbalancing",
            "events",
            "iot",
            "logs",
            "s3",
            "scheduler",
            "secretsmanager",
            "sns",
        )
    },
}
"""Services that call functions, by the service in the ARN in whose name they call."""
_TYPES: Final[Mapping[str, str]] = {
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "elasticloadbalancing",
    "AWS::Events::Rule": "events",
    "AWS::IoT::TopicRule": "iot",
    "AWS::Logs::LogGroup": "logs",
    "AWS::Scheduler::Schedule": "scheduler",
}
"""The same, of resources whose ARN only deployment knows."""


@as_rule(
    "function/principal",
    title="A permission to call a function names the service whose ARN it names.",
    why="The service that calls is refused; the one that is let in never calls.",
    remedy="Name the service of the source's ARN in Principal.",
    source=_SOURCE,
)
def principal(graph: Graph) -> Iterator[Violation]:
    for permission, sentence, service in _of_others(graph):
        yield Violation(
            permission, "Principal", sentence, f"Set Principal to {service}.amazonaws.com"
        )


@as_rule(
    "function/let-in",
    title="What calls a function has a permission to.",
    why="The call is refused: API Gateway answers 500, events and messages are lost.",
    remedy="Add an AWS::Lambda::Permission for the service and the ARN of what calls.",
    source=_SOURCE,
)
def let_in(graph: Graph) -> Iterator[Violation]:
    wrong = {
        function_named(graph, graph.properties(permission).get("FunctionName"))
        for permission, _, _ in _of_others(graph)
    }
    for call in calls(graph):
        # A permission for another service is for the rule above.
        if call.function not in wrong and is_let_in(graph, call) is False:
            service = f"{call.service}.amazonaws.com"
            yield Violation(
                call.caller,
                call.property,
                f"it calls {call.function}, and no permission lets {service} do so for it",
                f"Add a permission for {service}, with the ARN of {call.caller} as SourceArn",
            )


@as_rule(
    "function/scheduled",
    title="The role of a schedule may call the function that it is for.",
    why="EventBridge Scheduler is refused, and the function never runs.",
    remedy="Allow lambda:InvokeFunction on the function, in the role of the schedule.",
    source=f"{SCHEDULER_GUIDE}setting-up.html",
)
def scheduled(graph: Graph) -> Iterator[Violation]:
    for schedule, body in graph.of_type("AWS::Scheduler::Schedule"):
        target = body.get("Target")
        if not isinstance(target, Mapping) or "Arn" not in target or "RoleArn" not in target:
            continue
        function = function_named(graph, target["Arn"])
        role = role_named(graph, target["RoleArn"])
        if function is None or role is None or has_connectors(graph):
            continue
        arn = text_of(graph, target["Arn"])
        if rights_of(graph, role).allow(graph, INVOKE, arn) is False:
            yield Violation(
                role,
                "Policies",
                f"{schedule} calls {function} in it, and it may not",
                f"Allow {INVOKE} on {function}",
            )


@as_rule(
    "api/integration-method",
    title="An API calls functions by POST.",
    why="Lambda accepts no other method, and API Gateway answers 500.",
    remedy="Set the method of the integration to POST; that of the route may be any.",
    source=f"{API_GATEWAY_GUIDE}set-up-lambda-proxy-integrations.html",
)
def integration_method(graph: Graph) -> Iterator[Violation]:
    for name, key, body in _integrations(graph):
        uri = body.get("Uri", body.get("IntegrationUri"))
        method = literal(text_of(graph, body.get("IntegrationHttpMethod", body.get(_METHOD))))
        is_function = uri is not None and function_named(graph, behind(uri))
        if is_function and method and method != "POST":
            yield Violation(
                name,
                key,
                f"it calls {is_function} by {method}",
                "Set the method of the integration to POST",
            )


_METHOD: Final = "IntegrationMethod"


def _integrations(graph: Graph) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, body in graph.of_type("AWS::ApiGateway::Method"):
        if isinstance(body.get("Integration"), Mapping):
            yield name, "Integration", body["Integration"]
    for name, body in graph.of_type("AWS::ApiGatewayV2::Integration"):
        yield name, _METHOD, body


@once_a_graph
def _of_others(graph: Graph) -> list[tuple[str, str, str]]:
    """Return each permission for another service than its source's, a sentence, and whose."""
    found = []
    for permission, body in graph.of_type(PERMISSION):
        named = principal_of(body, graph)
        source = _service(graph, text_of(graph, body["SourceArn"])) if "SourceArn" in body else None
        if named is not None and source is not None and named != source:
            sentence = f"it lets {named}.amazonaws.com in, for the ARN of something of {source}"
            found.append((permission, sentence, source))
    return found


def _service(graph: Graph, arn: Text) -> str | None:
    """Return the service that calls in the name of *arn*; None where that is unknown."""
    match arn:
        case (Atom(name, _, "resource"),) if name in graph.template.resources:
            return _TYPES.get(graph.type(name))
        case _:
            parts = fields(arn, ":")
            return _PRINCIPALS.get(literal(parts[2]) or "") if len(parts) > 3 else None  # noqa: PLR2004 - an ARN
