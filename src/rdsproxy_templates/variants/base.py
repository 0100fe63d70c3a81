"""HTTP API -> Lambda -> RDS Proxy -> database, in a VPC without internet access."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from .. import stacks
from ..aws.engines import ENGINES
from ..errors import Problem
from ..model import Child, ParameterAttributes, Stack, nest
from ..resources.port_groups import DatabaseNames, VpcRanges
from ..resources.zones import zones_outside_regions
from . import common
from .service_outputs import ServiceOutputs
from .service_stacks import Service, ServiceSettings, service_in

Database = common.Database


class Config(ServiceSettings):
    """The settings of ``existing_vpc``, and those of the network around it."""

    vpc: stacks.vpc.VpcSettings = Field(
        default_factory=stacks.vpc.VpcSettings, description="The network."
    )

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        yield from zones_outside_regions(self.vpc.availability_zones, self.regions)
        for problem in self.rds.proxy.ipv6_problems():
            yield problem.within("rds.proxy")


class Inputs(DatabaseNames, VpcRanges):
    """Address ranges of the network, and names in the database."""


Outputs = ServiceOutputs


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """A network of its own, and the service inside it."""
    whole = service(config, inputs)
    return Stack(
        children=whole.children,
        outputs=whole.outputs,
        parameters=parameter_attributes(config),
    )


def service(config: Config, inputs: Inputs) -> Service:
    """The stacks of ``base``, for a variant that has more beside them."""
    vpc = network(config, inputs)
    inside = service_in(config, inputs, vpc.outputs)
    return replace(inside, children=[vpc, *inside.children])


def network(
    config: Config, ranges: VpcRanges, *, expose_network: bool = False
) -> Child[stacks.vpc.Outputs]:
    """``VPCStack``, with the groups of function, proxy and cluster."""
    known = {
        "port": ENGINES[config.rds.engine].port,
        "database_port": config.rds.network.port,
        "expose_network": expose_network,
    }
    return nest("VPCStack", stacks.vpc, config.vpc.with_context(stacks.vpc.Config, **known), ranges)


def parameter_attributes(config: Config) -> dict[str, ParameterAttributes]:
    """Defaults and patterns of the root's parameters."""
    return {
        **config.vpc.attributes(),
        **config.database.attributes(ENGINES[config.rds.engine]),
    }
