"""Rules for identifiers of what exists already, which settings name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import Problem
from .arns import ArnRule

SUBNET: Final = ArnRule(
    pattern=r"subnet-[0-9a-f]{8,17}",
    sentence="must be the ID of a subnet, such as subnet-0a1b2c3d4e5f60718",
)
SECURITY_GROUP: Final = ArnRule(
    pattern=r"sg-[0-9a-f]{8,17}",
    sentence="must be the ID of a security group, such as sg-0a1b2c3d4e5f60718",
)
SECRET: Final = ArnRule(
    pattern=r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}",
    sentence="must be the whole ARN of a secret, "
    "arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME-abc123, which "
    "`aws secretsmanager describe-secret` prints",
)


def identifier_problems(rule: ArnRule, place: str, *given: str | None) -> Iterator[Problem]:
    """Report each of *given* that *rule* refuses."""
    for one in given:
        if one is not None and (sentence := rule.problem(one)):
            yield Problem(place, sentence)


def list_problems(rule: ArnRule, place: str, given: Sequence[str]) -> Iterator[Problem]:
    """Report each of *given* that *rule* refuses, and each that is there twice."""
    yield from identifier_problems(rule, place, *given)
    if twice := sorted({one for one in given if given.count(one) > 1}):
        yield Problem(place, f"must name each once, got {', '.join(twice)} twice")
