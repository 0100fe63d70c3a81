"""Networks, security groups and machines of the local cloud are as strict as AWS's."""

from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError
from type_harness import TypeHarness

from rdsproxy_local.cloudformation.failure import Failure
from rdsproxy_local.cloudformation.resource import DeployedResource, Properties
from rdsproxy_local.types import TYPES

pytestmark = pytest.mark.xdist_group("cloud-network")

REFUSED = (Failure, ClientError)
ADMIN = "333333333333"
STRANGER = "444444444444"
IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"
EVERYWHERE = "0.0.0.0/0"


@pytest.fixture(scope="module")
def harness(server):
    return TypeHarness(server.clients, account=ADMIN)


def tags(**values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


class Network:
    """A network with two subnets, of which tests take what they need."""

    def __init__(self, harness):
        self.harness = harness
        self.vpc = harness.create(
            "AWS::EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames="true", Tags=tags(a="1")
        )
        self.id = self.vpc.physical_id
        self.subnets = [self.subnet(number, zone) for number, zone in enumerate("ab")]
        self.subnet_ids = [subnet.physical_id for subnet in self.subnets]

    def subnet(self, number, zone, **more):
        return self.harness.create(
            "AWS::EC2::Subnet",
            VpcId=self.id,
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=f"{self.harness.region}{zone}",
            **more,
        )

    def group(self, **more):
        return self.harness.create(
            "AWS::EC2::SecurityGroup", GroupDescription="of a test", VpcId=self.id, **more
        )

    def gateway(self):
        gateway = self.harness.create("AWS::EC2::InternetGateway", Tags=tags(a="1"))
        self.harness.create(
            "AWS::EC2::VPCGatewayAttachment", VpcId=self.id, InternetGatewayId=gateway.physical_id
        )
        return gateway.physical_id

    def route_table(self):
        return self.harness.create("AWS::EC2::RouteTable", VpcId=self.id).physical_id


@pytest.fixture
def network(harness):
    return Network(harness)


@pytest.fixture
def other_network(harness):
    return Network(harness)


def tags_of(harness, resource_id):
    filters = [{"Name": "resource-id", "Values": [resource_id]}]
    found = harness.call("ec2", "describe_tags", Filters=filters)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def rules_of(harness, group_id):
    groups = harness.call("ec2", "describe_security_groups", GroupIds=[group_id])["SecurityGroups"]
    return groups[0]["IpPermissions"], groups[0]["IpPermissionsEgress"]


# Networks


def test_a_network_matches_its_template(harness, network):
    attributes = network.vpc.attributes
    assert attributes["VpcId"] == network.id
    assert attributes["DefaultSecurityGroup"].startswith("sg-")
    assert attributes["DefaultNetworkAcl"].startswith("acl-")
    assert len(attributes["CidrBlockAssociations"]) == 1
    hostnames = harness.call(
        "ec2", "describe_vpc_attribute", VpcId=network.id, Attribute="enableDnsHostnames"
    )
    assert hostnames["EnableDnsHostnames"]["Value"]
    assert tags_of(harness, network.id) == {"a": "1"}


def test_tags_and_attributes_change_in_place(harness, network):
    harness.update(network.vpc, CidrBlock="10.0.0.0/16", EnableDnsHostnames=False, Tags=tags(b="2"))
    assert tags_of(harness, network.id) == {"b": "2"}
    subnet = network.subnet(2, "c")
    changed = {**subnet.properties, "MapPublicIpOnLaunch": True, "Tags": tags(public="yes")}
    harness.update(subnet, **changed)
    found = harness.call("ec2", "describe_subnets", SubnetIds=[subnet.physical_id])["Subnets"][0]
    assert found["MapPublicIpOnLaunch"]
    assert tags_of(harness, subnet.physical_id) == {"public": "yes"}


def test_a_subnet_can_be_put_in_a_zone_by_id(harness, network):
    subnet = harness.create(
        "AWS::EC2::Subnet", VpcId=network.id, CidrBlock="10.0.9.0/24", AvailabilityZoneId="euw1-az2"
    )
    assert subnet.attributes["AvailabilityZone"] == "eu-west-1c"
    assert not subnet.attributes["MapPublicIpOnLaunch"]


@pytest.mark.parametrize("zone", ["us-east-1a", "eu-west-1z"])
def test_a_subnet_is_in_a_zone_of_its_region(harness, network, zone):
    with pytest.raises(REFUSED, match="InvalidParameterValue"):
        harness.create(
            "AWS::EC2::Subnet", VpcId=network.id, CidrBlock="10.0.9.0/24", AvailabilityZone=zone
        )


def test_subnets_do_not_overlap(network):
    with pytest.raises(REFUSED, match="conflict"):
        network.subnet(0, "c")


def test_a_network_with_subnets_cannot_be_deleted(harness, network):
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(network.vpc)
    for subnet in network.subnets:
        harness.delete(subnet)
    group = network.group()
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(network.vpc)
    harness.delete(group)
    harness.delete(network.vpc)
    with pytest.raises(ClientError, match="InvalidVpcID"):
        harness.call("ec2", "describe_vpcs", VpcIds=[network.id])


def test_a_network_can_get_another_block(harness, network):
    block = harness.create("AWS::EC2::VPCCidrBlock", VpcId=network.id, CidrBlock="10.1.0.0/16")
    assert block.physical_id == block.attributes["Id"]
    harness.create("AWS::EC2::Subnet", VpcId=network.id, CidrBlock="10.1.0.0/24")
    ipv6 = harness.create(
        "AWS::EC2::VPCCidrBlock", VpcId=network.id, AmazonProvidedIpv6CidrBlock="true"
    )
    harness.delete(ipv6)


def test_a_list_of_prefixes_gets_new_versions(harness):
    entry = {"Cidr": "10.0.0.0/8"}
    properties = {
        "PrefixListName": "ours",
        "AddressFamily": "IPv4",
        "MaxEntries": 5,
        "Entries": [entry],
    }
    prefixes = harness.create("AWS::EC2::PrefixList", **properties)
    assert prefixes.attributes["Version"] == 1
    changed = harness.update(prefixes, **{**properties, "Entries": [{"Cidr": "192.168.0.0/16"}]})
    assert changed.attributes["Version"] == 2
    entries = harness.call(
        "ec2", "get_managed_prefix_list_entries", PrefixListId=prefixes.physical_id
    )
    assert [one["Cidr"] for one in entries["Entries"]] == ["192.168.0.0/16"]


def flow_log(network, role, **more):
    return {
        "ResourceId": network.id,
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "traffic",
        "DeliverLogsPermissionArn": role,
        **more,
    }


def writing_role(harness, service="vpc-flow-logs.amazonaws.com", group="traffic"):
    """The ARN of a role in which a service writes to a log group."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust["Condition"] = {
        "StringEquals": {"aws:SourceAccount": harness.account},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:eu-west-1:{harness.account}:vpc-flow-log/*"},
    }
    written = f"arn:aws:logs:eu-west-1:{harness.account}:log-group:{group}:*"
    may = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": written,
    }
    role = harness.create(
        "AWS::IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[
            {
                "PolicyName": "write",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [may]},
            }
        ],
    )
    return role.attributes["Arn"]


def test_traffic_can_be_logged(harness, network):
    group = harness.create("AWS::Logs::LogGroup", LogGroupName="traffic")
    role = writing_role(harness)
    log = harness.create("AWS::EC2::FlowLog", **flow_log(network, role, Tags=tags(a="1")))
    assert tags_of(harness, log.physical_id) == {"a": "1"}
    harness.delete(log)
    harness.delete(group)


@pytest.mark.parametrize(
    "wrong", [{"service": "rds.amazonaws.com"}, {"group": "another"}], ids=["trust", "policy"]
)
def test_a_flow_log_that_nobody_may_write_fails(harness, network, wrong):
    group = harness.create("AWS::Logs::LogGroup", LogGroupName="traffic")
    with pytest.raises(ClientError, match="Access error"):
        harness.create("AWS::EC2::FlowLog", **flow_log(network, writing_role(harness, **wrong)))
    harness.delete(group)


# Ways out


def test_a_public_route_needs_the_gateway_attached(harness, network):
    gateway = harness.create("AWS::EC2::InternetGateway")
    route = {
        "RouteTableId": network.route_table(),
        "DestinationCidrBlock": EVERYWHERE,
        "GatewayId": gateway.physical_id,
    }
    with pytest.raises(REFUSED, match="different networks"):
        harness.create("AWS::EC2::Route", **route)
    attachment = harness.create(
        "AWS::EC2::VPCGatewayAttachment", VpcId=network.id, InternetGatewayId=gateway.physical_id
    )
    made = harness.create("AWS::EC2::Route", **route)
    assert made.physical_id == f"{route['RouteTableId']}|{EVERYWHERE}"
    with pytest.raises(REFUSED, match="RouteAlreadyExists"):
        harness.create("AWS::EC2::Route", **route)
    harness.delete(made)
    harness.delete(attachment)
    harness.delete(gateway)


def test_a_network_has_one_internet_gateway(network):
    network.gateway()
    with pytest.raises(REFUSED, match=r"Resource\.AlreadyAssociated"):
        network.gateway()


def test_private_subnets_reach_the_internet_through_a_nat_gateway(harness, network):
    address = harness.create("AWS::EC2::EIP", Domain="vpc", Tags=tags(a="1"))
    properties = {
        "AllocationId": address.attributes["AllocationId"],
        "SubnetId": network.subnet_ids[0],
        "Tags": tags(a="1"),
    }
    with pytest.raises(REFUSED, match=r"Gateway\.NotAttached"):
        harness.create("AWS::EC2::NatGateway", **properties)
    network.gateway()
    nat = harness.create("AWS::EC2::NatGateway", **properties)
    assert nat.attributes["EniId"].startswith("eni-")
    table = network.route_table()
    route = harness.create(
        "AWS::EC2::Route",
        RouteTableId=table,
        DestinationCidrBlock=EVERYWHERE,
        NatGatewayId=nat.physical_id,
    )
    for used in (address, network.subnets[0]):
        with pytest.raises(REFUSED, match=r"InUse|DependencyViolation"):
            harness.delete(used)
    for gone in (route, nat, address, network.subnets[0]):
        harness.delete(gone)


def test_a_route_must_have_a_target(harness, network):
    table = network.route_table()
    with pytest.raises(REFUSED, match="NatGatewayNotFound"):
        harness.create(
            "AWS::EC2::Route",
            RouteTableId=table,
            DestinationCidrBlock=EVERYWHERE,
            NatGatewayId="nat-12345678901234567",
        )
    with pytest.raises(Failure, match="exactly one"):
        harness.create("AWS::EC2::Route", RouteTableId=table, DestinationCidrBlock=EVERYWHERE)


def test_a_route_changes_its_target_in_place(harness, network):
    made = harness.call("ec2", "create_egress_only_internet_gateway", VpcId=network.id)
    only_out = made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]
    properties = {"RouteTableId": network.route_table(), "DestinationIpv6CidrBlock": "::/0"}
    route = harness.create("AWS::EC2::Route", **properties, EgressOnlyInternetGatewayId=only_out)
    gateway = network.gateway()
    harness.update(route, **properties, GatewayId=gateway)
    tables = harness.call(
        "ec2", "describe_route_tables", RouteTableIds=[properties["RouteTableId"]]
    )["RouteTables"]
    targets = [one.get("GatewayId") for one in tables[0]["Routes"]]
    assert targets == ["local", gateway]


def test_a_subnet_has_one_route_table(harness, network):
    association = {"SubnetId": network.subnet_ids[0], "RouteTableId": network.route_table()}
    made = harness.create("AWS::EC2::SubnetRouteTableAssociation", **association)
    assert made.attributes["Id"] == made.physical_id
    other = {**association, "RouteTableId": network.route_table()}
    with pytest.raises(REFUSED, match=r"Resource\.AlreadyAssociated"):
        harness.create("AWS::EC2::SubnetRouteTableAssociation", **other)
    harness.delete(made)
    harness.create("AWS::EC2::SubnetRouteTableAssociation", **other)


def test_a_route_table_is_for_its_own_network(harness, network, other_network):
    with pytest.raises(REFUSED, match="different networks"):
        harness.create(
            "AWS::EC2::SubnetRouteTableAssociation",
            SubnetId=network.subnet_ids[0],
            RouteTableId=other_network.route_table(),
        )


# Endpoints of services


def endpoint(network, service="secretsmanager", **more):
    return {
        "VpcId": network.id,
        "ServiceName": f"com.amazonaws.{network.harness.region}.{service}",
        "VpcEndpointType": "Interface",
        "SubnetIds": network.subnet_ids,
        "PrivateDnsEnabled": True,
        **more,
    }


def test_an_interface_endpoint_has_its_groups_on_its_interfaces(harness, network):
    first, second = network.group(), network.group()
    properties = endpoint(
        network,
        SecurityGroupIds=[first.physical_id],
        PolicyDocument={"Version": "2012-10-17", "Statement": []},
        Tags=tags(a="1"),
    )
    made = harness.create("AWS::EC2::VPCEndpoint", **properties)
    interfaces = made.attributes["NetworkInterfaceIds"]
    assert len(interfaces) == 2
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(first)
    harness.update(made, **{**properties, "SecurityGroupIds": [second.physical_id]})
    found = harness.call("ec2", "describe_network_interfaces", NetworkInterfaceIds=interfaces)
    groups = [one["Groups"][0]["GroupId"] for one in found["NetworkInterfaces"]]
    assert groups == [second.physical_id, second.physical_id]
    for gone in (first, made, second):
        harness.delete(gone)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"service": "no-such-service"}, "InvalidServiceName"),
        (
            {"service": "ec2messages"},
            r"Service 'com.amazonaws.eu-west-1.ec2messages' does not exist",
        ),
        ({"service": "dynamodb"}, "does not match"),
        ({"SubnetIds": ["subnet-12345678901234567"]}, "InvalidSubnetID"),
        ({"SecurityGroupIds": ["sg-12345678901234567"]}, r"InvalidGroup\.NotFound"),
    ],
)
def test_an_endpoint_must_be_of_a_service_and_in_the_network(harness, network, wrong, why):
    service = "dynamodb" if why == "does not match" else "secretsmanager"
    kind = {"VpcEndpointType": "GatewayLoadBalancer"} if service == "dynamodb" else {}
    with pytest.raises(REFUSED, match=why):
        harness.create("AWS::EC2::VPCEndpoint", **endpoint(network, **wrong, **kind))


def test_private_names_need_host_names(harness):
    vpc = harness.create("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")
    with pytest.raises(REFUSED, match="enableDnsHostnames"):
        harness.create(
            "AWS::EC2::VPCEndpoint",
            VpcId=vpc.physical_id,
            ServiceName="com.amazonaws.eu-west-1.rds",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
        )


def test_a_service_has_one_private_name_in_a_network(harness, network):
    harness.create("AWS::EC2::VPCEndpoint", **endpoint(network))
    with pytest.raises(
        REFUSED, match=r"conflicting DNS domain for secretsmanager\.eu-west-1\.amazonaws\.com in"
    ):
        harness.create("AWS::EC2::VPCEndpoint", **endpoint(network))


def test_an_endpoint_has_only_one_subnet_in_a_zone(harness, network):
    twice = [network.subnet_ids[0], network.subnet(5, "a").physical_id]
    with pytest.raises(REFUSED, match="DuplicateSubnetsInSameZone"):
        harness.create("AWS::EC2::VPCEndpoint", **endpoint(network, SubnetIds=twice))


def test_a_gateway_endpoint_is_in_the_route_tables(harness, network):
    table = network.route_table()
    made = harness.create(
        "AWS::EC2::VPCEndpoint",
        VpcId=network.id,
        ServiceName="com.amazonaws.eu-west-1.s3",
        RouteTableIds=[table],
    )
    found = harness.call("ec2", "describe_route_tables", RouteTableIds=[table])["RouteTables"][0]
    assert made.physical_id in [route.get("GatewayId") for route in found["Routes"]]
    harness.delete(made)


# Security groups


def rule(port=3306, **peer):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peer}


def test_a_group_without_egress_rules_lets_everything_out(harness, network):
    everything = network.group(SecurityGroupIngress=[rule(CidrIp="10.0.0.0/16")])
    (way_in,), (way_out,) = rules_of(harness, everything.physical_id)
    assert way_in["IpRanges"] == [{"CidrIp": "10.0.0.0/16"}]
    assert (way_out["IpProtocol"], way_out["IpRanges"]) == ("-1", [{"CidrIp": EVERYWHERE}])
    some = network.group(SecurityGroupEgress=[rule(443, CidrIp=EVERYWHERE, Description="AWS")])
    _, (way_out,) = rules_of(harness, some.physical_id)
    assert way_out["IpRanges"] == [{"CidrIp": EVERYWHERE, "Description": "AWS"}]


def test_rules_of_a_group_change_in_place(harness, network):
    properties = {"GroupDescription": "of a test", "VpcId": network.id}
    group = network.group(
        SecurityGroupIngress=[rule(1, CidrIp="10.0.0.0/16"), rule(2, CidrIp="10.0.0.0/16")],
        SecurityGroupEgress=[rule(443, CidrIp=EVERYWHERE)],
        Tags=tags(a="1"),
    )
    changed = harness.update(
        group,
        **properties,
        SecurityGroupIngress=[
            rule(2, CidrIp="10.0.0.0/16"),
            rule(3, CidrIpv6="::/0", Description="new"),
        ],
    )
    ways_in, ways_out = rules_of(harness, changed.physical_id)
    assert [way["FromPort"] for way in ways_in] == [2, 3]
    assert ways_out == []
    assert tags_of(harness, group.physical_id) == {}


def test_groups_name_each_other_by_rules_of_their_own(harness, network):
    proxy, database = network.group(), network.group()
    way_in = {
        **rule(SourceSecurityGroupId=proxy.physical_id, Description="proxy"),
        "GroupId": database.physical_id,
    }
    ingress = harness.create("AWS::EC2::SecurityGroupIngress", **way_in)
    egress = harness.create(
        "AWS::EC2::SecurityGroupEgress",
        GroupId=proxy.physical_id,
        **rule(DestinationSecurityGroupId=database.physical_id),
    )
    assert ingress.physical_id.startswith("sgr-")
    harness.update(ingress, **{**way_in, "Description": "the proxy"})
    (found,), _ = rules_of(harness, database.physical_id)
    assert found["UserIdGroupPairs"][0]["Description"] == "the proxy"
    for group in (proxy, database):
        with pytest.raises(REFUSED, match="DependencyViolation"):
            harness.delete(group)
    for gone in (egress, ingress, proxy, database):
        harness.delete(gone)


@pytest.mark.parametrize("described", [{}, {"Description": "again"}])
def test_a_rule_is_in_a_group_only_once(harness, network, described):
    peer = network.group().physical_id
    group = network.group(SecurityGroupIngress=[rule(SourceSecurityGroupId=peer)])
    again = {**rule(SourceSecurityGroupId=peer), **described}
    with pytest.raises(REFUSED, match=r"InvalidPermission\.Duplicate"):
        harness.create("AWS::EC2::SecurityGroupIngress", GroupId=group.physical_id, **again)


def test_a_group_with_the_same_rule_twice_is_not_created(harness, network):
    with pytest.raises(REFUSED, match=r"InvalidPermission\.Duplicate"):
        network.group(SecurityGroupIngress=[rule(CidrIp=EVERYWHERE), rule(CidrIp=EVERYWHERE)])
    in_network = [{"Name": "vpc-id", "Values": [network.id]}]
    groups = harness.call("ec2", "describe_security_groups", Filters=in_network)["SecurityGroups"]
    assert [group["GroupName"] for group in groups] == ["default"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (rule(SourceSecurityGroupId="sg-12345678901234567"), r"InvalidGroup\.NotFound"),
        (rule(SourcePrefixListId="pl-12345678901234567"), "InvalidPrefixListId"),
        (rule(CidrIp=EVERYWHERE, Description="the café's"), "is invalid"),
        (rule(CidrIp="10.0.0.0"), "InvalidParameterValue|is not"),
        ({"IpProtocol": "tcp", "CidrIp": EVERYWHERE}, "portRange"),
        (rule(), "Exactly one"),
        (rule(CidrIp=EVERYWHERE, CidrIpv6="::/0"), "Exactly one"),
        (rule(SourceSecurityGroupName="named"), "does not know SourceSecurityGroupName"),
    ],
)
def test_a_rule_names_its_peer_in_a_form_that_ec2_accepts(network, wrong, why):
    with pytest.raises(REFUSED, match=why):
        network.group(SecurityGroupIngress=[wrong])


def test_a_rule_of_an_unknown_group_fails(harness):
    with pytest.raises(REFUSED, match=r"InvalidGroup\.NotFound"):
        harness.create(
            "AWS::EC2::SecurityGroupIngress",
            GroupId="sg-12345678901234567",
            **rule(CidrIp=EVERYWHERE),
        )


def test_a_rule_does_not_name_a_group_of_another_network(network, other_network):
    peer = other_network.group().physical_id
    with pytest.raises(REFUSED, match="different networks"):
        network.group(SecurityGroupIngress=[rule(SourceSecurityGroupId=peer)])


def test_a_rule_does_not_name_a_group_of_a_stranger(server, network):
    stranger = TypeHarness(server.clients, account=STRANGER)
    peer = Network(stranger).group().physical_id
    for owner in ({}, {"SourceSecurityGroupOwnerId": STRANGER}):
        with pytest.raises(REFUSED, match=r"InvalidGroup\.NotFound|different networks"):
            network.group(SecurityGroupIngress=[{**rule(SourceSecurityGroupId=peer), **owner}])


def test_a_rule_can_name_a_list_of_prefixes(harness, network):
    lists = harness.call("ec2", "describe_managed_prefix_lists")["PrefixLists"]
    storage = next(one for one in lists if one["PrefixListName"].endswith("eu-west-1.s3"))
    peer = {"DestinationPrefixListId": storage["PrefixListId"]}
    group = network.group(SecurityGroupEgress=[rule(443, **peer)])
    _, (way_out,) = rules_of(harness, group.physical_id)
    assert way_out["PrefixListIds"] == [{"PrefixListId": storage["PrefixListId"]}]


class TestCounts:
    @pytest.fixture
    def long(self, harness):
        """A prefix list with room for 59 ranges, of which it has none."""
        given = {"PrefixListName": "long", "AddressFamily": "IPv4", "MaxEntries": 59}
        return harness.create("AWS::EC2::PrefixList", **given).physical_id

    def test_a_prefix_list_counts_as_the_entries_that_it_may_have(self, harness, network, long):
        group = network.group(SecurityGroupIngress=[rule(SourcePrefixListId=long)]).physical_id
        given = {"GroupId": group, **rule(CidrIp="10.0.0.0/8")}
        harness.create("AWS::EC2::SecurityGroupIngress", **given)
        with pytest.raises(REFUSED, match="RulesPerSecurityGroupLimitExceeded"):
            harness.create("AWS::EC2::SecurityGroupIngress", **{**given, "CidrIp": "11.0.0.0/8"})
        with pytest.raises(REFUSED, match="RulesPerSecurityGroupLimitExceeded"):
            harness.create(
                "AWS::EC2::SecurityGroupIngress",
                GroupId=group,
                **rule(SourceSecurityGroupId=group),
            )

    def test_rules_for_ipv6_are_counted_by_themselves(self, harness, network, long):
        own = rule(CidrIp="10.0.0.0/8")
        group = network.group(SecurityGroupIngress=[rule(SourcePrefixListId=long), own])
        ranges = [rule(CidrIpv6=f"2001:db8:{number}::/48") for number in range(60)]
        network.group(SecurityGroupIngress=[rule(SourcePrefixListId=long), own, *ranges])
        harness.create(
            "AWS::EC2::SecurityGroupIngress", GroupId=group.physical_id, **rule(CidrIpv6="::/0")
        )
        with pytest.raises(REFUSED, match="RulesPerSecurityGroupLimitExceeded"):
            network.group(SecurityGroupIngress=[*ranges, rule(CidrIpv6="::/0")])

    def test_ways_out_are_counted_by_themselves(self, harness, network, long):
        ranges = [rule(CidrIp=f"10.{number}.0.0/16") for number in range(60)]
        group = network.group(SecurityGroupIngress=ranges, SecurityGroupEgress=ranges).physical_id
        with pytest.raises(REFUSED, match="RulesPerSecurityGroupLimitExceeded"):
            harness.create(
                "AWS::EC2::SecurityGroupEgress", GroupId=group, **rule(DestinationPrefixListId=long)
            )

    def test_a_list_of_aws_has_a_weight(self, harness, network):
        lists = harness.call("ec2", "describe_managed_prefix_lists")["PrefixLists"]
        edge = next(one for one in lists if one["PrefixListName"].endswith("origin-facing"))
        ranges = [rule(CidrIp=f"10.{number}.0.0/16") for number in range(5)]
        edges = rule(SourcePrefixListId=edge["PrefixListId"])
        network.group(SecurityGroupIngress=[edges, *ranges])
        with pytest.raises(REFUSED, match="RulesPerSecurityGroupLimitExceeded"):
            network.group(SecurityGroupIngress=[edges, *ranges, rule(CidrIp="11.0.0.0/8")])


# Machines


@pytest.fixture(scope="module")
def image(harness):
    return harness.call("ssm", "get_parameter", Name=f"{IMAGES}arm64")["Parameter"]["Value"]


def machine(network, image, **more):
    return {
        "ImageId": image,
        "InstanceType": "t4g.nano",
        "SubnetId": network.subnet_ids[0],
        **more,
    }


def test_an_instance_matches_its_template(harness, network, image):
    group = network.group()
    harness.call("iam", "create_instance_profile", InstanceProfileName="bastion")
    user_data = base64.b64encode(b"#!/bin/sh").decode()
    instance = harness.create(
        "AWS::EC2::Instance",
        **machine(network, image),
        SecurityGroupIds=[group.physical_id],
        IamInstanceProfile="bastion",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}],
        MetadataOptions={"HttpTokens": "required"},
        SourceDestCheck=False,
        UserData=user_data,
        Tags=tags(Name="bastion"),
    )
    found = harness.call("ec2", "describe_instances", InstanceIds=[instance.physical_id])
    found = found["Reservations"][0]["Instances"][0]
    assert instance.attributes["PrivateIp"].startswith("10.0.0.")
    assert found["MetadataOptions"]["HttpTokens"] == "required"
    assert found["IamInstanceProfile"]["Arn"].endswith("/bastion")
    assert [one["GroupId"] for one in found["SecurityGroups"]] == [group.physical_id]
    assert not found["SourceDestCheck"]
    kept = harness.call(
        "ec2", "describe_instance_attribute", InstanceId=instance.physical_id, Attribute="userData"
    )
    assert kept["UserData"]["Value"] == user_data
    assert tags_of(harness, instance.physical_id) == {"Name": "bastion"}
    harness.call("iam", "delete_instance_profile", InstanceProfileName="bastion")


def test_an_instance_changes_in_place(harness, network, image):
    first, second = network.group(), network.group()
    properties = machine(network, image, SecurityGroupIds=[first.physical_id])
    instance = harness.create("AWS::EC2::Instance", **properties)
    user_data = base64.b64encode(b"#!/bin/true").decode()
    changed = {
        **properties,
        "InstanceType": "t4g.micro",
        "SecurityGroupIds": [second.physical_id],
        "UserData": user_data,
    }
    harness.update(instance, **changed)
    found = harness.call("ec2", "describe_instances", InstanceIds=[instance.physical_id])
    found = found["Reservations"][0]["Instances"][0]
    assert (found["InstanceType"], found["State"]["Name"]) == ("t4g.micro", "running")
    harness.delete(first)
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(second)
    harness.delete(instance)
    harness.delete(second)


def test_an_instance_keeps_its_subnet_and_leaves_nothing_behind(harness, network, image):
    network.gateway()
    interface = {
        "DeviceIndex": "0",
        "SubnetId": network.subnet_ids[0],
        "GroupSet": [network.group().physical_id],
        "AssociatePublicIpAddress": True,
    }
    properties = {"ImageId": image, "InstanceType": "t4g.nano", "NetworkInterfaces": [interface]}
    instance = harness.create("AWS::EC2::Instance", **properties)
    assert instance.attributes["PublicIp"]
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(network.subnets[0])
    harness.delete(instance)
    harness.delete(network.subnets[0])


def test_an_address_is_released_from_its_instance(harness, network, image):
    instance = harness.create("AWS::EC2::Instance", **machine(network, image))
    network.gateway()
    properties = {"InstanceId": instance.physical_id, "Tags": tags(a="1")}
    address = harness.create("AWS::EC2::EIP", **properties)
    found = harness.call("ec2", "describe_instances", InstanceIds=[instance.physical_id])
    assert found["Reservations"][0]["Instances"][0]["PublicIpAddress"] == address.physical_id
    harness.update(address, **{**properties, "Tags": tags(b="2")})
    assert tags_of(harness, address.attributes["AllocationId"]) == {"b": "2"}
    harness.delete(address)
    harness.delete(instance)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"KeyName": "nobody's"}, r"InvalidKeyPair\.NotFound"),
        ({"ImageId": "ami-12345678901234567"}, "InvalidAMIID"),
        ({"InstanceType": "t3.nano"}, "does not match the architecture"),
        ({"InstanceType": "t4g.enormous"}, "InvalidInstanceType|does not exist"),
        ({"IamInstanceProfile": "nobody's"}, "NoSuchEntity"),
        ({"SecurityGroupIds": ["sg-12345678901234567"]}, r"InvalidGroup\.NotFound"),
        ({"SubnetId": "subnet-12345678901234567"}, "InvalidSubnetID"),
    ],
)
def test_everything_that_an_instance_names_must_exist(harness, network, image, wrong, why):
    with pytest.raises(REFUSED, match=why):
        harness.create("AWS::EC2::Instance", **{**machine(network, image), **wrong})


def test_an_instance_has_groups_of_its_network(harness, network, other_network, image):
    foreign = [other_network.group().physical_id]
    with pytest.raises(REFUSED, match="different networks"):
        harness.create("AWS::EC2::Instance", **machine(network, image, SecurityGroupIds=foreign))


def test_a_network_has_one_instance_connect_endpoint(harness, network):
    group = network.group()
    properties = {
        "SubnetId": network.subnet_ids[0],
        "SecurityGroupIds": [group.physical_id],
        "PreserveClientIp": False,
        "Tags": tags(a="1"),
    }
    door = harness.create("AWS::EC2::InstanceConnectEndpoint", **properties)
    found = harness.call(
        "ec2", "describe_instance_connect_endpoints", InstanceConnectEndpointIds=[door.physical_id]
    )["InstanceConnectEndpoints"][0]
    assert (found["State"], found["SubnetId"]) == ("create-complete", network.subnet_ids[0])
    assert found["Tags"] == tags(a="1")
    with pytest.raises(REFUSED, match="limit of 1"):
        harness.create("AWS::EC2::InstanceConnectEndpoint", SubnetId=network.subnet_ids[1])
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(group)
    harness.delete(door)
    harness.delete(group)
    with pytest.raises(ClientError, match=r"InvalidInstanceConnectEndpointId\.NotFound"):
        harness.call(
            "ec2",
            "delete_instance_connect_endpoint",
            InstanceConnectEndpointId=door.physical_id,
        )


def test_a_parameter_changes_with_its_tags(harness):
    # Not by the harness's own steps: Python does not know the \\p in its schema's pattern for tags.
    known, context = TYPES["AWS::SSM::Parameter"], harness.context()
    before = {"Name": "/ours/one", "Type": "String", "Value": "1", "Tags": {"a": "1"}}
    made = known.create(context, Properties(before))
    assert made.attributes["Arn"].endswith(":parameter/ours/one")
    deployed = DeployedResource("Thing", known.name, made.physical_id, before, made.attributes)
    known.update(context, deployed, Properties({**before, "Value": "2", "Tags": {"b": "2"}}))
    assert harness.call("ssm", "get_parameter", Name="/ours/one")["Parameter"]["Value"] == "2"
    found = harness.call(
        "ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId="/ours/one"
    )
    assert found["TagList"] == tags(b="2")
    known.delete(context, deployed)


def test_a_parameter_gets_a_name(harness):
    parameter = harness.create("AWS::SSM::Parameter", Type="String", Value="1")
    assert parameter.physical_id.startswith("harness-Thing-")
    harness.delete(parameter)


# Sharing


@pytest.fixture(scope="module")
def member(server):
    """A harness in an account of the admin's organization, in which sharing is enabled."""
    admin = TypeHarness(server.clients, account=ADMIN)
    admin.call("organizations", "create_organization", FeatureSet="ALL")
    made = admin.call(
        "organizations", "create_account", Email="member@example.com", AccountName="member"
    )
    admin.call("ram", "enable_sharing_with_aws_organization")
    return TypeHarness(server.clients, account=made["CreateAccountStatus"]["AccountId"])


def share(network, *accounts, **more):
    arns = [
        f"arn:aws:ec2:{network.harness.region}:{network.harness.account}:subnet/{one}"
        for one in network.subnet_ids
    ]
    return {"Name": "subnets", "Principals": list(accounts), "ResourceArns": arns, **more}


def test_subnets_are_not_shared_with_a_stranger(harness, network):
    with pytest.raises(REFUSED, match="only be shared within your AWS Organization"):
        harness.create("AWS::RAM::ResourceShare", **share(network, STRANGER))
    closed = share(network, STRANGER, AllowExternalPrincipals=False)
    with pytest.raises(REFUSED, match="does not allow external principals"):
        harness.create("AWS::RAM::ResourceShare", **closed)


def test_sharing_with_the_organization_must_be_enabled(server):
    owner = TypeHarness(server.clients, account="555555555555")
    owner.call("organizations", "create_organization", FeatureSet="ALL")
    made = owner.call("organizations", "create_account", Email="one@example.com", AccountName="one")
    properties = share(Network(owner), made["CreateAccountStatus"]["AccountId"])
    with pytest.raises(REFUSED, match="not enabled sharing"):
        owner.create("AWS::RAM::ResourceShare", **properties)
    owner.call("ram", "enable_sharing_with_aws_organization")
    owner.create("AWS::RAM::ResourceShare", **properties)


def test_a_member_works_in_a_shared_network(harness, network, member, image):
    with pytest.raises(ClientError, match="InvalidSubnetID"):
        member.call("ec2", "describe_subnets", SubnetIds=network.subnet_ids)
    lent = harness.create(
        "AWS::RAM::ResourceShare",
        **share(network, member.account, AllowExternalPrincipals=False, Tags=tags(a="1")),
    )
    seen = member.call("ec2", "describe_subnets", SubnetIds=network.subnet_ids)["Subnets"]
    assert {subnet["OwnerId"] for subnet in seen} == {harness.account}
    in_network = [{"Name": "vpc-id", "Values": [network.id]}]
    assert len(member.call("ec2", "describe_subnets", Filters=in_network)["Subnets"]) == 2
    assert member.call("ec2", "describe_vpcs", VpcIds=[network.id])["Vpcs"]

    theirs, ours = Network.group(_in(network, member)), network.group()
    (way_out,) = rules_of(member, theirs.physical_id)[1]
    assert way_out["IpProtocol"] == "-1"
    peer = {"SourceSecurityGroupId": theirs.physical_id}
    properties = {"GroupId": ours.physical_id, **rule(**peer)}
    with pytest.raises(REFUSED, match=r"InvalidGroup\.NotFound"):
        harness.create("AWS::EC2::SecurityGroupIngress", **properties)
    ingress = harness.create(
        "AWS::EC2::SecurityGroupIngress", **properties, SourceSecurityGroupOwnerId=member.account
    )
    with pytest.raises(REFUSED, match="DependencyViolation"):
        member.delete(theirs)

    instance = member.create(
        "AWS::EC2::Instance",
        **machine(network, image, SecurityGroupIds=[theirs.physical_id]),
    )
    with pytest.raises(REFUSED, match="DependencyViolation"):
        harness.delete(network.subnets[0])
    member.delete(instance)
    harness.delete(ingress)
    member.delete(theirs)

    harness.delete(lent)
    with pytest.raises(ClientError, match="InvalidSubnetID"):
        member.call("ec2", "describe_subnets", SubnetIds=network.subnet_ids)


def _in(network, member):
    """The owner's network as a member has it."""
    lent = object.__new__(Network)
    lent.harness, lent.id, lent.subnet_ids = member, network.id, network.subnet_ids
    return lent


def test_only_its_owner_changes_a_shared_network(harness, network, member, image):
    harness.create("AWS::RAM::ResourceShare", **share(network, member.account))
    lent = _in(network, member)
    for make in (lent.route_table, lambda: lent.subnet(7, "c"), lambda: _endpoint_in(lent)):
        with pytest.raises(REFUSED, match="OperationNotPermitted"):
            make()
    with pytest.raises(REFUSED, match="default security group"):
        member.create("AWS::EC2::Instance", **machine(lent, image))
    ours = [network.group().physical_id]
    with pytest.raises(REFUSED, match=r"InvalidGroup\.NotFound"):
        member.create("AWS::EC2::Instance", **machine(lent, image, SecurityGroupIds=ours))


def _endpoint_in(network):
    network.harness.create("AWS::EC2::VPCEndpoint", **endpoint(network))


def test_a_share_changes_in_place(harness, network, member):
    properties = share(network)
    lent = harness.create("AWS::RAM::ResourceShare", **properties)
    widened = harness.update(lent, **{**properties, "Principals": [member.account]})
    assert len(_seen(member, network)) == 2
    first = {**widened.properties, "ResourceArns": properties["ResourceArns"][:1]}
    narrowed = harness.update(widened, **first)
    assert _seen(member, network) == network.subnet_ids[:1]
    with pytest.raises(REFUSED, match="only be shared within"):
        harness.update(narrowed, **{**first, "Principals": [member.account, STRANGER]})
    harness.update(narrowed, **{**first, "Principals": []})
    assert _seen(member, network) == []


def _seen(harness, network):
    in_network = [{"Name": "vpc-id", "Values": [network.id]}]
    subnets = harness.call("ec2", "describe_subnets", Filters=in_network)["Subnets"]
    return [subnet["SubnetId"] for subnet in subnets]


def test_accounts_can_share_with_each_other(harness, network, member):
    theirs = Network(member)
    harness.create("AWS::RAM::ResourceShare", **share(network, member.account))
    member.create("AWS::RAM::ResourceShare", **share(theirs, harness.account))
    assert _seen(member, network) == network.subnet_ids
    assert _seen(harness, theirs) == theirs.subnet_ids


def test_subnets_can_be_shared_with_the_whole_organization(harness, network, member):
    organization = harness.call("organizations", "describe_organization")["Organization"]
    harness.create("AWS::RAM::ResourceShare", **share(network, organization["Arn"]))
    assert _seen(member, network) == network.subnet_ids


def test_subnets_can_be_shared_with_a_unit_of_the_organization(harness, network, member):
    root = harness.call("organizations", "list_roots")["Roots"][0]["Id"]
    unit = harness.call(
        "organizations", "create_organizational_unit", ParentId=root, Name="services"
    )["OrganizationalUnit"]
    harness.create("AWS::RAM::ResourceShare", **share(network, unit["Arn"]))
    assert _seen(member, network) == []
    harness.call(
        "organizations",
        "move_account",
        AccountId=member.account,
        SourceParentId=root,
        DestinationParentId=unit["Id"],
    )
    assert _seen(member, network) == network.subnet_ids


def test_subnets_of_the_default_network_and_of_others_are_not_shared(harness, member):
    default = harness.call("ec2", "describe_subnets")["Subnets"][0]
    arns = {
        "default subnet": default["SubnetArn"],
        "does not exist": default["SubnetArn"].replace(default["SubnetId"], "subnet-12345678"),
        "could not be found": default["SubnetArn"].replace(ADMIN, STRANGER),
    }
    for why, arn in arns.items():
        with pytest.raises(REFUSED, match=why):
            harness.create(
                "AWS::RAM::ResourceShare",
                Name="wrong",
                Principals=[member.account],
                ResourceArns=[arn],
            )
