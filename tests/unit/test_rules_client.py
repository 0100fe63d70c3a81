"""Clients: the protocol, the host and the network that a function is told."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    POSTGRESQL,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    violations,
    without,
)

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import client
from rdsproxy_templates.variants import existing_vpc

USERS = unpackaged(existing_vpc, existing_vpc.Config()).flat()[0]
CLUSTER = "RDSStackDBCluster"
PROXY, FUNCTION = "RDSStackRDSProxy", "SAMStackBlogRDSProxyFunction"
VARIABLES = f"{FUNCTION}/Environment/Variables"
HOST = f"{VARIABLES}/RDS_PROXY_ENDPOINT"


class TestEngineFamily:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("RDS_ENGINE_FAMILY", "POSTGRESQL"),
            ("DB_ENGINE", "postgres"),
            ("DB_DIALECT", "postgresql"),
            ("DB_PORT", "5432"),
            ("PORT", 5432),
            ("DB_ENDPOINT_PORT", "5432"),
            ("PGPORT", "5432"),
            ("dbPort", 5432),
            ("DATABASE_URL", {"Fn::Sub": f"postgresql://${{{PROXY}.Endpoint}}/shop"}),
            ("URL", {"Fn::Join": ["", ["postgres://app@", get_att(PROXY, "Endpoint")]]}),
        ],
    )
    def test_the_protocol_of_the_other_family_is_refused(self, name, value):
        [one] = violations(client.engine_family, faulted(f"{VARIABLES}/{name}", value))

        assert one.resource == FUNCTION
        assert f"the variable {name} says" in one.sentence
        assert one.sentence.endswith("speaks MYSQL")

    def test_our_function_speaks_mysql_unless_it_is_told_otherwise(self):
        proxied = faulted(f"{PROXY}/EngineFamily", "POSTGRESQL")
        database = faulted(f"{CLUSTER}/Engine", "aurora-postgresql", proxied)

        [one] = violations(client.engine_family, database)

        assert "RDS_ENGINE_FAMILY says nothing" in one.sentence

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DB_ENGINE", "aurora-mysql"),
            ("DB_PORT", "3306"),
            ("DATABASE_URL", {"Fn::Sub": f"mysql+pymysql://${{{PROXY}.Endpoint}}/shop"}),
            ("METRICS_PORT", "5432"),
            ("DB_ENGINE", GIVEN),
            ("REPORTS_URL", "postgres://elsewhere/shop"),
        ],
    )
    def test_the_same_protocol_and_what_is_unknown_are_accepted(self, name, value):
        assert_holds(client.engine_family, faulted(f"{VARIABLES}/{name}", value))

    def test_a_proxy_of_a_given_family_is_left_alone(self):
        changed = faulted(f"{VARIABLES}/DB_ENGINE", "postgres")

        assert_holds(client.engine_family, faulted(f"{PROXY}/EngineFamily", GIVEN, changed))


class TestHost:
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (ref(PROXY), f"the name of {PROXY}"),
            ({"Fn::Sub": f"${{{PROXY}}}"}, f"the name of {PROXY}"),
            (get_att(PROXY, "DBProxyArn"), f"the DBProxyArn of {PROXY}"),
            (get_att("RDSStackDBCluster", "DBClusterResourceId"), "the DBClusterResourceId of"),
        ],
    )
    def test_a_name_or_an_arn_is_no_host(self, value, said):
        [one] = violations(client.host, faulted(HOST, value))

        assert one.resource == FUNCTION
        assert f"the variable RDS_PROXY_ENDPOINT is {said}" in one.sentence

    @pytest.mark.parametrize("name", ["PGHOST", "dbHost", "MYSQL_HOST", "PGHOSTADDR", "Rds_Server"])
    def test_a_host_has_many_names(self, name):
        [one] = violations(client.host, faulted(f"{VARIABLES}/{name}", ref(PROXY)))

        assert f"the variable {name} is the name of {PROXY}" in one.sentence

    @pytest.mark.parametrize("name", ["GHOST", "PORT_NAME", "DBNAME"])
    def test_other_names_are_none(self, name):
        assert_holds(client.host, faulted(f"{VARIABLES}/{name}", ref(PROXY)))

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("RDS_PROXY_NAME", ref(PROXY)),
            ("RDS_PROXY_ENDPOINT", GIVEN),
            ("DB_HOST", get_att("RDSStackDBCluster", "Endpoint.Address")),
            ("QUEUE_ENDPOINT", {"Fn::ImportValue": "Queue"}),
        ],
    )
    def test_a_name_for_a_name_and_a_host_for_a_host_are_accepted(self, name, value):
        assert_holds(client.host, faulted(f"{VARIABLES}/{name}", value))


class TestWritesToReader:
    READER = resource("RDS::DBProxyEndpoint", DBProxyName=ref(PROXY), TargetRole="READ_ONLY")

    def told_reader(self, template=None):
        changed = faulted("Reader", self.READER, template) if template else None
        changed = changed or faulted("Reader", self.READER)
        return faulted(HOST, get_att("Reader", "Endpoint"), changed)

    def test_our_function_that_writes_is_refused(self):
        [one] = violations(client.writes_to_reader, self.told_reader())

        assert one.resource == FUNCTION
        assert one.sentence == "it writes rows, and it is told only Reader, which is read-only"

    def test_a_function_may_read_only_though_its_user_may_do_more(self):
        changed = without(f"{FUNCTION}/CodeUri", self.told_reader(USERS))

        assert_holds(client.writes_to_reader, changed)

    def test_one_reader_in_two_variables_is_refused(self):
        changed = without(f"{FUNCTION}/CodeUri", self.told_reader())
        place = f"{VARIABLES}/RDS_PROXY_READ_ONLY_ENDPOINT"

        [one] = violations(
            client.writes_to_reader, faulted(place, get_att("Reader", "Endpoint"), changed)
        )

        assert one.sentence.startswith("another variable is for the reader")

    def test_the_reader_of_a_cluster_is_one_too(self):
        place = "UsersStackApplyUserFunction/Environment/Variables/RDS_HOST"
        reader = get_att("RDSStackDBCluster", "ReadEndpoint.Address")

        [one] = violations(client.writes_to_reader, faulted(place, reader, USERS))

        assert one.resource == "UsersStackApplyUserFunction"

    def test_a_variable_for_the_writer_is_refused(self):
        changed = faulted("Reader", self.READER)
        changed = faulted(f"{VARIABLES}/WRITER_HOST", get_att("Reader", "Endpoint"), changed)

        [one] = violations(client.writes_to_reader, changed)

        assert one.sentence == "the variable WRITER_HOST is Reader, which is read-only"

    def test_a_function_that_may_only_read_is_accepted(self):
        assert_holds(client.writes_to_reader, without(f"{FUNCTION}/CodeUri", self.told_reader()))

    def test_a_reader_beside_the_writer_is_accepted(self):
        changed = faulted("Reader", self.READER)

        assert_holds(
            client.writes_to_reader,
            faulted(f"{VARIABLES}/READER_HOST", get_att("Reader", "Endpoint"), changed),
        )

    def test_a_role_of_the_endpoint_that_is_given_is_left_alone(self):
        assert_holds(
            client.writes_to_reader, faulted("Reader/TargetRole", GIVEN, self.told_reader())
        )


class TestInVpc:
    @pytest.mark.parametrize("network", [None, {}, {"SubnetIds": [], "SecurityGroupIds": []}])
    def test_a_function_that_is_told_a_proxy_and_is_in_no_vpc_is_refused(self, network):
        place = f"{FUNCTION}/VpcConfig"
        wrong = without(place) if network is None else faulted(place, network)

        [one] = violations(client.in_vpc, wrong)

        assert one.resource == FUNCTION
        assert one.sentence == f"it is told {PROXY}, and is in no VPC"

    @pytest.mark.parametrize("place", [f"{FUNCTION}/VpcConfig", f"{FUNCTION}/VpcConfig/SubnetIds"])
    def test_a_network_that_is_given_is_left_alone(self, place):
        assert_holds(client.in_vpc, faulted(place, GIVEN))

    @pytest.mark.parametrize(("public", "found"), [(False, 1), (True, 0), (GIVEN, 0)])
    def test_a_database_without_an_address_is_like_a_proxy(self, public, found):
        function = "UsersStackApplyUserFunction"
        changed = without(f"{function}/VpcConfig", USERS)
        changed = faulted("RDSStackDBInstance1/PubliclyAccessible", public, changed)

        assert [one.resource for one in violations(client.in_vpc, changed)] == [function] * found

    def test_a_function_that_is_told_no_proxy_needs_none(self):
        assert_holds(client.in_vpc, faulted(HOST, GIVEN, without(f"{FUNCTION}/VpcConfig")))

    def test_a_plain_function_is_read_too(self):
        variables = {"HOST": {"Fn::Sub": "${Proxy.Endpoint}"}}
        function = resource("Lambda::Function", Environment={"Variables": variables})

        [one] = violations(client.in_vpc, faulted("Function", function, POSTGRESQL))

        assert one.resource == "Function"
