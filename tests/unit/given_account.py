"""An account as it answers the questions of a deployment: everything fits, unless a test says so."""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace

from botocore.exceptions import ClientError

from rdsproxy_templates import render
from rdsproxy_templates.deploy.given import given_problems

ACCOUNT, REGION = "111122223333", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-0000-0000-0000-000000000000"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:master-AbCdEf"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/proxy"
SUBNETS = {"PrivateSubnet1Id": "subnet-0000000a", "PrivateSubnet2Id": "subnet-0000000b"}
GROUPS = {
    "FunctionSecurityGroupId": "sg-0000000f",
    "RDSProxySecurityGroupId": "sg-0000000e",
    "DBClusterSecurityGroupId": "sg-0000000d",
}
VALUES = {
    **SUBNETS,
    **GROUPS,
    "VPCId": "vpc-1",
    "DBIdentifier": "old",
    "DBEndpoint": "old.example",
    "DBResourceId": "cluster-OLD",
    "RDSMasterUserSecretArn": SECRET,
}


def subnet(name, zone, **more):
    return {
        "SubnetId": name,
        "VpcId": "vpc-1",
        "AvailabilityZone": f"eu-west-1{zone}",
        "AvailabilityZoneId": f"euw1-az{ord(zone) - 96}",
        "AvailableIpAddressCount": 200,
        **more,
    }


def rule(*peers, port=3306, cidrs=()):
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "UserIdGroupPairs": [{"GroupId": GROUPS.get(peer, peer)} for peer in peers],
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
    }


def group(name, ins=(), outs=(), vpc="vpc-1"):
    return {
        "GroupId": GROUPS[name],
        "VpcId": vpc,
        "IpPermissions": list(ins),
        "IpPermissionsEgress": list(outs),
    }


FUNCTION_GROUP = group("FunctionSecurityGroupId", outs=[rule("RDSProxySecurityGroupId")])
PROXY_GROUP = group(
    "RDSProxySecurityGroupId",
    ins=[rule("FunctionSecurityGroupId")],
    outs=[rule("DBClusterSecurityGroupId")],
)
DATABASE_GROUP = group("DBClusterSecurityGroupId", ins=[rule("RDSProxySecurityGroupId")])
DATABASE = {
    "Engine": "aurora-mysql",
    "EngineVersion": "8.0.mysql_aurora.3.10.6",
    "Status": "available",
    "Endpoint": "old.example",
    "Port": 3306,
    "DbClusterResourceId": "cluster-OLD",
    "DBSubnetGroup": "old",
    "VpcSecurityGroups": [{"VpcSecurityGroupId": GROUPS["DBClusterSecurityGroupId"]}],
}


DELEGATION = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
}


def key_policy(*statements):
    return {"Policy": json.dumps({"Statement": list(statements)})}


def trusting(*services):
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}}
    return {"Statement": [statement | {"Action": "sts:AssumeRole"}]}


@cache
def _rendered(variant, settings):
    config = variant.Config.parse(json.loads(settings), "a test")
    return config, render(variant, config).root


def compared(variant, account, settings=None, *, creates=True, **values):
    """Problems and notes about a variant that is given these values."""
    config, root = _rendered(variant, json.dumps(settings))
    told = {name: one for name, one in VALUES.items() if name in root.parameters}
    said = []
    found = given_problems(
        account, root, told | values, said.append, config=config, creates=creates
    )
    return [str(one) for one in found], said


def problems(variant, account, settings=None, **more):
    """Problems about a variant, of which nothing is only noted."""
    found, said = compared(variant, account, settings, **more)
    assert said == []
    return found


class GivenAccount:
    """A session and its clients; *answers* by operation replace those that fit."""

    id, region = ACCOUNT, REGION

    def __init__(self, **answers):
        self.asked = []
        self._answers = {
            "describe_subnets": [
                subnet("subnet-0000000a", "a"), subnet("subnet-0000000b", "b")
            ],
            "describe_security_groups": [FUNCTION_GROUP, PROXY_GROUP, DATABASE_GROUP],
            "describe_vpcs": [
                {"VpcId": "vpc-1", "CidrBlockAssociationSet": [{"CidrBlock": "10.1.0.0/16"}]}
            ],
            "describe_vpc_endpoints": [],
            "describe_network_acls": [],
            "describe_vpc_attribute": {
                "EnableDnsSupport": {"Value": True}, "EnableDnsHostnames": {"Value": True}
            },
            "describe_db_clusters": {"DBClusters": [DATABASE]},
            "describe_db_subnet_groups": {
                "DBSubnetGroups": [{"DBSubnetGroupName": "old", "VpcId": "vpc-1"}]
            },
            "get_secret_value": {
                "SecretString": json.dumps({"username": "boss", "password": "secret"})
            },
            "describe_secret": {},
            "describe_key": {"KeyMetadata": {"Arn": KEY, "KeyState": "Enabled"}},
            "get_key_policy": key_policy(
                DELEGATION, *trusting(f"logs.{REGION}.amazonaws.com")["Statement"]
            ),
            "get_role": {
                "Role": {
                    "Arn": ROLE,
                    "AssumeRolePolicyDocument": trusting("rds.amazonaws.com"),
                }
            },
            **answers,
        }  # fmt: skip

    def client(self, _service):
        return self

    @staticmethod
    def can_paginate(_operation):
        """Every answer comes at once."""
        return False

    def __getattr__(self, operation):
        return lambda **arguments: self._answer(operation, arguments)

    def _answer(self, operation, arguments):
        self.asked.append(operation)
        answer = self._answers.get(operation, SimpleNamespace(code="Unknown"))
        if isinstance(answer, SimpleNamespace):
            raise ClientError({"Error": {"Code": answer.code, "Message": "no"}}, operation)
        if isinstance(answer, list):
            return {LISTS[operation]: [one for one in answer if _wanted(one, arguments)]}
        return answer


LISTS = {
    "describe_subnets": "Subnets",
    "describe_security_groups": "SecurityGroups",
    "describe_vpcs": "Vpcs",
    "describe_vpc_endpoints": "VpcEndpoints",
    "describe_network_acls": "NetworkAcls",
}
IDS = {"subnet-id": "SubnetId", "group-id": "GroupId", "vpc-id": "VpcId"}


def _wanted(one, arguments):
    filters = arguments.get("Filters", ())
    return all(one[IDS[f["Name"]]] in f["Values"] for f in filters if f["Name"] in IDS)


def error(code):
    """An answer that is an error of AWS."""
    return SimpleNamespace(code=code)
