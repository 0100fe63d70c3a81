"""Settings of databases in groups, deployed together and read back from RDS."""

from __future__ import annotations

from test_deployed_logins import assert_does_what_it_does, deployed, engine_properties, merged
from test_deployed_master import BY_IAM

__all__ = ["deployed"]

COMMON = {
    "backup": {"window": "03:00-03:30", "copy_tags": False, "keep_automated": True},
    "maintenance": {"window": "sun:04:00-sun:05:00", "auto_minor_version_upgrade": True},
    "network": {"type": "IPV4"},
}
CLUSTER = {
    "backup": {"backtrack_hours": 2},
    "storage": {"type": "aurora-iopt1"},
    "parameters": {"cluster": {"binlog_format": "ROW"}, "instance": {"max_connections": 500}},
    "identifiers": {"database": "shop", "instances": "shop-db"},
    "network": {"port": 3307},
    "readers": 1,
}
INSTANCE = {
    "engine": "postgres",
    "allocated_storage": 400,
    "storage": {
        "type": "io2", "iops": 3_000, "dedicated_log_volume": True, "max_allocated": 1_000,
    },
    "maintenance": {"apply_immediately": False},
    "parameters": {"instance": {"log_temp_files": 0}},
    "identifiers": {"database": "store"},
    "network": {"port": 5433},
}  # fmt: skip


def given(engine, own):
    return merged(engine_properties(engine, BY_IAM), {"rds": merged(COMMON, own)})


def chosen(rds, call, group):
    """The parameters of *group* that its owner has set."""
    name = {"describe_db_parameters": "DB", "describe_db_cluster_parameters": "DBCluster"}[call]
    answer = getattr(rds, call)(**{f"{name}ParameterGroupName": group, "Source": "user"})
    return {one["ParameterName"]: one["ParameterValue"] for one in answer["Parameters"]}


def test_a_cluster_has_what_was_chosen(deployed):
    service = deployed("000000000096", "base").again(given("mysql", CLUSTER))
    rds = service.account.client("rds")
    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier="shop")["DBClusters"]
    members = rds.describe_db_instances()["DBInstances"]

    assert cluster["PreferredBackupWindow"] == "03:00-03:30"
    assert cluster["PreferredMaintenanceWindow"] == "sun:04:00-sun:05:00"
    assert cluster["CopyTagsToSnapshot"] is False
    assert cluster["BacktrackWindow"] == 7_200
    assert cluster["StorageType"] == "aurora-iopt1"
    assert (cluster["NetworkType"], cluster["Port"]) == ("IPV4", 3307)
    assert {one["DBInstanceIdentifier"] for one in members} == {"shop-db-1", "shop-db-2"}
    assert all(one["AutoMinorVersionUpgrade"] for one in members)
    groups = {one["DBParameterGroups"][0]["DBParameterGroupName"] for one in members}
    assert chosen(rds, "describe_db_parameters", groups.pop()) == {"max_connections": "500"}
    own = chosen(rds, "describe_db_cluster_parameters", cluster["DBClusterParameterGroup"])
    assert own["binlog_format"] == "ROW"
    assert own["require_secure_transport"] == "ON"
    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))


def test_an_instance_has_what_was_chosen_and_changes_in_place(deployed):
    service = deployed("000000000097", "base").again(given("postgresql", INSTANCE))
    rds = service.account.client("rds")
    (instance,) = rds.describe_db_instances(DBInstanceIdentifier="store")["DBInstances"]

    assert instance["PreferredBackupWindow"] == "03:00-03:30"
    assert instance["PreferredMaintenanceWindow"] == "sun:04:00-sun:05:00"
    assert (instance["StorageType"], instance["Iops"]) == ("io2", 3_000)
    assert instance["MaxAllocatedStorage"] == 1_000
    assert instance["DedicatedLogVolume"] is True
    group = instance["DBParameterGroups"][0]["DBParameterGroupName"]
    own = chosen(rds, "describe_db_parameters", group)
    assert (own["log_temp_files"], own["rds.force_ssl"]) == ("0", "1")

    assert instance["Endpoint"]["Port"] == 5433
    assert_does_what_it_does(lambda method, path: service.call(method, "APIEndpoint", path))

    more = {"storage": {"iops": 4_000}, "backup": {"window": "01:00-02:00"}}
    service.again(given("postgresql", merged(INSTANCE, more)))
    (changed,) = rds.describe_db_instances(DBInstanceIdentifier="store")["DBInstances"]
    assert changed["DbiResourceId"] == instance["DbiResourceId"]
    assert (changed["Iops"], changed["PreferredBackupWindow"]) == (4_000, "01:00-02:00")
