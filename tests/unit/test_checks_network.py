"""Networks: address ranges, zones, and whether each hop is let out and let in."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, faulted, found, get_att, ref, resource, template, without

from rdsproxy_templates.validators.rules import network

VPC = "VPCStackVPC"
SUBNET1, SUBNET2 = "VPCStackPrivateSubnet1", "VPCStackPrivateSubnet2"
FUNCTION, FUNCTION_GROUP = "SAMStackBlogRDSProxyFunction", "VPCStackFunctionSecurityGroup"
PROXY, PROXY_GROUP = "RDSStackRDSProxy", "VPCStackRDSProxySecurityGroup"
CLUSTER, CLUSTER_GROUP = "RDSStackDBCluster", "VPCStackDBClusterSecurityGroup"
INTO_PROXY, INTO_CLUSTER = f"{PROXY_GROUP}Ingress", f"{CLUSTER_GROUP}Ingress"
WORLD = pytest.mark.parametrize(
    "world", [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}], ids=["IPv4", "IPv6"]
)


def opened(port):
    """The base with the cluster's group opened to the proxy on *port*."""
    return faulted(f"{INTO_CLUSTER}/ToPort", port, faulted(f"{INTO_CLUSTER}/FromPort", port))


class TestSubnets:
    def test_a_subnet_outside_the_vpc_is_refused(self):
        [one] = found(faulted(f"{SUBNET1}/CidrBlock", "10.2.0.0/24"))

        assert one.about == ("network/subnets", SUBNET1)
        assert one.sentence == "10.2.0.0/24 lies outside the VPC's 10.1.0.0/16"
        assert one.remedy == "Choose a range inside it"

    def test_a_subnet_larger_than_the_vpc_is_refused(self):
        wrong = faulted(f"{SUBNET2}/CidrBlock", GIVEN, faulted(f"{VPC}/CidrBlock", "10.1.0.0/28"))

        [one] = found(wrong)

        assert one.about == ("network/subnets", SUBNET1)

    @pytest.mark.parametrize("cidr", ["10.1.0.0/24", "10.1.0.128/25"])
    def test_subnets_that_overlap_are_refused(self, cidr):
        [one] = found(faulted(f"{SUBNET2}/CidrBlock", cidr))

        assert one.about == ("network/subnets", SUBNET2)
        assert one.sentence == f"{cidr} overlaps {SUBNET1}'s 10.1.0.0/24"
        assert one.remedy == "Choose another range"

    def test_subnets_of_two_vpcs_may_overlap(self):
        other = faulted("OtherVPC", resource("EC2::VPC", CidrBlock="10.1.0.0/16"))
        subnet = resource("EC2::Subnet", VpcId=ref("OtherVPC"), CidrBlock="10.1.0.0/24")

        assert found(faulted("OtherSubnet", subnet, other)) == []

    def test_a_subnet_in_a_second_range_of_the_vpc_is_accepted(self):
        more = resource("EC2::VPCCidrBlock", VpcId=ref(VPC), CidrBlock="10.2.0.0/16")

        assert found(faulted("More", more, faulted(f"{SUBNET1}/CidrBlock", "10.2.0.0/24"))) == []

    def test_a_subnet_of_a_vpc_that_is_given_is_left_alone(self):
        family = faulted(f"{SUBNET1}/VpcId", GIVEN)

        assert found(faulted(f"{SUBNET1}/CidrBlock", "192.168.0.0/24", family)) == []


class TestTwoZones:
    def test_two_subnets_in_one_zone_are_refused(self):
        zone = BASE.resources[SUBNET1]["Properties"]["AvailabilityZone"]

        cluster, proxy = sorted(found(faulted(f"{SUBNET2}/AvailabilityZone", zone)))

        assert cluster.about == ("network/two-zones", "RDSStackDBClusterSubnetGroup")
        assert proxy.about == ("network/two-zones", PROXY)
        assert proxy.sentence == "its subnets are in one zone"
        assert proxy.remedy == "Give it subnets in two zones"

    def test_one_subnet_is_refused(self):
        [one] = found(without(f"{PROXY}/VpcSubnetIds/1"))

        assert one.about == ("network/two-zones", PROXY)

    @pytest.mark.parametrize("zones", [("a", "b"), (GIVEN, {"Ref": "Other"})])
    def test_zones_of_two_names_are_accepted(self, zones):
        family = faulted(f"{SUBNET1}/AvailabilityZone", zones[0])

        assert found(faulted(f"{SUBNET2}/AvailabilityZone", zones[1], family)) == []

    def test_zones_of_two_ids_are_accepted(self):
        family = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))
        family = faulted(f"{SUBNET1}/AvailabilityZoneId", "use1-az1", family)

        assert found(faulted(f"{SUBNET2}/AvailabilityZoneId", "use1-az2", family)) == []

    def test_two_zones_of_one_id_are_refused(self):
        family = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))
        family = faulted(f"{SUBNET1}/AvailabilityZoneId", "use1-az1", family)

        wrong = faulted(f"{SUBNET2}/AvailabilityZoneId", "use1-az1", family)

        assert {one.rule for one in found(wrong)} == {"network/two-zones"}

    def test_zones_that_are_left_to_aws_are_left_alone(self):
        family = without(f"{SUBNET1}/AvailabilityZone", without(f"{SUBNET2}/AvailabilityZone"))

        assert found(family) == []


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
        [one] = found(faulted(f"{name}/{key}/0", ref(PROXY_GROUP)), network.kinds)

        assert one.about == ("network/kinds", name)
        assert one.sentence == f"{PROXY_GROUP} is of type AWS::EC2::SecurityGroup"
        assert one.remedy == "Wire a resource of type AWS::EC2::Subnet"

    @pytest.mark.parametrize(
        ("name", "key"),
        [
            (CLUSTER, "VpcSecurityGroupIds"),
            (PROXY, "VpcSecurityGroupIds"),
            (FUNCTION, "VpcConfig/SecurityGroupIds"),
        ],
    )
    def test_a_subnet_where_a_security_group_belongs_is_refused(self, name, key):
        [one] = found(faulted(f"{name}/{key}/0", ref(SUBNET1)), network.kinds)

        assert one.about == ("network/kinds", name)
        assert one.sentence == f"{SUBNET1} is of type AWS::EC2::Subnet"
        assert one.remedy == "Wire a resource of type AWS::EC2::SecurityGroup"

    def test_a_subnet_in_the_groups_of_an_instance_is_refused(self):
        database = resource("RDS::DBInstance", VPCSecurityGroups=[ref("Subnet")])

        [one] = found(template(Database=database, Subnet=resource("EC2::Subnet")))

        assert one.about == ("network/kinds", "Database")

    def test_a_group_may_be_named_by_its_reference_or_by_its_id(self):
        assert (
            found(faulted(f"{PROXY}/VpcSecurityGroupIds/0", get_att(PROXY_GROUP, "GroupId"))) == []
        )

    def test_the_default_group_of_a_vpc_is_a_group(self):
        default = get_att(VPC, "DefaultSecurityGroup")

        assert found(faulted(f"{PROXY}/VpcSecurityGroupIds/0", default)) == []

    @pytest.mark.parametrize("kind", ["Custom::Lookup", "AWS::CloudFormation::CustomResource"])
    @pytest.mark.parametrize("attribute", ["Id", "SubnetId"])
    def test_what_a_resource_of_the_consumer_looks_up_is_left_alone(self, kind, attribute):
        family = faulted("Lookup", {"Type": kind})
        subnet = get_att("Lookup", attribute)

        assert found(faulted(f"{PROXY}/VpcSubnetIds/0", subnet, family)) == []


class TestPort:
    def test_a_rule_on_another_port_is_refused(self):
        [one] = found(opened(5432), network.port)

        assert one.about == ("network/port", INTO_CLUSTER)
        assert one.sentence == f"it opens {CLUSTER} on ports 5432 to 5432"
        assert one.remedy == "Open port 3306 alone, which aurora-mysql listens on"

    def test_a_rule_on_more_ports_is_refused(self):
        [one] = found(faulted(f"{INTO_CLUSTER}/ToPort", 3307))

        assert one.about == ("network/port", INTO_CLUSTER)
        assert "on ports 3306 to 3307" in one.sentence

    def test_a_rule_for_every_protocol_is_refused(self):
        rule = {"IpProtocol": "-1", "GroupId": get_att(CLUSTER_GROUP, "GroupId")}
        source = {"SourceSecurityGroupId": get_att(PROXY_GROUP, "GroupId")}

        [one] = found(
            faulted(INTO_CLUSTER, resource("EC2::SecurityGroupIngress", **rule, **source))
        )

        assert one.about == ("network/port", INTO_CLUSTER)
        assert "on ports 0 to 65535" in one.sentence

    def test_a_rule_inside_the_group_is_read_too(self):
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.1.0.0/16"}

        [one] = found(faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", [rule]))

        assert one.about == ("network/port", CLUSTER_GROUP)
        assert "on ports 22 to 22" in one.sentence

    def test_the_group_of_an_instance_is_opened_on_the_port_of_its_engine(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "10.0.0.0/8"}
        group = resource("EC2::SecurityGroup", SecurityGroupIngress=[rule])
        database = resource("RDS::DBInstance", Engine="postgres", VPCSecurityGroups=[ref("Group")])

        [one] = found(template(Group=group, Database=database), network.port)

        assert one.about == ("network/port", "Group")
        assert one.remedy == "Open port 5432 alone, which postgres listens on"

    @pytest.mark.parametrize("port", ["3306", get_att(CLUSTER, "Endpoint.Port")])
    def test_the_port_may_be_text_or_be_read_from_the_cluster(self, port):
        assert found(opened(port)) == []

    @pytest.mark.parametrize("port", [3307, "3307"])
    def test_a_cluster_may_listen_on_a_port_of_its_own(self, port):
        """The proxy connects to the port of the database's settings."""
        family = faulted(f"{CLUSTER}/Port", port, opened(3307))
        egress = f"{PROXY_GROUP}/SecurityGroupEgress/0"
        family = faulted(f"{egress}/FromPort", 3307, family)

        assert found(faulted(f"{egress}/ToPort", 3307, family)) == []

    def test_a_rule_of_a_group_that_is_given_is_left_alone(self):
        rule = {"GroupId": GIVEN, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
        ingress = resource("EC2::SecurityGroupIngress", **rule, CidrIp="10.0.0.0/8")

        assert found(faulted("Elsewhere", ingress)) == []

    def test_an_empty_list_of_rules_opens_nothing(self):
        assert found(faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", [])) == []


class TestHops:
    """Each end of each hop, and what else lets traffic pass."""

    @pytest.mark.parametrize(
        ("ingress", "group", "source", "target", "peer"),
        [
            (INTO_PROXY, PROXY_GROUP, FUNCTION, PROXY, FUNCTION_GROUP),
            (INTO_CLUSTER, CLUSTER_GROUP, PROXY, CLUSTER, PROXY_GROUP),
        ],
        ids=["function to proxy", "proxy to database"],
    )
    def test_a_hop_that_is_not_let_in_is_refused(self, ingress, group, source, target, peer):
        [one] = found(without(ingress))

        assert one.about == ("network/hops", group)
        assert one.sentence == f"{target} does not let {source} in on port 3306"
        assert one.remedy == f"Let {group} admit {peer} on port 3306"

    @pytest.mark.parametrize(
        ("group", "source", "target", "peer"),
        [
            (FUNCTION_GROUP, FUNCTION, PROXY, PROXY_GROUP),
            (PROXY_GROUP, PROXY, CLUSTER, CLUSTER_GROUP),
        ],
        ids=["function to proxy", "proxy to database"],
    )
    def test_a_hop_that_is_not_let_out_is_refused(self, group, source, target, peer):
        nowhere = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]

        [one] = found(faulted(f"{group}/SecurityGroupEgress", nowhere))

        assert one.about == ("network/hops", group)
        assert one.sentence == f"{source} may not connect to {target} on port 3306"
        assert one.remedy == f"Let {group} out to {peer} on port 3306"

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{INTO_PROXY}/SourceSecurityGroupId", get_att(CLUSTER_GROUP, "GroupId")),
            (f"{INTO_PROXY}/IpProtocol", "udp"),
            (f"{INTO_PROXY}/FromPort", 3307),
            (f"{INTO_PROXY}/ToPort", 3305),
        ],
        ids=["another peer", "another protocol", "ports above", "ports below"],
    )
    def test_a_rule_that_does_not_cover_the_hop_is_refused(self, path, value):
        [one] = found(faulted(path, value))

        assert one.about == ("network/hops", PROXY_GROUP)
        assert one.sentence == f"{PROXY} does not let {FUNCTION} in on port 3306"

    @pytest.mark.parametrize("protocol", ["6", 6, "-1"])
    def test_a_protocol_by_its_number_is_accepted(self, protocol):
        assert found(faulted(f"{INTO_PROXY}/IpProtocol", protocol)) == []

    def test_a_wider_range_of_ports_is_accepted(self):
        assert found(faulted(f"{INTO_PROXY}/FromPort", 3000)) == []

    def test_a_rule_inside_the_group_is_accepted(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        rules = [{**rule, "SourceSecurityGroupId": get_att(FUNCTION_GROUP, "GroupId")}]

        family = faulted(f"{PROXY_GROUP}/SecurityGroupIngress", rules, without(INTO_PROXY))

        assert found(family) == []

    def test_an_egress_of_its_own_beside_the_group_is_accepted(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        ends = {"GroupId": ref(FUNCTION_GROUP), "DestinationSecurityGroupId": ref(PROXY_GROUP)}
        out = faulted("Out", resource("EC2::SecurityGroupEgress", **rule, **ends))
        nowhere = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]

        assert found(faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", nowhere, out)) == []

    @pytest.mark.parametrize(
        "source",
        [
            {"CidrIp": "10.1.0.0/16"},
            {"CidrIp": get_att(VPC, "CidrBlock")},
            {"SourcePrefixListId": "pl-0123456789abcdef0"},
        ],
        ids=["a range", "the range of the VPC", "a list of ranges"],
    )
    def test_a_rule_for_addresses_may_cover_the_hop(self, source):
        group = get_att(PROXY_GROUP, "GroupId")
        rule = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **source}

        assert found(faulted(INTO_PROXY, resource("EC2::SecurityGroupIngress", **rule))) == []

    def test_a_second_group_that_is_given_may_cover_the_hop(self):
        family = faulted(f"{PROXY}/VpcSecurityGroupIds/1", GIVEN)

        assert found(without(INTO_PROXY, family), network.hops) == []

    def test_one_of_two_groups_may_cover_the_hop(self):
        groups = [ref(CLUSTER_GROUP), ref(PROXY_GROUP)]

        assert found(faulted(f"{PROXY}/VpcSecurityGroupIds", groups), network.hops) == []

    def test_a_function_that_is_not_told_of_the_proxy_need_not_reach_it(self):
        family = faulted(f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT", "elsewhere")

        assert found(without(INTO_PROXY, family), network.hops) == []

    def test_a_function_of_another_proxy_need_not_reach_this_one(self):
        given = {"VpcSubnetIds": GIVEN, "VpcSecurityGroupIds": [GIVEN]}
        other = resource("RDS::DBProxy", EngineFamily="MYSQL", **given)
        told = f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT"
        family = faulted(told, get_att("Other", "Endpoint"), faulted("Other", other))

        assert found(without(INTO_PROXY, family), network.hops) == []

    def test_a_function_without_an_environment_need_not_reach_it(self):
        assert found(without(INTO_PROXY, without(f"{FUNCTION}/Environment"))) == []

    @pytest.mark.parametrize(
        "address", [get_att("Endpoint", "Endpoint"), {"Fn::Sub": "${Endpoint.Endpoint}:3306"}]
    )
    def test_a_function_that_is_told_of_an_endpoint_must_reach_it(self, address):
        endpoint = {"DBProxyName": ref(PROXY), "VpcSecurityGroupIds": [ref(CLUSTER_GROUP)]}
        family = faulted("Endpoint", resource("RDS::DBProxyEndpoint", **endpoint))
        told = f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT"

        out, into = found(faulted(told, address, family))

        assert out.about == ("network/hops", FUNCTION_GROUP)
        assert out.sentence == f"{FUNCTION} may not connect to Endpoint on port 3306"
        assert into.about == ("network/hops", CLUSTER_GROUP)

    def test_an_engine_that_we_do_not_know_is_left_alone(self):
        family = faulted(f"{PROXY}/EngineFamily", "SQLSERVER", without(INTO_PROXY))

        assert found(family, network.hops) == []


class TestOpenToTheWorld:
    @WORLD
    def test_a_group_that_lets_the_world_in_is_refused(self, world):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **world}
        [(_, cidr)] = world.items()

        [one] = found(faulted(f"{PROXY_GROUP}/SecurityGroupIngress", [rule]))

        assert one.about == ("network/open-to-the-world", PROXY_GROUP)
        assert one.sentence == f"ports 3306 to 3306 are open to {cidr}"
        assert "Name the ranges or groups" in one.remedy

    def test_a_rule_of_its_own_that_lets_the_world_in_is_refused(self):
        rule = {"GroupId": ref(PROXY_GROUP), "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

        [one] = found(faulted("Open", resource("EC2::SecurityGroupIngress", **rule)))

        assert one.about == ("network/open-to-the-world", "Open")

    def test_ports_that_are_given_do_not_hide_the_world(self):
        port = {"FromPort": GIVEN, "ToPort": GIVEN}
        rule = {"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0", **port}

        [one] = found(faulted(f"{PROXY_GROUP}/SecurityGroupIngress", [rule]))

        assert one.about == ("network/open-to-the-world", PROXY_GROUP)


class TestUnlimitedEgress:
    def test_a_group_that_says_nothing_of_egress_is_refused(self):
        [one] = found(without(f"{FUNCTION_GROUP}/SecurityGroupEgress"))

        assert one.about == ("network/unlimited-egress", FUNCTION_GROUP)
        assert one.sentence == "its members may connect to everywhere"
        assert "127.0.0.1/32" in one.remedy

    def test_an_empty_list_says_nothing(self):
        [one] = found(faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", []))

        assert one.about == ("network/unlimited-egress", FUNCTION_GROUP)

    @WORLD
    def test_a_group_that_lets_everything_out_is_refused(self, world):
        [one] = found(
            faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", [{"IpProtocol": "-1", **world}])
        )

        assert one.about == ("network/unlimited-egress", FUNCTION_GROUP)

    def test_an_egress_of_its_own_that_lets_everything_out_is_refused(self):
        rule = {"GroupId": ref(FUNCTION_GROUP), "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

        [one] = found(faulted("Out", resource("EC2::SecurityGroupEgress", **rule)))

        assert one.about == ("network/unlimited-egress", FUNCTION_GROUP)

    @WORLD
    @pytest.mark.parametrize(
        "ports",
        [
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 5432},
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306},
            {"IpProtocol": "udp", "FromPort": 443, "ToPort": 443},
            {"IpProtocol": "tcp", "FromPort": GIVEN, "ToPort": GIVEN},
            {"IpProtocol": "-1", "FromPort": 443, "ToPort": 443},
        ],
        ids=["more ports", "another port", "another protocol", "ports that are given", "all"],
    )
    def test_more_than_https_to_everywhere_is_refused(self, world, ports):
        [one] = found(faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress/1", ports | world))

        assert one.about == ("network/unlimited-egress", FUNCTION_GROUP)

    @WORLD
    @pytest.mark.parametrize("protocol", ["tcp", "6"])
    def test_https_alone_goes_to_everywhere(self, world, protocol):
        rule = {"IpProtocol": protocol, "FromPort": 443, "ToPort": 443, **world}

        assert found(faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress/1", rule)) == []
