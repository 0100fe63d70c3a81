"""Subnets by ID, including those shared with the account."""

from __future__ import annotations

from collections.abc import Iterable

from moto.core.base_backend import BaseBackend
from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet


def known_subnets(backend: BaseBackend, subnet_ids: Iterable[str]) -> list[Subnet]:
    """The subnets; raises EC2's InvalidSubnetIdError for the first one that is missing."""
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    # One by one: asked for several, moto's error names any.
    return [
        subnet
        for subnet_id in dict.fromkeys(subnet_ids)
        for subnet in ec2.describe_subnets(subnet_ids=[subnet_id])
    ]
