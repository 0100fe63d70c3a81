"""Valid and invalid settings of the variants."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.rendering import flattened
from rdsproxy_templates.variants import VARIANTS, base


def problems(settings):
    with pytest.raises(ConfigError) as caught:
        base.Config.parse(settings, "my.yaml")
    return [str(problem) for problem in caught.value.problems]


def flat(settings):
    return flattened(render(base, base.Config.parse(settings, "my.yaml")).root)[0].resources


WARNING = {
    # Settings that nobody can choose for another: their defaults let nobody in, and say so.
    "edge": ["rds.allowed_cidrs"],
    "edge_waf": ["waf.allowed_cidrs"],
    # The shape of their articles, whose functions log in as the master user.
    "base": ["function_user"],
    "auth": ["rds.master_login"],
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_defaults_are_valid_and_safe_or_warn(name):
    places = [warning.place for warning in VARIANTS[name].Config().warnings()]
    assert places == WARNING.get(name, [])


REFUSED = {
    "an unknown key": (
        {"databse": {}},
        "[my.yaml: databse] is not a setting (did you mean database?); there are regions, ",
    ),
    "a key that belongs one level deeper": (
        {"max_capacity": 16},
        "[my.yaml: max_capacity] is not a setting (did you mean rds.max_capacity?); there are ",
    ),
    "a key that belongs into a group of rds": (
        {"rds": {"enhanced_interval": 60}},
        "[my.yaml: rds.enhanced_interval] is not a setting (did you mean monitoring.enhanced_int",
    ),
    "subnets that overlap": (
        {"vpc": {"private_subnet2_cidr": "10.1.0.128/25"}},
        "[my.yaml: vpc.private_subnet2_cidr] must not overlap private_subnet1_cidr (10.1.0.0/24)",
    ),
    "a subnet outside the VPC": (
        {"vpc": {"private_subnet1_cidr": "10.2.0.0/24"}},
        "[my.yaml: vpc.private_subnet1_cidr] must lie inside vpc_cidr (10.1.0.0/16)",
    ),
    "a range with host bits": (
        {"vpc": {"private_subnet1_cidr": "10.1.0.1/24"}},
        "[my.yaml: vpc.private_subnet1_cidr] must be an IPv4 range such as 10.1.0.0/16",
    ),
    "a range too small for RDS": (
        {"vpc": {"private_subnet1_cidr": "10.1.0.0/29"}},
        "[my.yaml: vpc.private_subnet1_cidr] must be a /16 to /28, got '10.1.0.0/29'",
    ),
    "both subnets in one zone": (
        {"vpc": {"availability_zones": ["eu-west-1a", "eu-west-1a"]}, "regions": ["eu-west-1"]},
        "[my.yaml: vpc.availability_zones] must be two different zones",
    ),
    "a zone of another region": (
        {"vpc": {"availability_zones": ["eu-west-1a", "us-east-1b"]}, "regions": ["eu-west-1"]},
        "[my.yaml: vpc.availability_zones] 'us-east-1b' is not a zone of eu-west-1",
    ),
    "a version past its standard support": (
        {"rds": {"engine": "mysql", "engine_version": "8.0.42"}},
        "[my.yaml: rds.engine_version] '8.0.42' is past the end of its standard support, "
        "2026-07-31, and RDS creates no database in it without Extended Support, which AWS "
        "charges for; set `extended_support: true`, or choose another: the default is 8.4.",
    ),
    "a version that is a number": (
        {"rds": {"engine": "postgres", "engine_version": 17.1}},
        '[my.yaml: rds.engine_version] must be text, got 17.1; put it in quotes: "17.1"',
    ),
    "a master of PostgreSQL's own name": (
        {"rds": {"engine": "postgres"}, "database": {"master_username": "admin"}},
        "[my.yaml: database.master_username] must not be 'admin', a name that RDS reserves",
    ),
    "a master named like PostgreSQL's roles": (
        {"rds": {"engine": "aurora-postgresql"}, "database": {"master_username": "pg_x"}},
        "[my.yaml: database.master_username] must not begin with 'pg_', which RDS and PostgreSQL",
    ),
    "a master without a name": (
        {"database": {"master_username": ""}},
        "[my.yaml: database.master_username] must not be empty; leave it out for the default",
    ),
    "a region without RDS Proxy": (
        {"regions": ["us-east-1", "ap-east-2"]},
        "[my.yaml: regions] must have RDS Proxy for aurora-mysql, which ap-east-2 lacks; leave",
    ),
    "a zone without RDS Proxy": (
        {
            "vpc": {"availability_zones": ["usw1-az1", "usw1-az2"]},
            "regions": ["us-west-1"],
        },
        "[my.yaml: vpc.availability_zones] must not include 'usw1-az2': it has no RDS Proxy",
    ),
    "a zone by name and one by ID": (
        {"vpc": {"availability_zones": ["use1-az1", "us-east-1b"]}, "regions": ["us-east-1"]},
        "[my.yaml: vpc.availability_zones] must be two zone names or two zone IDs, got use1-az1 and us-east",
    ),
    "a major upgrade of a cluster": (
        {"rds": {"allow_major_version_upgrade": True}},
        "[my.yaml: rds.allow_major_version_upgrade] is for engines of RDS, such as mysql",
    ),
    "a version that never was": (
        {"rds": {"engine_version": "8.0.mysql_aurora.3.10.66"}},
        "unknown version '8.0.mysql_aurora.3.10.66' of aurora-mysql (did you mean 8.0.mysql_aurora.3.10.6?)",
    ),
    "a class of another engine": (
        {"rds": {"instance_class": "db.t4g.micro"}},
        "[my.yaml: rds.instance_class] unknown class 'db.t4g.micro' of aurora-mysql",
    ),
    "a class that a region lacks": (
        {"regions": ["il-central-1"]},
        "[my.yaml: rds.instance_class] 'db.t4g.medium' is not offered in il-central-1",
    ),
    "a region that is none": (
        {"regions": ["us-est-1"]},
        "[my.yaml: regions] must be regions of AWS, got 'us-est-1' (did you mean ",
    ),
    "no region": ({"regions": []}, "[my.yaml: regions] must have at least 1 entries"),
    "capacity upside down": (
        {"rds": {"min_capacity": 8, "max_capacity": 4}},
        "[my.yaml: rds.min_capacity] must be at most max_capacity (4), got 8",
    ),
    "a cluster that pauses behind a proxy": (
        {"rds": {"min_capacity": 0, "max_capacity": 4}},
        "[my.yaml: rds.min_capacity] must be at least 0.5, got 0: a cluster behind RDS Proxy",
    ),
    "capacity for a provisioned class": (
        {"rds": {"instance_class": "db.r8g.large", "max_capacity": 4}},
        "[my.yaml: rds.max_capacity] is for db.serverless",
    ),
    "serverless without capacity": (
        {"rds": {"instance_class": "db.serverless"}},
        "[my.yaml: rds.max_capacity] must be given, in ACUs",
    ),
    "a floor without a ceiling": (
        {"rds": {"min_capacity": 2}},
        "[my.yaml: rds.min_capacity] needs max_capacity",
    ),
    "more idle than open connections": (
        {"rds": {"max_connections_percent": 40}},
        "[my.yaml: rds.max_idle_connections_percent] must be at most max_connections_percent (40)",
    ),
    "a user that RDS keeps": (
        {"database": {"master_username": "rdsadmin"}},
        "[my.yaml: database.master_username] must not be 'rdsadmin', a name that RDS reserves",
    ),
    "a user that is a reserved word": (
        {"database": {"master_username": "select"}},
        "[my.yaml: database.master_username] must not be 'select', a reserved word",
    ),
    "a database that PostgreSQL takes and RDS does not": (
        {"rds": {"engine": "aurora-postgresql"}, "database": {"name": "admin"}},
        "[my.yaml: database.name] must not be 'admin', a reserved word of the engine",
    ),
    "a user that is too long": (
        {"database": {"master_username": "a" * 17}},
        "[my.yaml: database.master_username] must be 1 to 16 letters, digits or underscores",
    ),
    "a database with a hyphen": (
        {"database": {"name": "blog-rds-proxy"}},
        "[my.yaml: database.name] must be 1 to 64 letters, digits or underscores",
    ),
    "a timeout that the API does not wait for": (
        {"sam": {"timeout": 30}},
        "[my.yaml: sam.timeout] must be at most 29, got 30",
    ),
    "a timeout shorter than the function's own": (
        {"sam": {"timeout": 14}},
        "[my.yaml: sam.timeout] must be at least 15, got 14",
    ),
    "a JWT authorizer without issuer": (
        {"sam": {"authorizer": "jwt", "jwt_audience": ["me"]}},
        "[my.yaml: sam.jwt_issuer] must be given for `authorizer: jwt`",
    ),
    "an issuer without JWT authorizer": (
        {"sam": {"jwt_issuer": "https://example.com"}},
        "[my.yaml: sam.authorizer] must be jwt where a JWT setting is given, got 'iam'",
    ),
    "code outside": (
        {"sam": {"code_uri": "/home/me/code"}},
        "[my.yaml: sam.code_uri] must be relative to the rendered folder",
    ),
}


@pytest.mark.parametrize(("settings", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refuses(settings, sentence):
    assert any(sentence in problem for problem in problems(settings))


def test_a_capacity_for_an_engine_of_rds_is_one_problem():
    [problem] = problems({"rds": {"engine": "postgres", "max_capacity": 4}})
    assert "rds.max_capacity] is for engines of Aurora" in problem


WARNED = {
    "an API for anybody": ({"sam": {"authorizer": "none"}}, "[sam.authorizer] is none"),
    "no protection": ({"rds": {"deletion_protection": False}}, "[rds.deletion_protection] is off"),
    "statements in a log": ({"rds": {"debug_logging": True}}, "[rds.debug_logging] is on"),
    "a version without proxy": (
        {"rds": {"engine_version": "8.4.mysql_aurora.8.4.8"}},
        "[rds.engine_version] is '8.4.mysql_aurora.8.4.8', for which AWS does not document",
    ),
    "a deprecated version": (
        {"rds": {"engine_version": "8.0.mysql_aurora.3.02.0"}},
        "[rds.engine_version] is '8.0.mysql_aurora.3.02.0', which is deprecated for aurora-mysql: "
        "RDS creates no new database in it",
    ),
    "a version on Extended Support": (
        {"rds": {"engine": "mysql", "engine_version": "8.0.46", "extended_support": True}},
        "[rds.engine_version] is '8.0.46', which left standard support on 2026-07-31: "
        "AWS charges extra, until 2029-07-31",
    ),
    "a region that may lack RDS Proxy": (
        {"rds": {"engine": "postgres"}, "regions": ["ap-southeast-6"]},
        "[regions] names ap-southeast-6, where RDS Proxy may be missing for postgres",
    ),
    "more executions than connections": (
        {"sam": {"reserved_concurrent_executions": 91}},
        "is 91, and the proxy has 90 connections to share (about 90 of db.t4g.medium, 100 %)",
    ),
    "more executions than a serverless cluster takes": (
        {"sam": {"reserved_concurrent_executions": 200}, "rds": {"max_capacity": 4}},
        "is 200, and the proxy has 135 connections to share (about 135 of db.serverless",
    ),
}


@pytest.mark.parametrize(("settings", "sentence"), WARNED.values(), ids=WARNED)
def test_warns_of(settings, sentence):
    found = base.Config.parse(settings, "my.yaml").warnings()
    (warning,) = [one for one in found if one.place != "function_user"]

    assert sentence in str(warning)


class TestChoices:
    def test_capacity_makes_the_cluster_serverless(self):
        resources = flat({"rds": {"max_capacity": 16}})

        cluster = resources["RDSStackDBCluster"]["Properties"]
        assert cluster["ServerlessV2ScalingConfiguration"] == {
            "MinCapacity": 0.5,
            "MaxCapacity": 16.0,
        }
        instance = resources["RDSStackDBInstance1"]["Properties"]
        assert instance["DBInstanceClass"] == "db.serverless"

    def test_the_target_group_waits_for_every_reader(self):
        resources = flat({"rds": {"readers": 2}})

        assert resources["RDSStackRDSProxyTargetGroup"]["DependsOn"] == [
            "RDSStackDBInstance1",
            "RDSStackDBInstance2",
            "RDSStackDBInstance3",
        ]

    def test_zones_can_be_named(self):
        zones = ["eu-west-1b", "eu-west-1c"]
        resources = flat({"vpc": {"availability_zones": zones}, "regions": ["eu-west-1"]})

        subnets = (resources[f"VPCStackPrivateSubnet{number}"] for number in (1, 2))
        assert [subnet["Properties"]["AvailabilityZone"] for subnet in subnets] == zones

    def test_zones_can_be_named_by_their_ids(self):
        zones = ["use1-az1", "use1-az2"]
        resources = flat({"vpc": {"availability_zones": zones}, "regions": ["us-east-1"]})

        subnets = [resources[f"VPCStackPrivateSubnet{number}"]["Properties"] for number in (1, 2)]
        assert [subnet["AvailabilityZoneId"] for subnet in subnets] == zones
        assert not [subnet for subnet in subnets if "AvailabilityZone" in subnet]

    def test_the_major_version_of_an_instance_changes_only_if_allowed(self):
        rds = {"engine": "mysql"}
        kept = flat({"rds": rds})["RDSStackDBInstance"]["Properties"]
        free = flat({"rds": rds | {"allow_major_version_upgrade": True}})

        assert "AllowMajorVersionUpgrade" not in kept
        assert free["RDSStackDBInstance"]["Properties"]["AllowMajorVersionUpgrade"] is True

    def test_extended_support_is_bought_only_on_demand(self):
        cluster = flat({"rds": {"extended_support": True}})["RDSStackDBCluster"]["Properties"]

        assert cluster["EngineLifecycleSupport"] == "open-source-rds-extended-support"

    def test_a_jwt_authorizer_names_issuer_and_audience(self):
        jwt = {"authorizer": "jwt", "jwt_issuer": "https://id.example", "jwt_audience": ["me"]}
        auth = flat({"sam": jwt})["SAMStackHttpApi"]["Properties"]["Auth"]

        assert auth["DefaultAuthorizer"] == "JWT"
        assert auth["Authorizers"]["JWT"]["JwtConfiguration"] == {
            "issuer": "https://id.example",
            "audience": ["me"],
        }

    def test_without_an_authorizer_there_is_no_auth(self):
        assert "Auth" not in flat({"sam": {"authorizer": "none"}})["SAMStackHttpApi"]["Properties"]

    def test_concurrency_can_be_reserved(self):
        function = flat({"sam": {"reserved_concurrent_executions": 5}})
        properties = function["SAMStackBlogRDSProxyFunction"]["Properties"]

        assert properties["ReservedConcurrentExecutions"] == 5

    def test_names_become_the_defaults_of_parameters(self):
        config = base.Config.parse({"database": {"name": "shop", "master_username": "boss"}}, "")
        parameters = render(base, config).root.parameters

        assert parameters["RDSDatabaseName"]["Default"] == "shop"
        assert parameters["RDSMasterUsername"]["Default"] == "boss"
