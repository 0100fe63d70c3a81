"""Every engine through every variant: provisioned or Serverless v2, with and without readers."""

from __future__ import annotations

import pytest
from rendered import of_type

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.resources.security_groups import HTTPS
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import auth, base, data_tier, existing_vpc

VARIANTS = {"base": base, "existing_vpc": existing_vpc, "data_tier": data_tier, "auth": auth}
AURORA = [name for name, engine in ENGINES.items() if engine.aurora]
USERS = [
    {"name": "reports", "login": "password"},
    {"name": "app", "login": "iam"},
    {"name": "owner", "login": "end_to_end_iam"},
]

every_engine = pytest.mark.parametrize("engine", ENGINES)
every_variant = pytest.mark.parametrize("variant", VARIANTS)


def bundle_of(variant, engine, *, judged=True, **rds):
    """A render with the function as the master, unless users are named."""
    one_function = variant not in {"auth", "data_tier"}
    master = {"function_user": None} if one_function else {}
    settings = {
        "database": {"name": "shop", "master_username": "boss"},
        "rds": {"engine": engine, "master_login": True, **rds},
        **master,
    }
    config = VARIANTS[variant].Config.parse(settings, "my.yaml")
    return render(VARIANTS[variant], config, validate=judged)


def resources(variant, engine, **rds):
    return bundle_of(variant, engine, **rds).flat()[0].resources


@every_variant
@every_engine
@pytest.mark.parametrize("users", [[], USERS], ids=["the master alone", "users"])
@pytest.mark.parametrize("readers", [0, 1, 2])
@pytest.mark.parametrize("size", [{}, {"max_capacity": 8}], ids=["provisioned", "serverless"])
def test_every_combination_renders_valid_or_is_only_for_aurora(
    variant, engine, size, readers, users
):
    chosen = {**size, **({"readers": readers} if readers else {}), "users": users}
    if ENGINES[engine].aurora or not (size or readers):
        assert validate(bundle_of(variant, engine, judged=False, **chosen), lint=False) == []
    else:
        with pytest.raises(ConfigError, match="is for engines of Aurora"):
            bundle_of(variant, engine, **chosen)


@every_variant
@every_engine
def test_everything_speaks_the_protocol_of_the_engine(variant, engine):
    found = resources(variant, engine, users=USERS, rotate_secrets_after_days=30)
    family, port = ENGINES[engine].family, ENGINES[engine].port

    assert {proxy["EngineFamily"] for proxy in of_type(found, "RDS::DBProxy")} == {family}
    opened = {rule["FromPort"] for rule in of_type(found, "EC2::SecurityGroupIngress")}
    assert opened == {port, HTTPS}
    spoken = {
        body["Environment"]["Variables"].get("RDS_ENGINE_FAMILY", "MYSQL")
        for body in of_type(found, "Serverless::Function")
        if "RDS_DATABASE_NAME" in body["Environment"]["Variables"]
    }
    assert spoken == {family}
    rotations = of_type(found, "SecretsManager::RotationSchedule")
    types = {one["HostedRotationLambda"]["RotationType"] for one in rotations}
    assert types == {ENGINES[engine].rotation_type}


@every_variant
@pytest.mark.parametrize("engine", AURORA)
def test_readers_have_their_own_host_on_each_proxy(variant, engine):
    made = bundle_of(variant, engine, readers=2)
    found = made.flat()[0].resources

    endpoints = of_type(found, "RDS::DBProxyEndpoint")
    proxies = {name for name, body in found.items() if body["Type"] == "AWS::RDS::DBProxy"}
    assert {one["TargetRole"] for one in endpoints} == {"READ_ONLY"}
    assert {one["DBProxyName"]["Ref"] for one in endpoints} == proxies
    assert len(of_type(found, "RDS::DBInstance")) == 3
    assert len([name for name in made.root.outputs if "ReadOnlyEndpoint" in name]) == len(proxies)


@every_variant
@pytest.mark.parametrize("engine", AURORA)
def test_without_readers_no_host_promises_any(variant, engine):
    made = bundle_of(variant, engine)

    assert not of_type(made.flat()[0].resources, "RDS::DBProxyEndpoint")
    assert not [name for name in made.root.outputs if "ReadOnly" in name]


@every_variant
@pytest.mark.parametrize("engine", AURORA)
def test_serverless_scales_the_cluster_and_every_instance(variant, engine):
    found = resources(variant, engine, max_capacity=8, readers=1)

    [cluster] = of_type(found, "RDS::DBCluster")
    assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 8}
    classes = {one["DBInstanceClass"] for one in of_type(found, "RDS::DBInstance")}
    assert classes == {"db.serverless"}


@every_variant
@every_engine
@pytest.mark.parametrize(
    ("setting", "value"),
    [("session_pinning_filters", ["EXCLUDE_VARIABLE_SETS"]), ("init_query", "SET a = 1")],
)
def test_session_settings_of_proxies_are_only_for_mysql(variant, engine, setting, value):
    pool = {setting: value}
    chosen = {"iam_proxy": pool} if variant == "auth" else pool
    if ENGINES[engine].family != "MYSQL":
        with pytest.raises(ConfigError, match=rf"{setting}\] is for MySQL and MariaDB only"):
            bundle_of(variant, engine, **chosen)
        return
    made = bundle_of(variant, engine, **chosen)

    groups = of_type(made.flat()[0].resources, "RDS::DBProxyTargetGroup")
    name = {"session_pinning_filters": "SessionPinningFilters", "init_query": "InitQuery"}[setting]
    pools = [group["ConnectionPoolConfigurationInfo"].get(name) for group in groups]
    assert [one for one in pools if one] == [value]
    assert validate(made, lint=False) == []


@every_variant
def test_a_name_that_only_one_engine_accepts_works_only_with_it(variant):
    kind = VARIANTS[variant].Config

    def places(engine, **names):
        with pytest.raises(ConfigError) as caught:
            kind.parse({"database": names, "rds": {"engine": engine}}, "my.yaml")
        return [problem.place for problem in caught.value.problems]

    kind.parse({"database": {"name": "_shop"}, "rds": {"engine": "postgres"}}, "my.yaml")
    assert places("mysql", name="_shop") == ["my.yaml: database.name"]
    kind.parse({"database": {"master_username": "admin"}, "rds": {"engine": "mysql"}}, "my.yaml")
    assert places("postgres", master_username="admin") == ["my.yaml: database.master_username"]


@every_variant
@every_engine
def test_the_master_user_of_each_engine_has_a_default_name(variant, engine):
    config = VARIANTS[variant].Config.parse({"rds": {"engine": engine}}, "my.yaml")

    default = render(VARIANTS[variant], config).root.parameters["RDSMasterUsername"]["Default"]
    usual = "admin" if variant == "auth" else "root"
    assert default == (usual if ENGINES[engine].family == "MYSQL" else "postgres")
