"""RDS's API of DB proxy endpoints, which moto lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random
from moto.rds.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    RDSClientError,
)
from moto.rds.models import DBProxy, RDSBackend, RDSBaseModel
from moto.rds.responses import RDSResponse

from .proxies import known_proxy
from .proxy_quotas import require_room_for_endpoint
from .rds_network import proxied_subnets, require_groups, require_ip_versions
from .surround import surround

READ_ONLY: Final = "READ_ONLY"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-endpoints.html
ONLY_AURORA: Final = "READ_ONLY endpoints are supported only for proxies of Aurora DB clusters."


class DBProxyEndpoint(RDSBaseModel):
    """An endpoint of a proxy; its attributes have the names of the API's answer, in moto's way."""

    resource_type = "db-proxy-endpoint"

    def __init__(self, backend: RDSBackend, proxy: DBProxy, name: str) -> None:
        super().__init__(backend)
        self.unique_id = f"prx-endpoint-{mock_random.get_random_string(17, lower_case=True)}"
        place = mock_random.get_random_string(12, lower_case=True)
        self.db_proxy_endpoint_name = name
        self.db_proxy_name = proxy.db_proxy_name
        self.endpoint = f"{name}.endpoint.proxy-{place}.{self.region}.rds.amazonaws.com"
        self.status = "available"
        self.created_date = utcnow()
        self.is_default = False
        self.vpc_id = ""
        self.vpc_subnet_ids: list[str] = []
        self.vpc_security_group_ids: list[str] = []
        self.target_role = "READ_WRITE"
        self.endpoint_network_type = "IPV4"

    def placed(self, subnet_ids: list[str], group_ids: list[str] | None) -> Self:
        """In these subnets, which may be another account's, shared with this one."""
        subnets = proxied_subnets(self.backend, subnet_ids)
        require_ip_versions(subnets, self.endpoint_network_type)
        self.vpc_id = subnets[0].vpc_id
        require_groups(self.backend, self.vpc_id, group_ids)
        self.vpc_subnet_ids = [subnet.id for subnet in subnets]
        self.vpc_security_group_ids = group_ids or self._default_group()
        return self

    @property
    def resource_id(self) -> str:
        return self.unique_id

    @property
    def db_proxy_endpoint_arn(self) -> str:
        return self.arn

    def _default_group(self) -> list[str]:
        ec2 = ec2_backends[self.account_id][self.region]
        group = ec2.get_default_security_group(self.vpc_id)
        return [group.id] if group else []


def install() -> None:
    surround(RDSBackend, "__init__", _with_endpoints)
    surround(RDSBackend, "_get_resource_for_tagging", _tagged)
    surround(RDSBackend, "delete_db_proxy", _delete_with_endpoints)
    added: Any = RDSResponse
    added.create_db_proxy_endpoint = _create
    added.describe_db_proxy_endpoints = _describe
    added.modify_db_proxy_endpoint = _modify
    added.delete_db_proxy_endpoint = _delete


def _with_endpoints(make: Callable[..., None], backend: Any, *arguments: Any, **named: Any) -> None:
    make(backend, *arguments, **named)
    backend.db_proxy_endpoints = {}


def _endpoints(backend: Any) -> dict[str, DBProxyEndpoint]:
    endpoints: dict[str, DBProxyEndpoint] = backend.db_proxy_endpoints
    return endpoints


def _known(backend: RDSBackend, name: str) -> DBProxyEndpoint:
    if name not in _endpoints(backend):
        raise RDSClientError("DBProxyEndpointNotFoundFault", f"DB proxy endpoint {name} not found.")
    return _endpoints(backend)[name]


def _create(response: RDSResponse) -> ActionResult:
    backend, given = response.backend, response.params
    name = given["DBProxyEndpointName"]
    proxy = known_proxy(backend, given["DBProxyName"])
    _require_free(backend, name)
    require_room_for_endpoint(_endpoints(backend).values(), proxy.db_proxy_name)
    endpoint = DBProxyEndpoint(backend, proxy, name)
    endpoint.target_role = given.get("TargetRole", endpoint.target_role)
    if endpoint.target_role not in ("READ_WRITE", READ_ONLY):
        raise InvalidParameterValue(f"TargetRole {endpoint.target_role} is not valid")
    if endpoint.target_role == READ_ONLY and instances_behind(proxy):
        raise InvalidParameterCombination(ONLY_AURORA)
    endpoint.endpoint_network_type = given.get("EndpointNetworkType", "IPV4")
    endpoint.tags = given.get("Tags", [])
    endpoint.placed(given["VpcSubnetIds"], given.get("VpcSecurityGroupIds"))
    _endpoints(backend)[name] = endpoint
    return ActionResult({"DBProxyEndpoint": endpoint})


def _describe(response: RDSResponse) -> ActionResult:
    backend, given = response.backend, response.params
    name, proxy_name = given.get("DBProxyEndpointName"), given.get("DBProxyName")
    if proxy_name:
        known_proxy(backend, proxy_name)
    found = [_known(backend, name)] if name else list(_endpoints(backend).values())
    wanted = [one for one in found if proxy_name in (None, one.db_proxy_name)]
    return ActionResult({"DBProxyEndpoints": wanted})


def _modify(response: RDSResponse) -> ActionResult:
    backend, given = response.backend, response.params
    endpoint = _known(backend, given["DBProxyEndpointName"])
    name = given.get("NewDBProxyEndpointName", endpoint.db_proxy_endpoint_name)
    groups = given.get("VpcSecurityGroupIds", endpoint.vpc_security_group_ids)
    if name != endpoint.db_proxy_endpoint_name:
        _require_free(backend, name)
    require_groups(backend, endpoint.vpc_id, groups)
    del _endpoints(backend)[endpoint.db_proxy_endpoint_name]
    _endpoints(backend)[name] = endpoint
    endpoint.db_proxy_endpoint_name = name
    endpoint.vpc_security_group_ids = groups
    return ActionResult({"DBProxyEndpoint": endpoint})


def _delete(response: RDSResponse) -> ActionResult:
    endpoint = _known(response.backend, response.params["DBProxyEndpointName"])
    del _endpoints(response.backend)[endpoint.db_proxy_endpoint_name]
    endpoint.status = "deleting"
    return ActionResult({"DBProxyEndpoint": endpoint})


def _require_free(backend: RDSBackend, name: str) -> None:
    if name.lower() in {other.lower() for other in _endpoints(backend)}:
        raise RDSClientError(
            "DBProxyEndpointAlreadyExistsFault",
            f"Cannot create the DB proxy endpoint {name} because it already exists.",
        )


def _delete_with_endpoints(
    delete: Callable[..., DBProxy], backend: RDSBackend, proxy_name: str
) -> DBProxy:
    deleted = delete(backend, proxy_name)
    for name, endpoint in list(_endpoints(backend).items()):
        if endpoint.db_proxy_name == proxy_name:
            del _endpoints(backend)[name]
    return deleted


def has_readers(backend: RDSBackend, proxy: DBProxy) -> bool:
    """True if an endpoint of the proxy is for reading only."""
    return any(
        one.target_role == READ_ONLY and one.db_proxy_name == proxy.db_proxy_name
        for one in _endpoints(backend).values()
    )


def instances_behind(proxy: DBProxy) -> list[str]:
    """The targets of the proxy that are instances of RDS, and not of a cluster."""
    groups = proxy.proxy_target_groups.values()
    targets = [target for group in groups for target in group.targets]
    return [one.rds_resource_id for one in targets if one.type == "RDS_INSTANCE"]


def _tagged(find: Callable[..., Any], backend: RDSBackend, arn: str) -> Any:
    """The tagged resource *arn*, also where moto does not look: endpoints and target groups."""
    groups = [
        group
        for proxy in [*backend.db_proxies.values()]
        for group in [*proxy.proxy_target_groups.values()]
    ]
    others = [*_endpoints(backend).values(), *groups]
    return next((one for one in others if one.arn == arn), None) or find(backend, arn)
