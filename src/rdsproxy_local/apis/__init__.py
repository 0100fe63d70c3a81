"""APIs that moto lacks, a module for each; each module's ``install`` adds its own to moto."""

from __future__ import annotations

from . import (
    apigateway,
    apigatewayv2,
    bucket_policies,
    cloudfront,
    databases,
    event_sources,
    flow_logs,
    functions,
    instance_connect,
    instances,
    interfaces,
    networks,
    option_groups,
    parameter_groups,
    policies,
    proxies,
    proxy_endpoints,
    proxy_targets,
    queues,
    resource_shares,
    routes,
    schedules,
    security_groups,
    shared_subnets,
    subnet_groups,
    topics,
    vpc_endpoints,
    wafv2,
)


def install() -> None:
    """Add all of them, once a process."""
    for module in (
        apigateway,
        apigatewayv2,
        bucket_policies,
        cloudfront,
        databases,
        event_sources,
        flow_logs,
        functions,
        instance_connect,
        instances,
        interfaces,
        networks,
        option_groups,
        parameter_groups,
        policies,
        proxies,
        proxy_endpoints,
        proxy_targets,
        queues,
        resource_shares,
        routes,
        schedules,
        security_groups,
        shared_subnets,
        subnet_groups,
        topics,
        vpc_endpoints,
        wafv2,
    ):
        module.install()
