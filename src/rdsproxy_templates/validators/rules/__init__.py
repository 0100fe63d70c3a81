"""Our own rules: what no other validator finds, each judged by a pure function.

A rule of the graph reads the flat form of a bundle; a resource whose ``Metadata`` accepts the
rule by its id may break it. A rule of the bundle reads the templates as they are nested.
"""

from __future__ import annotations

from typing import Any, Final

from ...rendering import Bundle
from ..graph import Graph
from ..rule import FileViolation, Rule, Violation
from . import (
    api,
    database,
    endpoint,
    function,
    ip_version,
    login,
    monitoring,
    network,
    permission,
    proxy,
    route,
    secret,
    size,
    target,
    traffic,
    vpc,
    wiring,
)

GRAPH_RULES: Final[tuple[Rule[Graph, Violation], ...]] = (
    proxy.name,
    proxy.engine_family,
    target.one_target,
    target.waits_for_instances,
    target.waits_for_database,
    target.tls_to_database,
    target.idle_above_max,
    proxy.network_type,
    proxy.logins,
    target.reader_endpoint,
    proxy.secret_readable,
    proxy.security_group,
    secret.readable,
    secret.password_characters,
    secret.managed_and_given,
    database.version,
    database.instance_class,
    database.names,
    database.capacity,
    database.public,
    monitoring.insights,
    monitoring.logs,
    network.subnets,
    network.two_zones,
    network.kinds,
    vpc.one_vpc,
    vpc.dns,
    route.public_route,
    route.attached_gateway,
    endpoint.private_dns,
    endpoint.endpoint_type,
    endpoint.region,
    endpoint.session_manager,
    ip_version.ipv6_subnets,
    traffic.port,
    traffic.hops,
    traffic.both_ends,
    traffic.open_to_the_world,
    traffic.unlimited_egress,
    permission.connects,
    login.somebody,
    login.end_to_end,
    login.secrets_manager,
    api.path,
    api.timeout,
    api.key_or_firewall,
    function.no_secret_in_environment,
)
BUNDLE_RULES: Final[tuple[Rule[Bundle, FileViolation], ...]] = (
    wiring.connected,
    size.templates_fit,
    size.values_fit,
)
RULES: Final[tuple[Rule[Any, Any], ...]] = (*GRAPH_RULES, *BUNDLE_RULES)
