"""Secrets Manager's interface endpoint, of which a VPC has one."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, WiringError, nest, render
from rdsproxy_templates.aws.kinds import DatabaseName, DatabaseUser, SecurityGroupId, SubnetId
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import base, existing_vpc

PARAMETER = "SecretsManagerEndpointSecurityGroupId"
NEEDS = {
    "users": {"users": [{"name": "app", "login": "iam"}]},
    "rotation": {"rotate_secrets_after_days": 30},
    "both": {"users": [{"name": "app", "login": "iam"}], "rotate_secrets_after_days": 30},
}
INPUTS = {
    "rds_master_username": DatabaseUser("boss"),
    "rds_database_name": DatabaseName("shop"),
    "private_subnet1_id": SubnetId("subnet-1"),
    "private_subnet2_id": SubnetId("subnet-2"),
    "function_security_group_id": SecurityGroupId("sg-1"),
    "db_cluster_security_group_id": SecurityGroupId("sg-2"),
    "rds_proxy_security_group_id": SecurityGroupId("sg-3"),
}

every_need = pytest.mark.parametrize("rds", NEEDS.values(), ids=NEEDS)


def config(rds, endpoint="existing"):
    settings = {"secrets_manager_endpoint": endpoint, "rds": rds}
    return existing_vpc.Config.parse(settings, "my.yaml")


def endpoints(bundle):
    found = bundle.flat()[0].resources.values()
    return [body for body in found if body["Type"] == "AWS::EC2::VPCEndpoint"]


@every_need
def test_one_is_created_where_the_vpc_has_none(rds):
    made = render(existing_vpc, config(rds, "make"))

    assert len(endpoints(made)) == 1
    assert PARAMETER not in made.root.parameters


@every_need
def test_an_existing_one_is_a_parameter(rds):
    made = render(existing_vpc, config(rds))

    assert endpoints(made) == []
    assert made.root.parameters[PARAMETER]["Type"] == "AWS::EC2::SecurityGroup::Id"
    rules = [
        body["Properties"]["GroupId"]
        for name, body in made.flat()[0].resources.items()
        if name.endswith("EndpointSecurityGroupIngress")
    ]
    assert rules == [{"Ref": PARAMETER}] * len(rules)
    assert rules
    assert validate(made, lint=False) == []


def test_a_parent_may_wire_it():
    group = SecurityGroupId("sg-4")

    child = nest(
        "Data",
        existing_vpc,
        config(NEEDS["both"]),
        existing_vpc.Inputs(**INPUTS, secrets_manager_endpoint_security_group_id=group),
    )

    assert "EndpointsStack" not in child.nested.template.children


def test_a_parent_that_forgets_it_gets_an_error():
    with pytest.raises(WiringError, match="secrets_manager_endpoint_security_group_id"):
        nest("Data", existing_vpc, config(NEEDS["both"]), existing_vpc.Inputs(**INPUTS))


def test_an_endpoint_that_nothing_needs_is_refused():
    with pytest.raises(ConfigError, match=r"secrets_manager_endpoint\] is for rds.users and"):
        config({"master_login": True, "users": []})


def test_a_network_of_its_own_has_none_yet():
    with pytest.raises(ConfigError, match=r"secrets_manager_endpoint\] is not a setting"):
        base.Config.parse({"secrets_manager_endpoint": "existing"}, "my.yaml")
