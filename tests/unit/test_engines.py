"""Engines as data: versions, classes and names that RDS allows or calls deprecated."""

from __future__ import annotations

import pytest

from rdsproxy_templates.aws.connections import default_connections
from rdsproxy_templates.aws.engines import ENGINES


@pytest.mark.parametrize("name", ENGINES)
class TestEveryEngine:
    def test_its_default_version_is_current(self, name):
        assert ENGINES[name].version_problem(ENGINES[name].default_version) is None

    def test_its_default_class_is_offered(self, name):
        assert list(ENGINES[name].class_problems(ENGINES[name].default_class, ("us-east-1",))) == []

    def test_its_default_version_goes_with_a_proxy(self, name):
        assert ENGINES[name].behind_proxy(ENGINES[name].default_version)

    def test_its_default_is_among_its_versions_in_order(self, name):
        assert ENGINES[name].default_version in ENGINES[name].versions


def test_the_newest_version_comes_last():
    versions = ENGINES["postgres"].versions

    assert versions.index("17.9") < versions.index("17.10") < versions.index("18.3")


def test_the_usual_names_of_masters_are_allowed():
    for engine, names in (
        (ENGINES["aurora-mysql"], ("admin", "root", "app")),
        (ENGINES["postgres"], ("postgres", "root", "app")),
    ):
        for name in names:
            assert engine.master.problem(name, engine.reserved_words) is None


@pytest.mark.parametrize(("engine", "longest"), [("mysql", 32), ("postgres", 63)])
def test_users_may_have_longer_names_than_masters(engine, longest):
    engine = ENGINES[engine]

    assert engine.user.problem("a" * longest, frozenset()) is None
    assert engine.user.problem("a" * (longest + 1), frozenset())
    assert engine.master.problem("a" * 16, frozenset()) is None
    assert "1 to 16" in str(engine.master.problem("a" * 17, frozenset()))


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
@pytest.mark.parametrize("name", ["mysql", "none", "public", "root", "pg_app", "RDS_app"])
def test_no_user_has_a_name_that_the_function_refuses(engine, name):
    assert engine.user.problem(name, frozenset())


@pytest.mark.parametrize(
    ("engine", "version"),
    [
        ("aurora-mysql", "5.7.mysql_aurora.2.11.6"),
        ("aurora-mysql", "8.0"),
        ("aurora-postgresql", "18.3"),
        ("postgres", "18"),
        ("postgres", "18.6"),
    ],
)
def test_versions_that_aws_documents_go_with_a_proxy(engine, version):
    assert ENGINES[engine].behind_proxy(version)


@pytest.mark.parametrize(
    ("engine", "version"),
    [("aurora-mysql", "8.4.mysql_aurora.8.4.8"), ("aurora-mysql", "5.7"), ("postgres", "12.22")],
)
def test_other_versions_do_not(engine, version):
    assert not ENGINES[engine].behind_proxy(version)


@pytest.mark.parametrize(
    ("instance_class", "max_capacity", "connections"),
    [
        ("db.t4g.medium", None, 90),
        ("db.t4g.large", None, 135),
        ("db.r8g.large", None, 1000),
        ("db.r8g.48xlarge", None, None),
        ("db.serverless", 1, 90),
        ("db.serverless", 100, 4000),
        ("db.serverless", 256, 6000),
    ],
)
def test_connections_follow_the_table_of_aws(instance_class, max_capacity, connections):
    engine = ENGINES["aurora-mysql"]

    assert default_connections(engine, instance_class, max_capacity) == connections


def test_engines_without_a_table_have_no_known_connections():
    assert default_connections(ENGINES["postgres"], "db.t4g.micro", None) is None


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("mysql", "8.4.11", "mysql8.4"),
        ("mysql", "5.7.44-rds.20260902", "mysql5.7"),
        ("postgres", "17.11", "postgres17"),
        ("postgres", "11.22-rds.20260514", "postgres11"),
        ("aurora-mysql", "8.0.mysql_aurora.3.10.6", "aurora-mysql8.0"),
        ("aurora-postgresql", "17.7", "aurora-postgresql17"),
    ],
)
def test_a_version_has_a_parameter_group_family(engine, version, family):
    assert ENGINES[engine].parameter_family(version) == family
