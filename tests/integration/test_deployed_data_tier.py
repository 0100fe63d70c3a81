"""The data tier alone, and a service of another team that knows only its parameters."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from packages import LOCAL

from rdsproxy_templates import render
from rdsproxy_templates.variants import data_tier

STACK = "rdsproxy-data-tier"
PUBLISHED = {"ssm_prefix": "/shop/db"}
NEEDED = [
    "RDSProxyEndpoint",
    "RDSProxyArn",
    "RDSDatabaseName",
    "PrivateSubnet1Id",
    "PrivateSubnet2Id",
    "FunctionSecurityGroupId",
]
PARAMETERS = "".join(
    f"  {name}: {{Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/db/{name}}}\n"
    for name in NEEDED
)
SERVICE = f"""
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
{PARAMETERS}
  Family: {{Type: String}}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: {LOCAL}/lambda/database_layer
      CompatibleRuntimes: [python3.13]
      RetentionPolicy: Delete
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Timeout: 29
      Layers: [!Ref Layer]
      InlineCode: |
        from rdsproxy_client import Database

        database = Database.from_environment()

        def handler(event, context):
            [[user]] = database.read("SELECT CURRENT_USER")
            return user.partition("@")[0]
      VpcConfig:
        SubnetIds: [!Ref PrivateSubnet1Id, !Ref PrivateSubnet2Id]
        SecurityGroupIds: [!Ref FunctionSecurityGroupId]
      Environment:
        Variables:
          RDS_PROXY_ENDPOINT: '{{{{resolve:ssm:/shop/db/RDSProxyEndpoint}}}}'
          RDS_DATABASE_NAME: !Ref RDSDatabaseName
          RDS_ENGINE_FAMILY: !Ref Family
          RDS_USER: app
      Policies:
      - AWSLambdaVPCAccessExecutionRole
      - Statement:
        - Effect: Allow
          Action: rds-db:connect
          Resource: !Sub
          - arn:${{AWS::Partition}}:rds-db:${{AWS::Region}}:${{AWS::AccountId}}:dbuser:${{ID}}/app
          - ID: !Select [6, !Split [':', !Ref RDSProxyArn]]
Outputs:
  FunctionName: {{Value: !Ref Function}}
"""


def published(account):
    """Parameters of Systems Manager by name, with their values."""
    pages = account.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/shop/db")
    return {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}


@pytest.mark.parametrize(
    ("account", "family"),
    [
        pytest.param("000000000311", "mysql", marks=pytest.mark.xdist_group("data-tier-mysql")),
        pytest.param("000000000312", "postgresql", marks=pytest.mark.xdist_group("data-tier-pg")),
    ],
)
def test_a_service_of_another_stack_logs_in_with_what_the_parameters_tell(
    desk, packages, account, family
):
    mine = desk(account)
    rds = {"engine": f"aurora-{family}", "deletion_protection": False}
    config = data_tier.Config.parse({"regions": ["eu-west-1"], "rds": rds}, "a test")
    bundle = render(data_tier, config, code=LOCAL, publish=PUBLISHED)
    packages.deploy(mine, STACK, bundle)

    outputs = mine.account.outputs(STACK)
    assert published(mine.account) == {f"/shop/db/{name}": value for name, value in outputs.items()}
    assert mine.account.client("apigatewayv2").get_apis()["Items"] == []

    service = replace(bundle, templates={"template.yaml": SERVICE})
    packages.deploy(mine, "shop-api", service, {"Family": family.upper()})
    answer = mine.account.client("lambda").invoke(
        FunctionName=mine.account.outputs("shop-api")["FunctionName"]
    )
    assert json.loads(answer["Payload"].read()) == "app"

    mine.delete("shop-api")
    mine.delete(STACK)
    assert published(mine.account) == {}
