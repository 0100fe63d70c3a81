"""Capabilities that whoever deploys a template acknowledges."""

from __future__ import annotations

from typing import Final

from ..model.template import Template

AUTO_EXPAND: Final = "CAPABILITY_AUTO_EXPAND"
"""For nested stacks and transforms."""

_IAM: Final = "CAPABILITY_IAM"
_NAMED_IAM: Final = "CAPABILITY_NAMED_IAM"
_NAMES: Final = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
"""Properties that give a resource of IAM a name of its own."""


def iam_capability(root: Template) -> str:
    """Return the capability for the roles of *root* and its nested stacks, some with own names."""
    named = any(
        _NAMES.get(str(body["Type"])) in body.get("Properties", {})
        for _, template in root.walk()
        for body in template.resources.values()
    )
    return _NAMED_IAM if named else _IAM
