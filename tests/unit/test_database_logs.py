"""The logs of databases that CloudWatch Logs receives."""

from __future__ import annotations

import pytest
from rendered import flat, named_of_type, of_type, problems

from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.log_exports import EXPORTS
from rdsproxy_templates.variants import base, edge


def rendered(engine, variant=base, **logs):
    """The exports of a database, and its parameters."""
    found = flat(variant, rds={"engine": engine, "logs": logs}).resources
    kind = "Cluster" if ENGINES[engine].aurora else "Instance"
    [database] = of_type(found, f"RDS::DB{kind}")
    [group] = of_type(found, f"RDS::DB{kind.replace('Instance', '')}ParameterGroup")
    return database["EnableCloudwatchLogsExports"], group["Parameters"]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_log_of_an_engine_can_be_exported(engine):
    logs = [log for log in EXPORTS[engine] if (engine, log) != ("mysql", "audit")]
    exports, _ = rendered(engine, exports=logs)

    assert exports == logs


@pytest.mark.parametrize("engine", ENGINES)
def test_the_default_exports_are_logs_that_the_engine_has(engine):
    assert set(ENGINES[engine].log_exports) <= set(EXPORTS[engine])


@pytest.mark.parametrize("engine", ["aurora-mysql", "mysql"])
def test_the_general_log_is_written_where_it_is_exported(engine):
    _, without = rendered(engine, exports=["error"])
    _, parameters = rendered(engine, exports=["general"])

    assert "general_log" not in without
    assert (parameters["general_log"], parameters["log_output"]) == ("1", "FILE")


def test_the_audit_log_of_aurora_records_logins():
    exports, parameters = rendered("aurora-mysql", exports=["audit"])

    assert exports == ["audit"]
    assert parameters["server_audit_logging"] == "1"
    assert parameters["server_audit_events"] == "CONNECT"


def test_the_audit_log_of_aurora_records_the_chosen_events():
    _, parameters = rendered(
        "aurora-mysql", exports=["audit"], audit_events=["CONNECT", "QUERY_DDL"]
    )

    assert parameters["server_audit_events"] == "CONNECT,QUERY_DDL"


def test_nothing_is_exported_where_the_list_is_empty():
    exports, _ = rendered("postgres", exports=[])

    assert exports == []


def test_an_export_that_records_logins_is_named_once():
    exports, _ = rendered("mysql", edge, exports=["audit", "error"])

    assert exports == ["audit", "error"]


@pytest.mark.parametrize(
    ("engine", "logs", "expected"),
    [
        (
            "postgres",
            {"exports": ["slowquery"]},
            "[my.yaml: rds.logs.exports] must be logs of postgres, which are iam-db-auth-error, "
            "postgresql, upgrade, got slowquery",
        ),
        (
            "aurora-mysql",
            {"exports": ["errors"]},
            "[my.yaml: rds.logs.exports.0] must be one of audit, error, general",
        ),
        (
            "aurora-mysql",
            {"exports": ["error", "error"]},
            "[my.yaml: rds.logs.exports] must name each once, got error twice",
        ),
        (
            "aurora-mysql",
            {"audit_events": ["CONNECT"]},
            "[my.yaml: rds.logs.audit_events] is of the log audit, which exports must name",
        ),
        (
            "mysql",
            {"exports": ["audit"], "audit_events": ["QUERY"]},
            "[my.yaml: rds.logs.audit_events] is for aurora-mysql, and engine is 'mysql'",
        ),
        (
            "mysql",
            {"exports": ["audit"]},
            "[my.yaml: rds.logs.exports] names audit, and RDS for MySQL writes that log only with "
            "the option MARIADB_AUDIT_PLUGIN",
        ),
    ],
)
def test_logs_that_would_stay_empty_are_refused(engine, logs, expected):
    assert expected in "\n".join(problems(base, rds={"engine": engine, "logs": logs}))


@pytest.mark.parametrize(
    ("logs", "place"),
    [
        ({"exports": ["general"]}, "rds.logs.exports"),
        ({"exports": ["audit"], "audit_events": ["QUERY"]}, "rds.logs.audit_events"),
    ],
)
def test_logs_with_statements_warn(logs, place):
    config = base.Config.parse({"rds": {"logs": logs}}, "my.yaml")

    assert place in [warning.place for warning in config.warnings()]


KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"


class TestRetention:
    def database(self, engine, variant=base, **logs):
        rds = {"engine": engine, "identifiers": {"database": "shop"}, "logs": {"groups": logs}}
        return flat(variant, rds=rds).resources

    @pytest.mark.parametrize(
        ("engine", "expected"),
        [
            ("aurora-mysql", ["cluster/shop/error", "cluster/shop/slowquery"]),
            ("aurora-postgresql", ["cluster/shop/postgresql"]),
            ("mysql", ["instance/shop/error", "instance/shop/slowquery"]),
            ("postgres", ["instance/shop/postgresql"]),
        ],
    )
    def test_each_exported_log_has_a_group_before_the_database(self, engine, expected):
        found = self.database(engine, retention_in_days=90)

        groups = {
            title: body
            for title, body in named_of_type(found, "Logs::LogGroup").items()
            if title.startswith("RDSStack")
        }
        assert [body["LogGroupName"] for body in groups.values()] == [
            f"/aws/rds/{name}" for name in expected
        ]
        assert {body["RetentionInDays"] for body in groups.values()} == {90}
        kind = "DBCluster" if ENGINES[engine].aurora else "DBInstance"
        assert {*groups} <= {*found[f"RDSStack{kind}"]["DependsOn"]}

    def test_logs_of_logins_have_a_group_too(self):
        found = self.database("mysql", edge, retention_in_days=90)

        names = [body.get("LogGroupName") for body in of_type(found, "Logs::LogGroup")]
        assert "/aws/rds/instance/shop/audit" in names

    def test_the_groups_have_the_chosen_key_and_class(self):
        found = self.database(
            "postgres",
            retention_in_days=1,
            kms_key_arn=KEY,
            log_class="INFREQUENT_ACCESS",
        )

        [group] = [one for one in of_type(found, "Logs::LogGroup") if "KmsKeyId" in one]
        assert (group["KmsKeyId"], group["LogGroupClass"]) == (KEY, "INFREQUENT_ACCESS")

    def test_without_a_retention_rds_creates_the_groups(self):
        rds = {"engine": "postgres", "identifiers": {"database": "shop"}, "logs": {}}
        found = flat(base, rds=rds).resources

        names = [body.get("LogGroupName") for body in of_type(found, "Logs::LogGroup")]
        assert "/aws/rds/instance/shop/postgresql" not in names

    @pytest.mark.parametrize(
        ("logs", "expected"),
        [
            (
                {"groups": {}},
                "[my.yaml: rds.logs.groups] needs identifiers.database: RDS creates",
            ),
            (
                {"groups": {"retention_in_days": 31}},
                "rds.logs.groups.retention_in_days] must be one of 1, 3, 5, 7",
            ),
            (
                {"groups": {"kms_key_arn": "alias/logs"}},
                "[my.yaml: rds.logs.groups.kms_key_arn] must be the ARN of a KMS key",
            ),
        ],
    )
    def test_groups_that_cannot_be_created_are_refused(self, logs, expected):
        assert expected in "\n".join(problems(base, rds={"logs": logs}))


def test_an_audit_log_is_exported_where_the_option_group_is_given():
    found = flat(
        base,
        rds={
            "engine": "mysql",
            "parameters": {"option_group": "audited"},
            "logs": {"exports": ["audit"]},
        },
    ).resources

    [database] = of_type(found, "RDS::DBInstance")
    assert database["EnableCloudwatchLogsExports"] == ["audit"]


def test_a_given_parameter_group_must_write_what_is_exported():
    rds = {"parameters": {"cluster_group": "ours"}, "logs": {"exports": ["general"]}}
    config = base.Config.parse({"rds": rds}, "my.yaml")

    [warning] = [
        str(one)
        for one in config.warnings()
        if one.place == "rds.logs.exports" and "not ours" in one.sentence
    ]
    assert "needs general_log, log_output in ours" in warning
