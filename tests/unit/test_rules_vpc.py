"""VPCs: what works together is in one, and names resolve in it."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, assert_holds, faulted, ref, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import vpc
from rdsproxy_templates.variants import auth, base, edge

VPC, OTHER = "VPCStackVPC", "OtherVPC"
SUBNET, TABLE = "VPCStackPrivateSubnet2", "VPCStackPrivateRouteTable"
FUNCTION, PROXY, CLUSTER = "SAMStackBlogRDSProxyFunction", "RDSStackRDSProxy", "RDSStackDBCluster"
GROUPS = [
    "VPCStackFunctionSecurityGroup",
    "VPCStackRDSProxySecurityGroup",
    "VPCStackDBClusterSecurityGroup",
]
TWO = faulted(OTHER, resource("EC2::VPC", CidrBlock="10.9.0.0/16"))
"""The base beside a second VPC."""
AUTH = unpackaged(auth, auth.Config()).flat()[0]
EDGE = unpackaged(edge, edge.Config()).flat()[0]


class TestOneVpc:
    @pytest.mark.parametrize("template", [BASE, TWO, AUTH, EDGE])
    def test_what_is_in_one_vpc_is_accepted(self, template):
        assert_holds(vpc.one_vpc, template)

    def test_subnets_of_two_are_refused_wherever_they_are_listed(self):
        found = violations(vpc.one_vpc, faulted(f"{SUBNET}/VpcId", ref(OTHER), TWO))

        assert "RDSStackDBClusterSubnetGroup" in [one.resource for one in found]
        assert f"{SUBNET} is in {OTHER}, and VPCStackPrivateSubnet1 in {VPC}" in [
            one.sentence for one in found
        ]

    @pytest.mark.parametrize("group", GROUPS)
    def test_a_security_group_of_another_is_refused(self, group):
        [one] = violations(vpc.one_vpc, faulted(f"{group}/VpcId", ref(OTHER), TWO))

        assert one.resource in {FUNCTION, PROXY, CLUSTER}
        assert group in one.sentence
        assert OTHER in one.sentence

    def test_a_route_table_of_another_is_refused(self):
        one, two = violations(vpc.one_vpc, faulted(f"{TABLE}/VpcId", ref(OTHER), TWO))

        assert one.resource == "VPCStackPrivateSubnet1RouteTableAssociation"
        assert two.resource == "VPCStackPrivateSubnet2RouteTableAssociation"

    def test_a_nat_gateway_of_another_is_refused(self):
        outside = faulted("Outside", resource("EC2::Subnet", VpcId=ref(OTHER)), TWO)
        gateway = faulted("Nat", resource("EC2::NatGateway", SubnetId=ref("Outside")), outside)
        route = resource("EC2::Route", RouteTableId=ref(TABLE), NatGatewayId=ref("Nat"))

        [one] = violations(vpc.one_vpc, faulted("Route", route, gateway))

        assert one.resource == "Route"
        assert one.sentence == f"Nat is in {OTHER}, and {TABLE} in {VPC}"

    def test_an_internet_gateway_of_another_is_refused(self):
        attached = resource(
            "EC2::VPCGatewayAttachment", VpcId=ref(OTHER), InternetGatewayId=ref("Gateway")
        )
        gateway = faulted("Gateway", resource("EC2::InternetGateway"), TWO)
        route = resource("EC2::Route", RouteTableId=ref(TABLE), GatewayId=ref("Gateway"))

        [one] = violations(
            vpc.one_vpc, faulted("Route", route, faulted("Attached", attached, gateway))
        )

        assert one.resource == "Route"

    def test_an_interface_endpoint_in_subnets_of_another_is_refused(self):
        endpoint = resource("EC2::VPCEndpoint", VpcId=ref(OTHER), SubnetIds=[ref(SUBNET)])

        [one] = violations(vpc.one_vpc, faulted("Endpoint", endpoint, TWO))

        assert one.sentence == f"{SUBNET} is in {VPC}, and it in {OTHER}"

    def test_a_function_in_another_vpc_than_its_proxy_is_refused(self):
        group = faulted("Group", resource("EC2::SecurityGroup", VpcId=ref(OTHER)), TWO)
        moved = {"SubnetIds": [GIVEN], "SecurityGroupIds": [ref("Group")]}

        [one] = violations(vpc.one_vpc, faulted(f"{FUNCTION}/VpcConfig", moved, group))

        assert one.resource == FUNCTION
        assert one.sentence == (f"it connects to {PROXY}, and they are in {OTHER} and {VPC}")

    @pytest.mark.parametrize("link", ["EC2::VPCPeeringConnection", "EC2::TransitGatewayAttachment"])
    def test_vpcs_that_are_connected_reach_each_other(self, link):
        group = faulted("Group", resource("EC2::SecurityGroup", VpcId=ref(OTHER)), TWO)
        moved = {"SubnetIds": [GIVEN], "SecurityGroupIds": [ref("Group")]}
        linked = faulted("Link", resource(link), group)

        assert_holds(vpc.one_vpc, faulted(f"{FUNCTION}/VpcConfig", moved, linked))

    @pytest.mark.parametrize("given", [GIVEN, {"Fn::ImportValue": "vpc"}])
    def test_a_vpc_that_is_given_may_be_any(self, given):
        assert_holds(vpc.one_vpc, faulted(f"{GROUPS[0]}/VpcId", given))

    @pytest.mark.parametrize(
        "spelled", [{"Fn::Sub": f"${{{VPC}}}"}, {"Fn::GetAtt": [PROXY, "VpcId"]}]
    )
    def test_one_vpc_may_be_spelled_in_several_ways(self, spelled):
        assert_holds(vpc.one_vpc, faulted(f"{GROUPS[0]}/VpcId", spelled, TWO))

    def test_a_circle_of_references_is_followed_once(self):
        circle = {"Fn::GetAtt": [PROXY, "VpcId"]}

        assert_holds(vpc.one_vpc, faulted("VPCStackPrivateSubnet1/VpcId", circle, TWO))


class TestDns:
    @pytest.mark.parametrize("template", [BASE, AUTH, EDGE])
    def test_our_vpcs_resolve_names(self, template):
        assert_holds(vpc.dns, template)

    @pytest.mark.parametrize("value", [False, "false"])
    @pytest.mark.parametrize("key", ["EnableDnsSupport", "EnableDnsHostnames"])
    def test_a_private_name_of_an_endpoint_needs_both(self, key, value):
        one, *_ = violations(vpc.dns, faulted(f"{VPC}/{key}", value, AUTH))

        assert (one.resource, one.property) == (VPC, key)
        assert "EndpointsStackSecretsmanagerEndpoint has a private DNS name" in one.sentence
        assert one.remedy == f"Set {key} to true"

    def test_host_names_are_off_by_default(self):
        [one] = violations(vpc.dns, without(f"{VPC}/EnableDnsHostnames", AUTH))

        assert one.property == "EnableDnsHostnames"

    def test_a_public_instance_needs_both(self):
        found = violations(vpc.dns, faulted(f"{VPC}/EnableDnsHostnames", False, EDGE))

        assert any("RDSStackDBInstance is public" in one.sentence for one in found)

    def test_a_proxy_needs_support_only(self):
        assert_holds(vpc.dns, faulted(f"{VPC}/EnableDnsHostnames", False))

        [one] = violations(vpc.dns, faulted(f"{VPC}/EnableDnsSupport", False))

        assert (
            one.sentence == f"EnableDnsSupport is not true, and {PROXY} is reached by its host name"
        )

    @pytest.mark.parametrize("key", ["EnableDnsSupport", "EnableDnsHostnames"])
    def test_a_value_that_is_given_is_left_alone(self, key):
        assert_holds(vpc.dns, faulted(f"{VPC}/{key}", GIVEN, AUTH))


def test_the_base_is_one_of_the_variants_that_are_clean():
    assert unpackaged(base, base.Config()).flat()[0] == BASE
