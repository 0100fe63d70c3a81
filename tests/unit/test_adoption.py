"""What is deployed becomes a template, and is compared with what settings render."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from rdsproxy_templates.aws.resource_schemas import schema_of
from rdsproxy_templates.deploy.adoption.as_made import as_made, still_refused
from rdsproxy_templates.deploy.adoption.deployed import deployed
from rdsproxy_templates.deploy.adoption.differences import differences
from rdsproxy_templates.deploy.adoption.documents import Adoption
from rdsproxy_templates.deploy.adoption.groups import Adopted, Groups
from rdsproxy_templates.deploy.adoption.instance_properties import INSTANCE as INSTANCE_PROPERTIES
from rdsproxy_templates.deploy.adoption.instance_properties import MEMBER
from rdsproxy_templates.deploy.adoption.owners import stacks_in
from rdsproxy_templates.deploy.adoption.properties import CLUSTER
from rdsproxy_templates.deploy.adoption.targets import Target
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
    "DBInstanceStatus": "available",
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


OWNED = [{"Key": "aws:cloudformation:stack-name", "Value": "other"}]


def test_a_database_that_a_stack_has_already_is_refused():
    with pytest.raises(DeploymentError) as caught:
        read(rds(TagList=OWNED))

    assert [str(one) for one in caught.value.problems] == [
        "[shop] belongs to the stack other already, and a resource has one stack"
    ]


def test_a_group_that_a_stack_has_already_stays_outside():
    (instance,) = read(rds(tags=OWNED)).values()

    assert instance.properties["DBSubnetGroupName"] == "mine"
    assert instance.notes == ("Its AWS::RDS::DBSubnetGroup `mine` belongs to the stack other.",)


def test_a_stack_is_found_without_a_tag_and_by_the_type_too():
    def resource(type_, status="IMPORT_COMPLETE"):
        return {
            "StackName": "other",
            "PhysicalResourceId": "mine",
            "ResourceType": type_,
            "ResourceStatus": status,
        }

    def stack_of(*resources):
        client = SimpleNamespace(
            describe_stack_resources=lambda **_: {"StackResources": list(resources)}
        )
        return stacks_in(client)("AWS::RDS::DBSubnetGroup", "mine")

    assert stack_of(resource("AWS::RDS::DBSubnetGroup")) == "other"
    assert stack_of(resource("AWS::SNS::Topic")) is None
    assert stack_of(resource("AWS::RDS::DBSubnetGroup", "DELETE_SKIPPED")) is None


@pytest.mark.parametrize("status", ["stopped", "modifying", "deleting", "creating"])
def test_what_changes_now_or_takes_no_change_is_refused(status):
    with pytest.raises(DeploymentError, match=rf"\[--instance shop\] is {status}, and"):
        read(rds(DBInstanceStatus=status, Endpoint={}))


def test_pending_changes_are_told_without_a_password():
    pending = {"DBInstanceClass": "db.r6g.large", "MasterUserPassword": "hidden-one"}

    (note,) = read(rds(PendingModifiedValues=pending))["DBInstance"].notes

    assert "pending (DBInstanceClass: db.r6g.large, MasterUserPassword)" in note
    assert "hidden-one" not in note


def test_a_database_of_another_service_is_refused():
    client = SimpleNamespace(describe_db_clusters=lambda **_: {"DBClusters": [{"Engine": "docdb"}]})

    with pytest.raises(DeploymentError, match=r"\[--cluster a\] is a database of docdb"):
        deployed(client, proxy=None, cluster="a", instance=None)


def properties_of(**instance):
    return read(rds(**instance))["DBInstance"].properties


def test_a_replica_keeps_its_source_and_says_nothing_that_it_inherits():
    found = read(rds(
        ReadReplicaSourceDBInstanceIdentifier="source", MasterUsername="boss",
        StorageEncrypted=True, KmsKeyId="key",
    ))["DBInstance"]  # fmt: skip

    assert found.properties["SourceDBInstanceIdentifier"] == "source"
    assert not {"MasterUsername", "StorageEncrypted", "KmsKeyId"} & set(found.properties)
    assert "CloudFormation ignores its deletion policy" in found.notes[0]


def test_a_replica_of_another_region_has_a_key_of_its_own():
    source = "arn:aws:rds:eu-central-1:111111111111:db:source"

    found = properties_of(
        ReadReplicaSourceDBInstanceIdentifier=source, StorageEncrypted=True, KmsKeyId="key"
    )

    assert (found["SourceRegion"], found["KmsKeyId"]) == ("eu-central-1", "key")


@pytest.mark.parametrize(
    ("engine", "size", "told"),
    [
        ("postgres", 399, False),
        ("postgres", 400, True),
        ("oracle-ee", 200, True),
        ("oracle-ee", 199, False),
        ("sqlserver-se", 20, True),
    ],
)
def test_gp3_has_iops_of_its_own_from_a_size_on(engine, size, told):
    found = properties_of(
        Engine=engine, AllocatedStorage=size, StorageType="gp3", Iops=3000, StorageThroughput=125
    )

    assert ({"Iops", "StorageThroughput"} <= set(found)) is told
    assert ({"Iops", "StorageThroughput"} & set(found) != set()) is told


def test_an_instance_loses_nothing_that_its_import_would_take_away():
    found = properties_of(
        AssociatedRoles=[{"RoleArn": "role", "FeatureName": "s3Import", "Status": "ACTIVE"}],
        AvailabilityZone="eu-west-1a",
        DomainMemberships=[{"Domain": "d-1", "IAMRoleName": "ad", "Status": "joined"}],
        EnabledCloudwatchLogsExports=["error"],
        MasterUserSecret={"SecretArn": "secret", "KmsKeyId": "key"},
        MaxAllocatedStorage=100,
        OptionGroupMemberships=[{"OptionGroupName": "mine"}],
        PerformanceInsightsEnabled=True,
        PerformanceInsightsKMSKeyId="key",
        PerformanceInsightsRetentionPeriod=465,
        ProcessorFeatures=[{"Name": "coreCount", "Value": "2"}],
        Timezone="UTC",
    )

    assert {
        "AssociatedRoles": [{"RoleArn": "role", "FeatureName": "s3Import"}],
        "AvailabilityZone": "eu-west-1a",
        "Domain": "d-1",
        "DomainIAMRoleName": "ad",
        "EnableCloudwatchLogsExports": ["error"],
        "ManageMasterUserPassword": True,
        "MasterUserSecret": {"KmsKeyId": "key"},
        "MaxAllocatedStorage": 100,
        "OptionGroupName": "mine",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": "key",
        "PerformanceInsightsRetentionPeriod": 465,
        "ProcessorFeatures": [{"Name": "coreCount", "Value": "2"}],
        "Timezone": "UTC",
    }.items() <= found.items()


def test_awss_own_choices_are_not_pinned():
    found = properties_of(
        MultiAZ=True,
        AvailabilityZone="eu-west-1a",
        OptionGroupMemberships=[{"OptionGroupName": "default:mysql-8-0"}],
    )

    assert not {"AvailabilityZone", "OptionGroupName"} & set(found)


def test_backups_are_replicated_on():
    arn = "arn:aws:rds:eu-central-1:111111111111:auto-backup:ab-1"
    backup = {"BackupRetentionPeriod": 14, "KmsKeyId": "there"}
    elsewhere = SimpleNamespace(
        describe_db_instance_automated_backups=lambda **_: {"DBInstanceAutomatedBackups": [backup]}
    )
    client = rds(DBInstanceAutomatedBackupsReplications=[{"DBInstanceAutomatedBackupsArn": arn}])

    (*_, found) = deployed(
        client,
        proxy=None,
        cluster=None,
        instance="shop",
        in_region={"eu-central-1": elsewhere}.__getitem__,
    )

    assert {
        "AutomaticBackupReplicationRegion": "eu-central-1",
        "AutomaticBackupReplicationRetentionPeriod": 14,
        "AutomaticBackupReplicationKmsKeyId": "there",
    }.items() <= found.properties.items()


def read_cluster(**more):
    described = {
        "DBClusterIdentifier": "shop",
        "Engine": "aurora-mysql",
        "Status": "available",
        "AllocatedStorage": 1,
        "DBClusterParameterGroup": "default.aurora-mysql8.0",
        "DBClusterMembers": [{"DBInstanceIdentifier": "shop", "IsClusterWriter": True}],
    }
    client = SimpleNamespace(
        describe_db_clusters=lambda **_: {"DBClusters": [described | more]},
        describe_db_instances=lambda **_: {"DBInstances": [INSTANCE]},
    )
    return {one.title: one for one in deployed(client, proxy=None, cluster="shop", instance=None)}


def test_the_instances_of_a_multi_az_cluster_are_rdss():
    found = read_cluster(
        DBClusterInstanceClass="db.m6gd.large", AllocatedStorage=100, Iops=1000,
        CustomEndpoints=["readers"], IAMDatabaseAuthenticationEnabled=False,
    )["DBCluster"]  # fmt: skip

    assert "EnableIAMDatabaseAuthentication" not in found.properties

    assert {
        "DBClusterInstanceClass": "db.m6gd.large", "AllocatedStorage": 100, "Iops": 1000,
    }.items() <= found.properties.items()  # fmt: skip
    assert found.notes == (
        "Its instances are RDS's own, made with the cluster, and no resources of a template.",
        "Its custom endpoints stay outside: readers.",
    )


def test_a_cluster_of_aurora_is_told_with_everything_that_it_takes():
    found = read_cluster(
        AssociatedRoles=[{"RoleArn": "role", "Status": "ACTIVE"}],
        GlobalClusterIdentifier="world",
        KmsKeyId="of nothing",
        LocalWriteForwardingStatus="enabled",
        PerformanceInsightsEnabled=True,
        PerformanceInsightsRetentionPeriod=465,
        ReplicationSourceIdentifier="source",
        StorageEncrypted=False,
    )
    assert list(found) == ["DBCluster", "DBInstance1"]
    properties = found["DBCluster"].properties

    assert {
        "AssociatedRoles": [{"RoleArn": "role"}],
        "EnableLocalWriteForwarding": True,
        "GlobalClusterIdentifier": "world",
        "PerformanceInsightsEnabled": True,
        "PerformanceInsightsRetentionPeriod": 465,
        "ReplicationSourceIdentifier": "source",
    }.items() <= properties.items()
    assert not {"AllocatedStorage", "KmsKeyId"} & set(properties)


def test_a_cluster_parameter_group_without_a_change_states_so():
    group = {
        "DBClusterParameterGroupName": "mine",
        "DBParameterGroupFamily": "aurora-mysql8.0",
        "Description": "Mine",
        "DBClusterParameterGroupArn": "arn",
    }
    client = SimpleNamespace(
        describe_db_cluster_parameter_groups=lambda **_: {"DBClusterParameterGroups": [group]},
        get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Parameters": []}]),
        list_tags_for_resource=lambda **_: {},
    )
    values = {"DBClusterParameterGroupName": "mine"}

    ((adopted,), _) = Groups(client).parameter_group(
        values, "DBClusterParameterGroup", "db_cluster_parameter"
    )

    assert adopted.properties["Parameters"] == {}
    assert values == {"DBClusterParameterGroupName": {"Ref": "DBClusterParameterGroup"}}


@pytest.mark.parametrize("method", ["DBCluster", "DBInstance"])
def test_every_property_is_one_that_a_template_may_state(method):
    table = {"DBCluster": CLUSTER, "DBInstance": INSTANCE_PROPERTIES | MEMBER}[method]
    schema = schema_of(f"AWS::RDS::{method}")
    read_only = {pointer for pointer in schema.pointers("readOnlyProperties") if len(pointer) == 1}

    assert set(table) <= set(schema.body["properties"])
    assert not {(name,) for name in table} & read_only


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


def test_what_nobody_can_change_and_what_ends_without_a_property_is_told_so():
    adopted = cluster(EngineLifecycleSupport="on", Tags=[{"Key": "a", "Value": "b"}])

    found = outcomes(adopted, DBClusterIdentifier="shop", EngineLifecycleSupport="off")

    assert found == {"EngineLifecycleSupport": "fail: nobody can change it", "Tags": "take it away"}


def test_what_the_settings_do_not_render_is_not_called_equal():
    adoption = Adoption(
        stack="s", resources=[cluster()], differences=(), not_compared=["DBCluster"],
        region="eu-west-1",
    )  # fmt: skip

    report = adoption.files()["report.md"]

    assert "Not compared, because the settings render none: DBCluster." in report
    assert "Nothing." not in report


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


def test_what_is_made_is_not_advised_to_lose_its_name():
    accepted = as_made([cluster(Engine="aurora-mysql", StorageEncrypted=True)])

    assert "database/fixed-name" in accepted["DBCluster"]["rdsproxy_templates"]["Accepted"]


def test_a_stack_ignores_what_another_validator_finds_of_it():
    instance = Adopted(
        title="DBInstance",
        type="AWS::RDS::DBInstance",
        identifier="DBInstanceIdentifier",
        properties={
            "DBInstanceIdentifier": "lone", "Engine": "mariadb", "AllocatedStorage": "20",
            "DBInstanceClass": "db.t4g.micro", "StorageEncrypted": False,
        },
    )  # fmt: skip
    adoption = Adoption(
        stack="s", resources=[instance], differences=(), region="eu-west-1",
        accepted=as_made([instance]),
    )  # fmt: skip

    ignored = still_refused(adoption.template())

    assert "W9008" in ignored
    again = replace(adoption, ignored=ignored)
    assert parsed(again.files()["adopted.yaml"]).value["ignore"] == ignored


def test_the_report_tells_how_the_target_group_is_made_anew():
    proxy = Adopted(
        title="RDSProxy",
        type="AWS::RDS::DBProxy",
        identifier="DBProxyName",
        properties={"DBProxyName": "front"},
    )
    adoption = Adoption(
        stack="s", resources=[cluster(), proxy], differences=(), region="eu-west-1",
        proxy_targets=[Target("shop", "DBCluster")], pool={"MaxConnectionsPercent": 50},
    )  # fmt: skip

    report = adoption.files()["report.md"]

    assert "--db-proxy-name front --db-cluster-identifiers shop" in report
    assert "DBClusterIdentifiers:\n          - !Ref DBCluster" in report
    assert "MaxConnectionsPercent: 50" in report
    assert adoption.template()["Resources"]["RDSProxy"]["DependsOn"] == ["DBCluster"]


def test_a_target_that_is_not_adopted_is_named_by_what_it_is():
    proxy = Adopted(
        title="RDSProxy",
        type="AWS::RDS::DBProxy",
        identifier="DBProxyName",
        properties={"DBProxyName": "lone"},
    )
    adoption = Adoption(
        stack="s", resources=[proxy], differences=(), region="eu-west-1",
        proxy_targets=[Target("lone", "DBInstance")],
    )  # fmt: skip

    report = adoption.files()["report.md"]

    assert "--db-proxy-name lone --db-instance-identifiers lone" in report
    assert "DBInstanceIdentifiers:\n          - lone" in report


def test_a_failing_question_for_drift_ends_the_loop():
    adoption = Adoption(stack="s", resources=[cluster()], differences=(), region="eu-west-1")

    commands = adoption.files()["commands.sh"]

    assert "while status=$(aws --region eu-west-1 cloudformation describe-stack-drift" in commands
    assert "until" not in commands
