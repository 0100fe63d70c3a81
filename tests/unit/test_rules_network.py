"""Networks: address ranges, Availability Zones, and IDs of the right kind."""

from __future__ import annotations

import pytest
from faults import (
    BASE,
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

from rdsproxy_templates.validators.rules import network

VPC = "VPCStackVPC"
SUBNET1, SUBNET2 = "VPCStackPrivateSubnet1", "VPCStackPrivateSubnet2"
FUNCTION = "SAMStackBlogRDSProxyFunction"
PROXY, PROXY_GROUP = "RDSStackRDSProxy", "VPCStackRDSProxySecurityGroup"
CLUSTER, CLUSTER_GROUP = "RDSStackDBCluster", "VPCStackDBClusterSecurityGroup"
INTO_CLUSTER = f"{CLUSTER_GROUP}Ingress"


def opened(port):
    """The base with the cluster's group opened to the proxy on *port*."""
    return faulted(f"{INTO_CLUSTER}/ToPort", port, faulted(f"{INTO_CLUSTER}/FromPort", port))


class TestSubnets:
    def test_a_subnet_outside_the_vpc_is_refused(self):
        [one] = violations(network.subnets, faulted(f"{SUBNET1}/CidrBlock", "10.2.0.0/24"))

        assert one.resource == SUBNET1
        assert one.sentence == "10.2.0.0/24 lies outside the VPC's 10.1.0.0/16"
        assert one.remedy == "Choose a range inside it"

    def test_a_subnet_larger_than_the_vpc_is_refused(self):
        wrong = faulted(f"{SUBNET2}/CidrBlock", GIVEN, faulted(f"{VPC}/CidrBlock", "10.1.0.0/28"))

        [one] = violations(network.subnets, wrong)

        assert one.resource == SUBNET1

    @pytest.mark.parametrize("cidr", ["10.1.0.0/24", "10.1.0.128/25"])
    def test_subnets_that_overlap_are_refused(self, cidr):
        [one] = violations(network.subnets, faulted(f"{SUBNET2}/CidrBlock", cidr))

        assert one.resource == SUBNET2
        assert one.sentence == f"{cidr} overlaps {SUBNET1}'s 10.1.0.0/24"
        assert one.remedy == "Choose another range"

    def test_subnets_of_two_vpcs_may_overlap(self):
        other = faulted("OtherVPC", resource("EC2::VPC", CidrBlock="10.1.0.0/16"))
        subnet = resource("EC2::Subnet", VpcId=ref("OtherVPC"), CidrBlock="10.1.0.0/24")

        assert_holds(network.subnets, faulted("OtherSubnet", subnet, other))

    def test_a_subnet_in_a_second_range_of_the_vpc_is_accepted(self):
        more = resource("EC2::VPCCidrBlock", VpcId=ref(VPC), CidrBlock="10.2.0.0/16")

        assert_holds(
            network.subnets, faulted("More", more, faulted(f"{SUBNET1}/CidrBlock", "10.2.0.0/24"))
        )

    def test_a_subnet_of_a_vpc_that_is_given_is_left_alone(self):
        changed = faulted(f"{SUBNET1}/VpcId", GIVEN)

        assert_holds(network.subnets, faulted(f"{SUBNET1}/CidrBlock", "192.168.0.0/24", changed))


class TestTwoZones:
    def test_two_subnets_in_one_zone_are_refused(self):
        zone = BASE.resources[SUBNET1]["Properties"]["AvailabilityZone"]

        proxy, cluster = violations(network.two_zones, faulted(f"{SUBNET2}/AvailabilityZone", zone))

        assert cluster.resource == "RDSStackDBClusterSubnetGroup"
        assert proxy.resource == PROXY
        assert proxy.sentence == "its subnets are in one zone"
        assert proxy.remedy == "Give it subnets in two zones"

    def test_one_zone_may_be_spelled_in_two_ways(self):
        first = {"Fn::Select": ["0", {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}

        found = violations(network.two_zones, faulted(f"{SUBNET2}/AvailabilityZone", first))

        assert len(found) == 2

    def test_one_subnet_is_refused(self):
        [one] = violations(network.two_zones, without(f"{PROXY}/VpcSubnetIds/1"))

        assert one.resource == PROXY

    def test_no_subnets_are_no_zone(self):
        assert_holds(network.two_zones, without(f"{PROXY}/VpcSubnetIds"))

    @pytest.mark.parametrize("zones", [("a", "b"), (GIVEN, {"Ref": "Other"})])
    def test_zones_of_two_names_are_accepted(self, zones):
        changed = faulted(f"{SUBNET1}/AvailabilityZone", zones[0])

        assert_holds(network.two_zones, faulted(f"{SUBNET2}/AvailabilityZone", zones[1], changed))

    def test_zones_of_two_ids_are_accepted(self):
        changed = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))
        changed = faulted(f"{SUBNET1}/AvailabilityZoneId", "use1-az1", changed)

        assert_holds(
            network.two_zones, faulted(f"{SUBNET2}/AvailabilityZoneId", "use1-az2", changed)
        )

    def test_two_zones_of_one_id_are_refused(self):
        changed = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))
        changed = faulted(f"{SUBNET1}/AvailabilityZoneId", "use1-az1", changed)

        wrong = faulted(f"{SUBNET2}/AvailabilityZoneId", "use1-az1", changed)

        assert len(violations(network.two_zones, wrong)) == 2

    def test_zones_that_are_left_to_aws_are_left_alone(self):
        changed = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))

        assert_holds(network.two_zones, changed)


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "key"),
        [
            ("RDSStackDBClusterSubnetGroup", "SubnetIds"),
            (PROXY, "VpcSubnetIds"),
            (FUNCTION, "VpcConfig/SubnetIds"),
        ],
    )
    def test_a_security_group_where_a_subnet_belongs_is_refused(self, name, key):
        [one] = violations(network.kinds, faulted(f"{name}/{key}/0", ref(PROXY_GROUP)))

        assert one.resource == name
        assert one.sentence == f"{PROXY_GROUP} is of type AWS::EC2::SecurityGroup"
        assert one.remedy == "Wire a resource of type AWS::EC2::Subnet"

    def test_an_id_that_is_passed_as_a_list_is_read(self):
        ids = {"Fn::Split": [",", ref(PROXY_GROUP)]}

        assert violations(network.kinds, faulted(f"{PROXY}/VpcSubnetIds", ids))

    @pytest.mark.parametrize("split", [False, True])
    def test_a_list_that_is_joined_for_another_stack_is_read(self, split):
        joined = {"Fn::Join": [",", [ref(SUBNET1), ref(PROXY_GROUP)]]}
        ids = {"Fn::Split": [",", joined]} if split else [joined]

        [one] = violations(network.kinds, faulted(f"{PROXY}/VpcSubnetIds", ids))

        assert one.sentence == f"{PROXY_GROUP} is of type AWS::EC2::SecurityGroup"

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            (CLUSTER, "VpcSecurityGroupIds"),
            (PROXY, "VpcSecurityGroupIds"),
            (FUNCTION, "VpcConfig/SecurityGroupIds"),
        ],
    )
    def test_a_subnet_where_a_security_group_belongs_is_refused(self, name, key):
        [one] = violations(network.kinds, faulted(f"{name}/{key}/0", ref(SUBNET1)))

        assert one.resource == name
        assert one.sentence == f"{SUBNET1} is of type AWS::EC2::Subnet"
        assert one.remedy == "Wire a resource of type AWS::EC2::SecurityGroup"

    def test_a_subnet_in_the_groups_of_an_instance_is_refused(self):
        database = resource("RDS::DBInstance", VPCSecurityGroups=[ref("Subnet")])

        [one] = violations(
            network.kinds, template(Database=database, Subnet=resource("EC2::Subnet"))
        )

        assert one.resource == "Database"

    def test_a_group_may_be_named_by_its_reference_or_by_its_id(self):
        assert_holds(
            network.kinds,
            faulted(f"{PROXY}/VpcSecurityGroupIds/0", get_att(PROXY_GROUP, "GroupId")),
        )

    def test_the_default_group_of_a_vpc_is_a_group(self):
        default = get_att(VPC, "DefaultSecurityGroup")

        assert_holds(network.kinds, faulted(f"{PROXY}/VpcSecurityGroupIds/0", default))

    @pytest.mark.parametrize("kind", ["Custom::Lookup", "AWS::CloudFormation::CustomResource"])
    @pytest.mark.parametrize("attribute", ["Id", "SubnetId"])
    def test_what_a_resource_of_the_consumer_looks_up_is_left_alone(self, kind, attribute):
        changed = faulted("Lookup", {"Type": kind})
        subnet = get_att("Lookup", attribute)

        assert_holds(network.kinds, faulted(f"{PROXY}/VpcSubnetIds/0", subnet, changed))

    def test_a_resource_without_properties_is_left_alone(self):
        gateway = {"Type": "AWS::EC2::InternetGateway", "Properties": None}

        assert_holds(network.kinds, faulted("Gateway", gateway))

    @pytest.mark.parametrize(
        ("kind", "key", "other"),
        [
            ("Route", "GatewayId", "NatGateway"),
            ("Route", "NatGatewayId", "InternetGateway"),
            ("Route", "RouteTableId", "Subnet"),
            ("NatGateway", "SubnetId", "VPC"),
            ("Subnet", "VpcId", "Subnet"),
            ("VPCGatewayAttachment", "InternetGatewayId", "NatGateway"),
        ],
    )
    def test_a_link_to_another_kind_is_refused(self, kind, key, other):
        wrong = template(
            One=resource(f"EC2::{kind}", **{key: ref("Two")}), Two=resource(f"EC2::{other}")
        )

        [one] = violations(network.kinds, wrong)

        assert (one.resource, one.property) == ("One", key)
        assert one.sentence == f"Two is of type AWS::EC2::{other}"

    @pytest.mark.parametrize(
        ("kind", "key", "other"),
        [
            ("Route", "GatewayId", "VPNGateway"),
            ("Route", "GatewayId", "InternetGateway"),
            ("Route", "NatGatewayId", "NatGateway"),
            ("GatewayRouteTableAssociation", "GatewayId", "InternetGateway"),
        ],
    )
    def test_a_link_to_its_kind_is_accepted(self, kind, key, other):
        right = template(
            One=resource(f"EC2::{kind}", **{key: ref("Two")}), Two=resource(f"EC2::{other}")
        )

        assert_holds(network.kinds, right)
