"""What a distribution refers to: functions, groups of keys, logs and policies, which must be there.

The local cloud has functions of Lambda only; of CloudFront's own parts it has none, so that a
distribution that names one names what is not there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

HOME: Final = "us-east-1"
"""The Region of Lambda@Edge's functions."""
FUNCTION: Final = re.compile(
    r"arn:[^:]+:lambda:([^:]+):(\d{12}):function:([a-zA-Z0-9-_]+)(?::([^:]+))?"
)
OWN_FUNCTION: Final = re.compile(r"arn:[^:]+:cloudfront::(\d{12}):function/([a-zA-Z0-9-_]+)")
VIEWER_EVENTS: Final = ("viewer-request", "viewer-response")
LONGEST: Final = 30
LONGEST_VIEWER: Final = 5
"""Seconds that a function may take."""
PARTS: Final[Mapping[str, str]] = {
    "FieldLevelEncryptionId": "NoSuchFieldLevelEncryptionConfig",
    "RealtimeLogConfigArn": "NoSuchRealtimeLogConfig",
}
"""Properties of a cache behavior that name a part, and the error if it is not there."""
SIGNER: Final = re.compile(r"self|\d{12}")


def association_problems(behavior: Mapping[str, Any]) -> Iterator[str]:
    """Refuse functions and other parts of a cache behavior that CloudFront does not find."""
    edge = behavior.get("LambdaFunctionAssociations", [])
    own = behavior.get("FunctionAssociations", [])
    events = Counter(one.get("EventType") for one in edge)
    events.update(one.get("EventType") for one in own)
    for event, number in events.items():
        if number > 1:
            yield (
                "InvalidFunctionAssociation: a cache behavior has one function for an event type: "
                f"{event}"
            )
    for one in edge:
        yield from _lambda(str(one.get("LambdaFunctionARN", "")), one.get("EventType"))
    for one in own:
        yield from _function(str(one.get("FunctionARN", "")), one.get("EventType"))
    for name, error in PARTS.items():
        if behavior.get(name):
            yield f"{error}: The specified {name} does not exist: {behavior[name]}"
    for group in behavior.get("TrustedKeyGroups", ()):
        yield f"TrustedKeyGroupDoesNotExist: The specified key group does not exist: {group}"
    for signer in behavior.get("TrustedSigners", ()):
        if not SIGNER.fullmatch(signer):
            yield f"TrustedSignerDoesNotExist: One or more trusted signers do not exist: {signer}"


def _lambda(arn: str, event: Any) -> Iterator[str]:
    found = FUNCTION.fullmatch(arn)
    if found is None:
        yield f"InvalidLambdaFunctionAssociation: The function ARN is not valid: {arn}"
        return
    region, _, _, version = found.groups()
    if region != HOME:
        yield (
            "InvalidLambdaFunctionAssociation: The function must be in region "
            f"'{HOME}'. Function: {arn}"
        )
        return
    if not (version or "").isdigit():
        yield (
            "InvalidLambdaFunctionAssociation: The function ARN must reference a specific function "
            "version. (The ARN must end with the version number.) "
            f"ARN: {arn}"
        )
        return
    function = _deployed(arn)
    if function is None:
        yield (
            "InvalidLambdaFunctionAssociation: The function cannot be found or is not "
            f"authorized to be used: {arn}"
        )
        return
    for problem in _unfit(function, event):
        yield f"InvalidLambdaFunctionAssociation: {problem} Function: {arn}"


def _deployed(arn: str) -> Any:
    """The version of a function of moto's; None if there is none."""
    from moto.awslambda.exceptions import UnknownFunctionException  # noqa: PLC0415 - for few
    from moto.awslambda.models import lambda_backends  # noqa: PLC0415

    _, _, _, _, account, _, name, version = arn.split(":")
    try:
        return lambda_backends[account][HOME].get_function(name, version)
    except UnknownFunctionException:
        return None


def _unfit(function: Any, event: Any) -> Iterator[str]:
    """The reasons why CloudFront cannot call a function of Lambda."""
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-edge-function-restrictions.html
    if function.environment_vars:
        yield "The function cannot have environment variables."
    if (function.vpc_config or {}).get("subnet_ids"):
        yield "The function cannot be in a VPC."
    if "arm64" in (function.architectures or ()):
        yield "The function architecture must be x86_64."
    if not str(function.run_time).startswith(("nodejs", "python")):
        yield f"The function runtime {function.run_time} is not supported."
    longest = LONGEST_VIEWER if event in VIEWER_EVENTS else LONGEST
    if int(function.timeout) > longest:
        yield (
            "The function timeout is larger than the maximum allowed for functions that are "
            f"triggered by a CloudFront event: {event} Max allowed: {longest} "
            f"Actual: {function.timeout}."
        )


def _function(arn: str, event: Any) -> Iterator[str]:
    if event not in VIEWER_EVENTS:
        yield (
            "InvalidFunctionAssociation: a function of CloudFront is for "
            f"{' and '.join(VIEWER_EVENTS)}, not {event}"
        )
    if OWN_FUNCTION.fullmatch(arn):
        yield f"NoSuchFunctionExists: The specified function does not exist: {arn}"
    else:
        yield f"InvalidFunctionAssociation: The function ARN is not valid: {arn}"
