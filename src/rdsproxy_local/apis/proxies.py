"""DB proxies as strict as RDS's, and ModifyDBProxy, which moto lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.rds.exceptions import (
    DBProxyNotFoundFault,
    InvalidParameterCombination,
    InvalidParameterValue,
)
from moto.rds.models import DBProxy, RDSBackend
from moto.rds.responses import RDSResponse

from ..data_plane.proxy_health import status_of
from .proxy_authentication import PASSWORD_TYPES, Authentication
from .proxy_quotas import require_free_name
from .rds_network import proxied_subnets, require_groups, require_ip_versions
from .surround import surround


def install() -> None:
    surround(RDSResponse, "create_db_proxy", _create)
    surround(RDSResponse, "delete_db_proxy", _delete)
    added: Any = RDSResponse
    added.modify_db_proxy = _modify
    shown: Any = DBProxy
    # moto sets it once, and never again.
    shown.status = property(status_of, lambda _proxy, _status: None)


def known_proxy(backend: RDSBackend, name: str) -> DBProxy:
    """The proxy of that name; RDS's error where moto has a KeyError."""
    if name not in backend.db_proxies:
        raise DBProxyNotFoundFault(name)
    return backend.db_proxies[name]


def _create(create: Callable[..., ActionResult], response: RDSResponse) -> ActionResult:
    backend, given = response.backend, response.params
    given.setdefault("Auth", [])
    require_free_name(backend, given["DBProxyName"])
    if given["EngineFamily"] not in PASSWORD_TYPES:
        raise InvalidParameterValue("Provided EngineFamily is not valid.")
    _authentication(given["EngineFamily"], given, {}).require_valid(backend)
    subnets = proxied_subnets(backend, given["VpcSubnetIds"])
    endpoint = given.get("EndpointNetworkType", "IPV4")
    targets = given.get("TargetConnectionNetworkType", "IPV4")
    require_ip_versions(subnets, endpoint, targets)
    if endpoint == "IPV6" and targets == "IPV4":
        raise InvalidParameterCombination("An IPv6-only endpoint needs targets for IPv6.")
    given["VpcSubnetIds"] = [subnet.id for subnet in subnets]
    vpc_id = subnets[0].vpc_id
    require_groups(backend, vpc_id, given.get("VpcSecurityGroupIds"))
    answer = create(response)
    proxy: Any = backend.db_proxies[given["DBProxyName"]]
    proxy.require_tls = given.get("RequireTLS", False)
    proxy.default_auth_scheme = given.get("DefaultAuthScheme", "NONE")
    proxy.endpoint_network_type, proxy.target_connection_network_type = endpoint, targets
    return answer


def _modify(response: RDSResponse) -> ActionResult:
    backend, given = response.backend, response.params
    proxy: Any = known_proxy(backend, given["DBProxyName"])
    if "NewDBProxyName" in given:
        raise InvalidParameterValue("The local cloud cannot rename a proxy.")
    before = {
        "Auth": proxy.auth,
        "DefaultAuthScheme": proxy.default_auth_scheme,
        "RequireTLS": proxy.require_tls,
        "RoleArn": proxy.role_arn,
    }
    authentication = _authentication(proxy.engine_family, given, before)
    authentication.require_valid(backend)
    require_groups(backend, proxy.vpc_id, given.get("SecurityGroups"))
    proxy.auth = authentication.auth
    proxy.default_auth_scheme = authentication.default_scheme
    proxy.require_tls = authentication.require_tls
    proxy.role_arn = authentication.role_arn
    proxy.idle_client_timeout = given.get("IdleClientTimeout", proxy.idle_client_timeout)
    proxy.debug_logging = given.get("DebugLogging", proxy.debug_logging)
    proxy.vpc_security_group_ids = given.get("SecurityGroups", proxy.vpc_security_group_ids)
    proxy.updated_date = utcnow()
    return ActionResult({"DBProxy": proxy})


def _delete(delete: Callable[..., ActionResult], response: RDSResponse) -> ActionResult:
    known_proxy(response.backend, response.params["DBProxyName"])
    return delete(response)


def _authentication(
    engine_family: str, given: Mapping[str, Any], before: Mapping[str, Any]
) -> Authentication:
    """The authentication that results from a proxy's settings."""

    def setting(name: str, default: Any) -> Any:
        return given.get(name, before.get(name, default))

    return Authentication(
        engine_family=engine_family,
        role_arn=setting("RoleArn", ""),
        auth=setting("Auth", []),
        default_scheme=setting("DefaultAuthScheme", "NONE"),
        require_tls=setting("RequireTLS", default=False),
    )
