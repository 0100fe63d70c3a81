"""Monitoring of databases: insights, and the role of Enhanced Monitoring."""

from __future__ import annotations

import pytest
from rendered import flat, of_type, problems

from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.variants import auth, base, bastion, cross_account_db, edge

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
ROLE = "arn:aws:iam::123456789012:role/monitoring/rds"
BOUNDARY = "arn:aws:iam::123456789012:policy/bounds"
LARGE = {
    "aurora-mysql": "db.r7g.large",
    "aurora-postgresql": "db.r7g.large",
    "mysql": "db.m7g.large",
    "postgres": "db.t4g.micro",
}
VARIANTS = [
    *((variant, engine) for variant in (base, auth, cross_account_db) for engine in ENGINES),
    *((bastion, engine) for engine in ("aurora-mysql", "aurora-postgresql")),
    *((edge, engine) for engine in ("mysql", "postgres")),
]
every_database = pytest.mark.parametrize(
    ("variant", "engine"), VARIANTS, ids=lambda one: getattr(one, "__name__", one)
)


def database(variant, engine, monitoring):
    """The cluster, or the instance without one, and all resources."""
    rds = {"engine": engine, "monitoring": monitoring}
    if variant is not bastion:
        rds["instance_class"] = LARGE[engine]
    found = flat(variant, rds=rds).resources
    kind = "DBCluster" if ENGINES[engine].aurora else "DBInstance"
    [one] = of_type(found, f"RDS::{kind}")
    return one, found


def refused(monitoring, **rds):
    return problems(base, rds={"monitoring": monitoring, **rds})


@every_database
def test_without_settings_nothing_is_said_of_monitoring(variant, engine):
    found = flat(variant, rds={"engine": engine}).resources

    for kind in ("DBCluster", "DBInstance"):
        for one in of_type(found, f"RDS::{kind}"):
            assert not [name for name in one if "Insights" in name or "Monitoring" in name]


@every_database
def test_the_advanced_mode_brings_performance_insights_and_keeps_its_data(variant, engine):
    one, found = database(variant, engine, {"database_insights": "advanced"})

    said = {name: value for name, value in one.items() if "Insights" in name}
    switch = "PerformanceInsightsEnabled" if ENGINES[engine].aurora else "EnablePerformanceInsights"
    assert said == {
        "DatabaseInsightsMode": "advanced",
        "PerformanceInsightsRetentionPeriod": 465,
        switch: True,
    }
    if ENGINES[engine].aurora:
        # "Aurora DB instances inherit this value from the DB cluster": CreateDBInstance.
        assert not [
            name
            for one in of_type(found, "RDS::DBInstance")
            for name in one
            if "Ins" in name and name != "DBInstanceClass"
        ]


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("aurora-postgresql", "PerformanceInsightsKmsKeyId"),
        ("postgres", "PerformanceInsightsKMSKeyId"),
    ],
)
def test_a_key_of_ones_own_encrypts_the_data(engine, name):
    one, _ = database(base, engine, {"kms_key_arn": KEY, "retention_days": 731})

    assert (one[name], one["PerformanceInsightsRetentionPeriod"]) == (KEY, 731)


def test_performance_insights_can_be_turned_off():
    one, _ = database(base, "postgres", {"performance_insights": False})

    assert one["EnablePerformanceInsights"] is False


@every_database
def test_enhanced_monitoring_has_a_role_that_only_it_assumes(variant, engine):
    one, found = database(variant, engine, {"enhanced_interval": 15})

    assert one["MonitoringInterval"] == 15
    title = one["MonitoringRoleArn"]["Fn::GetAtt"][0]
    role = found[title]["Properties"]
    assert role["ManagedPolicyArns"] == [
        {
            "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/"
            "AmazonRDSEnhancedMonitoringRole"
        }
    ]
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["monitoring.rds.amazonaws.com"]}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Fn::Sub": "${AWS::AccountId}"}}
    }


def test_the_role_has_the_chosen_path_and_bounds():
    role = {
        "path": "/service/",
        "description": "Writes RDSOSMetrics",
        "permissions_boundary": BOUNDARY,
        "max_session_duration": 7200,
    }
    one, found = database(base, "mysql", {"enhanced_interval": 60, "role": role})

    made = found[one["MonitoringRoleArn"]["Fn::GetAtt"][0]]["Properties"]
    assert (made["Path"], made["Description"]) == ("/service/", "Writes RDSOSMetrics")
    assert (made["PermissionsBoundary"], made["MaxSessionDuration"]) == (BOUNDARY, 7200)


def test_a_role_of_ones_own_is_taken_and_none_created():
    one, found = database(base, "mysql", {"enhanced_interval": 1, "role": {"arn": ROLE}})

    assert one["MonitoringRoleArn"] == ROLE
    assert not [name for name in found if "MonitoringRole" in name]


@pytest.mark.parametrize(
    ("monitoring", "expected"),
    [
        ({"retention_days": 94}, "rds.monitoring.retention_days] must be one of 7, 31, 62"),
        (
            {"database_insights": "advanced", "retention_days": 434},
            "rds.monitoring.retention_days] must be at least 465 with database_insights: advanced, "
            "got 434",
        ),
        (
            {"database_insights": "advanced", "performance_insights": False},
            "rds.monitoring.performance_insights] must not be false beside database_insights;",
        ),
        (
            {"performance_insights": False, "retention_days": 7, "kms_key_arn": KEY},
            "must not be false beside retention_days, kms_key_arn; leave one of them out",
        ),
        (
            {"kms_key_arn": "alias/insights"},
            "rds.monitoring.kms_key_arn] must be the ARN of a KMS key, "
            "arn:aws:kms:REGION:ACCOUNT:key/ID, and no alias, got 'alias/insights'",
        ),
        ({"kms_key_arn": KEY.replace("key/", "alias/")}, "and no alias, got 'arn:aws:kms:"),
        ({"enhanced_interval": 0}, "enhanced_interval] must be one of 1, 5, 10, 15, 30, 60, got 0"),
        ({"enhanced_interval": True}, "must be one of 1, 5, 10, 15, 30, 60, got true"),
        ({"role": {}}, "rds.monitoring.role] is for Enhanced Monitoring: give"),
        (
            {"enhanced_interval": 5, "role": {"arn": "rds-monitoring-role"}},
            "rds.monitoring.role.arn] must be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/",
        ),
        (
            {"enhanced_interval": 5, "role": {"arn": ROLE, "path": "/a/"}},
            "rds.monitoring.role.arn] is of a role that exists, and path of one that is created",
        ),
        (
            {"enhanced_interval": 5, "role": {"path": "service"}},
            "rds.monitoring.role.path] must begin and end with a slash, such as /service/",
        ),
        (
            {"enhanced_interval": 5, "role": {"permissions_boundary": ROLE}},
            "rds.monitoring.role.permissions_boundary] must be the ARN of a managed IAM policy",
        ),
    ],
)
def test_what_rds_refuses_is_refused(monitoring, expected):
    assert expected in "\n".join(refused(monitoring))


@pytest.mark.parametrize(
    ("rds", "expected"),
    [
        ({"engine": "mysql"}, "is not offered for db.t4g.micro with mysql: choose another"),
        (
            {"engine": "aurora-mysql", "instance_class": "db.t3.medium"},
            "is not offered for db.t3.medium with aurora-mysql",
        ),
        (
            {
                "engine": "aurora-mysql",
                "readers": 1,
                "instances": [{}, {"instance_class": "db.t3.medium"}],
            },
            "is not offered for db.t3.medium with aurora-mysql",
        ),
    ],
)
def test_classes_without_insights_are_refused(rds, expected):
    [problem] = refused({"performance_insights": True}, **rds)

    assert problem.startswith("[my.yaml: rds.monitoring.performance_insights] ")
    assert expected in problem


def test_enhanced_monitoring_is_for_every_class():
    one, _ = database(base, "mysql", {"enhanced_interval": 60})

    assert one["MonitoringInterval"] == 60
