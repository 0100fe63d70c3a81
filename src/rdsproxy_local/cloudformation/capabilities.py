"""Capabilities that must be acknowledged before CloudFormation creates a template's resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from .failure import Failure
from .template import Template

IAM: Final = "CAPABILITY_IAM"
NAMED_IAM: Final = "CAPABILITY_NAMED_IAM"
AUTO_EXPAND: Final = "CAPABILITY_AUTO_EXPAND"
NAMES: Final = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""The properties with which IAM resources get a name of the template's choice."""


class InsufficientCapabilities(Failure):
    """The template needs a capability that was not acknowledged."""


def check(template: Template, given: Iterable[str], *, directly: bool) -> None:
    """Raise unless what *template* needs is *given*.

    Transforms need an acknowledgement where a stack is made *directly*, as nested stacks
    are: who makes a change set sees what they expand to.
    """
    acknowledged = set(given)
    if NAMED_IAM in acknowledged:
        acknowledged.add(IAM)
    needed = _of_resources(template) | (
        {AUTO_EXPAND} if directly and template.transforms else set()
    )
    if missing := sorted(needed - acknowledged):
        raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(missing)}]")


def needed(template: Template) -> list[str]:
    """The capabilities that GetTemplateSummary lists."""
    return sorted(_of_resources(template) | ({AUTO_EXPAND} if template.transforms else set()))


def _of_resources(template: Template) -> set[str]:
    resources = [one for one in template.resources.values() if one["Type"].startswith("AWS::IAM::")]
    if any(_is_named(resource) for resource in resources):
        return {NAMED_IAM}
    return {IAM} if resources else set()


def _is_named(resource: dict[str, Any]) -> bool:
    """True if the template sets the resource's physical name."""
    return NAMES.get(resource["Type"]) in resource.get("Properties", {})
