"""Interface endpoints: services of AWS for subnets without a way out."""

from __future__ import annotations

import pytest
from faults import (
    GIVEN,
    assert_holds,
    faulted,
    get_att,
    ref,
    resource,
    template,
    violations,
    without,
)

from rdsproxy_templates.rendering import unpackaged
from rdsproxy_templates.validators.graph import Graph
from rdsproxy_templates.validators.rules import endpoint
from rdsproxy_templates.variants import bastion

BASTION = unpackaged(bastion, bastion.Config()).flat()[0]
SSM, MESSAGES = "BastionEndpointsStackSsmEndpoint", "BastionEndpointsStackSsmmessagesEndpoint"


@pytest.mark.parametrize(
    "rule",
    [endpoint.private_dns, endpoint.endpoint_type, endpoint.region, endpoint.session_manager],
    ids=lambda rule: rule.id,
)
def test_our_endpoints_are_accepted(rule):
    assert_holds(rule, BASTION)


class TestPrivateDns:
    @pytest.mark.parametrize("value", [False, "false", None])
    def test_an_endpoint_without_the_public_name_is_refused(self, value):
        [one] = violations(
            endpoint.private_dns, faulted(f"{SSM}/PrivateDnsEnabled", value, BASTION)
        )

        assert one.resource == SSM
        assert one.sentence == "clients in the VPC find ssm by its public name only with it"

    def test_a_client_that_is_told_the_name_of_the_endpoint_needs_no_other(self):
        entries = {"Fn::Select": [0, get_att(SSM, "DnsEntries")]}
        parameter = faulted("Told", resource("SSM::Parameter", Value=entries), BASTION)

        assert_holds(endpoint.private_dns, faulted(f"{SSM}/PrivateDnsEnabled", False, parameter))

    def test_a_private_hosted_zone_may_hold_the_name(self):
        zone = faulted("Zone", resource("Route53::HostedZone"), BASTION)

        assert_holds(endpoint.private_dns, faulted(f"{SSM}/PrivateDnsEnabled", False, zone))

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("PrivateDnsEnabled", GIVEN),
            ("VpcEndpointType", "GatewayLoadBalancer"),
            ("ServiceName", "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"),
            ("ServiceName", GIVEN),
        ],
    )
    def test_what_is_given_or_of_others_is_left_alone(self, key, value):
        off = faulted(f"{SSM}/PrivateDnsEnabled", False, BASTION)

        assert_holds(endpoint.private_dns, faulted(f"{SSM}/{key}", value, off))


class TestType:
    @pytest.mark.parametrize("value", ["Gateway", None])
    def test_a_gateway_to_a_service_that_has_none_is_refused(self, value):
        changed = (
            faulted(f"{SSM}/VpcEndpointType", value, BASTION)
            if value
            else without(f"{SSM}/VpcEndpointType", BASTION)
        )

        [one] = violations(endpoint.endpoint_type, changed)

        assert one.resource == SSM
        assert one.sentence == "ssm has no gateway endpoints, which is the default type"

    @pytest.mark.parametrize("service", ["s3", "dynamodb", "s3express"])
    def test_a_gateway_to_s3_is_accepted(self, service):
        name = {"Fn::Sub": f"com.amazonaws.${{AWS::Region}}.{service}"}

        assert_holds(
            endpoint.endpoint_type, template(Way=resource("EC2::VPCEndpoint", ServiceName=name))
        )


class TestRegion:
    def test_a_region_in_a_template_for_any_is_refused(self):
        [one] = violations(
            endpoint.region, faulted(f"{SSM}/ServiceName", "com.amazonaws.eu-west-1.ssm", BASTION)
        )

        assert one.resource == SSM
        assert one.sentence == "it is for eu-west-1, and the rest is for any Region"

    def zoned(self, zone):
        return template(
            Subnet=resource("EC2::Subnet", AvailabilityZone=zone),
            Way=resource("EC2::VPCEndpoint", ServiceName="com.amazonaws.eu-west-1.ssm"),
        )

    def test_a_region_other_than_that_of_the_subnets_is_refused(self):
        [one] = violations(endpoint.region, self.zoned("us-east-1a"))

        assert one.sentence == "it is for eu-west-1, and the subnets are in us-east-1"

    @pytest.mark.parametrize("zone", ["eu-west-1b", GIVEN])
    def test_a_template_for_one_region_may_name_it(self, zone):
        assert_holds(endpoint.region, self.zoned(zone))

    @pytest.mark.parametrize(("region", "count"), [("eu-west-1", 0), ("us-east-1", 1)])
    def test_a_region_that_is_known_decides(self, region, count):
        named = faulted(f"{SSM}/ServiceName", "com.amazonaws.eu-west-1.ssm", BASTION)

        assert len(list(endpoint.region.judge(Graph(named, region=region)))) == count

    def test_an_endpoint_across_regions_says_so(self):
        named = faulted(f"{SSM}/ServiceName", "com.amazonaws.eu-west-1.ssm", BASTION)

        assert_holds(endpoint.region, faulted(f"{SSM}/ServiceRegion", "eu-west-1", named))


class TestPlaced:
    @pytest.mark.parametrize("subnets", [None, []])
    def test_an_interface_endpoint_in_no_subnet_is_refused(self, subnets):
        place = f"{SSM}/SubnetIds"
        changed = without(place, BASTION) if subnets is None else faulted(place, subnets, BASTION)

        [one] = violations(endpoint.placed, changed)

        assert one.resource == SSM
        assert one.sentence == "it is in no subnet"

    def test_subnets_that_are_given_are_accepted(self):
        assert_holds(endpoint.placed, faulted(f"{SSM}/SubnetIds", GIVEN, BASTION))
        assert_holds(endpoint.placed, BASTION)


class TestSessionManager:
    @pytest.mark.parametrize(("lost", "service"), [(SSM, "ssm"), (MESSAGES, "ssmmessages")])
    def test_an_instance_without_an_endpoint_is_refused(self, lost, service):
        [one] = violations(endpoint.session_manager, without(lost, BASTION))

        assert one.resource == "BastionStackBastion"
        assert one.sentence == f"its VPC has no way to {service}"

    def test_the_name_of_a_service_may_be_joined(self):
        name = {"Fn::Join": ["", ["com.amazonaws.", ref("AWS::Region"), ".ssm"]]}

        assert_holds(endpoint.session_manager, faulted(f"{SSM}/ServiceName", name, BASTION))

    @pytest.mark.parametrize("kind", ["EC2::NatGateway", "EC2::InternetGateway"])
    def test_another_way_out_will_do(self, kind):
        assert_holds(
            endpoint.session_manager, without(SSM, faulted("Out", resource(kind), BASTION))
        )

    def test_an_instance_in_a_network_that_is_given_is_left_alone(self):
        moved = faulted("BastionStackBastion/SubnetId", GIVEN, BASTION)

        assert_holds(endpoint.session_manager, without(SSM, moved))

    def test_an_instance_of_which_session_manager_knows_nothing_is_left_alone(self):
        plain = faulted("BastionStackBastionRole/ManagedPolicyArns", [ref("Policy")], BASTION)

        assert_holds(endpoint.session_manager, without(SSM, plain))
