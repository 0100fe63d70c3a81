"""ARNs of resources, in the parts by which policies name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


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
HOSTS: Final = ("Endpoint", "Endpoint.Address", "ReadEndpoint.Address")
"""Attributes that are the name of a host."""
