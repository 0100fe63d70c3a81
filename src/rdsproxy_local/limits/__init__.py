"""Refusals that AWS's services make and CloudFormation's schemas do not know, a module for each.

A check is a function of a resource's place and properties that yields a sentence for each reason
for which its service would refuse it. All are asked before a resource is made or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ..cloudformation.failure import Failure
from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from . import (
    alarms,
    buckets,
    clusters,
    computers,
    dashboards,
    database_groups,
    databases,
    deployments,
    destinations,
    distributions,
    endpoints,
    event_filters,
    flow_logs,
    functions,
    http_apis,
    integrations,
    interfaces,
    key_policies,
    keys,
    log_groups,
    networks,
    parameters,
    permissions,
    prefix_lists,
    proxies,
    queues,
    quotas,
    rest_apis,
    roles,
    rotation,
    scaling,
    schedules,
    secrets,
    tables,
    tags,
    topics,
    web_acls,
)
from .api_quotas import quota_problems
from .check import Check
from .extensions import extension_problems
from .taken import taken_problems

MODULES: Final = (
    alarms,
    buckets,
    clusters,
    computers,
    dashboards,
    database_groups,
    databases,
    deployments,
    destinations,
    distributions,
    endpoints,
    event_filters,
    flow_logs,
    functions,
    http_apis,
    integrations,
    key_policies,
    log_groups,
    networks,
    parameters,
    permissions,
    prefix_lists,
    proxies,
    queues,
    quotas,
    rest_apis,
    roles,
    rotation,
    scaling,
    schedules,
    secrets,
    tables,
    topics,
    web_acls,
)
CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    name: tuple(check for module in MODULES for check in module.CHECKS.get(name, ()))
    for name in sorted({name for module in MODULES for name in module.CHECKS})
}
"""The checks of each type, beside those of all types."""


def held(known: ResourceType) -> ResourceType:
    """The resource type, which asks the checks before it creates or updates."""

    def create(context: Context, properties: Properties) -> Made:
        _require(known.name, context, properties.given, is_new=True)
        return known.create(context, properties)

    def update(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
        assert known.update is not None
        if properties.given != deployed.properties:
            _require(known.name, context, properties.given)
        return known.update(context, deployed, properties)

    return replace(known, create=create, update=update if known.update else None)


def _require(
    type_name: str, context: Context, given: Mapping[str, Any], *, is_new: bool = False
) -> None:
    taken = (
        *(taken_problems(type_name, context, given) if is_new else ()),
        *(quota_problems(type_name, context, given) if is_new else ()),
        *(quotas.account_problems(type_name, context) if is_new else ()),
    )
    if problems := list(dict.fromkeys((*_problems(type_name, context, given), *taken))):
        service = type_name.split("::")[1]
        named = service.capitalize() if service.isupper() else service
        raise Failure(
            f'Resource handler returned message: "{"; ".join(problems)} '
            f'(Service: {named}, Status Code: 400)"'
        )


def _problems(type_name: str, context: Context, given: Mapping[str, Any]) -> Iterator[str]:
    yield from tags.problems(type_name, given)
    yield from interfaces.problems(given)
    yield from extension_problems(type_name, context, given)
    for check in CHECKS.get(type_name, ()):
        yield from check(context, given)
    yield from keys.problems(type_name, context, given)
