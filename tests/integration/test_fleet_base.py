"""Our own variants as fleets with self-managed permissions: roles, code in each Region, the end."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from fleets import Fleet
from planning import Planner

pytestmark = pytest.mark.xdist_group("fleet_base")

ADMINISTRATOR = "710000000000"
TARGETS = {"base": "711111111111", "edge": "722222222222"}
REGION = "us-east-1"
BUCKET = f"acme-base-{REGION}"


class Owner:
    """The person whose account administers stack sets, without an organization."""

    def __init__(self, planner):
        self.planner = planner


def make_role(account, name, file):
    """Deploy the template of a role, as the person does who may make roles."""
    api = account.client("cloudformation")
    api.create_stack(
        StackName=name, TemplateBody=file.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    (stack,) = api.describe_stacks(StackName=name)["Stacks"]
    events = api.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [one.get("ResourceStatusReason") for one in events]
    assert stack["StackStatus"] == "CREATE_COMPLETE", reasons


def let_read(account):
    """Make the role by which the administrator reads an account."""
    trust = {"Effect": "Allow", "Principal": {"AWS": ADMINISTRATOR}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam = account.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def web_acl(account):
    """Make the web ACL that `edge` is given."""
    metrics = {
        "SampledRequestsEnabled": False,
        "CloudWatchMetricsEnabled": False,
        "MetricName": "edge",
    }
    made = account.client("wafv2").create_web_acl(
        Name="edge", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=metrics
    )
    return made["Summary"]["ARN"]


@pytest.fixture(scope="module")
def fleets(cloud, tmp_path_factory, sam_cli):
    """Each variant in one Region of an account, by roles that may do no more than it takes."""
    administrator = cloud.account(ADMINISTRATOR)
    folder = tmp_path_factory.mktemp("fleets")
    planner = Planner(folder, {"management": administrator}, Path(sam_cli).parent)
    planner.write_profiles()
    made = {}
    for variant, target in TARGETS.items():
        place, account = folder / variant, cloud.account(target)
        place.mkdir()
        (place / "settings.yaml").write_text("rds: {deletion_protection: false}")
        if variant == "edge":
            rows = f"account,region,name,value\n,,WebACLArn,{web_acl(account.at(REGION))}\n"
            (place / "parameters.csv").write_text(rows)
        waves = [{"name": "all", "accounts": [target], "regions": [REGION]}]
        settings = {
            "variant": variant,
            "config": "settings.yaml",
            "permissions": "self-managed",
            "reader_role": "reader",
            "packages": {"bucket_prefix": f"acme-{variant}"},
            "targets": {"waves": waves},
            **({"parameters": "parameters.csv"} if variant == "edge" else {}),
        }
        made[variant] = Fleet(company=Owner(planner), folder=place, settings=settings)
        wrote = made[variant].run("roles", "--out", str(place / "roles"))
        assert wrote.status == 0, wrote.errors
        if len(made) == 1:  # an execution role trusts it, so it is made first
            make_role(administrator, "administration", place / "roles" / "administration-role.yaml")
        make_role(account, "execution", place / "roles" / "execution-role.yaml")
        let_read(account)
    return made


@pytest.fixture(scope="module")
def deployed(fleets):
    """The end of `apply`, by variant."""
    done = {variant: fleet.apply() for variant, fleet in fleets.items()}
    for one in done.values():
        assert one.status == 0, f"{one.output}\n{one.errors}"
    return done


def stacks_of(cloud, variant):
    api = cloud.account(TARGETS[variant], REGION).client("cloudformation")
    stacks = api.describe_stacks()["Stacks"]
    return [one for one in stacks if one["StackName"].startswith("StackSet-")]


@pytest.mark.parametrize("variant", TARGETS)
def test_the_execution_role_suffices_for_every_call_of_the_deployment(cloud, deployed, variant):
    stacks = stacks_of(cloud, variant)

    assert len(stacks) > 1
    assert {one["StackStatus"] for one in stacks} == {"CREATE_COMPLETE"}


def test_outputs_are_read_in_the_account(fleets, deployed):
    said = fleets["base"].run("outputs", "--format", "csv")

    assert said.status == 0, said.errors
    rows = {row["name"]: row for row in csv.DictReader(said.output.splitlines())}
    endpoint = rows["APIEndpoint"]
    assert (endpoint["account"], endpoint["region"]) == (TARGETS["base"], REGION)


def test_status_counts_the_instance(fleets, deployed):
    shown = json.loads(fleets["base"].run("status", "--format", "json").output)

    assert shown["counts"]["status"] == {"CURRENT": 1}
    assert shown["operation"]["status"] == "SUCCEEDED"


def test_nothing_is_uploaded_or_changed_again(fleets, deployed):
    assert f"{REGION}: bucket {BUCKET} created" in deployed["base"].output

    again = fleets["base"].apply()

    assert again.output.splitlines()[-1] == "rdsproxy-base: nothing to change"
    assert f"bucket {BUCKET}: 0 of 6 packages uploaded" in again.output


@pytest.mark.parametrize("variant", TARGETS)
def test_the_role_suffices_for_the_end_too(cloud, fleets, deployed, variant):
    done = fleets[variant].run("destroy", "--yes", "--buckets")

    assert done.status == 0, f"{done.output}\n{done.errors}"
    assert f"{REGION}: bucket acme-{variant}-{REGION} deleted" in done.output
    assert stacks_of(cloud, variant) == []
