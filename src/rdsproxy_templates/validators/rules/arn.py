"""Rules of references: an ARN where one belongs, and a name where a name belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...aws.documentation import CLOUDFORMATION_GUIDE
from ..arns import gives_arn
from ..clients import variables_of
from ..graph import CLUSTER, ENDPOINT, FUNCTION_TYPES, INSTANCE, PROXY, TARGET_GROUP, Graph
from ..rule import Violation, as_rule
from ..values import items, mappings, simple

_SOURCE: Final = f"{CLOUDFORMATION_GUIDE}intrinsic-function-reference-getatt.html"
_LOGS: Final = ("AccessLogSetting.DestinationArn", "AccessLogSettings.DestinationArn")
ARNS: Final[Mapping[str, Sequence[str]]] = {
    "AWS::ApiGateway::Stage": _LOGS,
    "AWS::ApiGatewayV2::Stage": _LOGS,
    "AWS::EC2::FlowLog": ("DeliverLogsPermissionArn",),
    "AWS::Events::Rule": ("Targets.Arn", "Targets.RoleArn", "Targets.DeadLetterConfig.Arn"),
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn",),
    "AWS::Lambda::Function": ("Role", "DeadLetterConfig.TargetArn"),
    "AWS::Lambda::Permission": ("SourceArn",),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn", "RoleArn"),
    "AWS::S3::Bucket": (
        "NotificationConfiguration.LambdaConfigurations.Function",
        "NotificationConfiguration.QueueConfigurations.Queue",
        "NotificationConfiguration.TopicConfigurations.Topic",
    ),
    "AWS::SNS::Subscription": ("TopicArn",),
    "AWS::SQS::Queue": ("RedrivePolicy.deadLetterTargetArn",),
    "AWS::Scheduler::Schedule": (
        "Target.Arn",
        "Target.RoleArn",
        "Target.DeadLetterConfig.Arn",
    ),
    "AWS::SecretsManager::RotationSchedule": ("RotationLambdaARN",),
    "AWS::Serverless::Api": _LOGS,
    "AWS::Serverless::Function": ("Role",),
    "AWS::Serverless::HttpApi": _LOGS,
    CLUSTER: ("MonitoringRoleArn",),
    INSTANCE: ("MonitoringRoleArn",),
    PROXY: ("RoleArn", "Auth.SecretArn"),
}
"""Properties that take an ARN, and nothing else; a list on the way stands for its items."""
NAMES: Final[Mapping[str, Sequence[str]]] = {
    "AWS::IAM::InstanceProfile": ("Roles",),
    "AWS::IAM::ManagedPolicy": ("Roles",),
    "AWS::IAM::Policy": ("Roles",),
    "AWS::IAM::RolePolicy": ("RoleName",),
    ENDPOINT: ("DBProxyName",),
    INSTANCE: ("DBClusterIdentifier",),
    TARGET_GROUP: ("DBProxyName",),
}
"""Properties that take the name of a resource, which ``Ref`` returns."""
_BY_ARN: Final = ("lambda", "sqs", "firehose")
"""Protocols of subscriptions whose endpoints are ARNs."""
_ARN: Final = re.compile(r"(^|_)ARN$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@as_rule(
    "wiring/arn",
    title="A property or variable for an ARN is given one, not a name, a host or an address.",
    why="CloudFormation or the service refuses the resource, or the function finds nothing by it.",
    remedy="Take the ARN by Fn::GetAtt, such as !GetAtt Role.Arn.",
    source=_SOURCE,
)
def arn(graph: Graph) -> Iterator[Violation]:
    for kind, paths in ARNS.items():
        for name, body in graph.of_type(kind):
            for path in paths:
                for value in _values(body, path.split(".")):
                    if gives_arn(graph, value) is False:
                        yield _wrong(name, path, f"{path} is {_spelled(value)}, which is no ARN")
    for name, body in graph.of_type("AWS::SNS::Subscription"):
        value = body.get("Endpoint")
        if body.get("Protocol") in _BY_ARN and gives_arn(graph, value) is False:
            yield _wrong(name, "Endpoint", f"Endpoint is {_spelled(value)}, which is no ARN")
    for function, body in graph.of_type(*FUNCTION_TYPES):
        for variable, value in variables_of(body).items():
            is_arn = _ARN.search(_CAMEL.sub("_", str(variable)).upper())
            if is_arn and gives_arn(graph, value) is False:
                sentence = f"the variable {variable} is {_spelled(value)}, which is no ARN"
                yield _wrong(function, "Environment", sentence)


@as_rule(
    "wiring/name",
    title="A property for the name of a resource is given its name, not its ARN or its host.",
    why="CloudFormation or the service refuses the resource.",
    remedy="Take the name by Ref.",
    source=f"{CLOUDFORMATION_GUIDE}intrinsic-function-reference-ref.html",
)
def name_of(graph: Graph) -> Iterator[Violation]:
    for kind, paths in NAMES.items():
        for name, body in graph.of_type(kind):
            for path in paths:
                for value in _values(body, path.split(".")):
                    match simple(value):
                        case {"Fn::GetAtt": [str(target), *_]} if _is_named(graph, target):
                            yield Violation(
                                name,
                                path,
                                f"{path} is {_spelled(value)}, which is no name",
                                f"Write !Ref {target}",
                            )


def _is_named(graph: Graph, target: str) -> bool:
    kinds = (PROXY, CLUSTER, "AWS::IAM::Role")
    return target in graph.template.resources and graph.type(target) in kinds


def _wrong(name: str, path: str, sentence: str) -> Violation:
    return Violation(name, path.partition(".")[0], sentence, "Take the ARN by Fn::GetAtt")


def _values(node: object, path: Sequence[str]) -> Iterator[Any]:
    """Yield what stands at *path* in *node*; a list on the way stands for its items."""
    if not path:
        yield from items(node)
        return
    first, *rest = path
    for one in mappings(node):
        if first in one:
            yield from _values(one[first], rest)


def _spelled(value: object) -> str:
    match simple(value):
        case {"Ref": str(name)}:
            return f"!Ref {name}"
        case {"Fn::GetAtt": [str(name), *attribute]}:
            return f"!GetAtt {name}.{'.'.join(map(str, attribute))}"
        case _:
            return "a reference"
