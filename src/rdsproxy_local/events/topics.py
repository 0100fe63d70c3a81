"""Messages of a topic to its subscribers: functions and queues."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Subscription

from .delivery import Submit, Undeliverable, deliver, function_at, queue_at
from .permissions import require_leave, require_permission

SERVICE = "sns.amazonaws.com"


def publish_by(submit: Submit, log: list[str], known: Callable[..., None]) -> Callable[..., None]:
    """A replacement for moto's ``Subscription.publish``, which asks for no permission.

    Subscribers by mail, by HTTP and so on are never confirmed here, and get nothing.
    """

    def publish(  # noqa: PLR0917 - moto's parameters
        subscription: Subscription,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        matcher = subscription._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        text = message
        if message_structure == "json":
            text = subscription._parse_message_structure(message, subscription.protocol)
        try:
            if subscription.protocol == "lambda":
                record = _record(subscription, text, message_id, subject, message_attributes)
                _call(subscription, record, submit)
            elif subscription.protocol == "sqs":
                _require_queue(subscription)
                known(
                    subscription,
                    text,
                    message_id,
                    subject,
                    message_attributes,
                    group_id,
                    deduplication_id,
                )
        except Undeliverable as reason:
            log.append(f"{subscription.topic_arn}: {reason}")
            _set_aside(subscription, text, submit, log)

    return publish


def _call(subscription: Subscription, record: dict[str, Any], submit: Submit) -> None:
    function = function_at(subscription.endpoint)
    require_permission(function, SERVICE, subscription.topic_arn)
    submit(subscription.endpoint, {"Records": [record]})


def _require_queue(subscription: Subscription) -> None:
    arn, source = subscription.endpoint, subscription.topic_arn
    require_leave(queue_at(arn).policy, SERVICE, "sqs:SendMessage", arn, source)


def _set_aside(subscription: Subscription, text: str, submit: Submit, log: list[str]) -> None:
    policy = subscription.attributes.get("RedrivePolicy")
    if not policy:
        return
    target = json.loads(policy)["deadLetterTargetArn"]
    try:
        source = subscription.topic_arn
        require_leave(queue_at(target).policy, SERVICE, "sqs:SendMessage", target, source)
        deliver(target, text, submit)
    except Undeliverable as reason:
        log.append(f"{subscription.topic_arn}: {reason}")


def _record(
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None,
    attributes: dict[str, Any] | None,
) -> dict[str, Any]:
    """A message as functions see it."""
    region = subscription.topic_arn.split(":")[3]
    unsubscribe = f"https://sns.{region}.amazonaws.com/?Action=Unsubscribe"
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription.topic_arn,
            "Subject": subject,
            "Message": message,
            "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "SignatureVersion": "1",
            "Signature": "LOCAL",
            "SigningCertUrl": f"https://sns.{region}.amazonaws.com/LOCAL.pem",
            "UnsubscribeUrl": f"{unsubscribe}&SubscriptionArn={subscription.arn}",
            "MessageAttributes": attributes or {},
        },
    }
