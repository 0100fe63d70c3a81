"""Roles of self-managed permissions: the administrator's, and the one that it assumes to deploy."""

from __future__ import annotations

from typing import Final

from awacs import sts
from awacs.aws import Allow, PolicyDocument, Statement
from troposphere import iam

from ..aws.policies import VERSION, trusts_stack_sets
from ..model import sub
from ..rendering import Bundle
from ..rendering.documents import ROOT
from .execution_role import only_role, package_buckets, role_bundle, templates_of
from .fleet_settings import FleetSettings
from .rendered_fleet import RenderedFleet

ADMINISTRATION_ROLE: Final = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION_ROLE: Final = "AWSCloudFormationStackSetExecutionRole"
"""Names that StackSets take where nobody chooses others."""


def self_managed_roles(
    rendered: RenderedFleet, settings: FleetSettings, administrator: str
) -> dict[str, str]:
    """Return the templates of both roles of self-managed permissions, by the names of their files.

    The administration role belongs into the account *administrator*, the other into every target.
    """
    given = (settings.administration_role or f"role/{ADMINISTRATION_ROLE}").rpartition("role/")[2]
    name = settings.execution_role or EXECUTION_ROLE
    trusted = f"arn:${{AWS::Partition}}:iam::{administrator}:role/{given}"
    execution = role_bundle(
        templates_of(rendered),
        settings.stack_set_name,
        name=name,
        trusts=trusted,
        buckets=package_buckets(settings),
    )
    administration = administration_role(given.rpartition("/")[2], name)
    return {
        "administration-role": administration.templates[ROOT],
        "execution-role": execution.templates[ROOT],
    }


def administration_role(name: str, execution_role: str) -> Bundle:
    """Render the role by which StackSets assume *execution_role* in every account.

    Only stack sets of its own account may use it.
    """
    role = iam.Role(
        "AdministrationRole",
        RoleName=name,
        Description=f"Lets StackSets assume {execution_role} in the accounts of stack sets",
        AssumeRolePolicyDocument=trusts_stack_sets(),
        Policies=[
            iam.Policy(
                PolicyName="AssumeExecutionRole",
                PolicyDocument=PolicyDocument(
                    Version=VERSION,
                    Statement=[
                        Statement(
                            Effect=Allow,
                            Action=[sts.AssumeRole],
                            Resource=[sub(f"arn:${{AWS::Partition}}:iam::*:role/{execution_role}")],
                        )
                    ],
                ),
            )
        ],
    )
    return only_role(role, "Administration role of stack sets with self-managed permissions.")
