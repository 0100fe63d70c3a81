"""Application Auto Scaling: targets, and policies that track a metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

TRACKING: Final = "TargetTrackingScaling"
CONFIGURATIONS: Final[Mapping[str, str]] = {
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    TRACKING: "TargetTrackingScalingPolicyConfiguration",
}
SPECIFICATIONS: Final = ("CustomizedMetricSpecification", "PredefinedMetricSpecification")
ONLY_TRACKING: Final = ("cassandra", "comprehend", "dynamodb", "kafka", "lambda", "neptune", "rds")
"""https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html"""
METRICS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb": ("DynamoDB",),
    "lambda": ("LambdaProvisioned",),
    "rds": ("RDSReader",),
}
"""The beginnings of the predefined metrics of a service."""


def _target(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    for name in ("MinCapacity", "MaxCapacity"):
        if int(given.get(name, 0)) < 0:
            yield f"{name} cannot be negative: {given[name]}"


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
    metric = tracking.get(SPECIFICATIONS[1], {}).get("PredefinedMetricType", "")
    known = METRICS.get(service)
    if metric and known is not None and not metric.startswith(known):
        yield f"Predefined metric type {metric} is not valid for the service namespace {service}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (_target,),
    "AWS::ApplicationAutoScaling::ScalingPolicy": (_policy,),
}
