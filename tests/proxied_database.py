"""A database behind a proxy in one template, with everything that connects the two."""

from __future__ import annotations

import json

ROLES = {"Capabilities": ["CAPABILITY_IAM"]}
SECRET = {"Ref": "Secret"}
FROM_PROXY = {
    "Type": "AWS::EC2::SecurityGroupIngress",
    "Properties": {
        "GroupId": {"Ref": "DatabaseGroup"},
        "IpProtocol": "tcp",
        "FromPort": 3306,
        "ToPort": 3306,
        "SourceSecurityGroupId": {"Ref": "ProxyGroup"},
    },
}


def key(*, whole=True):
    """A key, with the usual policy or one that lets its account change it, and not decrypt."""
    changes = ["kms:Create*", "kms:Describe*", "kms:Get*", "kms:Put*", "kms:Schedule*"]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
        "Action": "kms:*" if whole else changes,
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}


def secret(**content):
    login = {"username": "admin", "password": "a-good-password", **content}
    text = json.dumps({name: value for name, value in login.items() if value})
    return {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": text}}


def role(*actions):
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "rds.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {
                    "PolicyName": "ReadSecret",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                }
            ],
        },
    }


def security_group(name):
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": name, "VpcId": {"Ref": "VPC"}},
    }


def subnet(number):
    return {
        "Type": "AWS::EC2::Subnet",
        "Properties": {
            "VpcId": {"Ref": "VPC"},
            "CidrBlock": f"10.0.{number}.0/24",
            "AvailabilityZone": {"Fn::Select": [number, {"Fn::GetAZs": ""}]},
        },
    }


def resources(**changed):
    """A database behind a proxy that reaches it, but for what is changed; None leaves it out."""
    subnets = [{"Ref": "Subnet0"}, {"Ref": "Subnet1"}]
    whole = {
        "VPC": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Subnet0": subnet(0),
        "Subnet1": subnet(1),
        "ProxyGroup": security_group("proxy"),
        "DatabaseGroup": security_group("database"),
        "Ingress": FROM_PROXY,
        "Secret": secret(),
        "Role": role("secretsmanager:GetSecretValue"),
        "SubnetGroup": {
            "Type": "AWS::RDS::DBSubnetGroup",
            "Properties": {"DBSubnetGroupDescription": "All", "SubnetIds": subnets},
        },
        "Database": {
            "Type": "AWS::RDS::DBInstance",
            "DeletionPolicy": "Delete",
            "Properties": {
                "Engine": "mysql",
                "EngineVersion": "8.4.8",
                "DBInstanceClass": "db.t4g.micro",
                "AllocatedStorage": "20",
                "MasterUsername": "admin",
                "MasterUserPassword": "a-good-password",
                "DBSubnetGroupName": {"Ref": "SubnetGroup"},
                "VPCSecurityGroups": [{"Ref": "DatabaseGroup"}],
            },
        },
        "Proxy": {
            "Type": "AWS::RDS::DBProxy",
            "Properties": {
                "DBProxyName": {"Fn::Sub": "${AWS::StackName}-proxy"},
                "EngineFamily": "MYSQL",
                "RoleArn": {"Fn::GetAtt": "Role.Arn"},
                "Auth": [{"AuthScheme": "SECRETS", "SecretArn": SECRET}],
                "RequireTLS": True,
                "VpcSubnetIds": subnets,
                "VpcSecurityGroupIds": [{"Ref": "ProxyGroup"}],
            },
        },
        "Targets": {
            "Type": "AWS::RDS::DBProxyTargetGroup",
            "Properties": {
                "TargetGroupName": "default",
                "DBProxyName": {"Ref": "Proxy"},
                "DBInstanceIdentifiers": [{"Ref": "Database"}],
            },
        },
        **changed,
    }
    return {name: one for name, one in whole.items() if one is not None}
