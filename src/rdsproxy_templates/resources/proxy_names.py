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


def proxy_name(purpose: str, engine: Engine, subnets: Sequence[SubnetId]) -> AWSHelperFn:
    """A name of at most 63 characters, unique to this stack, engine family and pair of subnets.

    CloudFormation requires a name. A change of subnets or engine family replaces the proxy, and
    old and new exist side by side for a while, so the name contains both.
    """
    stack = Select(0, Split("-", Select(2, Split("/", STACK_ID))))
    first, second = map(_own_part, subnets)
    name = f"{purpose}-{SHORT[engine.family]}-${{stack}}-${{first}}-${{second}}"
    return sub(name, stack=stack, first=first, second=second)


def endpoint_name(purpose: str, proxy: rds.DBProxy, subnets: Sequence[SubnetId]) -> AWSHelperFn:
    """A name of at most 63 characters, unique to this proxy and pair of subnets.

    A change of either replaces the endpoint, and old and new exist side by side for a while.
    """
    owner = _own_part(Select(6, Split(":", proxy.get_att("DBProxyArn"))))
    first, second = map(_own_part, subnets)
    name = purpose + "-${proxy}-${first}-${second}"
    return sub(name, proxy=owner, first=first, second=second)


def _own_part(identifier: SubnetId | AWSHelperFn) -> AWSHelperFn:
    """The part of an ID after its prefix: ``0a1b2c3d`` of ``subnet-0a1b2c3d``."""
    return Select(1, Split("-", identifier))
