"""SNS's subscriptions, whose settings moto keeps as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.sns.models import SNSBackend

from .surround import mend


def install() -> None:
    mend(
        SNSBackend,
        "set_subscription_attributes",
        _set_attributes,
        moto='RawMessageDelivery "false" is a true value, and messages are delivered raw',
        aws="messages are delivered in an envelope",
        source="https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html",
    )


def _set_attributes(
    set_attributes: Callable[..., None], backend: SNSBackend, arn: str, name: str, value: Any
) -> None:
    if name == "RawMessageDelivery":
        value = str(value).lower() == "true"
    set_attributes(backend, arn, name, value)
