"""Metrics of web ACLs, and a request log without credentials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import AWSObject, wafv2

from ..model import sub
from .functions import Logged, log_group

CREDENTIALS: tuple[str, ...] = ("authorization", "cookie")
"""Headers of viewers that are kept out of every log."""


def visibility(metric: str, *, sampled: bool = True) -> wafv2.VisibilityConfig:
    """Count requests as *metric*. Samples hold every header: redaction does not apply to them."""
    return wafv2.VisibilityConfig(
        CloudWatchMetricsEnabled=True, MetricName=metric, SampledRequestsEnabled=sampled
    )


def request_log(
    choices: Logged, acl: wafv2.WebACL, *, redacted: Sequence[str], **more: Any
) -> list[AWSObject]:
    """Log group and configuration that record requests of *acl* without the *redacted* headers."""
    # WAF writes only to groups whose names begin with aws-waf-logs-.
    name = sub("aws-waf-logs-${AWS::StackName}")
    group = log_group(f"{acl.title}LogGroup", choices, name=name)
    # The group's own Arn ends with ":*".
    arn = sub(
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${group}",
        group=group.ref(),
    )
    logging = wafv2.LoggingConfiguration(
        f"{acl.title}Logging",
        ResourceArn=acl.get_att("Arn"),
        LogDestinationConfigs=[arn],
        RedactedFields=[
            wafv2.LoggingConfigurationFieldToMatch(SingleHeader=wafv2.SingleHeader(Name=header))
            for header in redacted
        ],
        **more,
    )
    return [group, logging]
