"""Failures as CloudFormation's API answers them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.exceptions import ValidationError as MotoValidationError

from .capabilities import InsufficientCapabilities
from .failure import Failure


class ValidationError(MotoValidationError):
    """The API's refusal, for a reason."""

    def __init__(self, message: str) -> None:
        super().__init__(message=message)


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
