"""ARNs of resources, in the parts by which policies name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from .graph import Graph
from .values import simple


class ArnForm(NamedTuple):
    """The form of a type's ARN: its service, and what stands before the name."""

    service: str
    before: str
    name: str
    """The property that names a resource physically."""
    is_global: bool = False
    """True where neither Region nor account stands in it."""


ARNS: Final[Mapping[str, ArnForm]] = {
    "AWS::Lambda::Function": ArnForm("lambda", "function:", "FunctionName"),
    "AWS::Serverless::Function": ArnForm("lambda", "function:", "FunctionName"),
    "AWS::SQS::Queue": ArnForm("sqs", "", "QueueName"),
    "AWS::SNS::Topic": ArnForm("sns", "", "TopicName"),
    "AWS::S3::Bucket": ArnForm("s3", "", "BucketName", is_global=True),
    "AWS::Events::Rule": ArnForm("events", "rule/", "Name"),
    "AWS::RDS::DBCluster": ArnForm("rds", "cluster:", "DBClusterIdentifier"),
    "AWS::RDS::DBInstance": ArnForm("rds", "db:", "DBInstanceIdentifier"),
    "AWS::KMS::Key": ArnForm("kms", "key/", ""),
}
"""Types of which the template tells the ARN, beside those that need more than this."""
ATTRIBUTES: Final = ("Arn", "TopicArn", "DBClusterArn", "DBInstanceArn")
"""Attributes that are the ARN of such a resource."""
NAMES: Final[Mapping[str, str]] = {
    **{kind: form.name for kind, form in ARNS.items()},
    "AWS::RDS::DBProxy": "DBProxyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::Logs::LogGroup": "LogGroupName",
}
"""Properties that are the name of a resource where they are given."""
APIS: Final = (
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
)
"""Types of which ``Ref`` returns an ID that has nothing of the title."""
_ARNS_BY_REF: Final = (
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::SNS::Topic",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::StepFunctions::StateMachine",
)
_NAMED: Final = frozenset({
    *NAMES,
    *APIS,
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::RDS::DBProxyEndpoint",
    "AWS::WAFv2::WebACL",
}) - {"AWS::SNS::Topic"}  # fmt: skip
"""Types of which ``Ref`` is a name, an ID or an address, and no ARN."""


def gives_arn(graph: Graph, expression: object) -> bool | None:
    """Tell whether *expression*, a reference to a resource, is an ARN; None where unknown."""
    match simple(expression):
        case {"Ref": str(name)} if name in graph.template.resources:
            kind = graph.type(name)
            return True if kind in _ARNS_BY_REF else False if kind in _NAMED else None
        case {"Fn::GetAtt": [str(name), *attribute]} if name in graph.template.resources:
            kind, last = graph.type(name), str(attribute[-1]) if attribute else ""
            if kind == "AWS::SecretsManager::Secret" or last.lower().endswith("arn"):
                return True
            return False if kind in _NAMED or kind in _ARNS_BY_REF else None
        case _:
            return None
