"""What CloudFormation's validation before a deployment objects to.

Only DescribeEvents tells it: the reason of a change set, or of an event, says that there are some.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

MENTIONS: Final = ("EarlyValidation", "Validation failure detected")
"""Parts of the reasons of AWS's behind which there are objections."""
FAILS: Final = "FAIL"
"""The mode in which an objection stops the operation; in the other, WARN, it goes on."""
UNTOLD: Final = (
    "; AWS tells what is invalid only to whoever may call cloudformation:DescribeEvents, which "
    "answered: "
)


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A resource that cannot be deployed as its template has it, or only with care."""

    path: str
    """The logical ID, after the logical IDs of the nested stacks around it."""
    reason: str
    template_path: str
    """The place in the template of its stack, such as ``/Resources/Group/Properties``."""
    stops: bool = True

    @property
    def sentence(self) -> str:
        """The reason, and the place."""
        return f"{self.reason.rstrip('.')} (at {self.template_path})"


@dataclass(frozen=True, kw_only=True)
class Objections:
    """What is known of the objections to an operation."""

    found: tuple[Objection, ...] = ()
    untold: str = ""
    """The reason why AWS does not tell them; the end of a sentence."""

    @property
    def stopping(self) -> tuple[Objection, ...]:
        """Those that stop the operation."""
        return tuple(one for one in self.found if one.stops)

    @property
    def warnings(self) -> tuple[Objection, ...]:
        """Those with which it goes on."""
        return tuple(one for one in self.found if not one.stops)


NONE: Final = Objections()


def is_mentioned(reason: str | None) -> bool:
    """Tell if a *reason* of AWS's is that there are objections."""
    return reason is not None and any(one in reason for one in MENTIONS)


def objections(api: Any, within: str = "", **whose: str) -> Objections:
    """Return the objections to the change set, or the stack, that the arguments name."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - optional

    pages = api.get_paginator("describe_events").paginate(Filters={"FailedEvents": True}, **whose)
    try:
        return Objections(found=tuple(_read(pages, within))[::-1])  # AWS's last comes first
    except ClientError as error:
        return Objections(untold=f"{UNTOLD}{error.response['Error']['Message']}")


def _read(pages: Any, within: str) -> Iterator[Objection]:
    events: Iterator[Mapping[str, Any]] = (
        event for page in pages for event in page["OperationEvents"]
    )
    for event in events:
        if event.get("EventType") == "VALIDATION_ERROR" and event.get("LogicalResourceId"):
            yield Objection(
                path=within + event["LogicalResourceId"],
                reason=event.get("ValidationStatusReason") or "AWS gives no reason",
                template_path=event.get("ValidationPath") or "a place that AWS does not tell",
                stops=event.get("ValidationFailureMode", FAILS) == FAILS,
            )
