"""Traffic: each connection is let out and let in, and nothing else is."""

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
from rdsproxy_templates.validators.rules import traffic
from rdsproxy_templates.variants import bastion

VPC = "VPCStackVPC"
FUNCTION, FUNCTION_GROUP = "SAMStackBlogRDSProxyFunction", "VPCStackFunctionSecurityGroup"
PROXY, PROXY_GROUP = "RDSStackRDSProxy", "VPCStackRDSProxySecurityGroup"
TARGETS = "RDSStackRDSProxyTargetGroup"
CLUSTER, CLUSTER_GROUP = "RDSStackDBCluster", "VPCStackDBClusterSecurityGroup"
INTO_PROXY, INTO_CLUSTER = f"{PROXY_GROUP}Ingress", f"{CLUSTER_GROUP}Ingress"
WORLD = pytest.mark.parametrize(
    "world", [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}], ids=["IPv4", "IPv6"]
)


def opened(port):
    """The base with the cluster's group opened to the proxy on *port*."""
    return faulted(f"{INTO_CLUSTER}/ToPort", port, faulted(f"{INTO_CLUSTER}/FromPort", port))


class TestPort:
    def test_a_rule_on_another_port_is_refused(self):
        [one] = violations(traffic.port, opened(5432))

        assert one.resource == INTO_CLUSTER
        assert one.sentence == f"it opens {CLUSTER} on port 5432"
        assert one.remedy == "Open only port 3306, which aurora-mysql listens on"

    def test_where_the_engine_does_not_fit_the_proxy_no_port_is_the_wrong_one(self):
        assert_holds(traffic.port, faulted(f"{PROXY}/EngineFamily", "POSTGRESQL", opened(5432)))

    def test_a_rule_on_more_ports_is_refused(self):
        [one] = violations(traffic.port, faulted(f"{INTO_CLUSTER}/ToPort", 3307))

        assert one.resource == INTO_CLUSTER
        assert "on ports 3306 to 3307" in one.sentence

    def test_a_rule_for_every_protocol_is_refused(self):
        rule = {"IpProtocol": "-1", "GroupId": get_att(CLUSTER_GROUP, "GroupId")}
        source = {"SourceSecurityGroupId": get_att(PROXY_GROUP, "GroupId")}

        [one] = violations(
            traffic.port,
            faulted(INTO_CLUSTER, resource("EC2::SecurityGroupIngress", **rule, **source)),
        )

        assert one.resource == INTO_CLUSTER
        assert one.sentence == f"it opens {CLUSTER} to all traffic"

    @pytest.mark.parametrize("protocol", ["icmp", 1, "icmpv6", "58"])
    def test_a_ping_beside_the_port_is_accepted(self, protocol):
        ping = {"IpProtocol": protocol, "FromPort": -1, "ToPort": -1, "CidrIp": "10.1.0.0/16"}

        assert_holds(traffic.port, faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", [ping]))

    def test_a_rule_of_which_nothing_is_known_is_left_alone(self):
        rules = [{"Fn::If": ["Open", ref("Rule"), ref("AWS::NoValue")]}]

        assert_holds(traffic.port, faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", rules))

    def test_a_rule_inside_the_group_is_read_too(self):
        rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.1.0.0/16"}

        [one] = violations(traffic.port, faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", [rule]))

        assert one.resource == CLUSTER_GROUP
        assert "on port 22" in one.sentence

    def test_the_group_of_an_instance_is_opened_on_the_port_of_its_engine(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "10.0.0.0/8"}
        group = resource("EC2::SecurityGroup", SecurityGroupIngress=[rule])
        database = resource("RDS::DBInstance", Engine="postgres", VPCSecurityGroups=[ref("Group")])

        [one] = violations(traffic.port, template(Group=group, Database=database))

        assert one.resource == "Group"
        assert one.remedy == "Open only port 5432, which postgres listens on"

    @pytest.mark.parametrize("port", ["3306", get_att(CLUSTER, "Endpoint.Port")])
    def test_the_port_may_be_text_or_be_read_from_the_cluster(self, port):
        assert_holds(traffic.port, opened(port))

    @pytest.mark.parametrize("port", [3307, "3307"])
    def test_a_cluster_may_listen_on_a_port_of_its_own(self, port):
        """The proxy connects to the port of the database's settings."""
        changed = faulted(f"{CLUSTER}/Port", port, opened(3307))
        egress = f"{PROXY_GROUP}/SecurityGroupEgress/0"
        changed = faulted(f"{egress}/FromPort", 3307, changed)

        assert_holds(traffic.port, faulted(f"{egress}/ToPort", 3307, changed))

    def test_a_rule_of_a_group_that_is_given_is_left_alone(self):
        rule = {"GroupId": GIVEN, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
        ingress = resource("EC2::SecurityGroupIngress", **rule, CidrIp="10.0.0.0/8")

        assert_holds(traffic.port, faulted("Elsewhere", ingress))

    def test_an_empty_list_of_rules_opens_nothing(self):
        assert_holds(traffic.port, faulted(f"{CLUSTER_GROUP}/SecurityGroupIngress", []))


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
        [one] = violations(traffic.hops, without(ingress))

        assert one.resource == group
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

        [one] = violations(traffic.hops, faulted(f"{group}/SecurityGroupEgress", nowhere))

        assert one.resource == group
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
        [one] = violations(traffic.hops, faulted(path, value))

        assert one.resource == PROXY_GROUP
        assert one.sentence == f"{PROXY} does not let {FUNCTION} in on port 3306"

    @pytest.mark.parametrize("protocol", ["6", 6, "-1"])
    def test_a_protocol_by_its_number_is_accepted(self, protocol):
        assert_holds(traffic.hops, faulted(f"{INTO_PROXY}/IpProtocol", protocol))

    def test_a_wider_range_of_ports_is_accepted(self):
        assert_holds(traffic.hops, faulted(f"{INTO_PROXY}/FromPort", 3000))

    def test_a_rule_inside_the_group_is_accepted(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        rules = [{**rule, "SourceSecurityGroupId": get_att(FUNCTION_GROUP, "GroupId")}]

        changed = faulted(f"{PROXY_GROUP}/SecurityGroupIngress", rules, without(INTO_PROXY))

        assert_holds(traffic.hops, changed)

    def test_an_egress_of_its_own_beside_the_group_is_accepted(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        ends = {"GroupId": ref(FUNCTION_GROUP), "DestinationSecurityGroupId": ref(PROXY_GROUP)}
        out = faulted("Out", resource("EC2::SecurityGroupEgress", **rule, **ends))
        nowhere = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]

        assert_holds(traffic.hops, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", nowhere, out))

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

        assert_holds(
            traffic.hops, faulted(INTO_PROXY, resource("EC2::SecurityGroupIngress", **rule))
        )

    def test_a_second_group_that_is_given_may_cover_the_hop(self):
        changed = faulted(f"{PROXY}/VpcSecurityGroupIds/1", GIVEN)

        assert_holds(traffic.hops, without(INTO_PROXY, changed))

    def test_one_of_two_groups_may_cover_the_hop(self):
        groups = [ref(CLUSTER_GROUP), ref(PROXY_GROUP)]

        assert_holds(traffic.hops, faulted(f"{PROXY}/VpcSecurityGroupIds", groups))

    def test_a_function_that_is_not_told_of_the_proxy_need_not_reach_it(self):
        changed = faulted(f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT", "elsewhere")

        assert_holds(traffic.hops, without(INTO_PROXY, changed))

    def test_a_function_of_another_proxy_need_not_reach_this_one(self):
        given = {"VpcSubnetIds": GIVEN, "VpcSecurityGroupIds": [GIVEN]}
        other = resource("RDS::DBProxy", EngineFamily="MYSQL", **given)
        told = f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT"
        changed = faulted(told, get_att("Other", "Endpoint"), faulted("Other", other))

        assert_holds(traffic.hops, without(INTO_PROXY, changed))

    def test_a_function_without_an_environment_need_not_reach_it(self):
        assert_holds(traffic.hops, without(INTO_PROXY, without(f"{FUNCTION}/Environment")))

    @pytest.mark.parametrize(
        "address", [get_att("Endpoint", "Endpoint"), {"Fn::Sub": "${Endpoint.Endpoint}:3306"}]
    )
    def test_a_function_that_is_told_of_an_endpoint_must_reach_it(self, address):
        endpoint = {"DBProxyName": ref(PROXY), "VpcSecurityGroupIds": [ref(CLUSTER_GROUP)]}
        changed = faulted("Endpoint", resource("RDS::DBProxyEndpoint", **endpoint))
        told = f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT"

        out, into = violations(traffic.hops, faulted(told, address, changed))

        assert out.resource == FUNCTION_GROUP
        assert out.sentence == f"{FUNCTION} may not connect to Endpoint on port 3306"
        assert into.resource == CLUSTER_GROUP

    def test_an_engine_that_we_do_not_know_is_left_alone(self):
        changed = faulted(f"{PROXY}/EngineFamily", "SQLSERVER", without(INTO_PROXY))

        assert_holds(traffic.hops, changed)


class TestHopsOfOtherClients:
    """Clients beside functions that are told a proxy, and targets that are not created here."""

    NOWHERE = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]

    def test_one_egress_of_its_own_takes_the_place_of_the_rule_to_everywhere(self):
        """The function's group is let out to its own VPC on 443, and nowhere else."""
        group = {"GroupId": ref(FUNCTION_GROUP), "CidrIp": "10.1.0.0/16"}
        https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
        out = resource("EC2::SecurityGroupEgress", **group, **https)
        changed = faulted("Out", out, without(f"{FUNCTION_GROUP}/SecurityGroupEgress"))

        [one] = violations(traffic.hops, changed)

        assert one.sentence == f"{FUNCTION} may not connect to {PROXY} on port 3306"

    @pytest.mark.parametrize(
        "rule",
        [
            {"CidrIp": "10.9.0.0/16"},
            {"CidrIpv6": "::/0"},
            {"CidrIp": "127.0.0.0/8"},
            {"DestinationPrefixListId": ref("Ranges")},
        ],
        ids=["another network", "IPv6", "loopback", "a list of another network"],
    )
    def test_egress_to_addresses_that_the_proxy_has_not_is_refused(self, rule):
        entries = [{"Cidr": "10.9.0.0/16"}]
        ranges = faulted("Ranges", resource("EC2::PrefixList", Entries=entries))
        out = [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **rule}]

        [one] = violations(
            traffic.hops, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", out, ranges)
        )

        assert one.sentence == f"{FUNCTION} may not connect to {PROXY} on port 3306"

    def test_egress_to_the_subnets_of_the_proxy_is_accepted(self):
        out = [{"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "CidrIp": "10.1.1.0/24"}]

        assert_holds(traffic.hops, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", out))

    @pytest.mark.parametrize("egress", [NOWHERE, [{"IpProtocol": "icmp", "CidrIp": "10.1.0.0/16"}]])
    def test_a_proxy_that_is_let_out_to_nowhere_reaches_no_imported_database(self, egress):
        imported = faulted(f"{TARGETS}/DBClusterIdentifiers", ["orders"])

        [one] = violations(
            traffic.hops, faulted(f"{PROXY_GROUP}/SecurityGroupEgress", egress, imported)
        )

        assert one.resource == PROXY_GROUP
        assert one.sentence == f"{PROXY} may not connect to its database"

    def test_a_group_with_other_members_is_none_of_an_imported_database(self):
        egress = f"{PROXY_GROUP}/SecurityGroupEgress/0/DestinationSecurityGroupId"
        imported = faulted(f"{TARGETS}/DBClusterIdentifiers", ["orders"])

        [one] = violations(traffic.hops, faulted(egress, ref(FUNCTION_GROUP), imported))

        assert one.resource == PROXY_GROUP

    def test_a_group_that_is_given_may_be_that_of_an_imported_database(self):
        egress = f"{PROXY_GROUP}/SecurityGroupEgress/0/DestinationSecurityGroupId"
        imported = faulted(f"{TARGETS}/DBClusterIdentifiers", ["orders"])

        assert_holds(traffic.hops, faulted(egress, GIVEN, imported))

    @pytest.mark.parametrize("end", ["Endpoint.Address", "ReadEndpoint.Address"])
    def test_a_function_may_be_told_the_database_itself(self, end):
        """Its group is let out to the proxy's, and the cluster's lets in the proxy's."""
        told = f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT"

        out, into = violations(traffic.hops, faulted(told, get_att(CLUSTER, end)))

        assert out.sentence == f"{FUNCTION} may not connect to {CLUSTER} on port 3306"
        assert into.sentence == f"{CLUSTER} does not let {FUNCTION} in on port 3306"

    @pytest.mark.parametrize("joined", [True, False])
    def test_a_rotation_function_of_aws_must_reach_the_database(self, joined):
        group = get_att(FUNCTION_GROUP, "GroupId")
        groups = {"Fn::Join": [",", [group]]} if joined else group
        hosted = {"RotationType": "MySQLSingleUser", "VpcSecurityGroupIds": groups}
        schedule = resource(
            "SecretsManager::RotationSchedule",
            SecretId=ref("SecretsStackRDSMasterUserSecret"),
            HostedRotationLambda=hosted,
        )

        out, into = violations(traffic.hops, faulted("Rotation", schedule))

        assert out.sentence == f"Rotation may not connect to {CLUSTER} on port 3306"
        assert into.resource == CLUSTER_GROUP

    def test_so_must_one_of_the_template(self):
        """Its group is let out to the proxy only."""
        schedule = resource(
            "SecretsManager::RotationSchedule",
            SecretId=ref("SecretsStackRDSMasterUserSecret"),
            RotationLambdaARN=get_att(FUNCTION, "Arn"),
        )

        out, into = violations(traffic.hops, faulted("Rotation", schedule))

        assert out.sentence == f"{FUNCTION} may not connect to {CLUSTER} on port 3306"
        assert into.resource == CLUSTER_GROUP

    def test_a_rule_that_names_nobody_lets_nobody_in(self):
        rule = {"GroupId": ref(PROXY_GROUP), "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}

        [one] = violations(
            traffic.hops, faulted(INTO_PROXY, resource("EC2::SecurityGroupIngress", **rule))
        )

        assert one.sentence == f"{PROXY} does not let {FUNCTION} in on port 3306"

    @pytest.mark.parametrize(
        "ingress",
        [None, {"FromPort": 5432, "ToPort": 5432}, {"IpProtocol": "udp"}],
        ids=["none", "another port", "another protocol"],
    )
    def test_an_endpoint_of_a_proxy_lets_somebody_in(self, ingress):
        """The clients are in another account."""
        endpoint = resource(
            "RDS::DBProxyEndpoint", DBProxyName=ref(PROXY), VpcSecurityGroupIds=[ref("Group")]
        )
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        rules = [{**rule, **ingress, "SourceSecurityGroupId": GIVEN}] if ingress else []
        group = resource("EC2::SecurityGroup", SecurityGroupIngress=rules)

        [one] = violations(traffic.hops, faulted("Endpoint", endpoint, faulted("Group", group)))

        assert one.resource == "Group"
        assert one.sentence == "Endpoint lets nobody in on port 3306"

    def test_an_endpoint_that_shares_the_group_of_its_proxy_is_left_alone(self):
        endpoint = resource(
            "RDS::DBProxyEndpoint", DBProxyName=ref(PROXY), VpcSecurityGroupIds=[ref(PROXY_GROUP)]
        )
        told = faulted(f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT", "elsewhere")

        assert_holds(traffic.hops, faulted("Endpoint", endpoint, without(INTO_PROXY, told)))


BASTION = unpackaged(bastion, bastion.Config()).flat()[0]
BASTION_GROUP, ENDPOINTS = "BastionStackBastionSecurityGroup", "BastionEndpointsStack"
INTO_DATABASE = "BastionStackDBSecurityGroupIngress"
INTO_ENDPOINT = "BastionStackEndpointSecurityGroupIngress"


class TestHopsOfTheBastion:
    def test_it_is_clean(self):
        assert_holds(traffic.hops, BASTION)
        assert_holds(traffic.both_ends, BASTION)

    def test_an_instance_must_reach_the_endpoints_of_session_manager(self):
        one, two = violations(traffic.hops, without(INTO_ENDPOINT, BASTION))

        assert one.sentence.startswith(
            f"{ENDPOINTS}SsmEndpoint does not let BastionStackBastion in"
        )
        assert two.sentence.startswith(f"{ENDPOINTS}SsmmessagesEndpoint does not let")

    def test_an_instance_with_another_way_out_need_not(self):
        nat = faulted("Nat", resource("EC2::NatGateway", SubnetId=GIVEN), BASTION)

        assert_holds(traffic.hops, without(INTO_ENDPOINT, nat))

    def test_an_endpoint_without_clients_lets_somebody_in(self):
        alone = without("BastionStackBastion", without(INTO_ENDPOINT, BASTION))
        egress = f"{BASTION_GROUP}/SecurityGroupEgress"

        [one] = violations(traffic.hops, faulted(egress, [], alone))

        assert one.sentence == f"{ENDPOINTS}SsmEndpoint lets nobody in on port 443"


class TestBothEnds:
    """A hop of which only the security groups tell."""

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (f"{INTO_DATABASE}/FromPort", 5433),
            (f"{INTO_DATABASE}/IpProtocol", "udp"),
            (f"{INTO_DATABASE}/SourceSecurityGroupId", ref(f"{ENDPOINTS}EndpointSecurityGroup")),
        ],
        ids=["another port", "another protocol", "another group"],
    )
    def test_a_group_that_is_let_out_must_be_let_in(self, path, value):
        found = violations(traffic.both_ends, faulted(path, value, BASTION))

        assert found[0].resource in {BASTION_GROUP, INTO_DATABASE}
        assert "VPCStackDBClusterSecurityGroup" in found[0].sentence

    def test_a_group_that_is_let_in_nowhere_is_named(self):
        [one] = violations(traffic.both_ends, without(INTO_DATABASE, BASTION))

        assert one.resource == BASTION_GROUP
        assert one.property == "SecurityGroupEgress"
        assert one.sentence == (
            f"it lets {BASTION_GROUP} out to VPCStackDBClusterSecurityGroup on port 5432, "
            "where VPCStackDBClusterSecurityGroup lets it in on no port"
        )

    def test_a_group_that_is_let_in_must_be_let_out(self):
        nowhere = [{"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}]

        found = violations(
            traffic.both_ends, faulted(f"{BASTION_GROUP}/SecurityGroupEgress", nowhere, BASTION)
        )

        assert INTO_DATABASE in [one.resource for one in found]
        assert all(one.sentence.endswith(f"{BASTION_GROUP} is not let out") for one in found)

    @pytest.mark.parametrize(
        "ingress",
        [{"CidrIp": "10.1.0.0/16"}, {"SourceSecurityGroupId": GIVEN}],
        ids=["by its addresses", "by a group that is given"],
    )
    def test_it_may_be_let_in_by_another_name(self, ingress):
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **ingress}
        group = "VPCStackDBClusterSecurityGroup/SecurityGroupIngress"

        assert_holds(traffic.both_ends, faulted(group, [rule], without(INTO_DATABASE, BASTION)))

    def test_another_group_of_the_same_database_may_let_it_in(self):
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "10.1.0.0/16"}
        second = faulted(
            "Second", resource("EC2::SecurityGroup", SecurityGroupIngress=[rule]), BASTION
        )
        groups = "RDSStackDBCluster/VpcSecurityGroupIds/1"

        assert_holds(
            traffic.both_ends, faulted(groups, ref("Second"), without(INTO_DATABASE, second))
        )

    def test_so_may_a_group_that_is_given(self):
        groups = "RDSStackDBCluster/VpcSecurityGroupIds/1"

        assert_holds(traffic.both_ends, without(INTO_DATABASE, faulted(groups, GIVEN, BASTION)))

    def test_a_group_that_is_let_out_to_something_else_on_that_port_is_left_alone(self):
        """The function reaches the proxy; that the cluster lets it in, too, breaks nothing."""
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        ends = {"GroupId": ref(CLUSTER_GROUP), "SourceSecurityGroupId": ref(FUNCTION_GROUP)}
        into = resource("EC2::SecurityGroupIngress", **rule, **ends)

        assert_holds(traffic.both_ends, faulted("Into", into))

    def test_groups_without_members_are_left_alone(self):
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
        out = resource(
            "EC2::SecurityGroupEgress",
            GroupId=ref("One"),
            DestinationSecurityGroupId=ref("Two"),
            **rule,
        )
        group = resource("EC2::SecurityGroup")

        assert_holds(traffic.both_ends, template(One=group, Two=group, Out=out))


class TestDefaultGroup:
    @pytest.mark.parametrize("groups", [None, []])
    @pytest.mark.parametrize(
        ("place", "changed"),
        [
            (f"{CLUSTER}/VpcSecurityGroupIds", None),
            (f"{ENDPOINTS}SsmEndpoint/SecurityGroupIds", BASTION),
        ],
        ids=["a cluster", "an interface endpoint"],
    )
    def test_the_default_group_of_the_vpc_is_refused(self, place, changed, groups):
        made = {"template": changed} if changed else {}
        wrong = without(place, **made) if groups is None else faulted(place, groups, **made)

        [one] = violations(traffic.default_group, wrong)

        assert one.resource == place.partition("/")[0]
        assert one.sentence == "it names no security group"

    def test_an_instance_of_a_cluster_has_that_of_its_cluster(self):
        assert_holds(traffic.default_group, BASTION)

    def test_a_group_that_is_given_is_accepted(self):
        assert_holds(traffic.default_group, faulted(f"{CLUSTER}/VpcSecurityGroupIds", GIVEN))

    def test_a_database_outside_of_a_network_is_left_alone(self):
        database = resource("RDS::DBInstance", Engine="mysql")

        assert_holds(traffic.default_group, template(Database=database))


class TestOpenToTheWorld:
    @WORLD
    def test_a_group_that_lets_the_world_in_is_refused(self, world):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, **world}
        [(_, cidr)] = world.items()

        [one] = violations(
            traffic.open_to_the_world, faulted(f"{PROXY_GROUP}/SecurityGroupIngress", [rule])
        )

        assert one.resource == PROXY_GROUP
        assert one.sentence == f"port 3306 is open to {cidr}"
        assert "Name the ranges or groups" in one.remedy

    def test_a_rule_of_its_own_that_lets_the_world_in_is_refused(self):
        rule = {"GroupId": ref(PROXY_GROUP), "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

        [one] = violations(
            traffic.open_to_the_world,
            faulted("Open", resource("EC2::SecurityGroupIngress", **rule)),
        )

        assert one.resource == "Open"

    def test_ports_that_are_given_do_not_hide_the_world(self):
        port = {"FromPort": GIVEN, "ToPort": GIVEN}
        rule = {"IpProtocol": "tcp", "CidrIp": "0.0.0.0/0", **port}

        [one] = violations(
            traffic.open_to_the_world, faulted(f"{PROXY_GROUP}/SecurityGroupIngress", [rule])
        )

        assert one.resource == PROXY_GROUP


class TestMostOfTheWorld:
    """Ranges that amount to the internet, and what they are let in by."""

    PORTS = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}

    def ingress(self, *ranges, **ports):
        rules = [{**self.PORTS, **ports, **one} for one in ranges]
        return faulted(f"{PROXY_GROUP}/SecurityGroupIngress", rules)

    @pytest.mark.parametrize(
        ("ranges", "whole"),
        [
            (({"CidrIp": "0.0.0.0/1"}, {"CidrIp": "128.0.0.0/1"}), "0.0.0.0/0"),
            (({"CidrIpv6": "::/1"}, {"CidrIpv6": "8000::/1"}), "::/0"),
            (({"CidrIp": "64.0.0.0/2"},), "64.0.0.0/2"),
            (({"CidrIpv6": "2000::/3"},), "2000::/3"),
        ],
        ids=["halves of IPv4", "halves of IPv6", "a quarter", "all public IPv6"],
    )
    def test_most_of_the_internet_is_refused_once(self, ranges, whole):
        [one] = violations(traffic.open_to_the_world, self.ingress(*ranges))

        assert one.sentence == f"port 3306 is open to {whole}"

    @pytest.mark.parametrize("cidr", ["10.0.0.0/8", "203.0.113.0/24", "1.2.3.4/32", "nonsense"])
    def test_what_one_network_has_is_accepted(self, cidr):
        assert_holds(traffic.open_to_the_world, self.ingress({"CidrIp": cidr}))

    @pytest.mark.parametrize(
        ("ports", "opened"),
        [
            ({"IpProtocol": "-1"}, "all traffic is open"),
            ({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}, "ICMP is open"),
        ],
    )
    def test_what_is_open_is_said_as_it_is(self, ports, opened):
        [one] = violations(
            traffic.open_to_the_world, self.ingress({"CidrIp": "0.0.0.0/0"}, **ports)
        )

        assert one.sentence == f"{opened} to 0.0.0.0/0"

    def test_a_prefix_list_of_the_template_is_read(self):
        entries = [{"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}]
        changed = self.ingress({"SourcePrefixListId": ref("Ranges")})

        [one] = violations(
            traffic.open_to_the_world,
            faulted("Ranges", resource("EC2::PrefixList", Entries=entries), changed),
        )

        assert one.resource == PROXY_GROUP

    def test_both_arms_of_a_condition_are_read(self):
        world = {**self.PORTS, "CidrIp": "0.0.0.0/0"}
        rules = {"Fn::If": ["Open", [world], ref("AWS::NoValue")]}

        [one] = violations(
            traffic.open_to_the_world, faulted(f"{PROXY_GROUP}/SecurityGroupIngress", rules)
        )

        assert one.resource == PROXY_GROUP

    def balancer(self, port):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"}
        return template(
            Group=resource("EC2::SecurityGroup", SecurityGroupIngress=[rule]),
            Balancer=resource(
                "ElasticLoadBalancingV2::LoadBalancer", SecurityGroups=[ref("Group")]
            ),
        )

    def test_a_load_balancer_may_be_open_on_the_ports_of_the_web(self):
        assert_holds(traffic.open_to_the_world, self.balancer(443))

    def test_it_may_not_on_others(self):
        [one] = violations(traffic.open_to_the_world, self.balancer(3306))

        assert one.resource == "Group"


class TestUnlimitedEgress:
    def test_a_group_that_says_nothing_of_egress_is_refused(self):
        [one] = violations(
            traffic.unlimited_egress, without(f"{FUNCTION_GROUP}/SecurityGroupEgress")
        )

        assert one.resource == FUNCTION_GROUP
        assert one.sentence == "its members may connect to everywhere"
        assert "127.0.0.1/32" in one.remedy

    def test_an_egress_of_its_own_takes_the_place_of_the_rule_to_everywhere(self):
        rule = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
        ends = {"GroupId": ref(FUNCTION_GROUP), "DestinationSecurityGroupId": ref(PROXY_GROUP)}
        out = faulted("Out", resource("EC2::SecurityGroupEgress", **rule, **ends))

        assert_holds(
            traffic.unlimited_egress, without(f"{FUNCTION_GROUP}/SecurityGroupEgress", out)
        )

    def test_the_world_in_halves_is_the_world(self):
        halves = [{"IpProtocol": "-1", "CidrIp": one} for one in ("0.0.0.0/1", "128.0.0.0/1")]

        [one] = violations(
            traffic.unlimited_egress, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", halves)
        )

        assert one.resource == FUNCTION_GROUP

    def test_an_empty_list_says_nothing(self):
        [one] = violations(
            traffic.unlimited_egress, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", [])
        )

        assert one.resource == FUNCTION_GROUP

    @WORLD
    def test_a_group_that_lets_everything_out_is_refused(self, world):
        [one] = violations(
            traffic.unlimited_egress,
            faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress", [{"IpProtocol": "-1", **world}]),
        )

        assert one.resource == FUNCTION_GROUP

    def test_an_egress_of_its_own_that_lets_everything_out_is_refused(self):
        rule = {"GroupId": ref(FUNCTION_GROUP), "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

        [one] = violations(
            traffic.unlimited_egress, faulted("Out", resource("EC2::SecurityGroupEgress", **rule))
        )

        assert one.resource == FUNCTION_GROUP

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
        [one] = violations(
            traffic.unlimited_egress,
            faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress/1", ports | world),
        )

        assert one.resource == FUNCTION_GROUP

    @WORLD
    @pytest.mark.parametrize("protocol", ["tcp", "6"])
    def test_https_alone_goes_to_everywhere(self, world, protocol):
        rule = {"IpProtocol": protocol, "FromPort": 443, "ToPort": 443, **world}

        assert_holds(
            traffic.unlimited_egress, faulted(f"{FUNCTION_GROUP}/SecurityGroupEgress/1", rule)
        )
