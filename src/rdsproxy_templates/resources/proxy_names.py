"""Physical names of proxies and their endpoints, which CloudFormation requires."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from troposphere import AWSHelperFn, Select, Split, rds

from ..aws.engines import Engine
from ..aws.kinds import SubnetId
from ..model import sub
from ..model.pseudo_parameters import STACK_ID

SHORT: Final = {"MYSQL": "mysql", "POSTGRESQL": "postgres"}
"""Engine families in the names of proxies, where three IDs share 63 characters."""
SHORTEST: Final = {"MYSQL": "my", "POSTGRESQL": "pg"}
NETWORKS: Final = {None: "4", "IPV4": "4", "IPV6": "6", "DUAL": "d"}


def proxy_name(
    purpose: str,
    engine: Engine,
    subnets: Sequence[SubnetId],
    *,
    networks: Sequence[str | None] = (),
) -> AWSHelperFn:
    """A name of at most 63 characters, unique to whatever replaces the proxy when it changes.

    CloudFormation requires a name. A change of subnets, engine family or *networks*, the types of
    endpoint and target, replaces the proxy, and old and new exist side by side for a while.
    """
    stack = Select(0, Split("-", Select(2, Split("/", STACK_ID))))
    first, second = map(_own_part, subnets[:2])
    family = SHORT[engine.family]
    if any(network not in (None, "IPV4") for network in networks):
        versions = "".join(NETWORKS[network] for network in networks)
        family = f"{SHORTEST[engine.family]}-{versions}"
    name = f"{purpose}-{family}-${{stack}}-${{first}}-${{second}}"
    return sub(name, stack=stack, first=first, second=second)


def endpoint_name(
    purpose: str,
    proxy: rds.DBProxy,
    subnets: Sequence[SubnetId],
    network_type: str | None = None,
) -> AWSHelperFn:
    """A name of at most 63 characters, unique to this proxy, network type and subnets.

    A change of any replaces the endpoint, and old and new exist side by side for a while.
    """
    owner = _own_part(Select(6, Split(":", proxy.get_att("DBProxyArn"))))
    network = NETWORKS[network_type]
    kind = purpose if network == "4" else f"{purpose}-{network}"
    literals = [subnet.data for subnet in subnets if isinstance(subnet.data, str)]
    if len(literals) == len(subnets):
        from hashlib import sha256  # noqa: PLC0415 - few name their subnets by ID

        place = sha256(",".join(sorted(literals)).encode()).hexdigest()[:12]
        return sub(f"{kind}-${{proxy}}-{place}", proxy=owner)
    first, second = map(_own_part, subnets[:2])
    name = f"{kind}-${{proxy}}-${{first}}-${{second}}"
    return sub(name, proxy=owner, first=first, second=second)


def _own_part(identifier: SubnetId | AWSHelperFn) -> AWSHelperFn:
    """The part of an ID after its prefix: ``0a1b2c3d`` of ``subnet-0a1b2c3d``."""
    return Select(1, Split("-", identifier))
