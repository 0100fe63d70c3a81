"""Endpoints of a proxy: further hosts, for readers, for other subnets, or for separate metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field
from troposphere import rds

from ..aws.documentation import AURORA_GUIDE
from ..aws.identifiers import SECURITY_GROUP, SUBNET, list_problems
from ..aws.kinds import SecurityGroupId, SubnetId
from ..errors import Problem
from ..model import ListOf, Settings
from .optional_properties import NO_TAGS, own_tags, without_none
from .proxy_names import endpoint_name

TargetRole = Literal["READ_WRITE", "READ_ONLY"]
"""Target of an endpoint: the writer, or the readers."""

LONGEST = 7
"""Characters that an endpoint's own part of its name may have."""
FEWEST_SUBNETS = 2


class EndpointSettings(Settings):
    """Settings of one further host of a proxy."""

    name: str = Field(
        description="First part of the endpoint's name, which is in its host: 1 to 7 lower-case "
        "letters and digits, a letter first."
    )
    target_role: TargetRole = Field(
        default="READ_WRITE",
        description="`READ_WRITE` leads to the writer, `READ_ONLY` to readers, which Aurora has. "
        f"See {AURORA_GUIDE}rds-proxy-endpoints.html",
    )
    subnet_ids: ListOf[str] = Field(
        default=(),
        max_length=16,
        description="IDs of subnets in two Availability Zones or more, which may be in another "
        "VPC; a change replaces the endpoint. Left out: those of the proxy.",
    )
    security_group_ids: ListOf[str] = Field(
        default=(),
        max_length=5,
        description="IDs of the endpoint's security groups, in the VPC of its subnets, 1 to 5. "
        "Left out: those of the proxy.",
    )
    network_type: Literal["IPV4", "IPV6", "DUAL"] | None = Field(
        default=None,
        description="IP versions by which clients reach the endpoint; a change replaces it. Left "
        "out: IPV4.",
    )

    @property
    def title(self) -> str:
        """The name as part of a logical ID."""
        return self.name.capitalize()

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from list_problems(SUBNET, "subnet_ids", self.subnet_ids)
        yield from list_problems(SECURITY_GROUP, "security_group_ids", self.security_group_ids)
        if not re.fullmatch(rf"[a-z][a-z0-9]{{0,{LONGEST - 1}}}", self.name):
            yield Problem(
                "name",
                f"must be 1 to {LONGEST} lower-case letters and digits, a letter first, got "
                f"{self.name!r}",
            )
        if self.name == "client":
            yield Problem("name", "must not be 'client', which the variants keep for themselves")
        if self.subnet_ids and len(self.subnet_ids) < FEWEST_SUBNETS:
            yield Problem(
                "subnet_ids", f"must be subnets in two Availability Zones, got {self.subnet_ids[0]}"
            )
        if self.subnet_ids and not self.security_group_ids:
            yield Problem(
                "security_group_ids",
                "must be given beside subnet_ids, in the VPC of those subnets",
            )


def endpoint_problems(endpoints: Sequence[EndpointSettings]) -> Iterator[Problem]:
    """Report names that two endpoints have."""
    names = [endpoint.name for endpoint in endpoints]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Problem(
                f"endpoints.{index}.name", f"must differ from every other endpoint's, got {name!r}"
            )


def proxy_endpoint(
    title: str,
    proxy: rds.DBProxy,
    *,
    subnets: Sequence[SubnetId],
    groups: Sequence[SecurityGroupId],
    role: TargetRole = "READ_ONLY",
    purpose: str = "read-only",
    network_type: str | None = None,
    tags: Mapping[str, str] = NO_TAGS,
) -> rds.DBProxyEndpoint:
    """Endpoint *title*: a further host of the proxy, for readers or in the clients' network.

    *purpose* begins the endpoint's name, distinguishes the endpoints of one proxy, and has at
    most 9 characters.
    """
    return rds.DBProxyEndpoint(
        title,
        DBProxyEndpointName=endpoint_name(purpose, proxy, subnets, network_type),
        DBProxyName=proxy.ref(),
        TargetRole=role,
        VpcSubnetIds=list(subnets),
        VpcSecurityGroupIds=list(groups),
        **without_none(EndpointNetworkType=network_type),
        **own_tags(tags),
    )


def further_endpoints(
    endpoints: Sequence[EndpointSettings],
    proxy: rds.DBProxy,
    *,
    subnets: Sequence[SubnetId],
    groups: Sequence[SecurityGroupId],
    tags: Mapping[str, str] = NO_TAGS,
) -> list[rds.DBProxyEndpoint]:
    """The chosen *endpoints*, in *subnets* and *groups* of the proxy where they have none."""
    return [
        proxy_endpoint(
            f"{proxy.title}{endpoint.title}Endpoint",
            proxy,
            subnets=[SubnetId(one) for one in endpoint.subnet_ids] or subnets,
            groups=[SecurityGroupId(one) for one in endpoint.security_group_ids] or groups,
            role=endpoint.target_role,
            purpose=endpoint.name,
            network_type=endpoint.network_type,
            tags=tags,
        )
        for endpoint in endpoints
    ]
