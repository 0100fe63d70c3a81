"""The logs of databases that CloudWatch Logs receives."""

from __future__ import annotations

import pytest
from rendered import flat, of_type, problems

from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.resources.database_logs import EXPORTS
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
