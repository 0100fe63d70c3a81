"""Parameter groups: TLS for everybody, and logs that hold what is exported."""

from __future__ import annotations

import pytest
from rendered import named_of_type, of_type

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.variants import auth, base, bastion, cross_account_db, edge, existing_vpc

ANY = [base, existing_vpc, auth, cross_account_db]
BUILT = [
    *((variant, engine) for variant in ANY for engine in ENGINES),
    *((bastion, engine) for engine in ("aurora-mysql", "aurora-postgresql")),
    *((edge, engine) for engine in ("mysql", "postgres")),
]
MYSQL_LOGS = {"slow_query_log": "1", "long_query_time": "1", "log_output": "FILE"}
POSTGRESQL = {"rds.force_ssl": "1", "log_min_duration_statement": "1000"}
PARAMETERS = {
    # Aurora refuses 1 here, and RDS refuses ON.
    "aurora-mysql": {"require_secure_transport": "ON", **MYSQL_LOGS},
    "mysql": {"require_secure_transport": "1", **MYSQL_LOGS},
    "aurora-postgresql": POSTGRESQL,
    "postgres": POSTGRESQL,
}

every_database = pytest.mark.parametrize(
    ("variant", "engine"), BUILT, ids=lambda one: getattr(one, "__name__", one)
)


def resources(variant, engine, **rds):
    settings = {
        "database": {"name": "shop", "master_username": "boss"},
        "rds": {"engine": engine, **rds},
    }
    return render(variant, variant.Config.parse(settings, "my.yaml")).flat()[0].resources


def group_of(found):
    """The one parameter group, which the database names."""
    for kind in ("DBCluster", "DBInstance"):
        if groups := named_of_type(found, f"RDS::{kind.replace('Instance', '')}ParameterGroup"):
            [(name, group)] = groups.items()
            database, *_ = of_type(found, f"RDS::{kind}")
            key = f"{kind.replace('Instance', '')}ParameterGroupName"
            assert database[key] == {"Ref": name}
            return group
    raise AssertionError("there is no parameter group")


@every_database
def test_every_database_accepts_only_tls_and_logs_what_is_exported(variant, engine):
    found = resources(variant, engine)

    group = group_of(found)
    assert group["Parameters"] | PARAMETERS[engine] == group["Parameters"]
    kind = "DBCluster" if ENGINES[engine].aurora else "DBInstance"
    database, *_ = of_type(found, f"RDS::{kind}")
    exported = {"MYSQL": {"error", "slowquery"}, "POSTGRESQL": {"postgresql"}}
    assert exported[ENGINES[engine].family] <= {*database["EnableCloudwatchLogsExports"]}


@pytest.mark.parametrize(
    ("engine", "name", "off"),
    [
        ("mysql", "require_secure_transport", "0"),
        ("aurora-mysql", "require_secure_transport", "OFF"),
        ("postgres", "rds.force_ssl", "0"),
        ("aurora-postgresql", "rds.force_ssl", "0"),
    ],
)
def test_a_database_accepts_a_proxy_without_tls(engine, name, off):
    found = resources(auth, engine, password_requires_tls=False)

    assert group_of(found)["Parameters"] == PARAMETERS[engine] | {name: off}


@every_database
def test_no_group_has_a_name_that_would_block_its_replacement(variant, engine):
    group = group_of(resources(variant, engine))

    assert not [name for name in group if name.endswith("Name")]


@pytest.mark.parametrize(
    ("engine", "old", "new"),
    [
        ("aurora-postgresql", ("16.11", "aurora-postgresql16"), ("17.7", "aurora-postgresql17")),
        ("postgres", ("16.11", "postgres16"), ("17.7", "postgres17")),
        ("mysql", ("8.4.7", "mysql8.4"), ("8.4.11", "mysql8.4")),
    ],
)
def test_a_new_major_version_changes_the_family_and_nothing_else(engine, old, new):
    before, after = (
        group_of(resources(base, engine, engine_version=version)) for version, _ in (old, new)
    )

    assert (before.pop("Family"), after.pop("Family")) == (old[1], new[1])
    assert before == after


@pytest.mark.parametrize(
    ("engine", "name", "value"),
    [
        ("aurora-mysql", "long_query_time", "5"),
        ("postgres", "log_min_duration_statement", "5000"),
    ],
)
def test_the_settings_define_a_slow_query(engine, name, value):
    parameters = group_of(resources(base, engine, slow_query_seconds=5))["Parameters"]

    assert parameters[name] == value


@pytest.mark.parametrize("seconds", [0, -1, 3601, "fast", 0.5])
def test_an_invalid_time_is_refused(seconds):
    with pytest.raises(ConfigError, match="slow_query_seconds"):
        resources(base, "mysql", slow_query_seconds=seconds)
