"""EC2: flow logs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context
from .check import Check

# https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
FIELDS: Final = frozenset(
    {
        *("account-id", "action", "az-id", "bytes", "dstaddr", "dstport", "end"),
        *("encryption-status", "flow-direction", "instance-id", "interface-id", "log-status"),
        *("packets", "pkt-dst-aws-service", "pkt-dstaddr", "pkt-src-aws-service", "pkt-srcaddr"),
        *("protocol", "region", "reject-reason", "resource-type", "srcaddr", "srcport", "start"),
        *("sublocation-id", "sublocation-type", "subnet-id", "tcp-flags", "traffic-path", "type"),
        *("version", "vpc-id"),
    }
)
OTHERS: Final = ("ecs-", "tgw-", "packets-lost-")
"""Beginnings of the fields of ECS and of transit gateways."""


def _flow_log(_: Context, given: Mapping[str, Any]) -> Iterator[str]:
    kind = str(given.get("ResourceType", ""))
    if not kind.startswith("Transit") and not given.get("TrafficType"):
        yield f"TrafficType is required for resource type {kind}"
    if given.get("LogGroupName") and given.get("LogDestination"):
        yield "Please only provide LogGroupName or only provide LogDestination."
    fields = set(re.findall(r"\$\{([^}]*)\}", given.get("LogFormat", "")))
    if strange := sorted(
        field for field in fields if field not in FIELDS and not field.startswith(OTHERS)
    ):
        yield f"Unknown fields provided: {', '.join(strange)}"


CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {"AWS::EC2::FlowLog": (_flow_log,)}
