"""Custom resources: a function of the template's own makes them, and answers by HTTP."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.failure import Failure
from ..cloudformation.resource import (
    Context,
    DeployedResource,
    Made,
    PartiallyCreated,
    Properties,
    ResourceType,
)
from . import buckets

SECONDS: Final = 50
"""The longest wait, in the place of ServiceTimeout's hour: clients wait for the stack a minute."""
MOST_BYTES: Final = 4_096
LAMBDA: Final = ":lambda:"


def _create(context: Context, properties: Properties) -> Made:
    event = {"RequestType": "Create", "ResourceProperties": properties.without()}
    try:
        return _answered(context, event)
    except Failure as failure:
        # What the function may have made all the same, it is asked to delete.
        raise PartiallyCreated(str(failure), Made(context.name(), {})) from failure


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    event = {
        "RequestType": "Update",
        "PhysicalResourceId": deployed.physical_id,
        "ResourceProperties": properties.without(),
        "OldResourceProperties": dict(deployed.properties),
    }
    return _answered(context, event)


def _delete(context: Context, deployed: DeployedResource) -> None:
    event = {
        "RequestType": "Delete",
        "PhysicalResourceId": deployed.physical_id,
        "ResourceProperties": dict(deployed.properties),
    }
    _answered(context, event)


def _answered(context: Context, event: Mapping[str, Any]) -> Made:
    """The outcome that the function reports for the resource."""
    properties = event["ResourceProperties"]
    token = str(properties["ServiceToken"])
    if LAMBDA not in token:
        raise Failure(f"The local cloud sends custom resources to functions only, not to {token}")
    answer = context.call("cloudformation", "describe_stacks", StackName=context.stack_name)
    own = context.as_service()
    with _mailbox(own) as (url, bucket, key):
        sent = {
            **event,
            "ServiceToken": token,
            "ResponseURL": url,
            "StackId": answer["Stacks"][0]["StackId"],
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": context.logical_id,
            "ResourceType": _type_of(context),
            **_texts({name: event[name] for name in event if name.endswith("Properties")}),
        }
        _invoke(context, token, sent)
        seconds = min(SECONDS, int(properties.get("ServiceTimeout", SECONDS)))
        return _judged(sent, _received(own, bucket, key, seconds))


@contextmanager
def _mailbox(context: Context) -> Iterator[tuple[str, str, str]]:
    """A URL to put an answer to, and where it is then; leaves nothing behind."""
    bucket, key = f"cloudformation-custom-resource-response-{uuid.uuid4().hex[:16]}", "answer"
    buckets.make(context, bucket)
    try:
        where = {"Bucket": bucket, "Key": key}
        yield context.client("s3").generate_presigned_url("put_object", where), bucket, key
    finally:
        context.call("s3", "delete_object", Bucket=bucket, Key=key)
        buckets.remove(context, bucket)


def _invoke(context: Context, token: str, event: Mapping[str, Any]) -> None:
    # CloudFormation does not wait for the function; here it is known sooner that it failed.
    answer = context.call(
        "lambda", "invoke", FunctionName=token, Payload=json.dumps(event).encode()
    )
    if "FunctionError" in answer:
        said = answer["Payload"].read().decode()
        raise Failure(f"The custom resource's function failed before it answered: {said}")


def _received(context: Context, bucket: str, key: str, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while True:
        try:
            answer = context.call("s3", "get_object", Bucket=bucket, Key=key)
        except ClientError as error:
            if time.monotonic() > deadline:
                raise Failure(
                    "CloudFormation did not receive a response from your Custom Resource."
                ) from error
            time.sleep(0.1)
        else:
            return str(answer["Body"].read().decode())


def _judged(sent: Mapping[str, Any], received: str) -> Made:
    try:
        said = json.loads(received)
    except ValueError as error:
        raise Failure(f"Invalid Custom Resource response: no JSON: {received[:200]}") from error
    if len(received.encode()) > MOST_BYTES:
        raise Failure("Response object is too long.")
    if said.get("Status") != "SUCCESS":
        raise Failure(
            f"Received response status [{said.get('Status')}] from custom resource. "
            f"Message returned: {said.get('Reason')}"
        )
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        if said.get(name) != sent[name]:
            raise Failure(f"Invalid Custom Resource response: {name} is not the request's")
    if not said.get("PhysicalResourceId"):
        raise Failure("Invalid PhysicalResourceId")
    if said.get("NoEcho"):
        raise Failure("The local cloud does not know NoEcho in a custom resource's answer")
    return Made(str(said["PhysicalResourceId"]), said.get("Data") or {})


def _type_of(context: Context) -> str:
    """The name in the template, which a resource type does not see."""
    answer = context.call("cloudformation", "describe_stack_events", StackName=context.stack_name)
    for event in answer["StackEvents"]:
        if event["LogicalResourceId"] == context.logical_id:
            return str(event["ResourceType"])
    return CUSTOM


def _texts(value: Any) -> Any:
    """As functions get properties: numbers and booleans as strings."""
    match value:
        case dict():
            return {name: _texts(one) for name, one in value.items()}
        case list():
            return [_texts(one) for one in value]
        case bool():
            return str(value).lower()
    return str(value)


CUSTOM: Final = "AWS::CloudFormation::CustomResource"
TYPES: Final = [ResourceType(CUSTOM, _create, _delete, _update)]
