"""Outputs of the service, wherever its network comes from."""

from __future__ import annotations

from pydantic import Field

from ..aws.kinds import Command, FunctionArns, Hostname, Hostnames, SecurityGroupId, Url, Urls
from ..errors import Problem, WiringError
from ..model import Ports
from ..resources.port_groups import DataTierOutputs


class ServiceOutputs(Ports):
    api_endpoint: Url | None = Field(
        default=None, description="Address of the HTTP API in front of the functions."
    )
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    get_secret_value_by_cli: Command | None = Field(
        default=None,
        description="Prints the master user's secret; needs the AWS CLI and the right to read it.",
    )
    rds_proxy_read_only_endpoint: Hostname | None = Field(
        default=None, description="Host whose connections go to readers, and may not write."
    )
    rds_proxy_endpoint_hosts: Hostnames | None = Field(
        default=None, description="Hosts of `rds.proxy.endpoints`, in their order."
    )
    db_cluster_endpoint: Hostname = Field(
        description="Host of the database's writer itself, for administration."
    )
    data: DataTierOutputs = Field(description="The database and its proxy.")
    function_security_group_id: SecurityGroupId = Field(
        description="ID of the function's security group."
    )
    function_arns: FunctionArns = Field(description="ARNs of the functions, in their order.")
    queue_urls: Urls | None = Field(
        default=None,
        description="With `functions`: URLs of the queues, in the order of their functions.",
    )

    @property
    def api_url(self) -> Url:
        """Address of the API; raises :class:`WiringError` where no function has a route."""
        if self.api_endpoint is None:
            sentence = "offers no api_endpoint: no function has a route"
            raise WiringError([Problem("service_outputs.ServiceOutputs", sentence)])
        return self.api_endpoint
