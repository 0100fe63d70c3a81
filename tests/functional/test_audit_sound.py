"""Sound templates, in the many forms that people write: no rule complains of any."""

from __future__ import annotations

import pytest
from audited import ours

HEAD = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Group: {Type: AWS::EC2::SecurityGroup::Id}
  Given: {Type: String}
"""
DATA = """
Resources:
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: shop/app
      GenerateSecretString:
        SecretStringTemplate: '{"username": "app"}'
        GenerateStringKey: password
        ExcludePunctuation: true
  Cluster:
    Type: AWS::RDS::DBCluster
    DeletionPolicy: Snapshot
    UpdateReplacePolicy: Snapshot
    Properties:
      Engine: aurora-postgresql
      EngineVersion: '17.7'
      MasterUsername: app
      MasterUserPassword: !Sub '{{resolve:secretsmanager:${Secret}:SecretString:password}}'
      StorageEncrypted: true
      VpcSecurityGroupIds: [!Ref Group]
      EnableIAMDatabaseAuthentication: true
  Node:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: aurora-postgresql
      DBClusterIdentifier: !Ref Cluster
      DBInstanceClass: db.r6g.large
      PubliclyAccessible: false
  ProxyRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: rds.amazonaws.com}
          Action: sts:AssumeRole
      Policies:
        - PolicyName: Read
          PolicyDocument:
            Statement:
              Effect: Allow
              Action: secretsmanager:GetSecretValue
              Resource: !Sub
                arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:shop/*
  Proxy:
    Type: AWS::RDS::DBProxy
    DependsOn: Node
    Properties:
      DBProxyName: shop
      EngineFamily: POSTGRESQL
      RequireTLS: true
      RoleArn: !GetAtt ProxyRole.Arn
      Auth: [{AuthScheme: SECRETS, IAMAuth: REQUIRED, SecretArn: !Ref Secret}]
      VpcSubnetIds: !Ref Subnets
      VpcSecurityGroupIds: [!Ref Group]
  Targets:
    Type: AWS::RDS::DBProxyTargetGroup
    DependsOn: Node
    Properties:
      DBProxyName: !Ref Proxy
      TargetGroupName: default
      DBClusterIdentifiers: [!Ref Cluster]
"""
FUNCTION = """
  Function:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.13
      VpcConfig: {SubnetIds: !Ref Subnets, SecurityGroupIds: [!Ref Group]}
      Environment: {Variables: {HOST: !GetAtt Proxy.Endpoint, DB_USER: app}}
"""
USER = """!Sub
  - arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser:${Id}/app
  - {Id: !Select [6, !Split [':', !GetAtt Proxy.DBProxyArn]]}"""
JOINED = """!Join
  - ':'
  - - arn
    - !Ref AWS::Partition
    - !Sub rds-db:${AWS::Region}:${AWS::AccountId}
    - dbuser
    - !Join ['/', [!Select ['6', !Split [':', !Sub '${Proxy.DBProxyArn}']], app]]"""
PASSWORD = ("IAMAuth: REQUIRED", "IAMAuth: DISABLED")
TOLD_SECRET = ("DB_USER: app", "DB_SECRET: !Ref Secret, DB_PORT: '5432', TOKEN_TTL: '900'")


def indented(text, width):
    return text.replace("\n", "\n" + " " * width)


def allowing(resource):
    return f"""
      Policies:
        - AWSLambdaVPCAccessExecutionRole
        - Statement:
            - Effect: Allow
              Action: [rds-db:connect]
              Resource: {indented(resource, 14)}
"""


def role(service="lambda.amazonaws.com", more=""):
    return f"""
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: {service}}}, Action: 'sts:*'}}]
      ManagedPolicyArns:
        - !Sub arn:${{AWS::Partition}}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole
{more}"""


def attached(kind, names, resource=USER):
    return f"""
  Connect:
    Type: AWS::IAM::{kind}
    Properties:
      PolicyName: Connect
      {names}
      PolicyDocument:
        Statement:
          - {{Effect: Deny, Action: 'rds-db:connect', Resource: '*', Condition: {{Bool: {{a: b}}}}}}
          - Effect: Allow
            Action: rds-db:connect
            Resource: {indented(resource, 12)}
"""


IN_ROLE = FUNCTION + "      Role: !GetAtt Role.Arn\n" + role()
CASES = {
    "a statement of SAM": FUNCTION + allowing(USER),
    "joined": FUNCTION + allowing(JOINED),
    "a given user": FUNCTION + allowing(USER.replace("/app", "/${Given}")),
    "a given role": FUNCTION + "      Role: !Ref Given\n",
    "an imported role": FUNCTION + "      Role: !ImportValue Role\n",
    "an attached policy": IN_ROLE + attached("Policy", "Roles: [!Ref Role]"),
    "an attached policy by Sub": IN_ROLE + attached("Policy", "Roles: [!Sub '${Role}']"),
    "a policy of one role": IN_ROLE + attached("RolePolicy", "RoleName: !Ref Role"),
    "a policy of the role that SAM makes": FUNCTION
    + attached("Policy", "Roles: [!Ref FunctionRole]"),
    "a trusted service by Sub": FUNCTION
    + "      Role: !GetAtt Role.Arn\n"
    + role("!Sub 'lambda.${AWS::URLSuffix}'")
    + attached("Policy", "Roles: [!Ref Role]"),
}


@pytest.mark.parametrize("function", CASES.values(), ids=CASES)
def test_a_permission_in_any_form_is_accepted(tmp_path, function):
    assert ours(tmp_path, HEAD + DATA + function) == []


@pytest.mark.parametrize(
    "policy",
    [
        "{AWSSecretsManagerGetSecretValuePolicy: {SecretArn: !Ref Secret}}",
        "{Statement: {Effect: Allow, Action: 'secretsmanager:Get*', Resource: !Ref Secret}}",
        "{Statement: [{Effect: Allow, Action: '*', Resource: !Sub '${Secret}'}]}",
    ],
)
def test_a_password_in_any_form_is_accepted(tmp_path, policy):
    text = HEAD + DATA + FUNCTION + f"      Policies: [{policy}]\n"

    assert ours(tmp_path, text.replace(*PASSWORD).replace(*TOLD_SECRET)) == []


def test_a_secret_that_rds_manages_is_accepted(tmp_path):
    managed = "!GetAtt Cluster.MasterUserSecret.SecretArn"
    policy = f"{{Effect: Allow, Action: 'secretsmanager:GetSecretValue', Resource: {managed}}}"
    text = HEAD + DATA + FUNCTION + f"      Policies: [{{Statement: [{policy}]}}]\n"
    text = text.replace(*PASSWORD).replace("DB_USER: app", f"DB_SECRET_ARN: {managed}")
    text = text.replace("SecretArn: !Ref Secret}", f"SecretArn: {managed}}}")
    before, _, after = text.partition("      MasterUserPassword:")
    text = before + "      ManageMasterUserPassword: true\n" + after.partition("\n")[2]
    before, _, after = text.partition("              Resource: !Sub\n")
    text = before + f"              Resource: {managed}\n" + after.partition("\n")[2]

    assert ours(tmp_path, text) == []


def test_logins_end_to_end_are_accepted(tmp_path):
    allowed = "!Sub 'arn:${AWS::Partition}:rds-db:*:*:dbuser:${Cluster.DBClusterResourceId}/app'"
    text = HEAD + DATA + FUNCTION + allowing(USER)
    text += attached("Policy", "Roles: [!Ref ProxyRole]", allowed)
    entry = "Auth: [{AuthScheme: SECRETS, IAMAuth: REQUIRED, SecretArn: !Ref Secret}]"

    assert ours(tmp_path, text.replace(entry, "DefaultAuthScheme: IAM_AUTH")) == []


def test_a_key_of_ones_own_is_accepted(tmp_path):
    text = HEAD + DATA.replace("Name: shop/app", "Name: shop/app\n      KmsKeyId: !Ref Alias")
    text += """
  Key:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Statement:
          Effect: Allow
          Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root'}
          Action: kms:*
          Resource: '*'
  Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/shop, TargetKeyId: !Ref Key}}
  Decrypt:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: Decrypt
      Roles: [!Ref ProxyRole]
      PolicyDocument:
        Statement: {Effect: Allow, Action: 'kms:Decrypt', Resource: !GetAtt Key.Arn}
"""

    assert ours(tmp_path, text) == []


def test_a_rotation_is_accepted(tmp_path):
    text = HEAD.replace(
        "Transform: AWS::Serverless-2016-10-31",
        "Transform: [AWS::Serverless-2016-10-31, AWS::SecretsManager-2024-09-16]",
    )
    text += DATA
    text += """
  Attached:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties: {SecretId: !Ref Secret, TargetId: !Ref Cluster, TargetType: AWS::RDS::DBCluster}
  Rotation:
    Type: AWS::SecretsManager::RotationSchedule
    Properties:
      SecretId: !Ref Attached
      HostedRotationLambda: {RotationType: PostgreSQLSingleUser}
      RotationRules: {ScheduleExpression: rate(10 days)}
"""

    assert ours(tmp_path, text) == []


def test_routes_beside_each_other_are_accepted(tmp_path):
    events = """
      Events:
        Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /x}}
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: ANY, Path: /x}}
        Health:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Method: GET, Path: /, Auth: {Authorizer: NONE}}
        Hourly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {Auth: {EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM}}
"""

    assert ours(tmp_path, HEAD + DATA + FUNCTION + allowing(USER) + events) == []


def test_a_role_that_is_assumed_is_accepted(tmp_path):
    text = HEAD + DATA + FUNCTION.replace("DB_USER", "ROLE_ARN: !GetAtt Login.Arn, DB_USER")
    text += f"""
      Policies:
        - Statement: {{Effect: Allow, Action: sts:AssumeRole, Resource: !GetAtt Login.Arn}}
  Login:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {{AWS: !GetAtt FunctionRole.Arn}}
          Action: sts:AssumeRole
      Policies:
        - PolicyName: Connect
          PolicyDocument:
            Statement:
              Effect: Allow
              Action: rds-db:connect
              Resource: {indented(USER, 14)}
"""

    assert ours(tmp_path, text) == []
