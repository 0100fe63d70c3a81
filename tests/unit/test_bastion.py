"""``bastion``: refused settings, and the resources of each kind of access."""

from __future__ import annotations

import pytest
from rendered import of_type, problems

from rdsproxy_templates import render
from rdsproxy_templates.validators import validate
from rdsproxy_templates.variants import bastion

SSH = {"ways": ["ssh"], "ssh_cidr": "203.0.113.7/32", "key_pair_name": "laptop"}
WAYS = {
    "ssh": SSH,
    "ssm by endpoints": {"ways": ["ssm"]},
    "ssm by a NAT gateway": {"ways": ["ssm"], "ssm_route": "nat"},
    "eice": {"ways": ["eice"]},
    "all": SSH | {"ways": ["ssh", "ssm", "eice"], "idle_minutes": 30},
    "all that are private": {"ways": ["ssm", "eice"], "ssm_route": "nat"},
}
every_way = pytest.mark.parametrize("ways", WAYS.values(), ids=WAYS)


def bundle_of(**settings):
    return render(bastion, bastion.Config.parse(settings, "my.yaml"))


def resources(**settings):
    return bundle_of(**settings).flat()[0].resources


class TestRefusing:
    @pytest.mark.parametrize("cidr", ["0.0.0.0/0", "::/0", "203.0.113.7/0"])
    def test_ssh_from_the_world(self, cidr):
        assert problems(bastion, bastion=SSH | {"ssh_cidr": cidr}) == [
            f"[my.yaml: bastion.ssh_cidr] must be your own address, not every address, got '{cidr}'"
        ]

    @pytest.mark.parametrize("cidr", ["203.0.113.256/32", "laptop/32", "203.0.113/32", "/32", ""])
    def test_ssh_from_a_32_that_is_not_an_address(self, cidr):
        assert problems(bastion, bastion=SSH | {"ssh_cidr": cidr}) == [
            "[my.yaml: bastion.ssh_cidr] must be one IPv4 address such as 203.0.113.7/32, "
            f"got '{cidr}'"
        ]

    @pytest.mark.parametrize("cidr", ["203.0.113.0/24", "203.0.113.6/31", "203.0.113.7"])
    def test_ssh_from_more_than_one_address(self, cidr):
        assert problems(bastion, bastion=SSH | {"ssh_cidr": cidr}) == [
            f"[my.yaml: bastion.ssh_cidr] must be one address, a /32, got '{cidr}'"
        ]

    @pytest.mark.parametrize("cidr", ["127.0.0.1/32", "0.0.0.0/32", "224.0.0.1/32"])
    def test_ssh_from_an_address_that_no_laptop_has(self, cidr):
        assert problems(bastion, bastion=SSH | {"ssh_cidr": cidr}) == [
            f"[my.yaml: bastion.ssh_cidr] must be an address that a laptop can have, got '{cidr}'"
        ]

    def test_ssh_from_an_address_that_cannot_reach_an_ipv4_network(self):
        [one] = problems(bastion, bastion=SSH | {"ssh_cidr": "2001:db8::7/128"})

        assert "must be one IPv4 address" in one

    def test_ssh_without_an_address_and_a_key(self):
        assert problems(bastion, bastion={"ways": ["ssh"]}) == [
            "[my.yaml: bastion.ssh_cidr] must be given for the way ssh",
            "[my.yaml: bastion.key_pair_name] must be given for the way ssh",
        ]

    def test_a_key_and_an_address_without_ssh(self):
        assert problems(bastion, bastion=SSH | {"ways": ["eice", "ssm"]}) == [
            "[my.yaml: bastion.ssh_cidr] is for the way ssh; ways has eice, ssm",
            "[my.yaml: bastion.key_pair_name] is for the way ssh; ways has eice, ssm",
        ]

    @pytest.mark.parametrize("name", ["my key", "$(reboot)", "a'b", "~"])
    def test_a_key_that_no_command_line_could_name(self, name):
        [one] = problems(bastion, bastion=SSH | {"key_pair_name": name})

        assert one.startswith("[my.yaml: bastion.key_pair_name] must be letters, digits and . _ @")

    def test_ssm_without_a_route_to_its_endpoints(self):
        assert problems(bastion, bastion={"ssm_route": None}) == [
            "[my.yaml: bastion.ssm_route] must be endpoints or nat: without a route to Session "
            "Manager's own endpoints the way ssm leads nowhere"
        ]

    def test_a_nat_gateway_for_an_instance_with_a_public_address(self):
        [one] = problems(bastion, bastion=SSH | {"ways": ["ssh", "ssm"], "ssm_route": "nat"})

        assert one.startswith("[my.yaml: bastion.ssm_route] must be endpoints beside the way ssh")

    def test_a_route_for_nobody(self):
        assert problems(bastion, bastion={"ways": ["eice"], "ssm_route": "nat"}) == [
            "[my.yaml: bastion.ssm_route] is for the way ssm; ways has eice"
        ]

    def test_no_access_at_all(self):
        assert problems(bastion, bastion={"ways": []}) == [
            "[my.yaml: bastion.ways] must name at least one way: ssm, eice or ssh"
        ]

    def test_an_unknown_kind_of_access(self):
        [one] = problems(bastion, bastion={"ways": ["vpn"]})

        assert one.startswith("[my.yaml: bastion.ways.0] must be one of ssh, ssm, eice")

    def test_the_same_access_twice(self):
        assert problems(bastion, bastion={"ways": ["ssm", "ssm"]}) == [
            "[my.yaml: bastion.ways] must name each way once, got ssm, ssm"
        ]

    def test_a_cluster_that_pauses_behind_a_proxy(self):
        assert problems(bastion, proxy=True, rds={"min_capacity": 0}) == [
            "[my.yaml: rds.min_capacity] must be at least 0.5, got 0: a cluster behind RDS Proxy "
            "cannot pause, because the proxy keeps connections open"
        ]

    def test_settings_of_an_absent_proxy(self):
        chosen = {"idle_client_timeout": 60, "users": [{"name": "app", "login": "iam"}]}

        assert problems(bastion, rds=chosen, sam={}, function_user="app") == [
            f"[my.yaml: {place}] needs the proxy, and `proxy` is false"
            for place in ("rds.idle_client_timeout", "rds.users", "sam", "function_user")
        ]

    def test_a_public_subnet_that_lies_elsewhere(self):
        assert problems(bastion, bastion=SSH, public_subnet_cidr="10.2.0.0/24") == [
            "[my.yaml: public_subnet_cidr] must lie inside vpc_cidr (10.1.0.0/16), "
            "got '10.2.0.0/24'"
        ]

    def test_a_public_subnet_in_a_private_one(self):
        assert problems(bastion, bastion=SSH, public_subnet_cidr="10.1.1.0/25") == [
            "[my.yaml: public_subnet_cidr] must not overlap private_subnet2_cidr (10.1.1.0/24), "
            "got '10.1.1.0/25'"
        ]


class TestWarning:
    def places(self, **settings):
        config = bastion.Config.parse({"bastion": settings}, "my.yaml")
        return [warning.place for warning in config.warnings()]

    def test_a_public_address_warns(self):
        assert self.places(**SSH) == ["bastion.ways"]

    def test_a_way_out_to_everywhere_warns(self):
        assert self.places(ssm_route="nat") == ["bastion.ssm_route"]

    @pytest.mark.parametrize("way", ["ssm", "eice"])
    def test_access_through_iam_does_not(self, way):
        assert self.places(ways=[way]) == []


@every_way
@pytest.mark.parametrize("proxy", [False, True], ids=["alone", "behind a proxy"])
@pytest.mark.parametrize("engine", ["aurora-postgresql", "aurora-mysql"])
def test_every_combination_is_valid(ways, proxy, engine):
    names = {"name": "shop", "master_username": "boss"}

    made = bundle_of(bastion=ways, proxy=proxy, rds={"engine": engine}, database=names)

    assert validate(made, lint=False) == []


class TestEveryWay:
    @every_way
    def test_the_instance_keeps_its_metadata_and_its_disk_to_itself(self, ways):
        [instance] = of_type(resources(bastion=ways), "EC2::Instance")

        assert instance["MetadataOptions"]["HttpTokens"] == "required"
        assert instance["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        [disk] = instance["BlockDeviceMappings"]
        assert disk["Ebs"]["Encrypted"] is True

    @every_way
    def test_nobody_else_comes_in(self, ways):
        found = resources(bastion=ways)

        ingress = of_type(found, "EC2::SecurityGroupIngress")
        assert not [g for g in of_type(found, "EC2::SecurityGroup") if "SecurityGroupIngress" in g]
        cidrs = [rule["CidrIp"] for rule in ingress if "CidrIp" in rule]
        assert cidrs == (["203.0.113.7/32"] if "ssh" in ways["ways"] else [])

    @every_way
    def test_the_database_lets_the_bastion_in_only_on_its_port(self, ways):
        rules = of_type(resources(bastion=ways), "EC2::SecurityGroupIngress")

        [rule] = [rule for rule in rules if "DBCluster" in str(rule["GroupId"])]
        assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
        source = rule["SourceSecurityGroupId"]
        assert source == {"Fn::GetAtt": ["BastionStackBastionSecurityGroup", "GroupId"]}

    @every_way
    def test_only_session_manager_gets_a_role(self, ways):
        found = resources(bastion=ways)

        [instance] = of_type(found, "EC2::Instance")
        roles = of_type(found, "IAM::Role")
        assert ("IamInstanceProfile" in instance) is ("ssm" in ways["ways"]) is bool(roles)
        for role in roles:
            assert role["ManagedPolicyArns"] == [
                {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"}
            ]
            assert "Policies" not in role

    @every_way
    def test_only_ssh_gets_a_key_and_a_public_address(self, ways):
        found = resources(bastion=ways)

        [instance] = of_type(found, "EC2::Instance")
        addresses = [one for one in of_type(found, "EC2::EIP") if "InstanceId" in one]
        assert ("KeyName" in instance) is ("ssh" in ways["ways"]) is bool(addresses)

    @every_way
    def test_each_access_has_its_command_and_no_other_has_one(self, ways):
        outputs = bundle_of(bastion=ways).root.outputs

        tunnels = {name for name in outputs if name.startswith("TunnelBy")}
        assert tunnels == {f"TunnelBy{way.upper()}" for way in ways["ways"]}
        assert ("StartBastionByCLI" in outputs) is ("idle_minutes" in ways)


class TestNetwork:
    def test_session_manager_has_two_endpoints_beside_the_bastion(self):
        found = resources()

        endpoints = of_type(found, "EC2::VPCEndpoint")
        names = [one["ServiceName"]["Fn::Sub"].rpartition(".")[2] for one in endpoints]
        assert names == ["ssm", "ssmmessages"]
        [instance] = of_type(found, "EC2::Instance")
        assert [one["SubnetIds"] for one in endpoints] == [[instance["SubnetId"]]] * 2

    def test_a_nat_gateway_takes_their_place(self):
        found = resources(bastion={"ssm_route": "nat"})

        assert not of_type(found, "EC2::VPCEndpoint")
        [route] = [one for one in of_type(found, "EC2::Route") if "NatGatewayId" in one]
        assert route["RouteTableId"] == {"Ref": "VPCStackPrivateRouteTable"}
        [instance] = of_type(found, "EC2::Instance")
        assert instance["SubnetId"] == {"Ref": "VPCStackPrivateSubnet1"}

    def test_it_may_connect_to_everywhere_only_with_a_nat_gateway(self):
        def everywhere(**settings):
            groups = of_type(resources(bastion=settings), "EC2::SecurityGroup")
            egress = [rule for group in groups for rule in group["SecurityGroupEgress"]]
            return [rule["FromPort"] for rule in egress if rule.get("CidrIp") == "0.0.0.0/0"]

        assert everywhere(ssm_route="nat") == [443]
        assert everywhere() == everywhere(**SSH) == everywhere(ways=["eice"]) == []

    def test_without_ssh_and_nat_there_is_no_internet(self):
        found = resources(bastion={"ways": ["ssm", "eice"]})

        assert not of_type(found, "EC2::InternetGateway")
        assert not of_type(found, "EC2::Route")

    def test_the_endpoint_of_instance_connect_leads_only_to_the_bastion(self):
        found = resources(bastion={"ways": ["eice"]})

        door = found["BastionStackInstanceConnectSecurityGroup"]["Properties"]
        [rule] = door["SecurityGroupEgress"]
        assert (rule["FromPort"], rule["ToPort"]) == (22, 22)
        bastion_group = {"Fn::GetAtt": ["BastionStackBastionSecurityGroup", "GroupId"]}
        assert rule["DestinationSecurityGroupId"] == bastion_group


class TestDatabase:
    def test_it_is_postgresql_that_scales(self):
        [cluster] = of_type(resources(), "RDS::DBCluster")

        assert cluster["Engine"] == "aurora-postgresql"
        assert cluster["ServerlessV2ScalingConfiguration"] == {"MinCapacity": 0.5, "MaxCapacity": 4}

    def test_it_may_pause_without_a_proxy_to_keep_it_awake(self):
        [cluster] = of_type(resources(rds={"min_capacity": 0}), "RDS::DBCluster")

        assert cluster["ServerlessV2ScalingConfiguration"]["MinCapacity"] == 0

    def test_it_may_be_provisioned(self):
        found = resources(rds={"max_capacity": None})

        [instance] = of_type(found, "RDS::DBInstance")
        assert instance["DBInstanceClass"] == "db.t4g.medium"

    def test_without_a_proxy_nothing_refers_to_one(self):
        kinds = {body["Type"] for body in resources().values()}

        assert not [kind for kind in kinds if "Proxy" in kind or "Serverless" in kind]
        assert list(bundle_of().root.children) == [
            "VPCStack",
            "SecretsStack",
            "RDSStack",
            "BastionEndpointsStack",
            "BastionStack",
        ]

    def test_with_a_proxy_it_is_base_plus_the_access(self):
        root = bundle_of(proxy=True, rds={"readers": 1}).root

        assert {"VPCStack", "SecretsStack", "RDSStack", "SAMStack"} < set(root.children)
        assert {"APIEndpoint", "RDSProxyEndpoint", "RDSProxyReadOnlyEndpoint"} < set(root.outputs)


def test_an_instance_that_stops_itself_knows_when():
    [instance] = of_type(resources(bastion={"idle_minutes": 45}), "EC2::Instance")

    assert "-mmin +45" in instance["UserData"]["Fn::Base64"]
    assert "UserData" not in of_type(resources(), "EC2::Instance")[0]
