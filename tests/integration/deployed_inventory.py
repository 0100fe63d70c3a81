"""Everything that an account has in the services that the variants use."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from rdsproxy_local.local_cloud import Account

LISTS: Final = (
    ("apigateway", "get_api_keys", "items", "id"),
    ("apigateway", "get_rest_apis", "items", "id"),
    ("apigateway", "get_usage_plans", "items", "id"),
    ("apigatewayv2", "get_apis", "Items", "ApiId"),
    ("cloudformation", "describe_stacks", "Stacks", "StackId"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    (
        "ec2",
        "describe_instance_connect_endpoints",
        "InstanceConnectEndpoints",
        "InstanceConnectEndpointId",
    ),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_volumes", "Volumes", "VolumeId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_layers", "Layers", "LayerName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("rds", "describe_db_clusters", "DBClusters", "DBClusterIdentifier"),
    ("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier"),
    ("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
    ("rds", "describe_db_proxies", "DBProxies", "DBProxyName"),
    ("rds", "describe_db_proxy_endpoints", "DBProxyEndpoints", "DBProxyEndpointName"),
    ("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier"),
    ("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)
OF_AWS: Final = ("/aws/service/", "/aws/rds/", "default.")
"""Prefixes of parameters, parameter groups and log groups that AWS itself owns; moto lists the
former once they were used, and RDS creates the latter and leaves them."""
SNAPSHOTS: Final = {"DBClusterSnapshots", "DBSnapshots"}


def inventory(account: Account) -> dict[str, set[str]]:
    """The names or IDs of all resources, by kind; a kind without resources is left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for service, operation, answer, name in LISTS:
        listed = _listed(account.client(service), operation, answer, name)
        found[answer] |= {one for one in listed if not one.startswith(OF_AWS)}
    return {kind: names for kind, names in found.items() if names}


def _listed(client: Any, operation: str, answer: str, name: str) -> set[str]:
    if not client.can_paginate(operation):
        return {str(record[name]) for record in getattr(client, operation)()[answer]}
    return {
        str(record[name])
        for page in client.get_paginator(operation).paginate()
        for record in page[answer]
        # EC2 goes on showing endpoints for a while after they are deleted.
        if record.get("State") != "deleted"
    }
