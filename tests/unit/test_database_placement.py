"""A database's subnet group, its direct clients and its own tags."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import auth, base

GROUP = "sg-0a1b2c3d4e5f60718"
TAGS = {"team": "shop"}


def resources(variant=base, **rds):
    bundle = render(variant, variant.Config.parse({"rds": rds}, "my"))
    assert validate(bundle, lint=False) == []
    return bundle.root.children["RDSStack"].template.resources


def problems(**rds):
    with pytest.raises(ConfigError) as caught:
        base.Config.parse({"rds": rds}, "my")
    return {one.place.removeprefix("my: rds."): one.sentence for one in caught.value.problems}


@pytest.mark.parametrize("engine", ["aurora-mysql", "postgres"])
def test_a_subnet_group_that_exists_takes_the_place_of_a_new_one(engine):
    found = resources(engine=engine, subnet_group="shared")
    database = found["DBCluster" if "aurora" in engine else "DBInstance"]

    assert database["Properties"]["DBSubnetGroupName"] == "shared"
    assert "AWS::RDS::DBSubnetGroup" not in {body["Type"] for body in found.values()}


@pytest.mark.parametrize(("variant", "port"), [(base, 3306), (auth, 3306)])
def test_each_client_has_a_rule_on_the_databases_port(variant, port):
    found = resources(variant, clients=[{"security_group_id": GROUP}, {"cidr": "10.20.0.0/16"}])
    by_group = found["DatabaseClientsgx0a1b2c3d4e5f60718Ingress"]["Properties"]
    by_range = found["DatabaseClient10x20x0x0x16Ingress"]["Properties"]

    assert by_group["SourceSecurityGroupId"] == GROUP
    assert by_range["CidrIp"] == "10.20.0.0/16"
    assert by_group["FromPort"] == by_group["ToPort"] == by_range["ToPort"] == port
    assert by_group["GroupId"] == by_range["GroupId"]


@pytest.mark.parametrize("engine", ["aurora-postgresql", "mysql"])
def test_tags_of_the_database_are_on_all_that_is_part_of_it_and_nothing_else(engine):
    found = resources(engine=engine, tags=TAGS)
    tagged = {body["Type"] for body in found.values() if "Tags" in body["Properties"]}

    kinds = {body["Type"] for body in found.values()}
    assert tagged == {
        kind for kind in kinds if kind.startswith("AWS::RDS::DB") and "Proxy" not in kind
    }


def test_tags_of_the_network_are_on_its_groups_too():
    root = render(base, base.Config.parse({"vpc": {"tags": TAGS}}, "my")).root
    network = root.children["VPCStack"].template.resources

    tagged = [title for title, body in network.items() if "Tags" in body["Properties"]]
    assert {"VPC", "PrivateSubnet1", "DBClusterSecurityGroup"} <= set(tagged)


@pytest.mark.parametrize(
    ("rds", "place", "wrong"),
    [
        ({"subnet_group": "a--b!"}, "subnet_group", "the name of a DB subnet group"),
        ({"clients": [{}]}, "clients.0.cidr", "one of both"),
        (
            {"clients": [{"cidr": "10.0.0.0/8", "security_group_id": GROUP}]},
            "clients.0.cidr",
            "one of both",
        ),
        ({"clients": [{"cidr": "0.0.0.0/0"}]}, "clients.0.cidr", "a private IPv4 range"),
        ({"clients": [{"cidr": "10.0.0.1/8"}]}, "clients.0.cidr", "a private IPv4 range"),
        ({"clients": [{"security_group_id": "all"}]}, "clients.0.security_group_id", "the ID"),
        ({"clients": [{"cidr": "10.0.0.0/8"}] * 2}, "clients", "each range once"),
        ({"tags": {"rds:team": "shop"}}, "tags.rds:team", "AWS's own"),
    ],
)
def test_what_rds_or_ec2_refuses_is_refused(rds, place, wrong):
    assert wrong in problems(**rds)[place]
