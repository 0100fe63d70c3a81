"""What databases are protected by: encryption, certificates, support and names."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, assert_holds, faulted, resource, template, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import protection
from rdsproxy_templates.variants import edge

CLUSTER, INSTANCE, PROXY = "RDSStackDBCluster", "RDSStackDBInstance1", "RDSStackRDSProxy"
EDGE = unpackaged(edge, edge.Config()).flat()[0]
DATABASE = "RDSStackDBInstance"


def instance(**properties):
    return template(Database=resource("RDS::DBInstance", Engine="mysql", **properties))


class TestEncrypted:
    @pytest.mark.parametrize("value", [False, "false"])
    @pytest.mark.parametrize(("name", "made"), [(CLUSTER, BASE), (DATABASE, EDGE)])
    def test_storage_that_is_not_encrypted_is_refused(self, name, made, value):
        [one] = violations(protection.encrypted, faulted(f"{name}/StorageEncrypted", value, made))

        assert one.resource == name
        assert one.sentence == "its storage is not encrypted"

    def test_an_instance_is_not_encrypted_by_default(self):
        [one] = violations(protection.encrypted, without(f"{DATABASE}/StorageEncrypted", EDGE))

        assert one.resource == DATABASE

    def test_a_cluster_is(self):
        assert_holds(protection.encrypted, without(f"{CLUSTER}/StorageEncrypted"))

    @pytest.mark.parametrize("source", ["DBSnapshotIdentifier", "SourceDBInstanceIdentifier"])
    def test_a_restored_instance_is_encrypted_as_its_source_is(self, source):
        assert_holds(protection.encrypted, instance(MasterUsername="admin", **{source: "orders"}))

    def test_an_instance_of_a_cluster_is_encrypted_as_its_cluster_is(self):
        assert_holds(protection.encrypted, faulted(f"{INSTANCE}/StorageEncrypted", False))

    @pytest.mark.parametrize("value", [True, "true", GIVEN])
    def test_encrypted_or_given_is_accepted(self, value):
        assert_holds(protection.encrypted, faulted(f"{CLUSTER}/StorageEncrypted", value))


class TestCertificate:
    @pytest.mark.parametrize("authority", ["rds-ca-2015", "rds-ca-2019"])
    def test_an_authority_that_has_expired_is_refused(self, authority):
        [one] = violations(
            protection.certificate, faulted(f"{INSTANCE}/CACertificateIdentifier", authority)
        )

        assert one.resource == INSTANCE
        assert one.sentence == f"{authority} has expired"

    @pytest.mark.parametrize("authority", ["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1", GIVEN])
    def test_any_other_is_accepted(self, authority):
        assert_holds(
            protection.certificate, faulted(f"{INSTANCE}/CACertificateIdentifier", authority)
        )


class TestExtendedSupport:
    @pytest.mark.parametrize("version", ["5.7.44", "5.7", 5.7])
    def test_a_version_that_costs_extra_is_refused(self, version):
        [one] = violations(protection.extended_support, instance(EngineVersion=version))

        assert one.resource == "Database"
        assert "left standard support on 2024-02-29: AWS charges extra" in one.sentence

    @pytest.mark.parametrize("said", ["", "-disabled"])
    def test_who_says_what_he_wants_has_decided(self, said):
        support = f"open-source-rds-extended-support{said}"

        assert_holds(
            protection.extended_support,
            instance(EngineVersion="5.7.44", EngineLifecycleSupport=support),
        )

    @pytest.mark.parametrize("version", ["8.4.11", "8.4", GIVEN, None])
    def test_a_version_with_standard_support_is_accepted(self, version):
        assert_holds(protection.extended_support, instance(EngineVersion=version))


class TestFixedName:
    @pytest.mark.parametrize(
        "name", ["shop", {"Fn::Sub": "${AWS::StackName}-db"}], ids=["text", "the stack's"]
    )
    @pytest.mark.parametrize(
        ("resource_name", "key"),
        [
            (CLUSTER, "DBClusterIdentifier"),
            (INSTANCE, "DBInstanceIdentifier"),
            ("RDSStackDBClusterSubnetGroup", "DBSubnetGroupName"),
            ("RDSStackDBClusterParameterGroup", "DBClusterParameterGroupName"),
            ("VPCStackRDSProxySecurityGroup", "GroupName"),
        ],
    )
    def test_a_name_that_stays_is_an_opinion(self, resource_name, key, name):
        found = violations(protection.fixed_name, faulted(f"{resource_name}/{key}", name))

        assert protection.fixed_name.level == "opinion"
        assert [(one.resource, one.property) for one in found] == [(resource_name, key)]

    def test_so_is_that_of_a_proxy_in_subnets_that_are_created_here(self):
        [one] = violations(protection.fixed_name, faulted(f"{PROXY}/DBProxyName", "shop"))

        assert one.resource == PROXY
        assert "such as its subnets" in one.remedy

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{CLUSTER}/DBClusterIdentifier", GIVEN),
            (f"{CLUSTER}/DBClusterIdentifier", {"Fn::Sub": "${Given}-db"}),
            (f"{PROXY}/DBProxyName", {"Fn::Sub": "${AWS::StackName}-proxy"}),
        ],
        ids=["given", "with a given part", "a proxy, which has to have one"],
    )
    def test_a_name_that_may_change_is_accepted(self, path, value):
        assert_holds(protection.fixed_name, faulted(path, value))

    def test_a_proxy_in_subnets_that_are_given_may_have_any_name(self):
        given = faulted(f"{PROXY}/VpcSubnetIds", ["subnet-1", "subnet-2"])

        assert_holds(protection.fixed_name, faulted(f"{PROXY}/DBProxyName", "shop", given))

    @pytest.mark.parametrize("made", [BASE, EDGE], ids=["base", "edge"])
    def test_our_names_change(self, made):
        assert_holds(protection.fixed_name, made)


class TestBackups:
    @pytest.mark.parametrize("days", [0, "0"])
    def test_an_instance_without_backups_is_refused(self, days):
        [one] = violations(protection.backups, instance(BackupRetentionPeriod=days))

        assert one.sentence == "it is 0, which turns backups off"

    @pytest.mark.parametrize(
        "properties",
        [
            {},
            {"BackupRetentionPeriod": 7},
            {"BackupRetentionPeriod": GIVEN},
            {"BackupRetentionPeriod": 0, "SourceDBInstanceIdentifier": "shop"},
            {"BackupRetentionPeriod": 0, "DBClusterIdentifier": GIVEN},
        ],
    )
    def test_any_other_is_accepted(self, properties):
        assert_holds(protection.backups, instance(**properties))


class TestDeletion:
    def made(self, policy, **properties):
        body = {**resource("RDS::DBInstance", Engine="mysql", **properties)}
        return template(Database={**body, "DeletionPolicy": policy})

    def test_a_database_that_goes_with_its_stack_is_an_opinion(self):
        [one] = violations(protection.deletion, self.made("Delete", DeletionProtection=False))

        assert protection.deletion.level == "opinion"
        assert one.sentence == "it is deleted with its stack, and leaves no snapshot"
        assert one.path() == ("DeletionPolicy",)

    @pytest.mark.parametrize(
        ("policy", "properties"),
        [
            ("Snapshot", {}),
            ("Retain", {}),
            (GIVEN, {}),
            ("Delete", {"DeletionProtection": True}),
            ("Delete", {"DeletionProtection": GIVEN}),
            ("Delete", {"DBClusterIdentifier": GIVEN}),
            ("Delete", {"SourceDBInstanceIdentifier": "shop"}),
        ],
    )
    def test_one_that_stays_or_leaves_a_snapshot_is_accepted(self, policy, properties):
        assert_holds(protection.deletion, self.made(policy, **properties))
