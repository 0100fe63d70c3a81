"""Lambda: mappings from queues and streams to functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import refuse_others, tags_by_key

# https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
DEFAULTS: Final[Mapping[str, Any]] = {
    "BatchSize": 10,
    "Enabled": True,
    "FilterCriteria": {},
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "ScalingConfig": {},
}
"""The settings that the local cloud understands, with the values for those left out."""

AT_CREATION: Final = ("EventSourceArn", "FunctionName")


def _create(context: Context, properties: Properties) -> Made:
    if ":sqs:" not in properties.get("EventSourceArn", ""):
        raise Failure("the local cloud has event source mappings of SQS's queues only")
    made = context.call(
        "lambda",
        "create_event_source_mapping",
        Tags=tags_by_key(properties.get("Tags")),
        **{one: properties[one] for one in (*AT_CREATION, *DEFAULTS) if one in properties},
    )
    mapping: str = made["UUID"]
    arn = f"arn:aws:lambda:{context.region}:{context.account}:event-source-mapping:{mapping}"
    return Made(mapping, {"Id": mapping, "EventSourceMappingArn": arn})


def _update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    changed = properties.changed_from(deployed, resets=DEFAULTS)
    refuse_others(changed, [*DEFAULTS, "FunctionName"])
    settings = {one: DEFAULTS[one] if changed[one] is None else changed[one] for one in changed}
    context.call("lambda", "update_event_source_mapping", UUID=deployed.physical_id, **settings)
    return Made(deployed.physical_id, deployed.attributes)


def _delete(context: Context, deployed: DeployedResource) -> None:
    context.call("lambda", "delete_event_source_mapping", UUID=deployed.physical_id)


TYPES: Final = [ResourceType("AWS::Lambda::EventSourceMapping", _create, _delete, _update)]
