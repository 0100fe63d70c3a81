"""A proxy with a name, a role, a log, logins and endpoints of one's own, as deployed."""

from __future__ import annotations

import json

import pytest
from deployed import DeployedVariant
from deploying import stack_name

from rdsproxy_templates import render
from rdsproxy_templates.variants import existing_vpc

ACCOUNT = "222222222231"
MYSELF = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}


def key_for_logs(account):
    """A key that CloudWatch Logs may use."""
    logs = {"Service": f"logs.{account.region}.amazonaws.com"}
    actions = [f"kms:{one}*" for one in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey")]
    admitted = {**MYSELF, "Principal": logs, "Action": [*actions, "kms:Describe*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [MYSELF, admitted]})
    return account.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]


def config_of(account, given):
    """Settings that name what exists in *account*, in the network that is *given*."""
    ec2, secrets = account.client("ec2"), account.client("secretsmanager")
    subnets = [given["PrivateSubnet1Id"], given["PrivateSubnet2Id"]]
    (subnet,) = ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"]
    group = ec2.create_security_group(
        GroupName="batch", Description="Batch jobs", VpcId=subnet["VpcId"]
    )["GroupId"]
    user = json.dumps({"username": "legacy", "password": "of-the-old-service"})
    secret = secrets.create_secret(Name="legacy", SecretString=user)["ARN"]
    proxy = {
        "name": "orders",
        "role": {"name": "orders-proxy", "path": "/service/", "description": "Reads secrets"},
        "log": {"retention_in_days": 90, "kms_key_arn": key_for_logs(account)},
        "security_group_ids": [group],
        "client_password_auth_type": "MYSQL_CACHING_SHA2_PASSWORD",
        "logins": [{"secret_arn": secret, "login": "password", "description": "The old service"}],
        "endpoints": [
            {"name": "reports", "target_role": "READ_ONLY"},
            {"name": "batch", "subnet_ids": subnets, "security_group_ids": [group]},
        ],
    }
    rds = {"users": [], "master_login": True, "readers": 1, "proxy": proxy}
    return existing_vpc.Config.parse({"rds": rds, "function_user": None}, "the test")


@pytest.fixture(scope="module")
def deployed(desk, network, tmp_path_factory):
    mine, folder = desk(ACCOUNT), tmp_path_factory.mktemp("proxy")
    given = network(mine, "existing_vpc")
    bundle = render(existing_vpc, config_of(mine.account, given), nesting="flat")
    bundle.write(folder)
    mine.package(folder)
    mine.with_aws(folder, given)
    return DeployedVariant(mine.account, stack_name(folder), bundle, given)


@pytest.mark.xdist_group("deployed-proxy")
class TestProxy:
    def test_every_service_shows_what_the_template_says(self, deployed):
        assert not [sentence for one in deployed.resources for sentence in one.differences()]

    def test_the_log_group_is_the_one_that_rds_writes_to(self, deployed):
        logs = deployed.account.client("logs")
        (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/rds/proxy/")["logGroups"]

        assert group["logGroupName"] == "/aws/rds/proxy/orders"
        assert group["retentionInDays"] == 90
        assert ":key/" in group["kmsKeyId"]

    def test_each_endpoint_has_a_host_in_the_outputs(self, deployed):
        rds = deployed.account.client("rds")
        endpoints = {
            one["DBProxyEndpointName"].split("-")[0]: one
            for one in rds.describe_db_proxy_endpoints(DBProxyName="orders")["DBProxyEndpoints"]
        }
        hosts = deployed.account.outputs(deployed.name)["RDSProxyEndpointHosts"].split(",")

        assert hosts == [endpoints["reports"]["Endpoint"], endpoints["batch"]["Endpoint"]]
        assert endpoints["reports"]["TargetRole"] == "READ_ONLY"

    def test_the_role_has_its_name_and_reads_the_secret_that_existed(self, deployed):
        (proxy,) = deployed.account.client("rds").describe_db_proxies()["DBProxies"]
        iam = deployed.account.client("iam")
        document = iam.get_role_policy(RoleName="orders-proxy", PolicyName="ReadSecrets")
        (statement,) = document["PolicyDocument"]["Statement"]

        assert proxy["RoleArn"].endswith(":role/service/orders-proxy")
        assert proxy["Auth"][-1]["SecretArn"] in statement["Resource"]
        assert proxy["Auth"][-1]["Description"] == "The old service"
