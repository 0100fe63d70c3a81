"""Changes to a rendered stack that no setting of it makes: overrides, resources, tags.

They hold for any root stack, so they are no settings of its ``Config``: a file of settings
has them beside those, and :func:`rdsproxy_templates.render` takes them as arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field, WithJsonSchema

from ..errors import Problem
from .settings import Settings
from .tags import tag_problems

_PATH: Final = re.compile(r"/([\x21-\x7e]+/)?")
_ACCOUNT: Final = re.compile(r"\d{12}")
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9_.-]+){1,14}")
_POLICY: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+")

Override = Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]
"""A merge patch on a resource, or a function that takes the resource and returns it changed."""

POLICIES: Final = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
ATTRIBUTES: Final = (
    "Properties",
    "DependsOn",
    "Metadata",
    *POLICIES,
    "CreationPolicy",
    "UpdatePolicy",
)
"""What an override may change of a resource: all but its type, and conditions."""

_ATTRIBUTE_SCHEMAS: Final[dict[str, Any]] = {
    name: {"enum": [*POLICIES[name], None]} if name in POLICIES else {"type": ["object", "null"]}
    for name in ATTRIBUTES
} | {"DependsOn": {"type": ["string", "array", "null"], "items": {"type": "string"}}}
_OVERRIDE_SCHEMA: Final = {
    "type": "object",
    "properties": _ATTRIBUTE_SCHEMAS,
    "additionalProperties": False,
}
_RESOURCES_SCHEMA: Final = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"Type": {"type": "string"}, **_ATTRIBUTE_SCHEMAS},
        "required": ["Type"],
        "additionalProperties": False,
    },
}


class RoleBounds(Settings):
    """What an organization asks of every role."""

    path: str | None = Field(
        default=None,
        max_length=512,
        description="Path of every created role, such as `/service/`; a change replaces the roles. "
        "Left out: `/`. See "
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    )
    permissions_boundary: str | None = Field(
        default=None,
        description="ARN of the managed policy that bounds every created role. Left out: none. See "
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.path is not None and not _PATH.fullmatch(self.path):
            yield Problem(
                "path", f"must begin and end with a slash, such as /service/, got {self.path!r}"
            )
        boundary = self.permissions_boundary
        if boundary is not None and not _POLICY.fullmatch(boundary):
            yield Problem(
                "permissions_boundary",
                "must be the ARN of a managed IAM policy, arn:aws:iam::ACCOUNT:policy/NAME, got "
                f"{boundary!r}",
            )


class Publication(Settings):
    """Where the outputs of a root stack are published."""

    ssm_prefix: str = Field(
        max_length=900,
        description="Names of the parameters up to the output's, such as `/shop/db`, which makes "
        "`/shop/db/RDSProxyEndpoint`; at most 14 levels. A change renames them. See "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "sysman-paramstore-su-create.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not _PREFIX.fullmatch(self.ssm_prefix):
            yield Problem(
                "ssm_prefix",
                "must be 1 to 14 levels of letters, digits and _.-, each after a slash, such as "
                f"/shop/db, got {self.ssm_prefix!r}",
            )
        elif self.ssm_prefix.lower().startswith(("/aws", "/ssm")):
            yield Problem(
                "ssm_prefix",
                f"must not begin with /aws or /ssm, which are AWS's own, got {self.ssm_prefix!r}",
            )


class Customization(Settings):
    """Overrides, resources, tags, roles, outputs, accounts and ignored rules of a root stack."""

    overrides: dict[str, Annotated[Any, WithJsonSchema(_OVERRIDE_SCHEMA)]] = Field(
        default={},
        description="Changes to resources as they would be rendered, by path: the titles of the "
        "nested stacks and of the resource, such as `RDSStack.DBCluster`, with `*` and `?` for any "
        "letters of a title. Each is a JSON merge patch (RFC 7396): mappings merge, null removes, "
        "anything else replaces. They are made in the order in which they are written. Default: "
        "none.",
    )
    extra_resources: dict[str, Annotated[Any, WithJsonSchema(_RESOURCES_SCHEMA)]] = Field(
        default={},
        description="Further resources, by the path of the stack that gets them, such as "
        "`RDSStack`, or `.` for the root; then by title, as CloudFormation spells them. Default: "
        "none.",
    )
    tags: dict[str, str] | None = Field(
        default=None,
        description="Tags of the stack and of all that can be tagged in it, at most 50. Keys of 1 "
        "to 128 and values of 1 to 256 letters, digits, spaces and `_ . : / = + - @`, which do not "
        "begin with `aws:` or `rds:`. A resource's own tag of the same key wins. Default: null, "
        "with which a deployment leaves the stack's tags as they are; `{}` removes them. See "
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-properties-resource-tags.html",
    )
    iam_roles: RoleBounds | None = Field(
        default=None,
        description="Path and permissions boundary of every role that the stack creates, those of "
        "functions among them; what a role has by its own settings or overrides wins. A role that "
        "exists is left alone. Default: neither.",
    )
    publish: Publication | None = Field(
        default=None,
        description="Outputs of the stack also as parameters of Systems Manager, for tools that "
        "read no outputs of CloudFormation. Outputs hold no secret. Default: not.",
    )

    allowed_accounts: list[str] | None = Field(
        default=None,
        description="IDs of the accounts into which `deploy` deploys the stack, and from which "
        "`destroy --config` deletes it, in quotes: `['111122223333']`; it refuses every other. "
        "Default: any.",
    )

    ignore: dict[str, str] = Field(
        default={},
        description="Rules of any of the three validators that the stack may break, each with the "
        "reason: `{proxy/waits-for-database: the account has one, W9008: a copy}`. A group of our "
        "rules is named by what stands before the slash. `rdsproxy-templates rules` lists ours. "
        "Default: none.",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for rule, reason in self.ignore.items():
            if not reason.strip():
                yield Problem(f"ignore.{rule}", "must have a reason, for whoever reads it next")
        for number, account in enumerate(self.allowed_accounts or ()):
            if not _ACCOUNT.fullmatch(account):
                sentence = f"must be the 12 digits of an account, in quotes, got {account!r}"
                yield Problem(f"allowed_accounts.{number}", sentence)
        yield from (problem.within("tags") for problem in tag_problems(self.tags or {}))
