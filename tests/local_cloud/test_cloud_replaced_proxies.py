"""A proxy is replaced beside the old one, and so is each of its endpoints."""

from __future__ import annotations

import pytest
from troposphere import ec2, rds, secretsmanager

from made_up_stacks import Stacks
from rdsproxy_local.local_cloud import Account
from rdsproxy_templates.aws.engines import ENGINES
from rdsproxy_templates.aws.kinds import (
    Cidr,
    DatabaseArn,
    Hostname,
    SecretArn,
    SecurityGroupId,
    SubnetId,
)
from rdsproxy_templates.resources.database_record import Database
from rdsproxy_templates.resources.network import new_subnet, private_network
from rdsproxy_templates.resources.proxy import ProxySettings, rds_proxy
from rdsproxy_templates.resources.proxy_details import ProxyDetails
from rdsproxy_templates.resources.proxy_endpoints import proxy_endpoint
from rdsproxy_templates.resources.proxy_logins import SecretLogin
from rdsproxy_templates.resources.zones import chosen_zone

pytestmark = pytest.mark.xdist_group("cloud-databases")


@pytest.fixture(scope="module")
def stacks(server):
    return Stacks(Account(server.endpoint, "555555555559", "eu-west-1"))


ROLES = {"Capabilities": ["CAPABILITY_IAM"]}


def resources(engine="aurora-mysql", *, moved=False, name=None, details=None):
    """A proxy, and its endpoint in other subnets of the network."""
    network = private_network(*map(Cidr, ("10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24")), None)
    more = [
        new_subnet(
            f"Subnet{number}",
            network.vpc,
            Cidr(f"10.0.{number}.0/24"),
            chosen_zone(None, number % 2),
        )
        for number in (2, 3, 4, 5)
    ]
    ids = [SubnetId(one.ref()) for one in (network.subnet1, network.subnet2, *more)]
    group = ec2.SecurityGroup("Group", GroupDescription="A proxy", VpcId=network.vpc.ref())
    secret = secretsmanager.Secret(
        "Secret",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate='{"username": "app"}', GenerateStringKey="password"
        ),
    )
    places = rds.DBSubnetGroup("Places", DBSubnetGroupDescription="Subnets", SubnetIds=ids[:2])
    behind = Database(
        resources=[],
        itself=places,
        engine=ENGINES[engine],
        host=Hostname("database.example"),
        arn=DatabaseArn(places.ref()),
        resource_id=places.ref(),
        targets={},
        instances=[],
        master_secret=None,
        managed_secret=None,
    )
    front = rds_proxy(
        "Proxy",
        ProxySettings(),
        details or ProxyDetails(),
        behind,
        logins=[SecretLogin(SecretArn(secret.ref()), iam=True)],
        subnets=ids[4:6] if moved else ids[:2],
        group=SecurityGroupId(group.get_att("GroupId")),
    )
    host = proxy_endpoint(
        "Endpoint",
        front.itself,
        subnets=ids[2:4],
        groups=[SecurityGroupId(group.get_att("GroupId"))],
        role="READ_WRITE",
        purpose="client",
    )
    if name:
        front.itself.DBProxyName = name
    ours = [one for one in front.resources if not one.title.endswith("TargetGroup")]
    everything = [*network.resources, *more, group, secret, places, *ours, host]
    return {str(one.title): one.to_dict() for one in everything}


def names(stacks):
    api = stacks.account.client("rds")
    return (
        [one["DBProxyName"] for one in api.describe_db_proxies()["DBProxies"]],
        [
            one["DBProxyEndpointName"]
            for one in api.describe_db_proxy_endpoints()["DBProxyEndpoints"]
        ],
    )


@pytest.mark.parametrize(
    "change",
    [{"engine": "aurora-postgresql"}, {"moved": True}],
    ids=["another engine family", "other subnets"],
)
def test_the_new_ones_have_other_names_and_the_old_ones_are_deleted(stacks, change):
    assert stacks.create("replaced", resources(), **ROLES) == "CREATE_COMPLETE"
    (proxy_before,), (endpoint_before,) = names(stacks)

    assert stacks.update("replaced", resources(**change), **ROLES) == "UPDATE_COMPLETE"

    (proxy_after,), (endpoint_after,) = names(stacks)
    assert proxy_after != proxy_before
    assert endpoint_after != endpoint_before
    assert stacks.delete("replaced") == "DELETE_COMPLETE"


def test_an_unchanged_name_blocks_the_new_one(stacks):
    assert stacks.create("fixed", resources(name="fixed"), **ROLES) == "CREATE_COMPLETE"

    status = stacks.update("fixed", resources("aurora-postgresql", name="fixed"), **ROLES)

    assert status == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in stacks.api.describe_stack_events(StackName="fixed")["StackEvents"]
        if event["ResourceStatus"] == "UPDATE_FAILED" and event["LogicalResourceId"] == "Proxy"
    ]
    assert ["already exists" in one or "custom-named" in one for one in reasons] == [True]
    assert stacks.delete("fixed") == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        (
            {"endpoint_network_type": "DUAL"},
            "Network type DUAL needs an IPv6 CIDR block in subnet-",
        ),
        (
            {"endpoint_network_type": "IPV6", "target_connection_network_type": "IPV6"},
            "Network type IPV6 needs an IPv6 CIDR block in subnet-",
        ),
        (
            {"endpoints": [{"name": "more", "network_type": "DUAL"}]},
            "Network type DUAL needs an IPv6 CIDR block in subnet-",
        ),
    ],
)
def test_ipv6_is_refused_in_subnets_without_it(stacks, details, reason):
    wanted = resources(details=ProxyDetails.parse(details, "a test"))

    stacks.create("without-ipv6", wanted, **ROLES)

    assert reason in "".join(stacks.account.failures("without-ipv6"))
    stacks.delete("without-ipv6")
