"""A database open to the internet: whom its network lets in, and what it shows to them."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from data_plane_world import MYSQL, PASSWORD, World, zipped

from rdsproxy_local.data_plane.reachability import OUTSIDE
from rdsproxy_local.data_plane.running import RunningCloud
from rdsproxy_local.servers.loopback import listens

pytestmark = pytest.mark.xdist_group("cloud-public-databases")

EVERYWHERE = "0.0.0.0/0"
ELSEWHERE = "203.0.113.0/24"

LOGS_IN = """
import os
import ssl

import boto3
import pymysql

def handler(event, context):
    host = event["host"]
    try:
        tls = ssl.create_default_context(cafile=os.environ["RDS_CA_FILE"])
        token = boto3.client("rds").generate_db_auth_token(host, 3306, "root")
        connection = pymysql.connect(host=host, user="root", password=token, ssl=tls)
    except (OSError, pymysql.err.Error) as error:
        return repr(error)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "let in"
"""


class Public(World):
    """A VPC with an internet gateway, and in it a public instance of MySQL."""

    def build(self, layer):
        self._network()
        self._roles()
        gateway = self.call("ec2", "create_internet_gateway")["InternetGateway"]
        self.gateway = gateway["InternetGatewayId"]
        self.call("ec2", "attach_internet_gateway", InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.table = self._table()
        self.route()
        self.associations = {one: self._associate(one) for one in self.subnets}
        self.admit_from(OUTSIDE)
        self.instance = self._instance()
        self.host = self.instance["Endpoint"]["Address"]
        self.let_connect("function", self.instance["DbiResourceId"], "root")
        self.layer = self._layer(layer)
        self.client("trusting", RDS_CA_FILE="/opt/python/rds_roots.pem")

    def _table(self):
        made = self.call("ec2", "create_route_table", VpcId=self.vpc)
        return made["RouteTable"]["RouteTableId"]

    def route(self):
        route = {"RouteTableId": self.table, "DestinationCidrBlock": EVERYWHERE}
        self.call("ec2", "create_route", **route, GatewayId=self.gateway)

    def unroute(self):
        route = {"RouteTableId": self.table, "DestinationCidrBlock": EVERYWHERE}
        self.call("ec2", "delete_route", **route)

    def _associate(self, subnet):
        place = {"RouteTableId": self.table, "SubnetId": subnet}
        return self.call("ec2", "associate_route_table", **place)["AssociationId"]

    def _instance(self):
        return self.call(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier="public",
            Engine="mysql",
            DBInstanceClass="db.t4g.medium",
            AllocatedStorage=20,
            MasterUsername="root",
            MasterUserPassword=PASSWORD,
            DBSubnetGroupName="ours",
            VpcSecurityGroupIds=[self.groups["cluster"]],
            PubliclyAccessible=True,
            EnableIAMDatabaseAuthentication=True,
        )["DBInstance"]

    def _layer(self, folder):
        names = ("rds_roots.pem", "amazon_roots.pem")
        files = {f"python/{name}": (folder / name).read_text() for name in names}
        content = {"ZipFile": zipped(files)}
        made = self.call("lambda", "publish_layer_version", LayerName="roots", Content=content)
        return made["LayerVersionArn"]

    def _from(self, network):
        rule = {"IpProtocol": "tcp", "FromPort": MYSQL, "ToPort": MYSQL}
        permission = rule | {"IpRanges": [{"CidrIp": str(network)}]}
        return {"GroupId": self.groups["cluster"], "IpPermissions": [permission]}

    def admit_from(self, network):
        self.call("ec2", "authorize_security_group_ingress", **self._from(network))

    def refuse_from(self, network):
        self.call("ec2", "revoke_security_group_ingress", **self._from(network))

    @contextmanager
    def open_to(self, network):
        """Replace the range that functions come from, for a while."""
        self.refuse_from(OUTSIDE)
        self.admit_from(network)
        try:
            yield
        finally:
            self.refuse_from(network)
            self.admit_from(OUTSIDE)

    def make_public(self, public):
        self.call(
            "rds",
            "modify_db_instance",
            DBInstanceIdentifier="public",
            PubliclyAccessible=public,
            ApplyImmediately=True,
        )

    def client(self, name, **variables):
        """A function that logs in, and in what roots it trusts."""
        self.create_function(
            name,
            zipped({"app.py": LOGS_IN}),
            Layers=[self.layer],
            Environment={"Variables": variables},
        )

    def says(self, function="trusting"):
        return self.invoke(function, {"host": self.host})[1]


@pytest.fixture(scope="module")
def world(layer):
    with RunningCloud() as cloud:
        world = Public(cloud)
        world.build(layer)
        yield world


def is_refused_by_nobody_listening(said):
    return "2003" in said and "refused" in said


class TestRoute:
    def test_a_function_in_no_vpc_gets_in(self, world):
        assert world.says() == "let in"

    def test_a_rule_must_name_the_address_that_it_comes_from(self, world):
        with world.open_to(ELSEWHERE):
            assert is_refused_by_nobody_listening(world.says())
        with world.open_to(EVERYWHERE):
            assert world.says() == "let in"

    def test_the_subnets_need_a_route_to_the_internet(self, world):
        world.unroute()
        try:
            assert is_refused_by_nobody_listening(world.says())
        finally:
            world.route()
        assert world.says() == "let in"

    def test_each_of_the_subnets_needs_one(self, world):
        subnet = world.subnets[0]
        world.call("ec2", "disassociate_route_table", AssociationId=world.associations[subnet])
        try:
            assert is_refused_by_nobody_listening(world.says())
        finally:
            world.associations[subnet] = world._associate(subnet)
        assert world.says() == "let in"

    def test_the_instance_must_be_public(self, world):
        world.make_public(False)
        try:
            assert is_refused_by_nobody_listening(world.says())
        finally:
            world.make_public(True)
        assert world.says() == "let in"

    def test_from_another_vpc_it_comes_under_its_nat_gateways_address(self, world):
        subnet, address = network_with_nat(world)
        group = world.call(
            "ec2", "create_security_group", GroupName="n", Description="n", VpcId=subnet["VpcId"]
        )["GroupId"]
        place = {"SubnetIds": [subnet["SubnetId"]], "SecurityGroupIds": [group]}
        world.create_function("far", zipped({"app.py": ""}), VpcConfig=place)
        with world.open_to(ELSEWHERE):
            assert not listens(world.place(world.host, MYSQL, "far")[1])
        with world.open_to(f"{address}/32"):
            assert listens(world.place(world.host, MYSQL, "far")[1])


def network_with_nat(world):
    """A subnet of another VPC, and the address that it is seen under."""
    vpc = world.call("ec2", "create_vpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    gateway = world.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    world.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    subnet = world.call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]
    elastic = world.call("ec2", "allocate_address", Domain="vpc")
    nat = world.call(
        "ec2",
        "create_nat_gateway",
        SubnetId=subnet["SubnetId"],
        AllocationId=elastic["AllocationId"],
    )["NatGateway"]["NatGatewayId"]
    table = world.call("ec2", "create_route_table", VpcId=vpc)["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": EVERYWHERE}
    world.call("ec2", "create_route", **route, NatGatewayId=nat)
    world.call("ec2", "associate_route_table", RouteTableId=table, SubnetId=subnet["SubnetId"])
    return subnet, elastic["PublicIp"]


class TestTls:
    @pytest.mark.parametrize(
        ("name", "variables"),
        [
            ("amazons-roots", {"RDS_CA_FILE": "/opt/python/amazon_roots.pem"}),
            ("no-roots-named", {}),
        ],
    )
    def test_a_function_with_other_roots_fails(self, world, name, variables):
        world.client(name, **variables)
        assert "CERTIFICATE_VERIFY_FAILED" in world.says(name)

    def test_the_roots_must_be_where_the_function_says(self, world):
        world.client("rootless", RDS_CA_FILE="/opt/python/no_roots.pem")
        assert "No such file" in world.says("rootless")


class TestLogin:
    def test_another_role_is_refused(self, world):
        role = world.role("another", {"Service": "lambda.amazonaws.com"})
        world.call("lambda", "update_function_configuration", FunctionName="trusting", Role=role)
        try:
            assert "1045" in world.says()
        finally:
            world.call(
                "lambda",
                "update_function_configuration",
                FunctionName="trusting",
                Role=world.function_role,
            )
        assert world.says() == "let in"
