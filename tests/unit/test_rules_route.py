"""Routes: what has a public address is reached."""

from __future__ import annotations

import pytest
from faults import GIVEN, assert_holds, faulted, ref, resource, violations, without

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.rules import route
from rdsproxy_templates.variants import auth, edge

EDGE = unpackaged(edge, edge.Config()).flat()[0]
AUTH = unpackaged(auth, auth.Config()).flat()[0]
DATABASE, ROUTE = "RDSStackDBInstance", "VPCStackPublicRoute"
NEAR = "VPCStackPublicSubnet1RouteTableAssociation"
FAR = "VPCStackPublicSubnet2RouteTableAssociation"


class TestPublicRoute:
    def test_a_public_instance_in_public_subnets_is_accepted(self):
        assert_holds(route.public_route, EDGE)

    @pytest.mark.parametrize("lost", [ROUTE, NEAR])
    def test_a_public_instance_without_a_route_is_refused(self, lost):
        [one] = violations(route.public_route, without(lost, EDGE))

        assert one.resource == DATABASE
        assert one.sentence == (
            "it has a public address, and VPCStackPublicSubnet1 has no route to an internet gateway"
        )

    def test_each_of_its_subnets_needs_one(self):
        [one] = violations(route.public_route, without(FAR, EDGE))

        assert "VPCStackPublicSubnet2 has no route" in one.sentence

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("DestinationCidrBlock", "10.0.0.0/8"),
            ("NatGatewayId", GIVEN),
            ("GatewayId", ref("Other")),
        ],
        ids=["elsewhere", "by NAT", "by another gateway"],
    )
    def test_a_route_that_leads_elsewhere_is_none(self, key, value):
        other = faulted("Other", resource("EC2::VPNGateway"), EDGE)

        [one] = violations(route.public_route, faulted(f"{ROUTE}/{key}", value, other))

        assert one.resource == DATABASE

    def test_a_nat_gateway_in_a_private_subnet_leads_nowhere(self):
        nat = resource("EC2::NatGateway", SubnetId=ref("VPCStackFunctionSubnet"))

        [one] = violations(route.public_route, faulted("Nat", nat, AUTH))

        assert one.resource == "Nat"

    def test_a_private_nat_gateway_may(self):
        nat = resource(
            "EC2::NatGateway", SubnetId=ref("VPCStackFunctionSubnet"), ConnectivityType="private"
        )

        assert_holds(route.public_route, faulted("Nat", nat, AUTH))

    def test_an_instance_with_a_public_address_needs_one(self):
        interface = {"AssociatePublicIpAddress": True, "SubnetId": ref("VPCStackFunctionSubnet")}
        instance = resource("EC2::Instance", NetworkInterfaces=[interface])

        [one] = violations(route.public_route, faulted("Host", instance, AUTH))

        assert one.resource == "Host"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{NEAR}/RouteTableId", GIVEN),
            (f"{ROUTE}/GatewayId", GIVEN),
            (f"{ROUTE}/DestinationCidrBlock", GIVEN),
            (f"{NEAR}/SubnetId", GIVEN),
            ("RDSStackDBSubnetGroup/SubnetIds", GIVEN),
            (f"{DATABASE}/PubliclyAccessible", GIVEN),
        ],
    )
    def test_what_is_given_is_left_alone(self, path, value):
        assert_holds(route.public_route, faulted(path, value, EDGE))


class TestAttachedGateway:
    def test_an_attached_gateway_is_accepted(self):
        assert_holds(route.attached_gateway, EDGE)

    def test_a_gateway_that_is_attached_to_nothing_is_refused(self):
        [one] = violations(
            route.attached_gateway, without("VPCStackInternetGatewayAttachment", EDGE)
        )

        assert one.resource == ROUTE
        assert one.sentence == "VPCStackInternetGateway is attached to no VPC"

    def test_an_attachment_of_a_gateway_that_is_given_may_be_this_one(self):
        place = "VPCStackInternetGatewayAttachment/InternetGatewayId"

        assert_holds(route.attached_gateway, faulted(place, GIVEN, EDGE))

    def test_a_gateway_that_is_given_is_left_alone(self):
        assert_holds(route.attached_gateway, faulted(f"{ROUTE}/GatewayId", GIVEN, EDGE))
