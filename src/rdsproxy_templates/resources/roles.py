"""A role that is given, or created with the names and bounds that an organization asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import Field
from troposphere import AWSHelperFn, iam

from ..aws.arns import POLICY, ROLE
from ..aws.documentation import CLOUDFORMATION_GUIDE, IAM_GUIDE
from ..aws.identifiers import identifier_problems
from ..aws.policies import trusts
from ..errors import Problem
from ..model import Settings
from ..model.tags import tag_problems
from .optional_properties import own_tags, without_none

NOT_IN_IAM: Final = re.compile(r"[^\t\n\r -~\u00a1-\u00ff]")
"""A character that no description of a role may have, by IAM's own model of its API."""


class RoleSettings(Settings):
    """Settings of a role: its ARN where it exists, otherwise how it is created."""

    arn: str | None = Field(
        default=None,
        description="ARN of a role that exists and has every permission it needs; nothing is added "
        "to it. Left out: the stack creates a role.",
    )
    name: str | None = Field(
        default=None,
        description="Name of the created role, 1 to 64 letters, digits and `+=,.@_-`, unique in "
        "the account. Left out: CloudFormation makes a unique name. See "
        f"{IAM_GUIDE}reference_iam-quotas.html",
    )
    path: str | None = Field(
        default=None,
        max_length=512,
        description="Path of the created role, such as `/service/`. Left out: `/`. See "
        f"{IAM_GUIDE}reference_identifiers.html",
    )
    description: str | None = Field(
        default=None,
        min_length=1,
        max_length=1000,
        description="Description of the created role, in Latin-1. Left out: none. See "
        f"{CLOUDFORMATION_GUIDE}cfn-resource-iam-role.html",
    )
    max_session_duration: int | None = Field(
        default=None,
        ge=3600,
        le=43_200,
        description="Seconds that a session of the created role may last. Left out: 3600, IAM's "
        f"default. See {IAM_GUIDE}id_roles_manage-assume.html",
    )
    permissions_boundary: str | None = Field(
        default=None,
        description="ARN of the managed policy that bounds the created role. Left out: none. See "
        f"{IAM_GUIDE}access_policies_boundaries.html",
    )

    tags: dict[str, str] = Field(
        default={},
        description="Tags of the created role, beside those of the stack, which they override. "
        f"Default: none. See {IAM_GUIDE}id_tags_roles.html",
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from (problem.within("tags") for problem in tag_problems(self.tags))
        yield from identifier_problems(ROLE, "arn", self.arn)
        yield from identifier_problems(POLICY, "permissions_boundary", self.permissions_boundary)
        if self.name is not None and not re.fullmatch(r"[\w+=,.@-]{1,64}", self.name, re.ASCII):
            yield Problem("name", f"must be 1 to 64 letters, digits and +=,.@_-, got {self.name!r}")
        if self.path is not None and not re.fullmatch(r"/([\x21-\x7e]+/)?", self.path):
            yield Problem(
                "path", f"must begin and end with a slash, such as /service/, got {self.path!r}"
            )
        if self.description is not None and (strange := NOT_IN_IAM.search(self.description)):
            yield Problem(
                "description",
                f"may have the characters of Latin-1 that are printed, got {strange[0]!r}",
            )
        others = sorted(self.model_fields_set - {"arn"})
        if self.arn is not None and others:
            yield Problem(
                "arn", f"is of a role that exists, and {', '.join(others)} of one that is created"
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.name is not None:
            yield Problem(
                "name",
                "is fixed: a second stack of the same settings fails in this account, and so does "
                "an update that replaces the role; the deployment needs CAPABILITY_NAMED_IAM. See "
                f"{CLOUDFORMATION_GUIDE}cfn-resource-iam-role.html",
            )

    @property
    def properties(self) -> dict[str, Any]:
        """Properties of the created role, beside trust and policies."""
        return without_none(
            RoleName=self.name,
            Path=self.path,
            Description=self.description,
            MaxSessionDuration=self.max_session_duration,
            PermissionsBoundary=self.permissions_boundary,
            **own_tags(self.tags),
        )


def service_role(
    title: str, choices: RoleSettings | None, service: str, policies: Sequence[iam.Policy]
) -> tuple[list[iam.Role], AWSHelperFn | str]:
    """The role *title* that *service* assumes, unless one is given, and the ARN of either."""
    if choices and choices.arn:
        return [], choices.arn
    role = iam.Role(
        title,
        AssumeRolePolicyDocument=trusts(service),
        Policies=list(policies),
        **(choices.properties if choices else {}),
    )
    return [role], role.get_att("Arn")
