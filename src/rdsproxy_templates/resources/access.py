"""Settings of the ways from a laptop to a database, and the rules between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Final, Literal

from pydantic import Field

from ..aws.documentation import EC2_GUIDE, SYSTEMS_MANAGER_GUIDE
from ..errors import Problem
from ..model import ListOf, Settings

Way = Literal["ssh", "ssm", "eice"]

KEY_NAME: Final = re.compile(r"[A-Za-z0-9._@+=-]{1,255}")


class AccessSettings(Settings):
    """Ways from a laptop into the VPC, and the one instance that they lead to."""

    ways: ListOf[Way] = Field(
        default=("ssm",),
        description="Ways from a laptop to the instance. `ssm`: Session Manager, without a key "
        f"or an open port ({SYSTEMS_MANAGER_GUIDE}session-manager.html). `eice`: EC2 "
        "Instance Connect Endpoint, without a key "
        f"({EC2_GUIDE}connect-with-ec2-instance-connect-endpoint.html). `ssh`: a "
        "public address.",
    )
    ssm_route: Literal["endpoints", "nat"] | None = Field(
        default="endpoints",
        description="Route from the instance to Session Manager: two interface endpoints in its "
        f"subnet, or a NAT gateway. See {SYSTEMS_MANAGER_GUIDE}setup-create-vpc.html",
    )
    ssh_cidr: str | None = Field(
        default=None,
        description="The one IPv4 address that may connect by `ssh`, as a /32 such as "
        "203.0.113.7/32. Required for `ssh`.",
    )
    key_pair_name: str | None = Field(
        default=None,
        description="Name of an EC2 key pair for `ssh`, whose private key is in "
        f"~/.ssh/<name>.pem. Required for `ssh`. See {EC2_GUIDE}ec2-key-pairs.html",
    )
    instance_type: str = Field(
        default="t4g.nano",
        min_length=1,
        description="EC2 type of the instance; it has to be an arm64 type.",
    )
    volume_size: int = Field(
        default=8, ge=8, le=1024, description="Size in GiB of the instance's encrypted gp3 volume."
    )
    idle_minutes: int | None = Field(
        default=None,
        ge=5,
        le=1440,
        description="Minutes without a session after which the instance stops itself. Left out: "
        "it runs until you stop it.",
    )
    local_port: int | None = Field(
        default=None,
        ge=1024,
        le=65_535,
        description="Port on the laptop where tunnels begin. Left out: the database's own port.",
    )

    @property
    def is_public(self) -> bool:
        """True when the instance has a public address."""
        return "ssh" in self.ways

    @property
    def endpoints(self) -> bool:
        """True when the instance reaches Session Manager through interface endpoints."""
        return "ssm" in self.ways and self.ssm_route == "endpoints"

    @property
    def nat(self) -> bool:
        """True when the instance reaches Session Manager through a NAT gateway."""
        return "ssm" in self.ways and self.ssm_route == "nat"

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if not self.ways:
            yield Problem("ways", "must name at least one way: ssm, eice or ssh")
        if len({*self.ways}) < len(self.ways):
            yield Problem("ways", f"must name each way once, got {', '.join(self.ways)}")
        yield from self._route_problems()
        yield from self._ssh_problems()

    def _route_problems(self) -> Iterator[Problem]:
        if "ssm" not in self.ways:
            if "ssm_route" in self.model_fields_set and self.ssm_route is not None:
                yield Problem("ssm_route", f"is for the way ssm; ways has {', '.join(self.ways)}")
        elif self.ssm_route is None:
            yield Problem(
                "ssm_route",
                "must be endpoints or nat: without a route to Session Manager's own endpoints "
                "the way ssm leads nowhere",
            )
        elif self.ssm_route == "nat" and self.is_public:
            yield Problem(
                "ssm_route",
                "must be endpoints beside the way ssh: an instance with a public address does "
                "not use a NAT gateway",
            )

    def _ssh_problems(self) -> Iterator[Problem]:
        given = {"ssh_cidr": self.ssh_cidr, "key_pair_name": self.key_pair_name}
        for name, value in given.items():
            if self.is_public and value is None:
                yield Problem(name, "must be given for the way ssh")
            if not self.is_public and value is not None:
                yield Problem(name, f"is for the way ssh; ways has {', '.join(self.ways)}")
        if self.ssh_cidr is not None and (sentence := _refusal(self.ssh_cidr)):
            yield Problem("ssh_cidr", f"{sentence}, got {self.ssh_cidr!r}")
        if self.key_pair_name is not None and not KEY_NAME.fullmatch(self.key_pair_name):
            yield Problem(
                "key_pair_name",
                "must be letters, digits and . _ @ + = - only, because it stands in a "
                f"command line, got {self.key_pair_name!r}",
            )

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        if self.is_public:
            yield Problem(
                "ways",
                "includes ssh: the instance has a public address, and whoever has the key and "
                f"connects from {self.ssh_cidr} gets in; ssm and eice ask IAM each time",
            )
        if self.nat:
            yield Problem(
                "ssm_route", "is nat: the instance may connect to any address, by HTTPS only"
            )


def _refusal(cidr: str) -> str | None:
    """Explain why *cidr* cannot be a laptop's address; None when it can."""
    if cidr.endswith("/0"):
        return "must be your own address, not every address"
    try:
        network = IPv4Network(cidr)
    except ValueError:
        return "must be one IPv4 address such as 203.0.113.7/32"
    address = network.network_address
    if network.num_addresses > 1 or "/" not in cidr:
        return "must be one address, a /32"
    if address.is_loopback or address.is_multicast or address.is_unspecified:
        return "must be an address that a laptop can have"
    return None
