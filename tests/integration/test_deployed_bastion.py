"""``bastion`` as deployed, in each of its ways in: read back from the services' own APIs."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from functools import cached_property

import pytest

pytestmark = pytest.mark.xdist_group("deployed-bastion")

STACK = "rdsproxy-bastion"
ADDRESS = "203.0.113.7/32"
SSH = {"ways": ["ssh"], "ssh_cidr": ADDRESS, "key_pair_name": "laptop"}
WAYS = {
    "ssm by endpoints": {"ways": ["ssm"]},
    "ssm by a NAT gateway": {"ways": ["ssm"], "ssm_route": "nat"},
    "eice": {"ways": ["eice"]},
    "ssh": SSH,
    "all, and it stops itself": SSH | {"ways": ["ssh", "ssm", "eice"], "idle_minutes": 30},
}
ACCOUNTS = {name: f"1000000001{number:02}" for number, name in enumerate(WAYS)}
ENDPOINT_SERVICES = {f"com.amazonaws.eu-west-1.{name}" for name in ("ssm", "ssmmessages")}


@dataclass
class Deployed:
    """The variant in an account of its own, as the services show it."""

    account: object
    bastion: dict

    @property
    def ways(self):
        return self.bastion["ways"]

    @property
    def nat(self):
        return self.bastion.get("ssm_route") == "nat"

    @cached_property
    def outputs(self):
        return self.account.outputs(STACK)

    @cached_property
    def ec2(self):
        return self.account.client("ec2")

    @cached_property
    def instance(self):
        found = self.ec2.describe_instances(InstanceIds=[self.outputs["BastionInstanceId"]])
        return found["Reservations"][0]["Instances"][0]

    def physical(self, *path):
        *stacks, resource = path
        return self.account.resources(self.account.nested(STACK, *stacks))[resource]

    def rules(self, group_id):
        """Direction, protocol, port and peer of every rule of a group."""
        found = self.ec2.describe_security_group_rules(
            Filters=[{"Name": "group-id", "Values": [group_id]}]
        )["SecurityGroupRules"]
        return {
            (
                "out" if rule["IsEgress"] else "in",
                rule["IpProtocol"],
                rule["FromPort"],
                rule.get("ReferencedGroupInfo", {}).get("GroupId") or rule["CidrIpv4"],
            )
            for rule in found
        }

    @cached_property
    def group(self):
        return self.physical("BastionStack", "BastionSecurityGroup")

    def routes(self, subnet_id):
        """The targets of a subnet's routes, beside its own VPC."""
        [table] = self.ec2.describe_route_tables(
            Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}]
        )["RouteTables"]
        return {
            route["DestinationCidrBlock"]: (route.get("GatewayId") or route["NatGatewayId"])[:4]
            for route in table["Routes"]
            if route.get("GatewayId") != "local"
        }


@pytest.fixture(scope="module", params=WAYS, ids=WAYS)
def deployed(request, desk, deploy):
    mine = desk(ACCOUNTS[request.param])
    mine.account.client("ec2").create_key_pair(KeyName="laptop")
    deploy(mine, "bastion", {"bastion": WAYS[request.param]})
    return Deployed(mine.account, WAYS[request.param])


def test_the_instance_keeps_its_metadata_and_its_disk_to_itself(deployed):
    metadata = deployed.instance["MetadataOptions"]
    assert (metadata["HttpTokens"], metadata["HttpPutResponseHopLimit"]) == ("required", 1)

    [mapping] = deployed.instance["BlockDeviceMappings"]
    [volume] = deployed.ec2.describe_volumes(VolumeIds=[mapping["Ebs"]["VolumeId"]])["Volumes"]
    assert (volume["Encrypted"], volume["VolumeType"], volume["Size"]) == (True, "gp3", 8)
    assert mapping["Ebs"]["DeleteOnTermination"] is True


def test_the_instance_is_the_newest_amazon_linux_on_arm(deployed):
    newest = deployed.account.client("ssm").get_parameter(
        Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    )["Parameter"]["Value"]

    assert deployed.instance["ImageId"] == newest
    assert deployed.instance["Architecture"] == "arm64"
    assert deployed.instance["InstanceType"] == "t4g.nano"


def test_the_bastion_has_the_rules_that_its_access_needs(deployed):
    database = deployed.physical("VPCStack", "DBClusterSecurityGroup")
    expected = {("out", "tcp", 5432, database)}
    if "ssh" in deployed.ways:
        expected.add(("in", "tcp", 22, ADDRESS))
    if "eice" in deployed.ways:
        door = deployed.physical("BastionStack", "InstanceConnectSecurityGroup")
        expected.add(("in", "tcp", 22, door))
    if deployed.nat:
        expected.add(("out", "tcp", 443, "0.0.0.0/0"))
    elif "ssm" in deployed.ways:
        endpoints = deployed.physical("BastionEndpointsStack", "EndpointSecurityGroup")
        expected.add(("out", "tcp", 443, endpoints))

    assert deployed.rules(deployed.group) == expected
    assert [one["GroupId"] for one in deployed.instance["SecurityGroups"]] == [deployed.group]


def test_the_database_lets_the_bastion_in_and_nobody_else(deployed):
    database = deployed.physical("VPCStack", "DBClusterSecurityGroup")

    assert deployed.rules(database) == {
        ("in", "tcp", 5432, deployed.group),
        ("out", "-1", -1, "127.0.0.1/32"),
    }


def test_session_manager_is_reached_by_the_chosen_route(deployed):
    endpoints = deployed.ec2.describe_vpc_endpoints()["VpcEndpoints"]
    gateways = deployed.ec2.describe_nat_gateways()["NatGateways"]

    assert bool(gateways) is deployed.nat
    if "ssm" not in deployed.ways or deployed.nat:
        assert not endpoints
        return
    assert {one["ServiceName"] for one in endpoints} == ENDPOINT_SERVICES
    private = deployed.physical("VPCStack", "PrivateSubnet1")
    for endpoint in endpoints:
        assert endpoint["PrivateDnsEnabled"] is True
        assert endpoint["SubnetIds"] == [private]
        [group] = endpoint["Groups"]
        assert deployed.rules(group["GroupId"]) == {
            ("in", "tcp", 443, deployed.group),
            ("out", "-1", -1, "127.0.0.1/32"),
        }


def test_only_access_that_needs_the_internet_opens_it(deployed):
    routes = deployed.routes(deployed.instance["SubnetId"])

    if "ssh" in deployed.ways:
        assert routes == {"0.0.0.0/0": "igw-"}
    else:
        assert routes == ({"0.0.0.0/0": "nat-"} if deployed.nat else {})
    gateways = deployed.ec2.describe_internet_gateways()["InternetGateways"]
    assert bool(gateways) is ("ssh" in deployed.ways or deployed.nat)


def test_only_ssh_gives_it_a_public_address_and_a_key(deployed):
    addresses = deployed.ec2.describe_addresses()["Addresses"]
    own = [one["PublicIp"] for one in addresses if one.get("InstanceId")]

    assert deployed.instance.get("KeyName") == ("laptop" if "ssh" in deployed.ways else None)
    assert bool(own) is ("ssh" in deployed.ways)
    if own:
        assert deployed.outputs["TunnelBySSH"].endswith(f" ec2-user@{own[0]}")


def test_only_session_manager_gives_it_a_role_and_only_for_that(deployed):
    if "ssm" not in deployed.ways:
        assert "IamInstanceProfile" not in deployed.instance
        return
    roles = deployed.account.client("iam")
    name = deployed.instance["IamInstanceProfile"]["Arn"].rpartition("/")[2]
    [role] = roles.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]

    attached = roles.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    assert [one["PolicyName"] for one in attached] == ["AmazonSSMManagedInstanceCore"]
    assert roles.list_role_policies(RoleName=role["RoleName"])["PolicyNames"] == []
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": ["ec2.amazonaws.com"]}


def test_instance_connect_leads_only_to_the_bastion(deployed):
    doors = deployed.ec2.describe_instance_connect_endpoints()["InstanceConnectEndpoints"]

    assert bool(doors) is ("eice" in deployed.ways)
    for door in doors:
        assert door["SubnetId"] == deployed.instance["SubnetId"]
        assert door["PreserveClientIp"] is False
        [group] = door["SecurityGroupIds"]
        assert deployed.rules(group) == {("out", "tcp", 22, deployed.group)}
        assert (
            f"endpointId={door['InstanceConnectEndpointId']} " in deployed.outputs["TunnelByEICE"]
        )


def test_every_command_names_this_deployment(deployed):
    [cluster] = deployed.account.client("rds").describe_db_clusters()["DBClusters"]
    tunnels = {name: line for name, line in deployed.outputs.items() if name.startswith("Tunnel")}

    assert set(tunnels) == {f"TunnelBy{way.upper()}" for way in deployed.ways}
    assert deployed.outputs["DBClusterEndpoint"] == cluster["Endpoint"]
    for name, line in tunnels.items():
        assert cluster["Endpoint"] in line
        assert name == "TunnelBySSH" or deployed.outputs["BastionInstanceId"] in line
    assert deployed.outputs["ConnectThroughTunnel"] == (
        "psql -h localhost -p 5432 -U postgres -d bastion"
    )


def test_the_command_prints_the_secret_as_the_database_has_it(deployed, aws_cli):
    printed = pasted(deployed, "GetSecretValueByCLI", aws_cli)

    assert json.loads(printed)["username"] == "postgres"


def test_an_instance_that_stopped_itself_is_started_again(deployed, aws_cli):
    if "idle_minutes" not in deployed.bastion:
        assert "StartBastionByCLI" not in deployed.outputs
        return
    instance_id = deployed.outputs["BastionInstanceId"]
    given = deployed.ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
    assert "-mmin +30" in base64.b64decode(given["UserData"]["Value"]).decode()
    deployed.ec2.stop_instances(InstanceIds=[instance_id])

    answer = json.loads(pasted(deployed, "StartBastionByCLI", aws_cli))
    [started] = answer["StartingInstances"]
    assert started["InstanceId"] == instance_id
    assert started["PreviousState"]["Name"] == "stopped"


@pytest.fixture(scope="module")
def proxied(desk, deploy):
    mine = desk("100000000120")
    deploy(mine, "bastion", {"proxy": True})
    return Deployed(mine.account, {"ways": ["ssm"]})


class TestBehindAProxy:
    def test_the_api_answers_from_postgresql(self, proxied):
        url = proxied.outputs["APIEndpoint"]

        assert proxied.account.call("POST", f"{url}initialize") == (200, {"initialized": True})
        assert proxied.account.call("GET", f"{url}load")[0] == 200

    def test_the_database_lets_in_the_proxy_the_bastion_and_the_users_function(self, proxied):
        database = proxied.physical("VPCStack", "DBClusterSecurityGroup")
        proxy = proxied.physical("VPCStack", "RDSProxySecurityGroup")
        users = proxied.physical("UsersStack", "UsersFunctionSecurityGroup")

        assert proxied.rules(database) == {
            ("in", "tcp", 5432, proxied.group),
            ("in", "tcp", 5432, proxy),
            ("in", "tcp", 5432, users),
            ("out", "-1", -1, "127.0.0.1/32"),
        }

    def test_tunnels_lead_to_the_database_itself(self, proxied):
        [cluster] = proxied.account.client("rds").describe_db_clusters()["DBClusters"]

        assert f'"host":["{cluster["Endpoint"]}"]' in proxied.outputs["TunnelBySSM"]


def pasted(deployed, output, aws_cli):
    """The shell's output for the command of an output, pasted."""
    environment = deployed.account.environment
    folder = aws_cli.rpartition("/")[0]
    result = subprocess.run(
        ["bash", "-c", deployed.outputs[output]],
        env=environment | {"PATH": f"{folder}:{environment['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
