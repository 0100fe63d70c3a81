"""A VPC that exists: any number of subnets, and security groups that are given or made in it."""

from __future__ import annotations

import pytest

from rdsproxy_templates import ConfigError, render
from rdsproxy_templates.model.stack import template
from rdsproxy_templates.variants import existing_database, existing_vpc

GIVEN = [existing_vpc, existing_database]
every_variant = pytest.mark.parametrize("variant", GIVEN, ids=lambda one: one.__name__[20:])
GROUPS = {"FunctionSecurityGroupId", "RDSProxySecurityGroupId", "DBClusterSecurityGroupId"}


def rendered(variant, **settings):
    return render(variant, variant.Config.parse(settings, "my.yaml"))


def resources(bundle, type_):
    found = bundle.flat()[0].resources.values()
    return [body["Properties"] for body in found if body["Type"] == f"AWS::{type_}"]


class TestSubnets:
    @every_variant
    @pytest.mark.parametrize("number", [2, 3, 6])
    def test_each_is_a_parameter_and_used_by_whoever_is_in_the_vpc(self, variant, number):
        bundle = rendered(variant, subnets=number)
        wanted = [{"Ref": f"PrivateSubnet{one}Id"} for one in range(1, number + 1)]

        assert [name for name in bundle.root.parameters if name.startswith("PrivateSubnet")] == [
            one["Ref"] for one in wanted
        ]
        assert [one["VpcSubnetIds"] for one in resources(bundle, "RDS::DBProxy")] == [wanted]
        inside = [one for one in resources(bundle, "Serverless::Function") if "VpcConfig" in one]
        assert inside
        assert [one for one in inside if one["VpcConfig"]["SubnetIds"] != wanted] == []
        for group in resources(bundle, "RDS::DBSubnetGroup"):
            assert group["SubnetIds"] == wanted

    @every_variant
    @pytest.mark.parametrize("number", [1, 7])
    def test_one_is_too_few_and_seven_are_too_many(self, variant, number):
        with pytest.raises(ConfigError, match=r"\[my.yaml: subnets\] must be at (least 2|most 6)"):
            rendered(variant, subnets=number)


class TestGroups:
    def test_made_ones_need_nothing_but_the_vpc(self):
        made = rendered(existing_vpc, security_groups="make")

        assert made.root.parameters.keys().isdisjoint(GROUPS)
        assert made.root.parameters["VPCId"]["Type"] == "AWS::EC2::VPC::Id"

    @pytest.mark.parametrize("port", [None, 6543])
    def test_made_ones_lead_from_the_function_to_the_database(self, port):
        rds = {"engine": "aurora-postgresql"} | ({"network": {"port": port}} if port else {})
        made = rendered(existing_vpc, security_groups="make", rds=rds)
        groups = made.root.children["GroupsStack"].template.resources
        into = {
            name: body["Properties"]["FromPort"]
            for name, body in groups.items()
            if body["Type"] == "AWS::EC2::SecurityGroupIngress"
        }

        assert {"FunctionSecurityGroup", "RDSProxySecurityGroup", "DBClusterSecurityGroup"} < {
            *groups
        }
        assert into == {
            "RDSProxySecurityGroupIngress": 5432,
            "DBSecurityGroupIngress": port or 5432,
        }

    def test_given_ones_are_parameters(self):
        given = rendered(existing_vpc).root.parameters

        assert given.keys() >= GROUPS
        assert "VPCId" not in given

    def test_a_port_of_its_own_is_warned_of_where_rules_are_yours(self):
        settings = {"rds": {"network": {"port": 6543}}}
        given = existing_vpc.Config.parse(settings, "my.yaml")
        made = existing_vpc.Config.parse(settings | {"security_groups": "make"}, "my.yaml")

        assert [one.place for one in given.warnings()] == ["rds.network.port"]
        assert list(made.warnings()) == []


@pytest.mark.parametrize(("kind", "asked"), [("IPV6", True), ("DUAL", None), (None, None)])
@pytest.mark.parametrize("declared", [False, True])
def test_functions_connect_by_ipv6_where_the_proxy_takes_nothing_else(kind, asked, declared):
    function = {"name": "mine", "code": "src", "handler": "app.handler", "user": "app",
                "routes": ["GET /"]}  # fmt: skip
    targets = {"target_connection_network_type": "IPV6"} if kind == "IPV6" else {}
    rds = {
        "users": [{"name": "app", "login": "iam"}],
        "network": {"type": "DUAL"},
        "proxy": {"endpoint_network_type": kind, **targets},
    }
    settings = {"rds": rds, "functions": [function] if declared else []}
    root = template("existing_vpc", existing_vpc, existing_vpc.Config.parse(settings, "a test"))

    networks = [
        body["Properties"]["VpcConfig"]
        for body in root.children["SAMStack"].template.resources.values()
        if body["Type"] == "AWS::Serverless::Function"
    ]

    assert [one.get("Ipv6AllowedForDualStack") for one in networks] == [asked]
