"""``bastion`` as deployed with overrides, a further resource and tags, read back from the services."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from deploying import stack_name
from planning import Planner
from troposphere import sns

from rdsproxy_templates import Ports, Settings, Stack, render

pytestmark = pytest.mark.xdist_group("customized")

STACK = "rdsproxy-bastion"
SETTINGS = """\
tags: {team: shop, Cost Center: '42'}
overrides:
  RDSStack.DBCluster:
    Properties: {PreferredMaintenanceWindow: 'sun:18:00-sun:19:00', BackupRetentionPeriod: 14}
  BastionStack.BastionRole:
    Properties: {RoleName: shop-bastion}
extra_resources:
  RDSStack:
    ClusterTopic:
      Type: AWS::SNS::Topic
      Properties: {DisplayName: !Ref DBCluster}
"""
TAGS = {"team": "shop", "Cost Center": "42"}
OWN = {"rdsproxy-templates:variant": "bastion"}
"""By which `deploy` knows a stack that it created."""


@pytest.fixture(scope="module")
def planner(cloud, sam_cli, tmp_path_factory):
    planner = Planner(
        tmp_path_factory.mktemp("plan"),
        {"app": cloud.account("444444444411")},
        Path(sam_cli).parent,
    )
    planner.prepare()
    return planner


@pytest.fixture(scope="module")
def deploy(planner):
    """Deploy with these settings; return the account."""

    def deploy(settings, *more):
        (planner.folder / "mine.yaml").write_text(settings)
        said = planner.deploy("bastion", "--config", "mine.yaml", *more)
        assert said.status == 0, said.errors + said.output
        return planner.accounts["app"]

    return deploy


@pytest.fixture(scope="module")
def account(deploy):
    return deploy(SETTINGS)


def as_mapping(tags):
    """The tags that a person gave, without those of CloudFormation and SAM."""
    others = ("aws:", "lambda:createdBy")
    return {tag["Key"]: tag["Value"] for tag in tags if not tag["Key"].startswith(others)}


def stack_tags(account, name):
    found = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return as_mapping(found["Tags"])


def test_an_override_arrives(account):
    [cluster] = account.client("rds").describe_db_clusters()["DBClusters"]

    assert cluster["PreferredMaintenanceWindow"] == "sun:18:00-sun:19:00"
    assert cluster["BackupRetentionPeriod"] == 14


def test_a_role_may_have_a_name(account):
    assert account.client("iam").get_role(RoleName="shop-bastion")


def test_a_further_resource_is_there_and_knows_the_others(account):
    arn = account.resources(account.nested(STACK, "RDSStack"))["ClusterTopic"]
    topic = account.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    [cluster] = account.client("rds").describe_db_clusters()["DBClusters"]

    assert topic["DisplayName"] == cluster["DBClusterIdentifier"]


def test_every_stack_has_the_tags(account):
    for name in (STACK, account.nested(STACK, "RDSStack"), account.nested(STACK, "BastionStack")):
        assert stack_tags(account, name) == TAGS | OWN


def test_the_bastion_its_volume_and_its_role_have_the_tags(account):
    ec2 = account.client("ec2")
    [reservation] = ec2.describe_instances()["Reservations"]
    [instance] = reservation["Instances"]
    [volume] = ec2.describe_volumes()["Volumes"]
    role = account.resources(account.nested(STACK, "BastionStack"))["BastionRole"]

    assert as_mapping(instance["Tags"]) == TAGS
    assert as_mapping(volume["Tags"]) == TAGS
    assert as_mapping(account.client("iam").list_role_tags(RoleName=role)["Tags"]) == TAGS


def test_they_stay_without_the_setting_and_go_with_an_empty_one(account, deploy):
    deploy(SETTINGS.partition("\n")[2].replace("14", "15"))
    assert stack_tags(account, STACK) == TAGS | OWN

    # A change of tags changes every stack, so that nobody knows before what depends on them.
    settings = "tags: {}\n" + SETTINGS.partition("\n")[2].replace("14", "15")
    cluster = account.resources(account.nested(STACK, "RDSStack"))["DBCluster"]
    deploy(settings, "--accept-data-loss")
    assert stack_tags(account, STACK) == OWN
    assert account.resources(account.nested(STACK, "RDSStack"))["DBCluster"] == cluster


def test_sam_cli_understands_every_tag_that_is_allowed(desk, tmp_path):
    class Nothing(Ports):
        pass

    topics = ModuleType("topics", "A topic.")
    topics.Config, topics.Inputs, topics.Outputs = Settings, Nothing, Nothing
    topics.build = lambda _config, _inputs: Stack(
        resources=[sns.Topic("Topic", DisplayName="A topic")], outputs=Nothing()
    )
    tags = {
        "team": "shop",
        "Cost Center": "42 a",
        "a=b": "c=d e=f",
        "url": "https://x/y@z",
        "ü+": "ö-",
    }
    render(topics, Settings(), tags=tags).write(tmp_path)
    mine = desk("444444444412")
    mine.with_sam(tmp_path)

    assert stack_tags(mine.account, stack_name(tmp_path)) == tags
