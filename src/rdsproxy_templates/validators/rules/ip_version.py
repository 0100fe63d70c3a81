"""Rules of IP versions: what speaks IPv6 is in subnets that have addresses for it."""

from __future__ import annotations

from collections.abc import Iterator

from ...aws.documentation import RDS_GUIDE
from ..addresses import subnet_ranges
from ..graph import CLUSTER, ENDPOINT, INSTANCE, PROXY, Graph
from ..rule import Violation, as_rule
from ..values import is_true

SPOKEN = {
    PROXY: ("EndpointNetworkType", "VpcSubnetIds"),
    ENDPOINT: ("EndpointNetworkType", "VpcSubnetIds"),
    CLUSTER: ("NetworkType", "DBSubnetGroupName"),
    INSTANCE: ("NetworkType", "DBSubnetGroupName"),
    "AWS::EC2::VPCEndpoint": ("IpAddressType", "SubnetIds"),
    "AWS::Serverless::Function": ("Ipv6AllowedForDualStack", "VpcConfig"),
    "AWS::Lambda::Function": ("Ipv6AllowedForDualStack", "VpcConfig"),
}
"""For each type, the property that asks for IPv6, and the one that leads to its subnets."""
WITH_IPV6 = ("DUAL", "IPV6", "dualstack", "ipv6")


@as_rule(
    "network/ipv6-subnets",
    title="Resources that use IPv6 are in subnets with IPv6 ranges.",
    why="The service refuses them.",
    remedy="Give the subnets IPv6 ranges, or choose IPv4.",
    source=f"{RDS_GUIDE}USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def ipv6_subnets(graph: Graph) -> Iterator[Violation]:
    for kind, (key, place) in SPOKEN.items():
        for name, body in graph.of_type(kind):
            network = body.get("VpcConfig")
            asking = network if place == "VpcConfig" and isinstance(network, dict) else body
            spoken = asking.get(key)
            if spoken not in WITH_IPV6 and not (place == "VpcConfig" and is_true(spoken)):
                continue
            subnets = asking.get("SubnetIds") if place == "VpcConfig" else body.get(place)
            if place == "DBSubnetGroupName":
                group = graph.target(subnets)
                subnets = graph.properties(group).get("SubnetIds") if group else None
            ranges = subnet_ranges(graph, subnets)
            if ranges and all(one.version == 4 for one in ranges):  # noqa: PLR2004 - IPv4
                yield Violation(
                    name,
                    key if place != "VpcConfig" else place,
                    f"it asks for IPv6, and its subnets have IPv4 addresses only ({key}: {spoken})",
                    "Give the VPC and the subnets IPv6 ranges, or leave it at IPv4",
                )
