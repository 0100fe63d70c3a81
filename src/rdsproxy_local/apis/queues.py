"""SQS's attributes, of which moto forgets the policy at each change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.sqs.models import Queue

from .surround import mend


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
    set_attributes(queue, {"Policy": policy, **attributes}, now)
