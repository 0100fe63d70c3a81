"""A value that only deployment knows is left unjudged, wherever it stands."""

from __future__ import annotations

import pytest
from faults import GIVEN, faulted, found

PROXY, TARGETS = "RDSStackRDSProxy", "RDSStackRDSProxyTargetGroup"
CLUSTER, INSTANCE = "RDSStackDBCluster", "RDSStackDBInstance1"
SECRET = "SecretsStackRDSMasterUserSecret/GenerateSecretString"  # noqa: S105 - a resource
FUNCTION, EVENT = "SAMStackBlogRDSProxyFunction", "Events/CatchAllApi"
INTO_PROXY = "VPCStackRDSProxySecurityGroupIngress"
INTO_CLUSTER = "VPCStackDBClusterSecurityGroupIngress"
EGRESS = "VPCStackFunctionSecurityGroup/SecurityGroupEgress/0"

PLACES = [
    f"{PROXY}/DBProxyName",
    f"{PROXY}/EngineFamily",
    f"{PROXY}/RequireTLS",
    f"{PROXY}/RoleArn",
    f"{PROXY}/Auth",
    f"{PROXY}/Auth/0",
    f"{PROXY}/Auth/0/AuthScheme",
    f"{PROXY}/Auth/0/IAMAuth",
    f"{PROXY}/Auth/0/ClientPasswordAuthType",
    f"{PROXY}/VpcSubnetIds",
    f"{PROXY}/VpcSubnetIds/0",
    f"{PROXY}/VpcSecurityGroupIds",
    f"{PROXY}/VpcSecurityGroupIds/0",
    f"{PROXY}/EndpointNetworkType",
    f"{TARGETS}/DBProxyName",
    f"{TARGETS}/TargetGroupName",
    f"{TARGETS}/DBClusterIdentifiers",
    f"{TARGETS}/DBClusterIdentifiers/0",
    f"{TARGETS}/ConnectionPoolConfigurationInfo",
    f"{TARGETS}/ConnectionPoolConfigurationInfo/MaxConnectionsPercent",
    f"{TARGETS}/ConnectionPoolConfigurationInfo/MaxIdleConnectionsPercent",
    "RDSStackRDSProxyRole/Policies/0/PolicyDocument/Statement/0/Resource",
    "RDSStackDBClusterSubnetGroup/SubnetIds",
    f"{CLUSTER}/Engine",
    f"{CLUSTER}/EngineVersion",
    f"{CLUSTER}/DatabaseName",
    f"{CLUSTER}/MasterUsername",
    f"{CLUSTER}/MasterUserPassword",
    f"{CLUSTER}/ManageMasterUserPassword",
    f"{CLUSTER}/VpcSecurityGroupIds",
    f"{CLUSTER}/VpcSecurityGroupIds/0",
    f"{CLUSTER}/Port",
    f"{INSTANCE}/Engine",
    f"{INSTANCE}/DBInstanceClass",
    f"{SECRET}/SecretStringTemplate",
    f"{SECRET}/GenerateStringKey",
    f"{SECRET}/ExcludeCharacters",
    f"{SECRET}/ExcludePunctuation",
    "VPCStackVPC/CidrBlock",
    "VPCStackPrivateSubnet1/CidrBlock",
    "VPCStackPrivateSubnet1/AvailabilityZone",
    "VPCStackPrivateSubnet1/VpcId",
    f"{INTO_PROXY}/IpProtocol",
    f"{INTO_PROXY}/SourceSecurityGroupId",
    f"{INTO_PROXY}/FromPort",
    f"{INTO_PROXY}/ToPort",
    f"{INTO_CLUSTER}/FromPort",
    f"{INTO_CLUSTER}/ToPort",
    f"{EGRESS}/DestinationSecurityGroupId",
    f"{EGRESS}/IpProtocol",
    f"{FUNCTION}/Timeout",
    f"{FUNCTION}/VpcConfig",
    f"{FUNCTION}/VpcConfig/SubnetIds",
    f"{FUNCTION}/VpcConfig/SecurityGroupIds",
    f"{FUNCTION}/Environment/Variables/RDS_PROXY_ENDPOINT",
    f"{FUNCTION}/Policies/1/Statement/0/Resource",
    f"{FUNCTION}/{EVENT}/Properties/Path",
    f"{FUNCTION}/{EVENT}/Properties/ApiId",
]


@pytest.mark.parametrize("place", PLACES)
def test_a_parameter_is_left_alone(place):
    assert found(faulted(place, GIVEN)) == []


@pytest.mark.parametrize(
    "expression",
    [
        {"Fn::ImportValue": "shared"},
        {"Fn::Select": [0, {"Fn::Split": [",", GIVEN]}]},
        {"Fn::GetAtt": ["Elsewhere", "Value"]},
        {"Fn::Sub": "${Given}"},
        "{{resolve:ssm:/blog/value}}",
    ],
    ids=["import", "select", "attribute", "text", "dynamic reference"],
)
@pytest.mark.parametrize(
    "place",
    [
        f"{PROXY}/EngineFamily",
        f"{TARGETS}/TargetGroupName",
        f"{CLUSTER}/EngineVersion",
        f"{INSTANCE}/DBInstanceClass",
        f"{INTO_CLUSTER}/FromPort",
        f"{FUNCTION}/Timeout",
        f"{FUNCTION}/Policies/1/Statement/0/Resource",
    ],
)
def test_so_is_any_other_expression(place, expression):
    assert found(faulted(place, expression)) == []
