"""Across two accounts, 1 of 3: the function's network, shared with the database's account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES, EngineName
from ..aws.kinds import AccountId, GroupIdElsewhere, RoleArn, RoleName, SubnetIds, VpcId, ZoneIds
from ..errors import Problem
from ..model import Ports, Stack, nest
from ..model.pseudo_parameters import ACCOUNT_ID
from ..resources.zones import zones_outside_regions
from ..stacks.network.endpoints import Service
from . import common
from .common import RegionalSettings
from .cross_account import ACCOUNT, AcrossAccountsSettings, Login
from .endpoints import interface_endpoints

SPOKEN_TO: Final[dict[Login, Service]] = {"iam": "sts", "password": "secretsmanager"}
"""The API that the function logs in with."""


class Config(AcrossAccountsSettings, RegionalSettings):
    """Settings of the variant; each has a safe default."""

    engine: EngineName = Field(default="aurora-mysql", description="Engine of the database.")
    vpc: stacks.shared_vpc.SharedVpcSettings = Field(
        default_factory=stacks.shared_vpc.SharedVpcSettings, description="The network."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from common.proxy_problems(self.engine, self.regions)
        zones = self.vpc.availability_zone_ids
        yield from zones_outside_regions(zones, self.regions, "vpc.availability_zone_ids")

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        yield from common.proxy_warnings(self.engine, self.regions)


class Inputs(stacks.shared_vpc.Inputs):
    db_account_id: AccountId = Field(
        description="Account of the database, in the same organization, with which the subnets are "
        "shared."
    )


class Outputs(Ports):
    app_account_id: AccountId = Field(description="Account of the function.")
    shared_vpc_id: VpcId = Field(description="VPC of the function.")
    shared_subnet_ids: SubnetIds = Field(description="Shared subnets of the function's network.")
    availability_zone_ids: ZoneIds = Field(description="Zones of the subnets, by ID.")
    function_security_group_id: GroupIdElsewhere = Field(description="Group of the function.")
    function_role_arn: RoleArn = Field(description="Role of the function.")
    function_role_name: RoleName = Field(description="Name of that role, without its path.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """All that the database's account must know of, before there is a function."""
    vpc = nest(
        "VPCStack",
        stacks.shared_vpc,
        config.vpc.with_context(stacks.shared_vpc.Config, port=ENGINES[config.engine].port),
        inputs,
    )
    endpoints = interface_endpoints(
        vpc.outputs.vpc_id, vpc.outputs.subnet_ids, (SPOKEN_TO[config.login],)
    )
    function = nest(
        "FunctionRoleStack",
        stacks.function_role,
        stacks.function_role.Config(),
        stacks.function_role.Inputs(
            function_security_group_id=vpc.outputs.function_security_group_id,
            endpoint_security_group_id=endpoints.outputs.endpoint_security_group_id,
        ),
    )
    return Stack(
        children=[vpc, endpoints, function],
        outputs=Outputs(
            app_account_id=AccountId(ACCOUNT_ID),
            shared_vpc_id=vpc.outputs.vpc_id,
            shared_subnet_ids=vpc.outputs.subnet_ids,
            availability_zone_ids=vpc.outputs.availability_zone_ids,
            function_security_group_id=GroupIdElsewhere(vpc.outputs.function_security_group_id),
            function_role_arn=function.outputs.function_role_arn,
            function_role_name=function.outputs.function_role_name,
        ),
        parameters={**config.vpc.attributes(), "db_account_id": ACCOUNT},
    )
