"""The look-up of each resource type in its service, by physical ID."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import jmespath
from deployed_users import database_tables, database_user

from rdsproxy_local.local_cloud import Account

Shown = Mapping[str, Any]


class LookUp(NamedTuple):
    """An operation that shows one resource.

    Its parameters may name the physical ID, ``{id}``, and properties, ``{RestApiId}``.
    """

    service: str
    operation: str
    parameters: Mapping[str, str]
    answer: str | None = None
    """The place of the resource in the answer; a list there must hold nothing else."""

    def find(self, account: Account, physical_id: str, properties: Mapping[str, Any]) -> Shown:
        client = account.client(self.service)
        shape = client.meta.service_model.operation_model(
            client.meta.method_to_api_mapping[self.operation]
        ).input_shape
        texts = {
            name: text.format(id=physical_id, **properties)
            for name, text in self.parameters.items()
        }
        given = {
            name: [text] if shape.members[name].type_name == "list" else text
            for name, text in texts.items()
        }
        answer = getattr(client, self.operation)(**given)
        found = answer[self.answer] if self.answer else answer
        if isinstance(found, list):
            (found,) = found
        record: Shown = found
        return record


def _association(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    (table,) = account.client("ec2").describe_route_tables(
        Filters=[{"Name": "association.route-table-association-id", "Values": [physical_id]}]
    )["RouteTables"]
    return _named("RouteTableAssociationId", physical_id, table["Associations"])


def _instance(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    found = account.client("ec2").describe_instances(InstanceIds=[physical_id])["Reservations"]
    instance: Shown = found[0]["Instances"][0]
    profile = instance.get("IamInstanceProfile", {"Arn": ""})["Arn"]
    return {
        **instance,
        "IamInstanceProfile": profile.rpartition("/")[2],
        "BlockDeviceMappings": [
            _device(account, device) for device in instance["BlockDeviceMappings"]
        ],
    }


def _device(account: Account, device: Shown) -> Shown:
    """A device with the volume that it is."""
    found = account.client("ec2").describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])
    volume = found["Volumes"][0]
    return {
        "DeviceName": device["DeviceName"],
        "Ebs": {
            "DeleteOnTermination": device["Ebs"]["DeleteOnTermination"],
            "Encrypted": volume["Encrypted"],
            "VolumeSize": volume["Size"],
            "VolumeType": volume["VolumeType"],
        },
    }


def _layer(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    """A layer with its name, and without its code, of which only a hash is shown."""
    layer, number = physical_id.rsplit(":", 1)
    version = account.client("lambda").get_layer_version(LayerName=layer, VersionNumber=int(number))
    name = {"LayerName": version["LayerArn"].rpartition(":")[2]}
    return name | {key: value for key, value in version.items() if key != "Content"}


def _log_group(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    answer = account.client("logs").describe_log_groups(logGroupNamePrefix=physical_id)
    return _named("logGroupName", physical_id, answer["logGroups"])


def _permission(account: Account, physical_id: str, properties: Mapping[str, Any]) -> Shown:
    answer = account.client("lambda").get_policy(FunctionName=properties["FunctionName"])
    statement = _named("Sid", physical_id, json.loads(answer["Policy"])["Statement"])
    return {**statement, "Resource": statement["Resource"].rpartition(":")[2]}


def _role_policy(account: Account, physical_id: str, properties: Mapping[str, Any]) -> Shown:
    policy: Shown = account.client("iam").get_role_policy(
        RoleName=properties.get("RoleName") or properties["Roles"][0],
        PolicyName=properties["PolicyName"],
    )
    return policy


def _shares(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    answer = account.client("ram").get_resource_shares(
        resourceOwner="SELF", resourceShareArns=[physical_id]
    )
    share: Shown = answer["resourceShares"][0]
    return share


def _vpc(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    ec2 = account.client("ec2")
    (vpc,) = ec2.describe_vpcs(VpcIds=[physical_id])["Vpcs"]
    hostnames = ec2.describe_vpc_attribute(VpcId=physical_id, Attribute="enableDnsHostnames")
    support = ec2.describe_vpc_attribute(VpcId=physical_id, Attribute="enableDnsSupport")
    return {
        **vpc,
        "EnableDnsHostnames": hostnames["EnableDnsHostnames"]["Value"],
        "EnableDnsSupport": support["EnableDnsSupport"]["Value"],
    }


def _ip_set(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    ip_set: Shown = account.client("wafv2").get_ip_set(**_in_waf(physical_id))["IPSet"]
    return ip_set


def _web_acl(account: Account, physical_id: str, _: Mapping[str, Any]) -> Shown:
    web_acl: Shown = account.client("wafv2").get_web_acl(**_in_waf(physical_id))["WebACL"]
    return web_acl


def _in_waf(physical_id: str) -> dict[str, str]:
    """The names by which WAF's API identifies one of its resources."""
    return dict(zip(("Name", "Id", "Scope"), physical_id.split("|"), strict=True))


def _named(key: str, name: str, records: list[Shown]) -> Shown:
    (found,) = [record for record in records if record[key] == name]
    return found


_Find = Callable[[Account, str, Mapping[str, Any]], Shown]

LOOK_UPS: Final[Mapping[str, LookUp | _Find]] = {
    "AWS::ApiGateway::ApiKey": LookUp("apigateway", "get_api_key", {"apiKey": "{id}"}),
    "AWS::ApiGateway::Deployment": LookUp(
        "apigateway", "get_deployment", {"restApiId": "{RestApiId}", "deploymentId": "{id}"}
    ),
    "AWS::ApiGateway::RestApi": LookUp("apigateway", "get_rest_api", {"restApiId": "{id}"}),
    "AWS::ApiGateway::Stage": LookUp(
        "apigateway", "get_stage", {"restApiId": "{RestApiId}", "stageName": "{id}"}
    ),
    "AWS::ApiGateway::UsagePlan": LookUp("apigateway", "get_usage_plan", {"usagePlanId": "{id}"}),
    "AWS::ApiGateway::UsagePlanKey": LookUp(
        "apigateway", "get_usage_plan_key", {"usagePlanId": "{UsagePlanId}", "keyId": "{KeyId}"}
    ),
    "AWS::ApiGatewayV2::Api": LookUp("apigatewayv2", "get_api", {"ApiId": "{id}"}),
    "AWS::ApiGatewayV2::Stage": LookUp(
        "apigatewayv2", "get_stage", {"ApiId": "{ApiId}", "StageName": "{id}"}
    ),
    "AWS::CloudFront::Distribution": LookUp(
        "cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution"
    ),
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::InstanceConnectEndpoint": LookUp(
        "ec2",
        "describe_instance_connect_endpoints",
        {"InstanceConnectEndpointIds": "{id}"},
        "InstanceConnectEndpoints",
    ),
    "AWS::EC2::RouteTable": LookUp(
        "ec2", "describe_route_tables", {"RouteTableIds": "{id}"}, "RouteTables"
    ),
    "AWS::EC2::SecurityGroup": LookUp(
        "ec2", "describe_security_groups", {"GroupIds": "{id}"}, "SecurityGroups"
    ),
    "AWS::EC2::SecurityGroupEgress": LookUp(
        "ec2",
        "describe_security_group_rules",
        {"SecurityGroupRuleIds": "{id}"},
        "SecurityGroupRules",
    ),
    "AWS::EC2::SecurityGroupIngress": LookUp(
        "ec2",
        "describe_security_group_rules",
        {"SecurityGroupRuleIds": "{id}"},
        "SecurityGroupRules",
    ),
    "AWS::EC2::Subnet": LookUp("ec2", "describe_subnets", {"SubnetIds": "{id}"}, "Subnets"),
    "AWS::EC2::SubnetRouteTableAssociation": _association,
    "AWS::EC2::VPC": _vpc,
    "AWS::EC2::VPCEndpoint": LookUp(
        "ec2", "describe_vpc_endpoints", {"VpcEndpointIds": "{id}"}, "VpcEndpoints"
    ),
    "AWS::IAM::InstanceProfile": LookUp(
        "iam", "get_instance_profile", {"InstanceProfileName": "{id}"}, "InstanceProfile"
    ),
    "AWS::IAM::ManagedPolicy": LookUp("iam", "get_policy", {"PolicyArn": "{id}"}, "Policy"),
    "AWS::IAM::Policy": _role_policy,
    "AWS::IAM::Role": LookUp("iam", "get_role", {"RoleName": "{id}"}, "Role"),
    "AWS::IAM::RolePolicy": _role_policy,
    "AWS::Lambda::Function": LookUp(
        "lambda", "get_function_configuration", {"FunctionName": "{id}"}
    ),
    "AWS::Lambda::LayerVersion": _layer,
    "AWS::Lambda::Permission": _permission,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::RAM::ResourceShare": _shares,
    "AWS::RDS::DBCluster": LookUp(
        "rds", "describe_db_clusters", {"DBClusterIdentifier": "{id}"}, "DBClusters"
    ),
    "AWS::RDS::DBClusterParameterGroup": LookUp(
        "rds",
        "describe_db_cluster_parameter_groups",
        {"DBClusterParameterGroupName": "{id}"},
        "DBClusterParameterGroups",
    ),
    "AWS::RDS::DBInstance": LookUp(
        "rds", "describe_db_instances", {"DBInstanceIdentifier": "{id}"}, "DBInstances"
    ),
    "AWS::RDS::DBParameterGroup": LookUp(
        "rds", "describe_db_parameter_groups", {"DBParameterGroupName": "{id}"}, "DBParameterGroups"
    ),
    "AWS::RDS::DBProxy": LookUp("rds", "describe_db_proxies", {"DBProxyName": "{id}"}, "DBProxies"),
    "AWS::RDS::DBProxyEndpoint": LookUp(
        "rds", "describe_db_proxy_endpoints", {"DBProxyEndpointName": "{id}"}, "DBProxyEndpoints"
    ),
    "AWS::RDS::DBProxyTargetGroup": LookUp(
        "rds",
        "describe_db_proxy_target_groups",
        {"DBProxyName": "{DBProxyName}", "TargetGroupName": "{TargetGroupName}"},
        "TargetGroups",
    ),
    "AWS::RDS::DBSubnetGroup": LookUp(
        "rds", "describe_db_subnet_groups", {"DBSubnetGroupName": "{id}"}, "DBSubnetGroups"
    ),
    "AWS::SSM::Parameter": LookUp("ssm", "get_parameter", {"Name": "{id}"}, "Parameter"),
    "AWS::SecretsManager::RotationSchedule": LookUp(
        "secretsmanager", "describe_secret", {"SecretId": "{SecretId}"}
    ),
    "AWS::SecretsManager::Secret": LookUp(
        "secretsmanager", "describe_secret", {"SecretId": "{id}"}
    ),
    "AWS::SecretsManager::SecretTargetAttachment": LookUp(
        "secretsmanager", "describe_secret", {"SecretId": "{SecretId}"}
    ),
    "AWS::WAFv2::IPSet": _ip_set,
    "AWS::WAFv2::LoggingConfiguration": LookUp(
        "wafv2", "get_logging_configuration", {"ResourceArn": "{id}"}, "LoggingConfiguration"
    ),
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::WAFv2::WebACLAssociation": LookUp(
        "wafv2", "get_web_acl_for_resource", {"ResourceArn": "{ResourceArn}"}, "WebACL"
    ),
    "Custom::DatabaseTables": database_tables,
    "Custom::DatabaseUser": database_user,
}

SAME_RULE: Final = {
    "CidrIp": "CidrIpv4",
    "DestinationSecurityGroupId": "ReferencedGroupInfo.GroupId",
    "SourceSecurityGroupId": "ReferencedGroupInfo.GroupId",
}
CALLED: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::EC2::Instance": {"SecurityGroupIds": "SecurityGroups[].GroupId"},
    "AWS::EC2::SecurityGroup": {"GroupDescription": "Description"},
    "AWS::EC2::SecurityGroupEgress": SAME_RULE,
    "AWS::EC2::SecurityGroupIngress": SAME_RULE,
    "AWS::EC2::VPCEndpoint": {"Id": "VpcEndpointId", "SecurityGroupIds": "Groups[].GroupId"},
    "AWS::IAM::InstanceProfile": {"Roles": "Roles[].RoleName"},
    "AWS::IAM::ManagedPolicy": {"PolicyArn": "Arn"},
    "AWS::Lambda::Function": {"Arn": "FunctionArn", "Layers": "Layers[].Arn"},
    "AWS::Lambda::Permission": {
        "FunctionName": "Resource",
        "Principal": "Principal.Service",
        "SourceArn": 'Condition.ArnLike."AWS:SourceArn"',
    },
    "AWS::RAM::ResourceShare": {"Arn": "resourceShareArn"},
    "AWS::RDS::DBCluster": {
        "DBSubnetGroupName": "DBSubnetGroup",
        "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
        "Endpoint.Address": "Endpoint",
        "Endpoint.Port": "Port",
        "ReadEndpoint.Address": "ReaderEndpoint",
        "VpcSecurityGroupIds": "VpcSecurityGroups[].VpcSecurityGroupId",
    },
    "AWS::RDS::DBInstance": {
        "DBSubnetGroupName": "DBSubnetGroup.DBSubnetGroupName",
        "EnableCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
        "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
        "Port": "Endpoint.Port",
        "VPCSecurityGroups": "VpcSecurityGroups[].VpcSecurityGroupId",
    },
    "AWS::RDS::DBProxyTargetGroup": {"ConnectionPoolConfigurationInfo": "ConnectionPoolConfig"},
    "AWS::RDS::DBSubnetGroup": {"SubnetIds": "Subnets[].SubnetIdentifier"},
    "AWS::SecretsManager::Secret": {"Id": "ARN"},
}
"""A service's own names for properties and attributes of a type, where they differ."""


def shown(
    account: Account, type_name: str, physical_id: str, properties: Mapping[str, Any]
) -> Shown:
    """The resource, as its service shows it; fails if it does not exist."""
    if type_name not in LOOK_UPS:
        raise NotImplementedError(f"LOOK_UPS does not say how {type_name} is found")
    look_up = LOOK_UPS[type_name]
    find = look_up.find if isinstance(look_up, LookUp) else look_up
    return find(account, physical_id, properties)


def called(type_name: str, name: str, record: Shown) -> Any:
    """A property or attribute in what its service shows; None where that is not there."""
    path = CALLED.get(type_name, {}).get(name)
    if path is not None:
        return jmespath.search(path, record)
    value: Any = record
    for part in name.split("."):
        beneath = value if isinstance(value, Mapping) else {}
        value = {key.lower(): one for key, one in beneath.items()}.get(part.lower())
    return value
