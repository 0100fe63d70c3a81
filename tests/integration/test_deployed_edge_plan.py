"""The plan `edge` from its first step to its end, with PostgreSQL behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deployed_edge import ALLOWED, CONFIG, FUNCTIONS, HOME, IPV6, OTHER, OWN_STACK, REGION, Edge
from deployed_inventory import SNAPSHOTS, inventory
from planning import Planner, errors, step_lines

from rdsproxy_templates.deploy.ownership import TAG

pytestmark = pytest.mark.xdist_group("deployed-edge")

ACCOUNT = "555555555502"
DATABASE = {
    "rds": {"engine": "postgres", "allowed_cidrs": [FUNCTIONS], "deletion_protection": False},
    "database": {"master_username": "boss"},
}
WAF, SITE = "edge_waf", "edge"
BUCKET = "left-of-the-first-step"
HELD = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}}


class Story:
    """Two regions, and their state before anything was deployed."""

    def __init__(self, planner):
        self.planner, self.edge = planner, Edge(planner)
        self.regions = [self.edge.waf.account, self.edge.site.account]
        self.before = [inventory(region) for region in self.regions]

    def deploy(self, *allowed):
        self.edge.configure(*allowed, **DATABASE)
        return self.planner.deploy("edge", "--config", CONFIG)


@pytest.fixture(scope="module")
def story(cloud, sam_cli, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    planner = Planner(folder, {"app": cloud.account(ACCOUNT)}, Path(sam_cli).parent)
    planner.prepare()
    return Story(planner)


@pytest.fixture(scope="module")
def stopped(story):
    """The stack of the first step could not be deleted, by somebody who gave up."""
    account = story.edge.waf.account
    stacks, storage = account.client("cloudformation"), account.client("s3")
    template = json.dumps({"Resources": {"Held": HELD}})
    name = {"StackName": story.edge.waf.name}
    stacks.create_stack(**name, TemplateBody=template, Tags=[{"Key": TAG, "Value": WAF}])
    stacks.get_waiter("stack_create_complete").wait(**name)
    storage.put_object(Bucket=BUCKET, Key="one", Body=b"")
    stacks.delete_stack(**name)
    said = story.deploy(f"{ALLOWED}/32")
    storage.delete_object(Bucket=BUCKET, Key="one")
    stacks.delete_stack(**name)
    return said


@pytest.fixture(scope="module")
def deployed(story, stopped):
    return story.deploy(f"{ALLOWED}/32")


def test_without_the_first_step_the_second_does_not_begin(story, stopped):
    [error] = errors(stopped)

    assert error.startswith("error: [waf] is DELETE_FAILED, and some of its resources remain")
    assert step_lines(stopped) == {}
    assert "rdsproxy-edge" not in str(inventory(story.edge.site.account))


def test_each_step_is_deployed_to_its_own_region_the_web_acl_first(story, deployed):
    assert deployed.status == 0, deployed.errors
    steps = [(variant, lines.split("\n")[0]) for variant, lines in step_lines(deployed).items()]

    assert steps == [
        (WAF, f"1 of 2: {WAF} in account {ACCOUNT} (app), {HOME}, stack rdsproxy-edge-waf"),
        (SITE, f"2 of 2: {SITE} in account {ACCOUNT} (app), {REGION}, stack rdsproxy-edge"),
    ]
    assert story.edge.stacks() == {
        HOME: {"rdsproxy-edge-waf", OWN_STACK},
        REGION: {"rdsproxy-edge"},
    }


def test_the_second_step_receives_the_web_acl(story, deployed):
    edge = story.edge
    given = edge.site.account.stack(edge.site.name)["Parameters"]

    [arn] = [one["ParameterValue"] for one in given if one["ParameterKey"] == "WebACLArn"]
    assert arn == edge.waf.shown("WebACLStack", "WebACL")["ARN"]


def test_it_ends_with_the_outputs_of_the_last_step(story, deployed):
    for name, value in story.edge.site.outputs.items():
        assert f"\n  {name} = {value}\n" in deployed.output


def test_the_function_answers_from_postgresql(story, deployed):
    assert {"boss", "app"} <= set(story.edge.users())


def test_the_database_accepts_only_tls_and_records_logins(story, deployed):
    group = story.edge.site.physical("RDSStack", "DBParameterGroup")
    api = story.edge.site.account.client("rds")
    parameters = api.describe_db_parameters(DBParameterGroupName=group, Source="user")["Parameters"]

    told = {one["ParameterName"]: one["ParameterValue"] for one in parameters}
    assert told == {
        "rds.force_ssl": "1",
        "log_connections": "1",
        "log_disconnections": "1",
        "log_min_duration_statement": "1000",
    }
    [used] = story.edge.site.shown("RDSStack", "DBInstance")["DBParameterGroups"]
    assert used["DBParameterGroupName"] == group


def test_the_user_logs_in_only_by_iam_and_reads(story, deployed):
    member_of = story.edge.rows(
        "SELECT rolname FROM pg_auth_members JOIN pg_roles ON oid = roleid"
        " WHERE member = 'app'::regrole"
    )
    privileges = story.edge.rows(
        "SELECT privilege_type FROM pg_default_acl CROSS JOIN aclexplode(defaclacl)"
        " WHERE grantee = 'app'::regrole AND defaclobjtype = 'r'"
    )

    assert member_of == [("rds_iam",)]
    assert privileges == [("SELECT",)]


@pytest.fixture(scope="module")
def moved(story, deployed):
    """Admit other addresses."""
    assert story.edge.lets_in(ALLOWED)
    assert not story.edge.lets_in(OTHER)
    return story.deploy(f"{OTHER}/32", f"{IPV6}/128")


def test_another_allow_list_changes_only_the_web_acl_and_counts_at_once(story, moved):
    lines = step_lines(moved)

    assert "modify   WebACLStack" in lines[WAF]
    assert "nothing to change" in lines[SITE]
    assert story.edge.lets_in(OTHER)
    assert not story.edge.lets_in(ALLOWED)


@pytest.fixture(scope="module")
def destroyed(story, moved):
    return story.planner.destroy("edge")


def test_it_is_deleted_in_the_opposite_order(destroyed):
    assert (destroyed.status, destroyed.errors) == (0, "")
    assert list(step_lines(destroyed)) == [SITE, WAF]


def test_a_snapshot_and_the_bucket_of_sam_remain(story, destroyed):
    left = [inventory(region) for region in story.regions]

    stacks = [name.split("/")[1] for one in left for name in one.pop("Stacks", ())]
    snapshots = [name for one in left for kind in SNAPSHOTS for name in one.pop(kind, ())]
    assert left == story.before
    assert stacks == [OWN_STACK]
    assert len(snapshots) == 1


def test_nothing_remains_at_the_edge(story, destroyed):
    home = story.regions[0]
    distributions = home.client("cloudfront").list_distributions()["DistributionList"]
    waf = home.client("wafv2")

    assert distributions["Quantity"] == 0
    assert waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"] == []
    assert waf.list_ip_sets(Scope="CLOUDFRONT")["IPSets"] == []
