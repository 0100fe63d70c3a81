"""Refusals of the API for stack sets, with the codes of its service model."""

from __future__ import annotations

from typing import Final

from moto.cloudformation.exceptions import CloudFormationError

DELEGATED: Final = "Account used is not a delegated administrator"
NOT_MANAGEMENT: Final = (
    "You must be the management account or delegated admin account of an organization before "
    "operating a SERVICE_MANAGED stack set"
)
NO_ACCESS: Final = "You must enable organizations access to operate a service managed stack set"


class StackSetNotFound(CloudFormationError):
    """No stack set has this name."""

    code = "StackSetNotFoundException"

    def __init__(self, name: str) -> None:
        super().__init__(f"StackSet {name} not found")


class StackSetNotEmpty(CloudFormationError):
    """The stack set has instances."""

    code = "StackSetNotEmptyException"
    message = "StackSet is not empty"


class NameAlreadyExists(CloudFormationError):
    """Another stack set has this name."""

    code = "NameAlreadyExistsException"

    def __init__(self, name: str) -> None:
        super().__init__(f"StackSet {name} already exists")


class OperationInProgress(CloudFormationError):
    """Only one operation goes on at a time."""

    code = "OperationInProgressException"

    def __init__(self, arn: str) -> None:
        super().__init__(f"Another Operation on StackSet {arn} is in progress")


class OperationIdAlreadyExists(CloudFormationError):
    """Another operation has this ID."""

    code = "OperationIdAlreadyExistsException"

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id} already exists")


class OperationNotFound(CloudFormationError):
    """No operation of the stack set has this ID."""

    code = "OperationNotFoundException"

    def __init__(self, operation_id: str) -> None:
        super().__init__(f"Operation {operation_id} not found")


class InstanceNotFound(CloudFormationError):
    """The stack set has no stack in this account and Region."""

    code = "StackInstanceNotFoundException"

    def __init__(self, stack_set_id: str, account: str, region: str) -> None:
        super().__init__(f"Stack instance of {stack_set_id} in {account}/{region} not found")


class InvalidOperation(CloudFormationError):
    """The operation does not fit the state of things."""

    code = "InvalidOperationException"


class LimitExceeded(CloudFormationError):
    """A quota is reached."""

    code = "LimitExceededException"
