"""Options that take the ARN of a resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import click

from ..errors import Problem
from .refusals import refuse

Value = TypeVar("Value", str | None, tuple[str, ...])

ARNS: Final[Mapping[str, tuple[str, str, str]]] = {
    "--notification-arn": (
        r"arn:[\w-]+:sns:[\w-]+:\d{12}:\S+",
        "a topic",
        "arn:aws:sns:eu-west-1:111122223333:stacks",
    ),
    "--role-arn": (
        r"arn:[\w-]+:iam::\d{12}:role/\S+",
        "a role",
        "arn:aws:iam::111122223333:role/deployer",
    ),
}
"""Options that name a resource: the form of its ARN, what it is, and one for example."""


def arns(_: click.Context, option: click.Parameter, value: Value) -> Value:
    """Refuse what is no ARN of the kind that the option takes."""
    form, what, example = ARNS[option.opts[0]]
    given = (value,) if isinstance(value, str) else value or ()
    refuse(
        Problem(option.opts[0], f"must be the ARN of {what}, such as {example}, got {one!r}")
        for one in given
        if not re.fullmatch(form, one)
    )
    return value
