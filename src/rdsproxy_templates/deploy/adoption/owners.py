"""The stack that a resource belongs to already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from ...errors import Problem
from ..accounts import aws_errors_at

StackOf = Callable[[str, str], str | None]
"""Return the name of the stack that has the resource of this type and name."""
NO_LONGER: Final = ("DELETE_COMPLETE", "DELETE_SKIPPED", "IMPORT_ROLLBACK_COMPLETE")
"""What CloudFormation says of a resource that the stack had."""

EMPTY: Final = ("REVIEW_IN_PROGRESS", "IMPORT_ROLLBACK_COMPLETE")
"""States of a stack that an import was to make, and has not yet."""


def nobodys(_type: str, _name: str) -> None:
    """Know of no stack."""


def stacks_in(cloudformation: Any) -> StackOf:
    """Ask CloudFormation, since not every resource has the tag that tells.

    *cloudformation* is boto3's client.
    """

    def stack_of(type_: str, name: str) -> str | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

        try:
            answer = cloudformation.describe_stack_resources(PhysicalResourceId=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # No stack has such a name.
                return None
            raise
        return next(
            (
                one["StackName"]
                for one in answer["StackResources"]
                if (one["ResourceType"], one.get("PhysicalResourceId")) == (type_, name)
                and one["ResourceStatus"] not in NO_LONGER
            ),
            None,
        )

    return stack_of


def taken_name_problems(cloudformation: Any, stack: str) -> Iterator[Problem]:
    """Refuse a name that a stack with resources has: the template would take them out of it."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    with aws_errors_at(f"--stack-name {stack}"):
        try:
            (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # There is none.
                return
            raise
        if found["StackStatus"] not in EMPTY:
            sentence = (
                f"is a stack already, {found['StackStatus']}; an import takes nothing out of it, "
                "and the template would: give the name of a new one"
            )
            yield Problem(f"--stack-name {stack}", sentence)
