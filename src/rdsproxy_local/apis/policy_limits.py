"""Quotas of policies of queues, topics, buckets and endpoints, and what a topic's may say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.sqs.exceptions import SQSException

from ..service_actions import actions_of

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
QUEUE_BYTES: Final = 8192
QUEUE_STATEMENTS: Final = 20
QUEUE_ACTIONS: Final = 7
QUEUE_CONDITIONS: Final = 10
QUEUE_PRINCIPALS: Final = 50
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
TOPIC_BYTES: Final = 30 * 1024
TOPIC_STATEMENTS: Final = 100
TOPIC_PRINCIPALS: Final = 200
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies.html
BUCKET_BYTES: Final = 20 * 1024
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
ENDPOINT_CHARACTERS: Final = 20_480
OF_ACCOUNTS: Final = frozenset(
    {
        *("confirmsubscription", "createtopic", "getsubscriptionattributes", "listtopics"),
        *("setsubscriptionattributes", "unsubscribe"),
    }
)
"""Actions on no topic yet, or on subscriptions, which a topic's policy does not take."""


class OverLimit(SQSException):
    """The answer of SQS to more than its quotas."""

    def __init__(self, message: str) -> None:
        super().__init__("OverLimit", message)


def queue_policy_problems(document: Mapping[str, Any]) -> Iterator[str]:
    statements = _statements(document)
    if len(_text(document)) > QUEUE_BYTES:
        yield f"The policy is longer than {QUEUE_BYTES} bytes."
    if len(statements) > QUEUE_STATEMENTS:
        yield f"{len(statements)} Statements were found, maximum allowed is {QUEUE_STATEMENTS}."
    if (number := sum(map(_principals, statements))) > QUEUE_PRINCIPALS:
        yield f"{number} Principals were found, maximum allowed is {QUEUE_PRINCIPALS}."
    for statement in statements:
        if (number := len(_actions(statement))) > QUEUE_ACTIONS:
            yield f"{number} Actions were found, maximum allowed is {QUEUE_ACTIONS}."
        if (number := _conditions(statement)) > QUEUE_CONDITIONS:
            yield f"{number} Conditions were found, maximum allowed is {QUEUE_CONDITIONS}."


def topic_policy_problems(document: Mapping[str, Any]) -> Iterator[str]:
    known, statements = actions_of("sns"), _statements(document)
    if len(_text(document)) > TOPIC_BYTES:
        yield f"Invalid parameter: The policy is longer than {TOPIC_BYTES} bytes"
    if len(statements) > TOPIC_STATEMENTS:
        yield f"Invalid parameter: The policy has more than {TOPIC_STATEMENTS} statements"
    for statement in statements:
        if _principals(statement) > TOPIC_PRINCIPALS:
            yield f"Invalid parameter: A statement has more than {TOPIC_PRINCIPALS} principals"
        resources = statement.get("Resource", [])
        if not resources or (isinstance(resources, list) and len(resources) > 1):
            yield "Invalid parameter: Policy statement must apply to a single resource!"
        for action in _actions(statement):
            name = action.lower().partition(":")[2]
            if name == "*" or name in OF_ACCOUNTS or (name in known and not known[name]):
                yield "Invalid parameter: Policy statement action out of service scope!"


def bucket_policy_problems(policy: bytes | str) -> Iterator[str]:
    if len(policy) > BUCKET_BYTES:
        yield "Policy exceeds the maximum allowed document size."


def endpoint_policy_problems(policy: str) -> Iterator[str]:
    # White space counts, here as for buckets.
    if len(policy) > ENDPOINT_CHARACTERS:
        yield (
            f"The policy has {len(policy)} characters, and a VPC endpoint's has at most "
            f"{ENDPOINT_CHARACTERS}."
        )


def _statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    written = document.get("Statement", [])
    return written if isinstance(written, list) else [written]


def _actions(statement: Mapping[str, Any]) -> list[str]:
    value = statement.get("Action", [])
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _principals(statement: Mapping[str, Any]) -> int:
    value = statement.get("Principal", statement.get("NotPrincipal", []))
    kinds = value.values() if isinstance(value, Mapping) else [value]
    return sum(len(one) if isinstance(one, list) else 1 for one in kinds)


def _conditions(statement: Mapping[str, Any]) -> int:
    return sum(len(keys) for keys in (statement.get("Condition") or {}).values())


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
