"""A service in a VPC that exists: groups that are made there, IPv6 and dual stack, called."""

from __future__ import annotations

import pytest
from packages import LOCAL
from test_deployed_logins import assert_does_what_it_does

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems
from rdsproxy_templates.variants import existing_vpc

STACK = "rdsproxy-existing-vpc"
ZONES = ("a", "b")


class Network:
    """A VPC with IPv4 and IPv6 ranges and two private subnets, made by boto3."""

    def __init__(self, account):
        ec2 = account.client("ec2")
        made = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
        self.vpc = made["VpcId"]
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            ec2.modify_vpc_attribute(VpcId=self.vpc, **{name: {"Value": True}})
        (range_,) = ec2.describe_vpcs(VpcIds=[self.vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"]
        prefix = range_["Ipv6CidrBlock"].removesuffix("00::/56")
        self.subnets = [
            ec2.create_subnet(
                VpcId=self.vpc,
                CidrBlock=f"10.9.{number}.0/24",
                Ipv6CidrBlock=f"{prefix}0{number}::/64",
                AvailabilityZone=f"{account.region}{zone}",
            )["Subnet"]["SubnetId"]
            for number, zone in enumerate(ZONES)
        ]

    @property
    def parameters(self):
        one, two = self.subnets
        return {"VPCId": self.vpc, "PrivateSubnet1Id": one, "PrivateSubnet2Id": two}


def config_of(engine, **rds):
    settings = {
        "regions": ["eu-west-1"],
        "security_groups": "make",
        "rds": {"engine": engine, "users": [{"name": "app", "login": "iam"}], **rds},
    }
    return existing_vpc.Config.parse(settings, "a test")


def proxy_of(account):
    (proxy,) = account.client("rds").describe_db_proxies()["DBProxies"]
    return proxy


DUAL = {"network": {"type": "DUAL"}, "proxy": {"endpoint_network_type": "DUAL"}}
IPV6 = {
    "network": {"type": "DUAL"},
    "proxy": {"endpoint_network_type": "IPV6", "target_connection_network_type": "IPV6"},
}


@pytest.mark.parametrize(
    ("account", "engine", "rds", "types"),
    [
        ("000000000331", "aurora-postgresql", {}, ("IPV4", "IPV4")),
        ("000000000332", "aurora-mysql", DUAL, ("DUAL", "IPV4")),
        ("000000000333", "aurora-postgresql", IPV6, ("IPV6", "IPV6")),
        ("000000000334", "mysql", IPV6, ("IPV6", "IPV6")),
    ],
    ids=["IPv4", "dual stack", "IPv6, cluster", "IPv6, instance"],
)
def test_a_service_answers_in_groups_that_it_makes(  # noqa: PLR0917 - two fixtures, four values
    desk, packages, account, engine, rds, types
):
    mine = desk(account)
    network = Network(mine.account)
    config = config_of(engine, **rds)
    bundle = render(existing_vpc, config, nesting="flat", code=LOCAL)
    assert given_problems(mine.account, bundle.root, network.parameters, print) == []
    packages.deploy(mine, STACK, bundle, network.parameters)
    url = mine.account.outputs(STACK)["APIEndpoint"]

    assert_does_what_it_does(lambda method, path: mine.account.call(method, url + path))
    proxy = proxy_of(mine.account)
    assert (proxy["EndpointNetworkType"], proxy["TargetConnectionNetworkType"]) == types
    groups = mine.account.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [network.vpc]}]
    )["SecurityGroups"]
    own = set(mine.account.resources(STACK).values())
    assert {one["GroupId"] for one in groups if one["GroupName"] != "default"} <= own

    assert proxy["VpcId"] == network.vpc


def test_a_function_without_ipv6_does_not_reach_a_proxy_for_ipv6_only(desk, packages):
    mine = desk("000000000335")
    network = Network(mine.account)
    without = {"Properties": {"VpcConfig": {"Ipv6AllowedForDualStack": None}}}
    bundle = render(
        existing_vpc,
        config_of("aurora-mysql", **IPV6),
        nesting="flat",
        code=LOCAL,
        overrides={"SAMStack.BlogRDSProxyFunction": without},
    )
    packages.deploy(mine, STACK, bundle, network.parameters)
    url = mine.account.outputs(STACK)["APIEndpoint"]

    status, _ = mine.account.call("POST", f"{url}initialize")

    assert status >= 500
