"""Parameter and option groups: they are those of the database's engine and version."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, assert_holds, faulted, ref, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import parameter_group
from rdsproxy_templates.variants import bastion, edge

CLUSTER, GROUP = "RDSStackDBCluster", "RDSStackDBClusterParameterGroup"
INSTANCE = "RDSStackDBInstance1"
EDGE = unpackaged(edge, edge.Config()).flat()[0]
BASTION = unpackaged(bastion, bastion.Config()).flat()[0]


class TestParameterGroup:
    @pytest.mark.parametrize("template", [BASE, EDGE, BASTION], ids=["base", "edge", "bastion"])
    def test_our_groups_are_accepted(self, template):
        assert_holds(parameter_group.parameter_group, template)

    @pytest.mark.parametrize("family", ["aurora-mysql5.7", "aurora-mysql8.4", "mysql8.0"])
    def test_a_group_of_another_family_is_refused(self, family):
        [one] = violations(parameter_group.parameter_group, faulted(f"{GROUP}/Family", family))

        assert one.resource == GROUP
        assert one.sentence == (
            f"its family is {family}, and {CLUSTER} is aurora-mysql 8.0.mysql_aurora.3.10.6"
        )
        assert one.remedy == "Take a group of the family aurora-mysql8.0"

    def test_a_group_of_an_instance_is_that_of_its_cluster(self):
        group = resource("RDS::DBParameterGroup", Family="aurora-mysql5.7")
        own = faulted("Own", group)

        [one] = violations(
            parameter_group.parameter_group,
            faulted(f"{INSTANCE}/DBParameterGroupName", ref("Own"), own),
        )

        assert one.resource == "Own"

    @pytest.mark.parametrize("name", ["default.aurora-mysql5.7", "default.mysql8.0"])
    def test_a_default_group_has_a_family_too(self, name):
        place = f"{CLUSTER}/DBClusterParameterGroupName"

        [one] = violations(parameter_group.parameter_group, faulted(place, name))

        assert (one.resource, one.property) == (CLUSTER, "DBClusterParameterGroupName")

    def test_a_group_of_the_other_type_is_refused(self):
        [one] = violations(
            parameter_group.parameter_group,
            faulted(f"{INSTANCE}/DBParameterGroupName", ref(GROUP)),
        )

        assert one.resource == INSTANCE
        assert one.sentence == f"{GROUP} is of type AWS::RDS::DBClusterParameterGroup"

    def test_without_a_version_the_engine_is_judged(self):
        open_version = without(f"{CLUSTER}/EngineVersion")

        assert_holds(parameter_group.parameter_group, open_version)
        [one] = violations(
            parameter_group.parameter_group, faulted(f"{GROUP}/Family", "mysql8.0", open_version)
        )
        assert one.sentence == f"its family is mysql8.0, and {CLUSTER} is aurora-mysql"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{GROUP}/Family", GIVEN),
            (f"{CLUSTER}/EngineVersion", GIVEN),
            (f"{CLUSTER}/Engine", GIVEN),
            (f"{CLUSTER}/DBClusterParameterGroupName", GIVEN),
            (f"{CLUSTER}/DBClusterParameterGroupName", "my-own"),
        ],
    )
    def test_what_is_given_is_left_alone(self, path, value):
        assert_holds(parameter_group.parameter_group, faulted(path, value))


class TestOptionGroup:
    OPTIONS = "RDSStackDBOptionGroup"

    @pytest.mark.parametrize(
        ("key", "value"),
        [("MajorEngineVersion", "8.0"), ("MajorEngineVersion", 8.0), ("EngineName", "mariadb")],
    )
    def test_a_group_of_another_engine_or_version_is_refused(self, key, value):
        [one] = violations(
            parameter_group.option_group, faulted(f"{self.OPTIONS}/{key}", value, EDGE)
        )

        assert (one.resource, one.property) == (self.OPTIONS, key)
        assert one.sentence == f"it is for {value}, and RDSStackDBInstance is mysql 8.4.11"

    @pytest.mark.parametrize("value", ["8.4", 8.4, GIVEN])
    def test_the_version_may_be_a_number_or_be_given(self, value):
        changed = faulted(f"{self.OPTIONS}/MajorEngineVersion", value, EDGE)

        assert_holds(parameter_group.option_group, changed)
