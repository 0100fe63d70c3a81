"""Orders: another team's network, and the service of this library inside it."""

from __future__ import annotations

import network

from rdsproxy_templates import Field, Ports, Settings, Stack, kinds, nest, variants


class Config(Settings):
    net: network.Config = Field(default_factory=network.Config, description="Our network.")
    data: variants.existing_vpc.Config = Field(
        default=variants.existing_vpc.Config(), description="The service in it."
    )


class Inputs(Ports): ...


class Outputs(Ports):
    orders_url: kinds.Url = Field(description="Address of the orders API.")


def build(config: Config, inputs: Inputs) -> Stack[Outputs]:
    """The network's outputs are the service's inputs; the names are ours."""
    net = nest("Network", network, config.net, network.Inputs())
    data = nest(
        "Data",
        variants.existing_vpc,
        config.data,
        variants.existing_vpc.Inputs(
            rds_master_username=kinds.DatabaseUser("orders"),
            rds_database_name=kinds.DatabaseName("orders"),
            private_subnet1_id=net.outputs.subnet_a,
            private_subnet2_id=net.outputs.subnet_b,
            function_security_group_id=net.outputs.clients,
            rds_proxy_security_group_id=net.outputs.proxy,
            db_cluster_security_group_id=net.outputs.database,
        ),
    )
    return Stack(children=[net, data], outputs=Outputs(orders_url=data.outputs.api_url))
