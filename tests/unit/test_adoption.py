"""What is deployed becomes a template, and is compared with what settings render."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rdsproxy_templates.deploy.adoption.as_made import as_made
from rdsproxy_templates.deploy.adoption.deployed import Adopted, deployed
from rdsproxy_templates.deploy.adoption.differences import differences
from rdsproxy_templates.deploy.adoption.documents import Adoption
from rdsproxy_templates.errors import DeploymentError
from rdsproxy_templates.model.yaml_reader import parsed

ARN = "arn:aws:rds:eu-west-1:111111111111"
GROUP = {
    "DBSubnetGroupName": "mine",
    "DBSubnetGroupDescription": "Mine",
    "DBSubnetGroupArn": f"{ARN}:subgrp:mine",
    "Subnets": [{"SubnetIdentifier": "subnet-1"}, {"SubnetIdentifier": "subnet-2"}],
}
INSTANCE = {
    "DBInstanceIdentifier": "shop",
    "DBInstanceClass": "db.t4g.micro",
    "Engine": "mysql",
    "AllocatedStorage": 20,
    "Endpoint": {"Address": "shop.example.com", "Port": 3306},
    "DBSubnetGroup": GROUP,
    "DBParameterGroups": [{"DBParameterGroupName": "default.mysql8.0"}],
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "MonitoringInterval": 0,
    "NetworkType": "IPV4",
    "TagList": [],
}


def rds(*, tags=(), **instance):
    """RDS's client, which knows one instance and its subnet group."""
    return SimpleNamespace(
        describe_db_instances=lambda **_: {"DBInstances": [INSTANCE | instance]},
        describe_db_subnet_groups=lambda **_: {"DBSubnetGroups": [GROUP]},
        list_tags_for_resource=lambda **_: {"TagList": list(tags)},
    )


def read(client):
    return {one.title: one for one in deployed(client, proxy=None, cluster=None, instance="shop")}


def cluster(**properties):
    return Adopted(
        title="DBCluster",
        type="AWS::RDS::DBCluster",
        identifier="DBClusterIdentifier",
        properties={"DBClusterIdentifier": "shop", **properties},
    )


def outcomes(adopted, **rendered):
    found = differences([adopted], {"DBCluster": {"Properties": rendered}})
    return {one.property: one.outcome for one in found}


def test_an_instance_is_described_by_what_rds_says_of_it():
    assert read(rds())["DBInstance"].properties == {
        "DBInstanceIdentifier": "shop",
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "mysql",
        "AllocatedStorage": "20",
        "Port": "3306",
        "DBParameterGroupName": "default.mysql8.0",
        "DBSubnetGroupName": {"Ref": "DBSubnetGroup"},
        "VPCSecurityGroups": ["sg-1"],
    }


def test_the_default_groups_are_awss_and_not_adopted():
    default = {"DBSubnetGroup": {**GROUP, "DBSubnetGroupName": "default"}}

    found = read(rds(**default))

    assert set(found) == {"DBInstance"}
    assert found["DBInstance"].properties["DBSubnetGroupName"] == "default"


def test_tags_of_aws_are_not_in_the_template():
    tags = [{"Key": "aws:rds:x", "Value": "1"}, {"Key": "team", "Value": "shop"}]

    found = read(rds(TagList=tags))

    assert found["DBInstance"].properties["Tags"] == [{"Key": "team", "Value": "shop"}]


def test_everything_that_a_stack_has_already_is_refused_at_once():
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "other"}]

    with pytest.raises(DeploymentError) as caught:
        read(rds(tags=tags, TagList=tags))

    assert [str(one) for one in caught.value.problems] == [
        "[mine] belongs to the stack other already, and a resource has one stack",
        "[shop] belongs to the stack other already, and a resource has one stack",
    ]


def test_each_difference_says_what_a_deployment_would_do():
    adopted = cluster(
        Port=3306, MasterUsername="boss", BackupRetentionPeriod=1, StorageEncrypted=False
    )

    assert outcomes(adopted, MasterUsername="root", BackupRetentionPeriod=7) == {
        "DBClusterIdentifier": "replace it",
        "MasterUsername": "replace it",
        "StorageEncrypted": "replace it",
        "BackupRetentionPeriod": "change it in place",
        "Port": "leave it, or set it back to the default",
    }


def test_what_a_template_computes_is_for_a_change_set_to_tell():
    name = {"Ref": "RDSDatabaseName"}
    found = outcomes(cluster(DatabaseName="shop"), DBClusterIdentifier="shop", DatabaseName=name)

    assert found == {"DatabaseName": "tell only by a change set"}


def test_values_are_compared_as_cloudformation_does():
    adopted = cluster(Port=3306, DeletionProtection=True)

    assert not outcomes(adopted, DBClusterIdentifier="shop", Port="3306", DeletionProtection="true")


def test_every_resource_is_retained_and_nothing_is_an_output():
    adoption = Adoption(stack="s", resources=[cluster()], differences=(), region="eu-west-1")

    template = adoption.template()

    assert "Outputs" not in template
    assert template["Resources"]["DBCluster"]["DeletionPolicy"] == "Retain"
    assert template["Resources"]["DBCluster"]["UpdateReplacePolicy"] == "Retain"


def test_commands_name_the_profile_and_quote_it():
    adoption = Adoption(
        stack="s", resources=[cluster()], differences=(), region="eu-west-1", profile="my profile"
    )

    assert (
        "aws --region eu-west-1 --profile 'my profile' cloudformation"
        in (adoption.files()["commands.sh"])
    )


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        ("rdsproxy-adopted", "--name adopted --stack-prefix rdsproxy "),
        ("shop-old-db", "--name old_db --stack-prefix shop "),
        ("taken", None),
    ],
)
def test_deploy_goes_on_where_the_name_of_the_stack_has_a_prefix(stack, words):
    adoption = Adoption(stack=stack, resources=[cluster()], differences=(), region="eu-west-1")

    command = adoption.deploy_command

    assert (words in command) if words else command is None
    assert ("rdsproxy-templates deploy" in adoption.files()["commands.sh"]) is bool(words)


def test_the_root_stack_has_what_is_imported_and_nothing_else():
    adoption = Adoption(stack="s", resources=[cluster()], differences=(), region="eu-west-1")
    files = adoption.files()

    settings = parsed(files["adopted.yaml"]).value

    assert settings == {"extra_resources": {".": parsed(files["template.yaml"]).value["Resources"]}}


def test_a_stack_accepts_what_was_made_against_our_rules():
    adopted = [cluster(Engine="aurora-mysql", StorageEncrypted=False)]

    accepted = as_made(adopted)

    rules = accepted["DBCluster"]["rdsproxy_templates"]["Accepted"]
    assert "database/encrypted" in rules
    adoption = Adoption(
        stack="s", resources=adopted, differences=(), region="eu-west-1", accepted=accepted
    )
    metadata = adoption.template()["Resources"]["DBCluster"]["Metadata"]
    assert metadata == {"SamResourceId": "DBCluster", **accepted["DBCluster"]}


def test_the_report_tells_how_the_target_group_is_made_anew():
    proxy = Adopted(
        title="RDSProxy",
        type="AWS::RDS::DBProxy",
        identifier="DBProxyName",
        properties={"DBProxyName": "front"},
    )
    adoption = Adoption(
        stack="s", resources=[cluster(), proxy], differences=(), region="eu-west-1",
        proxy_targets=["shop"],
    )  # fmt: skip

    report = adoption.files()["report.md"]

    assert "--db-proxy-name front --db-cluster-identifiers shop" in report
    assert "DBClusterIdentifiers: [!Ref DBCluster]" in report
    assert adoption.template()["Resources"]["RDSProxy"]["DependsOn"] == ["DBCluster"]
