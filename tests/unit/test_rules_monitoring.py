"""Insights and logs that RDS refuses."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, POSTGRESQL, assert_holds, faulted, resource, template, violations

from rdsproxy_templates.validators.rules import monitoring

CLUSTER = "RDSStackDBCluster"
INSTANCE = "RDSStackDBInstance1"
ADVANCED = {"DatabaseInsightsMode": "advanced"}


def cluster(**properties):
    """A template of one cluster of Aurora MySQL."""
    return template(Database=resource("RDS::DBCluster", Engine="aurora-mysql", **properties))


class TestInsights:
    @pytest.mark.parametrize(
        "properties",
        [
            {},
            {"PerformanceInsightsEnabled": True},
            {"PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 434},
            {"PerformanceInsightsEnabled": False, "PerformanceInsightsRetentionPeriod": 465},
            {"PerformanceInsightsRetentionPeriod": "465"},
        ],
    )
    def test_the_advanced_mode_needs_its_data(self, properties):
        [one] = violations(monitoring.insights, cluster(**ADVANCED, **properties))

        assert one.property == "DatabaseInsightsMode"
        assert "needs PerformanceInsightsEnabled, and 465 days or more" in one.sentence

    @pytest.mark.parametrize(
        "properties",
        [
            {"PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 465},
            {"PerformanceInsightsEnabled": "true", "PerformanceInsightsRetentionPeriod": GIVEN},
            {"PerformanceInsightsEnabled": GIVEN, "PerformanceInsightsRetentionPeriod": "731"},
        ],
    )
    def test_with_its_data_or_what_only_deployment_knows_it_is_accepted(self, properties):
        assert_holds(monitoring.insights, cluster(**ADVANCED, **properties))

    def test_a_member_of_a_class_without_them_is_refused(self):
        made = faulted(f"{CLUSTER}/PerformanceInsightsEnabled", value=True)
        made = faulted(f"{INSTANCE}/DBInstanceClass", "db.t3.medium", made)

        [one] = violations(monitoring.insights, made)

        assert (one.resource, one.property) == (INSTANCE, "DBInstanceClass")
        assert "not offered for db.t3.medium with aurora-mysql" in one.sentence

    def test_an_instance_of_a_class_without_them_is_refused(self):
        small = {"DBInstanceClass": "db.t4g.micro", "EnablePerformanceInsights": True}
        for engine, found in (("mysql", 1), ("postgres", 0)):
            one = template(Database=resource("RDS::DBInstance", Engine=engine, **small))
            assert len(violations(monitoring.insights, one)) == found


class TestLogs:
    def test_logs_of_another_engine_are_refused(self):
        made = faulted("Database/EnableCloudwatchLogsExports", ["slowquery", GIVEN], POSTGRESQL)

        [one] = violations(monitoring.logs, made)

        assert one.sentence == "postgres has no log slowquery"
        assert one.remedy == "Export logs of postgres: iam-db-auth-error, postgresql, upgrade"

    @pytest.mark.parametrize("exports", [["audit", "instance"], GIVEN, []])
    def test_logs_of_the_engine_are_accepted(self, exports):
        assert_holds(monitoring.logs, faulted(f"{CLUSTER}/EnableCloudwatchLogsExports", exports))


@pytest.mark.parametrize("rule", [monitoring.insights, monitoring.logs])
def test_the_defaults_are_accepted(rule):
    assert_holds(rule, BASE)
