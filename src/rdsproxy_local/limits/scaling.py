"""Application Auto Scaling: targets, and policies that track a metric."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from ..cloudformation.resource import Context
from .check import Check
from .scheduled_actions import scheduled_action_problems

TRACKING: Final = "TargetTrackingScaling"
CONFIGURATIONS: Final[Mapping[str, str]] = {
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    TRACKING: "TargetTrackingScalingPolicyConfiguration",
}
SPECIFICATIONS: Final = ("CustomizedMetricSpecification", "PredefinedMetricSpecification")
ONLY_TRACKING: Final = ("cassandra", "comprehend", "dynamodb", "kafka", "lambda", "neptune", "rds")
"""https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html"""
FUNCTION: Final = re.compile(r"function:([^:]+):([^:]+)")
LABELLED: Final = ("ALBRequestCountPerTarget",)
"""PredefinedMetricSpecification, ResourceLabel in botocore's model."""
CONCURRENCY: Final = "LambdaProvisionedConcurrencyUtilization"
LEAST_SHARE, MOST_SHARE = 0.1, 0.9
"""https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html"""
METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb": ("DynamoDB",),
    "lambda": ("LambdaProvisioned",),
    "rds": ("RDSReader",),
}
"""The beginnings of the predefined metrics of a service."""


def _target(context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("MinCapacity", "MaxCapacity"):
        if int(given.get(name, 0)) < 0:
            yield f"{name} cannot be negative: {given[name]}"
    yield from scheduled_action_problems(given.get("ScheduledActions", []))
    if given.get("ServiceNamespace") == "lambda":
        yield from _function(context, str(given.get("ResourceId", "")))


def _function(context: Context, resource: str) -> Iterator[str]:
    """Only an alias, or a version, has provisioned concurrency."""
    # RegisterScalableTarget, ResourceId in botocore's model.
    found = FUNCTION.fullmatch(resource)
    if found is None or found[2] == "$LATEST":
        yield (
            f"Unsupported service namespace, resource type or scalable dimension: {resource} is "
            "not function:<name>:<alias or version>"
        )
        return
    try:
        context.call("lambda", "get_function", FunctionName=found[1], Qualifier=found[2])
    except ClientError:
        yield f"Function not found: {resource}"


def _policy(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    kind = given.get("PolicyType", "StepScaling")
    service = given.get("ServiceNamespace") or given.get("ScalingTargetId", "").rpartition("|")[2]
    needed = CONFIGURATIONS.get(kind)
    if needed is not None and needed not in given:
        yield f"{needed} must be specified for policy type {kind}"
    if kind != TRACKING and service in ONLY_TRACKING:
        yield f"The policy type {kind} is not supported for the service namespace {service}"
    tracking = given.get(CONFIGURATIONS[TRACKING])
    if tracking is None:
        return
    named = [name for name in SPECIFICATIONS if name in tracking]
    if len(named) != 1:
        yield f"Exactly one of {' and '.join(SPECIFICATIONS)} must be specified"
    yield from _numbers(tracking)
    metric = tracking.get(SPECIFICATIONS[1], {}).get("PredefinedMetricType", "")
    if tracking.get(SPECIFICATIONS[1], {}).get("ResourceLabel") and metric not in LABELLED:
        yield f"ResourceLabel is not supported for the predefined metric type {metric}"
    if metric == CONCURRENCY and not LEAST_SHARE <= tracking["TargetValue"] <= MOST_SHARE:
        yield (
            f"Target utilization of {metric} must be between {LEAST_SHARE} and {MOST_SHARE}: "
            f"{tracking['TargetValue']}"
        )
    known = METRICS.get(service)
    if metric and known is not None and not metric.startswith(known):
        yield f"Predefined metric type {metric} is not valid for the service namespace {service}"


def _numbers(tracking: Mapping[str, Any]) -> Iterator[str]:
    if tracking["TargetValue"] <= 0:
        yield f"TargetValue must be greater than 0: {tracking['TargetValue']:g}"
    for name in ("ScaleInCooldown", "ScaleOutCooldown"):
        if tracking.get(name, 0) < 0:
            yield f"{name} cannot be negative: {tracking[name]}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (_target,),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (_policy,),
}
