"""Roles by which a pipeline plans and deploys without any key, and a boundary of roles it makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from troposphere import iam  # type: ignore[import-untyped]

from rdsproxy_templates import Field, Ports, Problem, Settings, Stack, Value, kinds, sub

VERSION = "2012-10-17"
THROUGH = {"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}
"""True of what CloudFormation does in the role's place, and of nothing that the pipeline calls."""

STACKS = "arn:${AWS::Partition}:cloudformation:*:${AWS::AccountId}:stack/"
SERVICES = (
    "apigateway",
    "ec2",
    "events",
    "kms",
    "lambda",
    "logs",
    "rds",
    "secretsmanager",
    "sqs",
    "ssm",
)


READING = (
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeEvents",
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:GetTemplateSummary",
    "cloudformation:ListChangeSets",
    "cloudformation:ListStackResources",
)
PLANS = "plans"
"""Beginning of the keys of a plan's packages: who plans may write no package that is deployed."""

ACCEPTED = {"permission/own-user": "A boundary grants nothing."}


class Config(Settings):
    """Who may assume the role, and what it may deploy."""

    host: Literal["github", "gitlab"] = Field(description="Where the repository is.")
    project: str = Field(
        pattern=r"^[\w.-]+(/[\w.-]+)+$",
        description="The repository: `owner/name`, `group/project`.",
    )
    environment: str = Field(
        default="production",
        pattern=r"^[\w.-]+$",
        description="GitHub: the environment whose jobs may assume the role. Protect it.",
    )
    plan_environment: str = Field(
        default="plan",
        pattern=r"^[\w.-]+$",
        description="GitHub: the environment whose jobs may plan, and execute nothing.",
    )
    branch: str = Field(
        default="main",
        pattern=r"^[\w./-]+$",
        description="GitLab: the branch whose jobs may assume the role. Protect it.",
    )
    stack_prefix: str = Field(
        default="rdsproxy",
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="First part of the stacks' names: `--stack-prefix` of `deploy`.",
    )
    bucket: str = Field(
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="Bucket of the packages: `--bucket` of `deploy`.",
    )
    services: Sequence[str] = Field(
        default=SERVICES,
        description="Prefixes of the services whose resources templates may hold.",
    )
    session_hours: int = Field(default=2, ge=1, le=12, description="Longest session, in hours.")

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        for index, name in enumerate(self.services):
            if name in {"iam", "sts", "*"} or not name.replace("-", "").isalnum():
                yield Problem(
                    f"services.{index}", f"must be another service's prefix, got {name!r}"
                )

    @property
    def issuer(self) -> str:
        """Host of the provider of tokens."""
        return {"github": "token.actions.githubusercontent.com", "gitlab": "gitlab.com"}[self.host]

    @property
    def claims(self) -> dict[str, str]:
        """Claims that a token must have: for whom it is, and whose job has it."""
        audience = {"github": "sts.amazonaws.com", "gitlab": "https://gitlab.com"}[self.host]
        job = {
            "github": f"repo:{self.project}:environment:{self.environment}",
            "gitlab": f"project_path:{self.project}:ref_type:branch:ref:{self.branch}",
        }[self.host]
        return {f"{self.issuer}:aud": audience, f"{self.issuer}:sub": job}

    @property
    def plan_claims(self) -> dict[str, dict[str, str]]:
        """Claims of a job that plans, by IAM's operator: on GitLab it may be of any branch."""
        audience = f"{self.issuer}:aud"
        equal = {audience: self.claims[audience]}
        if self.host == "github":
            job = f"repo:{self.project}:environment:{self.plan_environment}"
            return {"StringEquals": {**equal, f"{self.issuer}:sub": job}}
        job = f"project_path:{self.project}:ref_type:branch:ref:*"
        return {"StringEquals": equal, "StringLike": {f"{self.issuer}:sub": job}}


class Inputs(Ports): ...


class BoundaryArn(Value):
    """ARN of the boundary of roles."""


class PlanRoleArn(Value):
    """ARN of the role of whoever plans."""


class Outputs(Ports):
    deploy_role_arn: kinds.RoleArn = Field(description="Role of the pipeline that deploys.")
    plan_role_arn: PlanRoleArn = Field(description="Role of the pipeline that plans.")
    boundary_arn: BoundaryArn = Field(
        description="Value of `iam_roles.permissions_boundary` in the settings of what is deployed."
    )


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The boundary, the role that may make roles within it only, and one that may only plan."""
    boundary = iam.ManagedPolicy(
        "RoleBoundary",
        Metadata={"rdsproxy_templates": {"Accepted": ACCEPTED}},
        Description="The most that roles of deployed functions and proxies may do",
        PolicyDocument=document(*boundary_statements()),
    )
    role = iam.Role(
        "DeployRole",
        MaxSessionDuration=config.session_hours * 3600,
        AssumeRolePolicyDocument=document(trust(config, {"StringEquals": config.claims})),
        Policies=[
            iam.Policy(PolicyName="Pipeline", PolicyDocument=document(*direct(config, boundary))),
            iam.Policy(
                PolicyName="CloudFormation",
                PolicyDocument=document(*through_cloudformation(config, boundary)),
            ),
        ],
    )
    plan_role = iam.Role(
        "PlanRole",
        AssumeRolePolicyDocument=document(trust(config, config.plan_claims)),
        Policies=[
            iam.Policy(PolicyName="Plan", PolicyDocument=document(*planning(config, boundary)))
        ],
    )
    return Stack(
        resources=[boundary, role, plan_role],
        outputs=Outputs(
            deploy_role_arn=kinds.RoleArn(role.get_att("Arn")),
            plan_role_arn=PlanRoleArn(plan_role.get_att("Arn")),
            boundary_arn=BoundaryArn(boundary.ref()),
        ),
    )


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": VERSION, "Statement": list(statements)}


def allow(actions: Sequence[str], resources: Any = "*", **condition: Any) -> dict[str, Any]:
    """A statement; *condition* maps operators to keys and values."""
    found = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources, **found}


def trust(config: Config, claims: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Trust tokens of one project's jobs only, and only those that are for AWS."""
    provider = sub(
        f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{config.issuer}"
    )
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": claims,
    }


def direct(config: Config, boundary: iam.ManagedPolicy) -> Iterator[dict[str, Any]]:
    """What the pipeline calls itself: stacks of one prefix, packages in one bucket, and reading."""
    yield allow(
        [
            "cloudformation:ContinueUpdateRollback",
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:GetStackPolicy",
            "cloudformation:RollbackStack",
            "cloudformation:UpdateTerminationProtection",
            *READING,
        ],
        own_stacks(config),
    )
    yield allow(["s3:GetObject", "s3:PutObject"], objects(config, ""))
    yield from looking(config, boundary)


def planning(config: Config, boundary: iam.ManagedPolicy) -> Iterator[dict[str, Any]]:
    """What a plan calls: it creates change sets, and may neither execute one nor delete a stack."""
    yield allow(
        ["cloudformation:CreateChangeSet", "cloudformation:DeleteChangeSet", *READING],
        own_stacks(config),
    )
    yield allow(["s3:GetObject", "s3:PutObject"], objects(config, f"{PLANS}/"))
    yield from looking(config, boundary)


def own_stacks(config: Config) -> list[Any]:
    """The stacks of the pipeline, and SAM's transform."""
    return [
        sub(f"{STACKS}{config.stack_prefix}-*/*"),
        sub("arn:${AWS::Partition}:cloudformation:*:aws:transform/Serverless-2016-10-31"),
    ]


def objects(config: Config, prefix: str) -> Any:
    """The packages whose keys begin with *prefix*."""
    return sub(f"arn:${{AWS::Partition}}:s3:::{config.bucket}/{prefix}*")


def looking(config: Config, boundary: iam.ManagedPolicy) -> Iterator[dict[str, Any]]:
    """What is only read."""
    bucket = sub(f"arn:${{AWS::Partition}}:s3:::{config.bucket}")
    yield allow(["s3:GetBucketLocation", "s3:ListBucket"], bucket)
    yield allow(["iam:GetPolicy"], boundary.ref())
    yield allow(
        [
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
        ]
    )


def through_cloudformation(config: Config, boundary: iam.ManagedPolicy) -> Iterator[dict[str, Any]]:
    """What CloudFormation does for the stacks; the pipeline itself may do none of it."""
    roles = sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/*{config.stack_prefix}-*")
    yield allow([f"{name}:*" for name in config.services], **THROUGH)
    yield allow(["cloudformation:*"], sub(f"{STACKS}{config.stack_prefix}-*/*"), **THROUGH)
    yield allow(
        [
            "iam:DeleteRole",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
        ],
        roles,
        **THROUGH,
    )
    yield allow(
        [
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
        ],
        roles,
        **THROUGH,
        StringEquals={"iam:PermissionsBoundary": boundary.ref()},
    )
    passed = [f"{name}.amazonaws.com" for name in ("lambda", "rds")]
    yield allow(["iam:PassRole"], roles, **THROUGH, StringEquals={"iam:PassedToService": passed})
    yield allow(
        ["iam:CreateServiceLinkedRole"],
        **THROUGH,
        StringEquals={"iam:AWSServiceName": ["rds.amazonaws.com"]},
    )


def boundary_statements() -> Iterator[dict[str, Any]]:
    """What functions and proxies need: logs, logins, secrets, queues, a place in the network."""
    yield allow(
        [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
            "kms:Decrypt",
            "lambda:InvokeFunction",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "rds-db:connect",
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ]
    )
