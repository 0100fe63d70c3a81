"""`examples/pipelines` as a pipeline uses it: `deploy` as its role, without any key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from rdsproxy_local.local_cloud import LocalCloud
from rdsproxy_local.testing import TestCloud
from rdsproxy_templates import render

pytestmark = pytest.mark.xdist_group("pipelines")

SECONDS = 240
RECORDER = """
import os
from botocore.client import BaseClient

call = BaseClient._make_api_call


def recorded(self, operation, parameters):
    with open(os.environ["CALLS"], "a") as file:
        print(self.meta.service_model.signing_name, operation, file=file)
    return call(self, operation, parameters)


BaseClient._make_api_call = recorded
"""
"""Writes down every call to AWS of a program in Python."""

ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""Operations that have other names as actions."""
FREE = {"sts:GetCallerIdentity", "sts:AssumeRoleWithWebIdentity"}
"""Operations that need no permission."""


@pytest.fixture(scope="module")
def cloud():
    with TestCloud(LocalCloud()) as started:
        started.cloud.wait_until_ready()
        yield started


@pytest.fixture(scope="module")
def granted(cloud, repository):
    """The outputs of the deployed roles."""
    sys.path.insert(0, str(repository / "examples" / "pipelines"))
    try:
        import roles
    finally:
        sys.path.pop(0)
    settings = yaml.safe_load((repository / "examples" / "pipelines" / "roles.yaml").read_text())
    stack = cloud.deploy(render(roles, roles.Config.parse(settings, "roles.yaml")), name="pipeline")
    return stack.outputs


@pytest.fixture(scope="module")
def folder(cloud, granted, tmp_path_factory):
    """The pipeline's folder, and its bucket."""
    account, folder = cloud.default_account, tmp_path_factory.mktemp("pipeline")
    where = {"LocationConstraint": account.region}
    account.client("s3").create_bucket(Bucket="acme-packages", CreateBucketConfiguration=where)
    (folder / "recorder").mkdir()
    (folder / "recorder" / "sitecustomize.py").write_text(RECORDER)
    (folder / "token").write_text("header.payload.signature")
    bounded = {
        "allowed_accounts": [account.id],
        "iam_roles": {"permissions_boundary": granted["BoundaryArn"]},
        "rds": {"master_login": False, "users": [{"name": "app", "login": "iam"}]},
        "function_user": "app",
    }
    (folder / "base.yaml").write_text(json.dumps(bounded))
    return folder


@pytest.fixture(scope="module")
def job(cloud, folder, sam_cli):
    """Runs commands of a job as a role; returns the calls that they made."""
    account = cloud.default_account
    keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    program = "import sys; from rdsproxy_templates.cli import main; sys.exit(main())"

    def job(role, **commands):
        environment = {
            **{name: value for name, value in account.environment.items() if name not in keys},
            "AWS_ROLE_ARN": role,
            "AWS_ROLE_SESSION_NAME": "pipeline-1",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(folder / "token"),
            "PATH": os.pathsep.join([str(Path(sam_cli).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(folder / "recorder"),
            "CALLS": str(folder / role.rpartition("/")[2]),
        }
        for words, status in commands.values():
            done = subprocess.run(
                [sys.executable, "-c", program, *words.split()],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
        lines = Path(environment["CALLS"]).read_text().splitlines()
        return {
            ACTIONS.get(call, call) for call in (line.replace(" ", ":") for line in lines)
        } - FREE

    return job


PLAN = "deploy base --config base.yaml --bucket acme-packages --plan plan.json"
CHANGES = 4


@pytest.fixture(scope="module")
def planned(job, granted):
    """A plan of `base` as the role that may only plan: what was called."""
    return job(granted["PlanRoleArn"], plan=(f"{PLAN} --s3-prefix plans", CHANGES))


@pytest.fixture(scope="module")
def deployed(job, granted, planned):
    """A deployment of `base` as the role: what was called."""
    execution = "deploy base --from plan.json --yes"
    return job(granted["DeployRoleArn"], plan=(PLAN, CHANGES), execution=(execution, 0))


def statements(cloud, arn, policy):
    role = cloud.default_account.client("iam").get_role_policy(
        RoleName=arn.rpartition("/")[2], PolicyName=policy
    )
    return role["PolicyDocument"]["Statement"]


def test_the_role_allows_every_call_that_a_deployment_makes(cloud, granted, deployed):
    allowed = {
        action
        for one in statements(cloud, granted["DeployRoleArn"], "Pipeline")
        for action in one["Action"]
    }

    assert {"cloudformation:ExecuteChangeSet", "s3:PutObject"} <= deployed
    assert deployed - allowed == set()


def test_a_plan_executes_nothing_and_its_role_could_not(cloud, granted, planned, folder):
    allowed = {
        action
        for one in statements(cloud, granted["PlanRoleArn"], "Plan")
        for action in one["Action"]
    }

    assert "cloudformation:CreateChangeSet" in planned
    assert planned - allowed == set()
    assert not {
        one for one in allowed if "Execute" in one or "Stack" in one.partition(":Delete")[2]
    }
    assert "| add | `RDSStack` |" in (folder / "plan.md").read_text()


def test_what_the_pipeline_calls_itself_creates_nothing_outside_of_a_stack(cloud, granted):
    for one in statements(cloud, granted["DeployRoleArn"], "Pipeline"):
        for action in one["Action"]:
            service, _, verb = action.partition(":")
            assert service in {"cloudformation", "s3"} or verb.startswith(("Describe", "Get"))
    for one in statements(cloud, granted["DeployRoleArn"], "CloudFormation"):
        called = one["Condition"]["ForAnyValue:StringEquals"]["aws:CalledVia"]
        assert called == ["cloudformation.amazonaws.com"]


def test_each_role_of_the_deployment_is_within_the_boundary(cloud, granted, deployed):
    iam = cloud.default_account.client("iam")
    policy = iam.get_policy(PolicyArn=granted["BoundaryArn"])["Policy"]
    document = iam.get_policy_version(
        PolicyArn=granted["BoundaryArn"], VersionId=policy["DefaultVersionId"]
    )["PolicyVersion"]["Document"]
    most = {action for one in document["Statement"] for action in one["Action"]}
    made = [one for one in iam.list_roles()["Roles"] if one["RoleName"].startswith("rdsproxy-")]

    assert len(made) == 4
    for role in made:
        boundary = iam.get_role(RoleName=role["RoleName"])["Role"]["PermissionsBoundary"]
        assert boundary["PermissionsBoundaryArn"] == granted["BoundaryArn"]
        names = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
        for name in names:
            found = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)
            for one in found["PolicyDocument"]["Statement"]:
                actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
                assert {*actions} <= most


def test_cloudformation_may_make_each_type_that_was_deployed(cloud, granted, deployed):
    stacks = cloud.default_account.client("cloudformation")
    services = {
        action.partition(":")[0]
        for one in statements(cloud, granted["DeployRoleArn"], "CloudFormation")
        for action in one["Action"]
    }
    types = {
        resource["ResourceType"]
        for stack in stacks.describe_stacks()["Stacks"]
        if stack["StackName"].startswith("rdsproxy-")
        for resource in stacks.describe_stack_resources(StackName=stack["StackName"])[
            "StackResources"
        ]
    }

    prefixes = {"ApiGatewayV2": "apigateway"}
    made = {name.split("::")[1] for name in types if name.startswith("AWS::")}
    assert made
    assert {prefixes.get(name, name.lower()) for name in made} <= services
