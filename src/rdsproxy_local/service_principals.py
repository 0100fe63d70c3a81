"""Principals that are services of AWS."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Final

SERVICE: Final = re.compile(
    r"([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.(?:amazonaws\.com(?:\.cn)?|aws\.internal)|alexa-[a-z]+\.amazon\.com"
)
USUAL: Final = frozenset(
    {
        *("apigateway", "cloudformation", "cloudfront", "ec2", "edgelambda", "events", "lambda"),
        *("logs", "rds", "s3", "scheduler", "secretsmanager", "sns", "sqs", "vpc-flow-logs"),
    }
)
UNLISTED: Final = frozenset(
    {
        *("billingconsole", "config-multiaccountsetup", "ecs-tasks", "eks-fargate-pods"),
        *("lexv2", "opensearchservice", "osis-pipelines", "spotfleet", "vmie"),
    }
)
"""Services whose principal has no prefix of actions, by which cfn-lint's data know the others."""


def is_service(name: str) -> bool:
    """True if AWS has a service of that principal, as far as that is known."""
    found = SERVICE.fullmatch(name)
    if found is None:
        return False
    parts = set((found[1] or "").split("."))
    return not found[1] or bool(parts & USUAL) or bool(parts & (UNLISTED | _services()))


@cache
def _services() -> frozenset[str]:
    place = files("cfnlint.data.AdditionalSpecs") / "Policies.json"
    return frozenset(json.loads(place.read_text("utf-8")))
