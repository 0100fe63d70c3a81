"""Failures as CloudFormation's API answers them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.exceptions import ValidationError as MotoValidationError

from .capabilities import InsufficientCapabilities
from .failure import Failure

STACK_NAME: Final = re.compile("[a-zA-Z][-a-zA-Z0-9]*")
LONGEST: Final = 128


class ValidationError(MotoValidationError):
    """The API's refusal, for a reason."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message)


def require_stack_name(name: str, member: str = "stackName") -> None:
    """Refuse a name that no stack may have, by botocore's ``CreateStackInput.StackName``.

    *member* is the parameter that has it; a stack set's name is held to the same.
    """
    if not STACK_NAME.fullmatch(name):
        constraint = f"satisfy regular expression pattern: {STACK_NAME.pattern}"
    elif len(name) > LONGEST:
        constraint = f"have length less than or equal to {LONGEST}"
    else:
        return
    raise ValidationError(
        f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy "
        f"constraint: Member must {constraint}"
    )


class InsufficientCapabilitiesException(CloudFormationError):
    """The API's refusal of what was not acknowledged."""

    code = "InsufficientCapabilitiesException"


@contextmanager
def refusals() -> Iterator[None]:
    """Failures become the API's refusals."""
    try:
        yield
    except InsufficientCapabilities as failure:
        raise InsufficientCapabilitiesException(str(failure)) from failure
    except Failure as failure:
        raise ValidationError(str(failure)) from failure
