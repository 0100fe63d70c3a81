"""SQS's attributes, of which moto forgets the policy at each change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Queue, sqs_backends

from .surround import mend

ALLOWING: Final = "redrive_allow_policy"
"""The attribute that moto keeps as it was given: whose dead-letter queue a queue may be."""


def install() -> None:
    mend(
        Queue,
        "_set_attributes",
        _set_attributes,
        moto="SetQueueAttributes removes the policy of the queue unless it is among the attributes",
        aws="attributes that are not given stay",
        source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
    )


def _set_attributes(
    set_attributes: Callable[..., None],
    queue: Queue,
    attributes: Mapping[str, Any],
    now: float | None = None,
) -> None:
    policy = queue.policy if hasattr(queue, "_policy_json") else None
    if attributes.get("RedrivePolicy"):
        _require_admitted(queue, _read(attributes["RedrivePolicy"]))
    set_attributes(queue, {"Policy": policy, **attributes}, now)


def _require_admitted(queue: Queue, redrive: Mapping[str, Any]) -> None:
    """Refuse a dead-letter queue that takes no letters, or those of other queues only."""
    target = str(redrive.get("deadLetterTargetArn", ""))
    letters = sqs_backends[queue.account_id][queue.region].queues.get(target.rpartition(":")[2])
    allowing = _read(vars(letters).get(ALLOWING)) if letters else {}
    permission, sources = allowing.get("redrivePermission"), allowing.get("sourceQueueArns", [])
    own = f"arn:aws:sqs:{queue.region}:{queue.account_id}:{queue.name}"
    if permission == "denyAll" or (permission == "byQueue" and own not in sources):
        raise InvalidParameterValue(
            f"Value {json.dumps(redrive)} for parameter RedrivePolicy is invalid. Reason: Dead "
            f"letter queue {target} does not allow {own} to redrive to it."
        )


def _read(policy: Any) -> dict[str, Any]:
    try:
        read = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
