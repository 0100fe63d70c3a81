"""Target groups, their databases, and the order in which they are created."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    POSTGRESQL,
    assert_holds,
    faulted,
    ref,
    resource,
    violations,
    without,
)

from rdsproxy_templates.validators.rules import target

PROXY = "RDSStackRDSProxy"
TARGETS = "RDSStackRDSProxyTargetGroup"
CLUSTER = "RDSStackDBCluster"
READER = resource(
    "RDS::DBInstance",
    DBClusterIdentifier=ref(CLUSTER),
    Engine="aurora-mysql",
    DBInstanceClass="db.t4g.medium",
)


class TestOneTarget:
    def test_a_cluster_and_its_instance_in_one_group_are_refused(self):
        [one] = violations(
            target.one_target,
            faulted(f"{TARGETS}/DBInstanceIdentifiers", [ref("RDSStackDBInstance1")]),
        )

        assert one.resource == TARGETS
        assert one.sentence == "1 clusters and 1 instances are its targets"
        assert "one cluster or one instance" in one.remedy

    def test_two_clusters_are_refused(self):
        [one] = violations(
            target.one_target, faulted(f"{TARGETS}/DBClusterIdentifiers/1", "another")
        )

        assert one.resource == TARGETS
        assert "2 clusters and 0 instances" in one.sentence

    def test_a_group_without_a_target_is_refused(self):
        [one] = violations(target.one_target, without(f"{TARGETS}/DBClusterIdentifiers"))

        assert one.resource == TARGETS
        assert "0 clusters and 0 instances" in one.sentence

    @pytest.mark.parametrize("name", ["primary", "Default", None])
    def test_a_group_of_another_name_than_default_is_refused(self, name):
        [one] = violations(target.one_target, faulted(f"{TARGETS}/TargetGroupName", name))

        assert one.resource == TARGETS
        assert one.property == "TargetGroupName"
        assert one.sentence == f"{name!r} is not the name of a target group"
        assert "Name it default" in one.remedy


class TestWaitsForInstances:
    def test_a_group_that_waits_for_nothing_is_refused(self):
        [one] = violations(target.waits_for_instances, without(f"{TARGETS}/DependsOn"))

        assert one.resource == TARGETS
        assert one.sentence == f"it does not wait for RDSStackDBInstance1 of {CLUSTER}"
        assert "DependsOn" in one.remedy

    def test_a_group_that_waits_for_one_of_two_instances_is_refused(self):
        [one] = violations(target.waits_for_instances, faulted("RDSStackDBInstance2", READER))

        assert one.resource == TARGETS
        assert "wait for RDSStackDBInstance2 of" in one.sentence

    def test_a_cluster_without_an_instance_is_refused(self):
        wrong = faulted(f"{TARGETS}/DependsOn", [], without("RDSStackDBInstance1"))

        [one] = violations(target.waits_for_instances, wrong)

        assert one.resource == TARGETS
        assert one.sentence == f"it does not wait for any instance of {CLUSTER}"

    def test_a_group_that_waits_for_the_last_of_a_chain_waits_for_all(self):
        """The writer first, then its reader, then the group: all in order."""
        chain = faulted("RDSStackDBInstance2", {**READER, "DependsOn": ["RDSStackDBInstance1"]})

        assert_holds(
            target.waits_for_instances,
            faulted(f"{TARGETS}/DependsOn", ["RDSStackDBInstance2"], chain),
        )

    def test_a_cluster_of_three_zones_has_no_instances_to_wait_for(self):
        """A Multi-AZ DB cluster creates its instances itself."""
        properties = {"Engine": "mysql", "DBClusterInstanceClass": "db.m6gd.large"}
        changed = faulted(CLUSTER, resource("RDS::DBCluster", **properties))
        changed = faulted(f"{TARGETS}/DependsOn", [], without("RDSStackDBInstance1", changed))

        assert_holds(target.waits_for_instances, changed)


class TestWaitsForDatabase:
    def test_a_proxy_that_waits_for_no_database_is_refused(self):
        [one] = violations(target.waits_for_database, without(f"{PROXY}/DependsOn"))

        assert one.resource == PROXY
        assert one.sentence.startswith(f"it does not wait for {CLUSTER}, and fails in an account")
        assert "DependsOn" in one.remedy

    def test_a_proxy_that_waits_by_a_reference_waits(self):
        """Its role names the database, as with users whose login is IAM from end to end."""
        named = faulted("Proxy/RoleArn", ref("Database"), without("Proxy/DependsOn", POSTGRESQL))

        assert_holds(target.waits_for_database, named)

    def test_a_database_that_is_given_is_there_already(self):
        changed = without("Proxy/DependsOn", POSTGRESQL)

        assert_holds(
            target.waits_for_database, faulted("Targets/DBInstanceIdentifiers", [GIVEN], changed)
        )


class TestTlsToDatabase:
    GROUP = "RDSStackDBClusterParameterGroup"
    PASSWORDS = faulted(
        f"{PROXY}/Auth/0/IAMAuth", "DISABLED", faulted(f"{PROXY}/RequireTLS", False)
    )

    @pytest.mark.parametrize("value", ["ON", "1", 1, True])
    @pytest.mark.parametrize("name", ["require_secure_transport", "rds.force_ssl"])
    def test_a_proxy_without_tls_before_a_database_that_wants_it_is_refused(self, name, value):
        changed = faulted(f"{self.GROUP}/Parameters", {name: value}, self.PASSWORDS)

        [one] = violations(target.tls_to_database, changed)

        assert one.resource == PROXY
        assert f"it does not require TLS, and {CLUSTER} does, by {name}" in one.sentence
        assert one.remedy == f"Set RequireTLS to true, or turn {name} off"

    @pytest.mark.parametrize("value", ["OFF", "0", 0, False, GIVEN])
    def test_a_database_that_takes_plain_connections_is_accepted(self, value):
        name = f"{self.GROUP}/Parameters/require_secure_transport"

        assert_holds(target.tls_to_database, faulted(name, value, self.PASSWORDS))

    def test_a_group_that_is_given_is_left_alone(self):
        changed = faulted(f"{CLUSTER}/DBClusterParameterGroupName", GIVEN, self.PASSWORDS)

        assert_holds(target.tls_to_database, changed)


class TestSpellings:
    """The cluster of a target group, and that of an instance, in every spelling."""

    @pytest.mark.parametrize(
        "cluster",
        [
            {"Fn::Sub": f"${{{CLUSTER}}}"},
            {"Fn::GetAtt": [CLUSTER, "DBClusterArn"]},
            {"Fn::GetAtt": f"{CLUSTER}.DBClusterArn"},
            {"Fn::Join": ["", [ref(CLUSTER)]]},
        ],
        ids=["Sub", "GetAtt", "GetAtt with a dot", "Join"],
    )
    def test_a_group_that_waits_for_nothing_is_refused(self, cluster):
        late = without(f"{TARGETS}/DependsOn")

        [one] = violations(
            target.waits_for_instances, faulted(f"{TARGETS}/DBClusterIdentifiers", [cluster], late)
        )
        [two] = violations(
            target.waits_for_instances,
            faulted("RDSStackDBInstance1/DBClusterIdentifier", cluster, late),
        )

        assert one.sentence == two.sentence
        assert one.sentence == f"it does not wait for RDSStackDBInstance1 of {CLUSTER}"

    def named(self, *names):
        cluster, instance, group = names
        changed = faulted(f"{CLUSTER}/DBClusterIdentifier", cluster)
        changed = faulted("RDSStackDBInstance1/DBClusterIdentifier", instance, changed)
        return faulted(f"{TARGETS}/DBClusterIdentifiers", [group], changed)

    def test_a_cluster_may_be_known_by_its_name(self):
        late = without(f"{TARGETS}/DependsOn", self.named("Shop", "shop", "shop"))

        [one] = violations(target.waits_for_instances, late)

        assert one.resource == TARGETS
        assert_holds(target.waits_for_instances, self.named("Shop", "shop", "shop"))

    def test_a_cluster_of_another_name_is_left_alone(self):
        late = without(f"{TARGETS}/DependsOn", self.named("shop", "shop", "orders"))

        assert_holds(target.waits_for_instances, late)

    def test_a_condition_may_decide_which_of_two_is_the_target(self):
        either = {"Fn::If": ["Aurora", [ref(CLUSTER)], ref("AWS::NoValue")]}

        assert_holds(target.one_target, faulted(f"{TARGETS}/DBClusterIdentifiers", either))


class TestTargetGroup:
    FUNCTION = "SAMStackBlogRDSProxyFunction"

    def second(self, **properties):
        return resource("RDS::DBProxyTargetGroup", TargetGroupName="default", **properties)

    def test_a_second_group_is_refused(self):
        [one] = violations(
            target.target_group, faulted("Second", self.second(DBProxyName=ref(PROXY)))
        )

        assert one.resource == "Second"
        assert one.sentence == f"{PROXY} has the group {TARGETS} already"

    def test_it_is_refused_by_the_name_of_the_proxy_too(self):
        named = faulted(f"{PROXY}/DBProxyName", "shop")

        [one] = violations(
            target.target_group, faulted("Second", self.second(DBProxyName="shop"), named)
        )

        assert one.resource == "Second"

    @pytest.mark.parametrize("name", [GIVEN, "another"])
    def test_a_group_of_another_proxy_is_accepted(self, name):
        assert_holds(target.target_group, faulted("Second", self.second(DBProxyName=name)))

    def test_a_proxy_without_a_group_is_refused(self):
        [one] = violations(target.target_group, without(TARGETS))

        assert one.resource == PROXY
        assert one.sentence == "clients connect to it, and it has no target group, so no database"

    def test_a_group_of_a_proxy_by_another_name_leaves_it_without(self):
        [one] = violations(target.target_group, faulted(f"{TARGETS}/DBProxyName", "another"))

        assert one.resource == PROXY

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT", GIVEN),
            ("Registered", resource("CloudFormation::CustomResource", Name=ref(PROXY))),
            ("Elsewhere", resource("RDS::DBProxyTargetGroup", DBProxyName=GIVEN)),
        ],
        ids=["no client", "registered by a resource of one's own", "a group of a given proxy"],
    )
    def test_a_proxy_that_others_may_lead_to_a_database_is_accepted(self, path, value):
        assert_holds(target.target_group, faulted(path, value, without(TARGETS)))


class TestReaderEndpoint:
    ENDPOINT = resource("RDS::DBProxyEndpoint", DBProxyName=ref(PROXY), TargetRole="READ_ONLY")

    def test_a_read_only_endpoint_without_a_reader_is_refused(self):
        [one] = violations(target.reader_endpoint, faulted("Endpoint", self.ENDPOINT))

        assert one.resource == "Endpoint"
        assert one.sentence == f"{CLUSTER} has no reader"
        assert "make the endpoint READ_WRITE" in one.remedy

    def test_a_read_only_endpoint_before_an_instance_is_refused(self):
        endpoint = {**self.ENDPOINT["Properties"], "DBProxyName": ref("Proxy")}
        wrong = faulted("Endpoint", resource("RDS::DBProxyEndpoint", **endpoint), POSTGRESQL)

        [one] = violations(target.reader_endpoint, wrong)

        assert one.resource == "Endpoint"
        assert one.sentence == "Database has no reader"

    def test_a_read_only_endpoint_with_a_reader_is_accepted(self):
        changed = faulted("RDSStackDBInstance2", READER, faulted("Endpoint", self.ENDPOINT))
        changed = faulted(f"{TARGETS}/DependsOn/1", "RDSStackDBInstance2", changed)

        assert_holds(target.reader_endpoint, changed)

    @pytest.mark.parametrize(
        "properties",
        [
            {"DBProxyName": ref(PROXY)},
            {"DBProxyName": ref(PROXY), "TargetRole": "READ_WRITE"},
            {"DBProxyName": ref(PROXY), "TargetRole": GIVEN},
            {"DBProxyName": GIVEN, "TargetRole": "READ_ONLY"},
        ],
    )
    def test_other_endpoints_are_accepted(self, properties):
        assert_holds(
            target.reader_endpoint,
            faulted("Endpoint", resource("RDS::DBProxyEndpoint", **properties)),
        )
