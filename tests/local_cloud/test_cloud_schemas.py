"""Replacement of resources in the local cloud: all changes that AWS's schemas call create-only."""

from __future__ import annotations

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from rdsproxy_local.cloudformation.schemas import REGION, schema
from rdsproxy_local.types import TYPES


def paths(type_name, kind):
    """The paths of those properties in a resource's properties."""
    document = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, type_name).schema
    return [path.removeprefix("/properties/").split("/") for path in document.get(kind, ())]


def with_value(path, value):
    for part in reversed(path):
        value = {part: value}
    return value


@pytest.mark.parametrize("type_name", [name for name in TYPES if schema(name)])
class TestEveryType:
    def test_is_replaced_where_something_create_only_changes(self, type_name):
        declared = schema(type_name)
        for path in paths(type_name, "createOnlyProperties"):
            old, new = with_value(path, "one"), with_value(path, "two")
            assert declared.replaces(old, new), path
            assert declared.certainly_replaces(old, {}), path
            assert not declared.replaces(old, old), path

    def test_may_be_replaced_where_something_conditional_changes(self, type_name):
        declared = schema(type_name)
        for path in paths(type_name, "conditionalCreateOnlyProperties"):
            old, new = with_value(path, "one"), with_value(path, "two")
            assert declared.may_replace(old, new), path
            assert not declared.certainly_replaces(old, new), path


def test_another_engine_or_master_user_is_another_cluster():
    declared = schema("AWS::RDS::DBCluster")
    for name in ("Engine", "MasterUsername"):
        assert declared.replaces({name: "one"}, {name: "two"})


INSTANCE, CLUSTER = "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"


def volumes(size, **more):
    ebs = {"VolumeSize": size, **more}
    return {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": ebs}]}


@pytest.mark.parametrize(
    ("kind", "old", "new", "replaced"),
    [
        (INSTANCE, {"Engine": "mysql"}, {"Engine": "mariadb"}, True),
        (INSTANCE, {"BackupRetentionPeriod": 1}, {"BackupRetentionPeriod": 0}, False),
        (INSTANCE, {"MultiAZ": False}, {"MultiAZ": True}, False),
        (INSTANCE, {}, {"SourceDBInstanceIdentifier": "other"}, True),
        (INSTANCE, {"SourceDBInstanceIdentifier": "other"}, {}, False),
        (INSTANCE, {"RestoreTime": "now"}, {"RestoreTime": "then"}, True),
        (INSTANCE, {"UseLatestRestorableTime": True}, {}, False),
        (INSTANCE, {}, {"PerformanceInsightsKMSKeyId": "key"}, False),
        (INSTANCE, {"PerformanceInsightsKMSKeyId": "key"}, {}, True),
        (CLUSTER, {}, {"GlobalClusterIdentifier": "world"}, True),
        (CLUSTER, {"GlobalClusterIdentifier": "world"}, {}, False),
        ("AWS::EC2::VPC", {}, {"InstanceTenancy": "dedicated"}, True),
        ("AWS::EC2::VPC", {"InstanceTenancy": "dedicated"}, {"InstanceTenancy": "default"}, False),
        ("AWS::EC2::Instance", volumes(8), volumes(16), True),
        ("AWS::EC2::Instance", volumes(8), volumes(8, DeleteOnTermination=True), False),
    ],
)
def test_some_changes_replace_only_on_conditions(kind, old, new, replaced):
    declared = schema(kind)
    assert declared.may_replace(old, new), "a change set says that it may"
    assert declared.replaces(old, new) is replaced
