"""The role by which a stack set deploys in an account: what its templates take, and no more.

The actions are those of AWS's own handlers of the templates' resource types. Names of roles,
functions, secrets, log groups and databases begin with that of the stack set, so that the role
reaches none of what else an account has; what CloudFormation names by chance, such as a subnet, it
reaches all of.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from awacs import sts
from awacs.aws import (
    Allow,
    AWSPrincipal,
    PolicyDocument,
    Statement,
)
from troposphere import encode_to_dict, iam

from ..audit.reading import read
from ..aws.policies import VERSION
from ..errors import ConfigError, Problem
from ..model import Template
from ..model.template import in_reading_order
from ..rendering import Bundle
from ..rendering.documents import ROOT, bundle
from .fleet_settings import CUSTOM_ROLE, FleetSettings
from .physical_names import PhysicalNames
from .role_statements import resolved, self_protection, statements

if TYPE_CHECKING:
    from .rendered_fleet import RenderedFleet

TITLE: Final = "ExecutionRole"
LONGEST: Final = 64
MOST_CHARACTERS: Final = 10_240
"""Length of all inline policies of a role, without white space ("IAM and AWS STS quotas")."""
ORGANIZATION_ROLE: Final = (
    "role/aws-service-role/stacksets.cloudformation.amazonaws.com/"
    "AWSServiceRoleForCloudFormationStackSetsOrgAdmin"
)
"""The role by which StackSets act for an organization, in its management account."""
_READING: Final = re.compile(
    r"^(?P<service>(?!cloudformation)[a-z0-9-]+):(?P<verb>Describe|List)\w+"
)


def execution_role_arguments(
    rendered: RenderedFleet, settings: FleetSettings, management_account: str
) -> dict[str, Any]:
    """Return what a stack set is created and updated with so that it deploys by a role of ours."""
    if not settings.custom_execution_role:
        return {}
    return {
        "ExecutionRoleName": role_name(settings.stack_set_name),
        "ExecutionRoleTemplateBody": execution_role_template(
            rendered, settings, management_account
        ),
    }


def execution_role_template(
    rendered: RenderedFleet, settings: FleetSettings, management_account: str
) -> str:
    """Return the template of the role with which the stack set of *settings* deploys *rendered*.

    Only the organization's own StackSets, in *management_account*, may assume it.
    """
    name = settings.stack_set_name
    trusted = f"arn:${{AWS::Partition}}:iam::{management_account}:{ORGANIZATION_ROLE}"
    buckets = package_buckets(settings)
    made = role_bundle(
        templates_of(rendered), name, name=role_name(name), trusts=trusted, buckets=buckets
    )
    return made.templates[ROOT]


def package_buckets(settings: FleetSettings) -> list[str]:
    """Return the buckets that the stacks' code comes from, as patterns."""
    packages = settings.packages
    if packages is None:
        return []
    return sorted((packages.buckets or {}).values()) or [f"{packages.bucket_prefix}-*"]


def role_name(stack_set: str) -> str:
    """Return the name of the role, shortened where IAM takes no more, and still its own."""
    whole = f"{CUSTOM_ROLE}{stack_set}"
    if len(whole) <= LONGEST:
        return whole
    digest = hashlib.sha256(stack_set.encode()).hexdigest()[:8]
    return f"{whole[: LONGEST - len(digest) - 1]}-{digest}"


def templates_of(rendered: RenderedFleet) -> list[Mapping[str, Any]]:
    """Return the templates of *rendered* as data."""
    return [read(text).value for text in rendered.bundle.templates.values()]


def role_bundle(
    templates: Sequence[Mapping[str, Any]],
    stack_set: str,
    *,
    name: str,
    trusts: str,
    buckets: Iterable[str] = (),
) -> Bundle:
    """Render the role *name*, which only the role with the ARN *trusts* may assume.

    *templates* are what it deploys as *stack_set*; *buckets* are those of their packages. Raises
    :class:`ConfigError` where its policy is longer than IAM takes.
    """
    names = PhysicalNames(stack_set=stack_set, templates=templates)
    types = {str(body["Type"]) for one in templates for body in one["Resources"].values()}
    policy = _policy(names, types, buckets, name)
    if (length := characters(policy)) > MOST_CHARACTERS:
        sentence = (
            f"needs a role whose policy has {length} characters, and IAM takes {MOST_CHARACTERS}; "
            "divide the stack, or name a role of your own as execution_role"
        )
        raise ConfigError([Problem("custom_execution_role", sentence)])
    role = iam.Role(
        TITLE,
        RoleName=name,
        Description=f"Deploys the stack set {stack_set}, and nothing else",
        AssumeRolePolicyDocument=PolicyDocument(
            Version=VERSION,
            Statement=[
                Statement(
                    Effect=Allow,
                    Principal=AWSPrincipal([resolved(trusts)]),
                    Action=[sts.AssumeRole],
                )
            ],
        ),
        Policies=[iam.Policy(PolicyName="Deployment", PolicyDocument=policy)],
    )
    return only_role(role, f"Execution role of the stack set {stack_set}.")


def only_role(role: iam.Role, description: str) -> Bundle:
    """Return the template that has only *role*."""
    title = str(role.title)
    return bundle(
        Template(
            description=description,
            parameters={},
            children={},
            resources={title: in_reading_order(encode_to_dict(role))},
            outputs={f"{title}Arn": {"Value": {"Fn::GetAtt": [title, "Arn"]}}},
        ),
        nesting="plain",
    )


def characters(policy: Mapping[str, Any]) -> int:
    """Return the length of a policy as IAM counts it: without white space, its values filled in."""
    text = re.sub(r'\{"Fn::Sub":("[^"]*")\}', r"\1", json.dumps(policy, separators=(",", ":")))
    filled = text.replace("${AWS::Partition}", "aws-us-gov").replace("${AWS::AccountId}", "1" * 12)
    return len("".join(filled.split()))


def _policy(
    names: PhysicalNames, types: Iterable[str], buckets: Iterable[str], own: str
) -> dict[str, Any]:
    """Return the policy; one that IAM finds too long reads by ``Describe*`` and ``List*``."""
    found = [*statements(names, types, buckets), *self_protection(names, own)]
    document = PolicyDocument(Version=VERSION, Statement=found)
    policy: dict[str, Any] = encode_to_dict(document)
    if characters(policy) <= MOST_CHARACTERS:
        return policy
    for statement in policy["Statement"]:
        if statement["Resource"] == ["*"]:
            statement["Action"] = sorted({_READING.sub(_any, one) for one in statement["Action"]})
    return policy


def _any(action: re.Match[str]) -> str:
    return f"{action['service']}:{action['verb']}*"
