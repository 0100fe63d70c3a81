"""IP versions: what speaks IPv6 is in subnets that have addresses for it."""

from __future__ import annotations

import pytest
from faults import BASE, GIVEN, assert_holds, faulted, ref, resource, violations

from rdsproxy_templates.validators.rules import ip_version

PROXY, CLUSTER, FUNCTION = "RDSStackRDSProxy", "RDSStackDBCluster", "SAMStackBlogRDSProxyFunction"
SUBNETS = ("VPCStackPrivateSubnet1", "VPCStackPrivateSubnet2")
ASKING = pytest.mark.parametrize(
    ("resource_name", "path", "value"),
    [
        (PROXY, "EndpointNetworkType", "DUAL"),
        (PROXY, "EndpointNetworkType", "IPV6"),
        (CLUSTER, "NetworkType", "DUAL"),
        (FUNCTION, "VpcConfig/Ipv6AllowedForDualStack", True),
        (FUNCTION, "VpcConfig/Ipv6AllowedForDualStack", "true"),
    ],
)


@ASKING
def test_subnets_without_ipv6_are_refused(resource_name, path, value):
    [one] = violations(ip_version.ipv6_subnets, faulted(f"{resource_name}/{path}", value))

    assert one.resource == resource_name
    assert "its subnets have IPv4 addresses only" in one.sentence


@ASKING
@pytest.mark.parametrize("own", [True, False], ids=["in the subnet", "beside it"])
def test_subnets_with_ipv6_are_accepted(resource_name, path, value, own):
    changed = BASE
    for subnet in SUBNETS:
        block = resource("EC2::SubnetCidrBlock", SubnetId=ref(subnet), Ipv6CidrBlock=GIVEN)
        changed = (
            faulted(f"{subnet}/Ipv6CidrBlock", GIVEN, changed)
            if own
            else faulted(f"{subnet}Block", block, changed)
        )

    assert_holds(ip_version.ipv6_subnets, faulted(f"{resource_name}/{path}", value, changed))


@ASKING
def test_subnets_that_are_given_are_left_alone(resource_name, path, value):
    changed = faulted(f"{SUBNETS[0]}/CidrBlock", GIVEN)

    assert_holds(ip_version.ipv6_subnets, faulted(f"{resource_name}/{path}", value, changed))


@pytest.mark.parametrize("value", ["IPV4", GIVEN])
def test_what_does_not_ask_for_ipv6_needs_none(value):
    assert_holds(ip_version.ipv6_subnets, faulted(f"{PROXY}/EndpointNetworkType", value))


def test_the_base_speaks_ipv4():
    assert_holds(ip_version.ipv6_subnets, BASE)
