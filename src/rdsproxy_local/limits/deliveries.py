"""SNS: how often, and how fast, deliveries by HTTP are tried again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

PROTOCOLS: Final = ("http", "https")
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
RANGES: Final[Mapping[str, range]] = {
    "maxDelayTarget": range(1, 3601),
    "minDelayTarget": range(1, 3601),
    "numMaxDelayRetries": range(101),
    "numMinDelayRetries": range(101),
    "numNoDelayRetries": range(101),
    "numRetries": range(101),
}
FUNCTIONS: Final = ("arithmetic", "exponential", "geometric", "linear")
PARTS: Final = ("numMaxDelayRetries", "numMinDelayRetries", "numNoDelayRetries")
LEAST, MOST = 20, 20
"""The delays in seconds that are in force where a policy says nothing."""


def delivery_problems(policy: Any, protocol: str) -> Iterator[str]:
    """A sentence for each reason why SNS takes no such policy for a subscription."""
    if protocol not in PROTOCOLS:
        yield (
            "Invalid parameter: Delivery policy is not supported for the protocol "
            f"{protocol}: only {' and '.join(PROTOCOLS)} have one"
        )
        return
    retries = policy.get("healthyRetryPolicy") if isinstance(policy, Mapping) else None
    for problem in _retry_problems(retries) if isinstance(retries, Mapping) else ():
        yield f"Invalid parameter: DeliveryPolicy: {problem}"


def _retry_problems(retries: Mapping[str, Any]) -> Iterator[str]:
    numbers = {name: value for name, value in retries.items() if name in RANGES}
    for name, value in numbers.items():
        if not isinstance(value, int) or value not in RANGES[name]:
            allowed = RANGES[name]
            yield f"healthyRetryPolicy.{name} must be {allowed.start} to {allowed.stop - 1}"
            return
    if numbers.get("minDelayTarget", LEAST) > numbers.get("maxDelayTarget", MOST):
        yield "healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget"
    if (
        "numRetries" in numbers
        and sum(numbers.get(one, 0) for one in PARTS) > numbers["numRetries"]
    ):
        yield f"healthyRetryPolicy.numRetries must be at least the sum of {', '.join(PARTS)}"
    function = retries.get("backoffFunction", FUNCTIONS[0])
    if function not in FUNCTIONS:
        yield f"healthyRetryPolicy.backoffFunction must be one of {', '.join(FUNCTIONS)}"
