"""EventBridge: what a target gets, where its dead letters go, and who calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError, UnknownServiceError

from ..apis.roles import trusts
from ..cloudformation.resource import Context
from ..values import is_json, service_and_region

FIFO: Final = ".fifo"
PLACEHOLDER: Final = re.compile(r"<([A-Za-z0-9_.-]+)>")
PREDEFINED: Final = "aws."
"""The beginning of EventBridge's own variables, which no path may have as its name.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""
UNIVERSAL: Final = re.compile(r"arn:[^:]+:scheduler:::aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)")
READING: Final = (
    *("adminget", "adminlist", "batchdescribe", "batchget", "batchread", "describe", "discover"),
    *("get", "invokemodel", "isauthorized", "list", "lookup", "poll", "query", "read", "receive"),
    *("retrieve", "scan", "search", "select", "testconnection", "testmigration", "transactget"),
    *("translatedocument", "validate"),
)
"""The beginnings of actions that a universal target does not have.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
"""
TEMPLATED: Final = frozenset(
    {
        *("codebuild", "codepipeline", "ecs", "events", "firehose", "inspector", "kinesis"),
        *("lambda", "sagemaker", "scheduler", "sns", "sqs", "states"),
    }
)
"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"""
CALLED: Final = frozenset(
    {
        *("apigateway", "appsync", "batch", "codebuild", "codepipeline", "ec2", "ecs", "events"),
        *("execute-api", "firehose", "inspector", "kinesis", "lambda", "logs", "redshift"),
        *("redshift-serverless", "sagemaker", "sns", "sqs", "ssm", "ssm-incidents", "states"),
    }
)
"""https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html"""
NEEDED: Final = {"ecs": "EcsParameters", "kinesis": "KinesisParameters"}
"""What a schedule's target of a service must have; a member of each is required."""
OF_JSON: Final = ("events", "lambda", "states")
MOST_BYTES: Final = 256 * 1024


def target_problems(context: Context, target: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of a rule's target that EventBridge refuses."""
    yield from dead_letter_problems(context, target)
    arn = str(target.get("Arn", ""))
    if arn.startswith("arn:") and arn.split(":")[2] not in CALLED:
        yield f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
    if arn.endswith(FIFO) and ":sqs:" in arn and "SqsParameters" not in target:
        # https://github.com/hashicorp/terraform/issues/20263
        yield f"Parameter(s) SqsParameters must be specified for target: {target.get('Id')}"
    transformer = target.get("InputTransformer", {})
    paths = transformer.get("InputPathsMap", {})
    for name in paths:
        if name.lower().startswith(PREDEFINED):
            yield f"Invalid InputTransformer for target {target.get('Id')}: {name} is reserved"
    for name in PLACEHOLDER.findall(str(transformer.get("InputTemplate", ""))):
        if name not in paths and not name.startswith(PREDEFINED):
            yield (
                f"Invalid InputTemplate for target {target.get('Id')}: {name} is not in "
                "InputPathsMap"
            )


def dead_letter_problems(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    """Refuse dead letters anywhere but in a standard queue of the Region."""
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    arn = str(given.get("DeadLetterConfig", {}).get("Arn", ""))
    if not arn:
        return
    service, region = service_and_region(arn)
    if service != "sqs":
        yield f"Parameter {arn} is not valid. Reason: a dead-letter queue is a queue of SQS."
    elif arn.endswith(FIFO):
        yield "SQS FIFO is not supported by Dead Letter Queues."
    elif region != context.region:
        yield f"Parameter {arn} is not valid. Reason: the queue is not in {context.region}."


def role_problems(context: Context, arn: Any, service: str) -> Iterator[str]:
    """Refuse what is no ARN, and a role of the account that is not there or is not trusted to."""
    if arn and not str(arn).startswith("arn:"):
        yield f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
    if str(arn or "").split(":")[4:5] != [context.account]:
        return
    try:
        role = context.as_service().call("iam", "get_role", RoleName=arn.rpartition("/")[2])["Role"]
    except ClientError:
        yield f"Role {arn} does not exist."
        return
    if not trusts(role["AssumeRolePolicyDocument"], service):
        yield f"Provided role '{arn}' cannot be assumed by principal '{service}'."


def scheduled_target_problems(context: Context, target: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each part of a schedule's target that EventBridge Scheduler refuses."""
    arn, given = str(target.get("Arn", "")), target.get("Input")
    service, region = service_and_region(arn)
    universal = UNIVERSAL.fullmatch(arn)
    if arn.startswith("arn:") and service not in TEMPLATED:
        yield f"Provided Arn is not in correct format: {arn} is no target of a schedule"
    if service in NEEDED and not target.get(NEEDED[service]):
        yield f"{NEEDED[service]} must be specified for a target of {service}"
    if universal is not None:
        yield from _universal(context, arn, *universal.groups())
    elif service == "scheduler":
        yield f"Provided Arn is not in correct format: {arn}"
    elif region not in ("", context.region):
        yield f"Provided Arn is not in correct format: {arn} is not in {context.region}"
    if given is not None and service in OF_JSON and not is_json(given):
        yield f"Invalid Input for target {arn}: it must be a well-formed JSON"
    if len(str(given or "").encode()) > MOST_BYTES:
        yield f"Invalid Input for target {arn}: it has at most {MOST_BYTES} bytes"


def _universal(context: Context, arn: str, service: str, action: str) -> Iterator[str]:
    if action.lower().startswith(READING):
        yield f"The target {arn} is a read-only operation, which no schedule calls"
    try:
        model = context.client(service).meta.service_model
    except UnknownServiceError:
        # Its names of services are those of another SDK.
        return
    if action.lower() not in {name.lower() for name in model.operation_names}:
        yield f"Provided Arn is not in correct format: {service} has no action {action}"
