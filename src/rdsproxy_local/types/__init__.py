"""The resource types that the local cloud knows, a module for each service."""

from __future__ import annotations

from typing import Final

from ..cloudformation.resource import ResourceType
from ..limits import held
from . import (
    alarms,
    api_keys,
    buckets,
    cloudformation,
    custom,
    database_groups,
    databases,
    deployments,
    distributions,
    event_sources,
    function_versions,
    functions,
    gateways,
    http_apis,
    http_parts,
    identity,
    ip_sets,
    keys,
    logs,
    machines,
    network,
    option_groups,
    policies,
    proxies,
    queues,
    ram,
    rest_apis,
    rest_stages,
    scaling,
    schedules,
    secret_uses,
    secrets,
    security_groups,
    ssm,
    stack_sets,
    tables,
    topics,
    vpc_endpoints,
    web_acls,
)

CUSTOM: Final = "AWS::CloudFormation::CustomResource"
TYPES: Final[dict[str, ResourceType]] = {
    known.name: known if known.name == CUSTOM else held(known)
    for module in (
        alarms,
        api_keys,
        buckets,
        cloudformation,
        custom,
        database_groups,
        databases,
        deployments,
        distributions,
        event_sources,
        function_versions,
        functions,
        gateways,
        http_apis,
        http_parts,
        identity,
        ip_sets,
        keys,
        logs,
        machines,
        network,
        option_groups,
        policies,
        proxies,
        queues,
        ram,
        rest_apis,
        rest_stages,
        scaling,
        schedules,
        secret_uses,
        secrets,
        security_groups,
        ssm,
        stack_sets,
        tables,
        topics,
        vpc_endpoints,
        web_acls,
    )
    for known in module.TYPES
}


def find(type_name: str) -> ResourceType | None:
    """The resource type of a name; all that begin with ``Custom::`` are one."""
    return TYPES.get(CUSTOM if is_custom(type_name) else type_name)


def is_custom(type_name: str) -> bool:
    """True if a function named by the template makes resources of this type."""
    return type_name == CUSTOM or type_name.startswith("Custom::")
