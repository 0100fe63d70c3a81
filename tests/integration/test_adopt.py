"""`adopt`: a stack takes over what was made by hand, and nothing changes by it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rdsproxy_local.databases import databases_of, login_of, run_sql
from rdsproxy_local.local_cloud import Account

pytestmark = pytest.mark.xdist_group("adopt")

PASSWORD = "not-to-be-seen"  # noqa: S105
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
TAGS = [{"Key": "team", "Value": "shop"}]


@dataclass
class Owner:
    """A person with a database made by hand, and the programs to adopt it."""

    account: Account
    aws: str
    folder: Path

    @property
    def rds(self) -> Any:
        return self.account.client("rds")

    def run(
        self,
        *command: str,
        status: int = 0,
        cwd: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> str:
        done = subprocess.run(
            command,
            env={**self.account.environment, **(more or {})},
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def adopt(self, *options: str, status: int = 0) -> str:
        command = (sys.executable, "-m", "rdsproxy_templates", "adopt", *options)
        return self.run(*command, "--out", str(self.folder), status=status)

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def deploy(self, programs: Path, status: int = 0) -> str:
        """Run the command of the library's own that the last comment of the commands tells."""
        line = self.text("commands.sh").splitlines()[-1]
        _, *words = line.removeprefix("# ").split()
        path = {"PATH": f"{programs}{os.pathsep}{self.account.environment['PATH']}"}
        (bucket,) = self.account.client("s3").list_buckets()["Buckets"]
        return self.run(
            sys.executable, "-m", "rdsproxy_templates", *words, "--yes",
            "--app-bucket", bucket["Name"], status=status, cwd=self.folder, more=path,
        )  # fmt: skip

    def carry_out(self) -> str:
        """Run the commands as they are written, with our AWS CLI."""
        script = self.text("commands.sh").replace("aws --region", f"{self.aws} --region")
        return self.run("bash", "-c", script, cwd=self.folder)

    def sql(self, name: str, statement: str) -> list[tuple[Any, ...]]:
        found = {one.arn: one for one in databases_of(self.account.endpoint)}
        (database,) = [
            one for one in found.values() if one.name == name and one.account == self.account.id
        ]
        login = login_of(self.account.endpoint, database, database.master)
        return run_sql(login, statement).rows

    def described(self) -> dict[str, Any]:
        """Everything that RDS says of the account's databases, groups and proxies."""
        calls = {
            "describe_db_clusters": "DBClusters",
            "describe_db_instances": "DBInstances",
            "describe_db_proxies": "DBProxies",
            "describe_db_subnet_groups": "DBSubnetGroups",
        }
        found = {key: getattr(self.rds, call)()[key] for call, key in calls.items()}
        # It moves on with the clock.
        said = {
            key: [{**one, "LatestRestorableTime": None} for one in each]
            for key, each in found.items()
        }
        return json.loads(json.dumps(said, default=str, sort_keys=True))


@pytest.fixture
def owner(cloud, aws_cli, tmp_path, request):
    return Owner(cloud.account(request.param), aws_cli, tmp_path / "adopted")


@pytest.fixture
def network(owner):
    """Two subnets and a group, with a subnet group of them."""
    ec2 = owner.account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="g", Description="g", VpcId=vpc)["GroupId"]
    itself = {
        "IpProtocol": "tcp",
        "FromPort": 3306,
        "ToPort": 3306,
        "UserIdGroupPairs": [{"GroupId": group}],
    }
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[itself])
    owner.rds.create_db_subnet_group(
        DBSubnetGroupName="mine", DBSubnetGroupDescription="Mine", SubnetIds=subnets, Tags=TAGS
    )
    return subnets, group


def make_cluster(owner, group, **more):
    owner.rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="slow",
        DBParameterGroupFamily="aurora-mysql8.0",
        Description="Slow queries",
    )
    owner.rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="slow",
        Parameters=[
            {
                "ParameterName": "long_query_time",
                "ParameterValue": "2",
                "ApplyMethod": "pending-reboot",
            }
        ],
    )
    owner.rds.create_db_cluster(
        DBClusterIdentifier="shop",
        Engine="aurora-mysql",
        EngineVersion="8.0.mysql_aurora.3.10.6",
        MasterUsername="boss",
        MasterUserPassword=PASSWORD,
        DBSubnetGroupName="mine",
        VpcSecurityGroupIds=[group],
        DBClusterParameterGroupName="slow",
        DatabaseName="shop",
        DeletionProtection=True,
        StorageEncrypted=True,
        Tags=TAGS,
        **more,
    )
    for name in ("shop-a", "shop-b"):
        owner.rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBClusterIdentifier="shop",
            Engine="aurora-mysql",
            DBInstanceClass="db.t4g.medium",
        )


def make_proxy(owner, subnets, group):
    secret = json.dumps({"username": "boss", "password": PASSWORD})
    secrets, iam = owner.account.client("secretsmanager"), owner.account.client("iam")
    arn = secrets.create_secret(Name="boss", SecretString=secret)["ARN"]
    role = iam.create_role(RoleName="proxy", AssumeRolePolicyDocument=json.dumps(TRUST))
    reading = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
    iam.put_role_policy(
        RoleName="proxy",
        PolicyName="read",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [reading]}),
    )
    owner.rds.create_db_proxy(
        DBProxyName="front",
        EngineFamily="MYSQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": arn, "IAMAuth": "REQUIRED"}],
        RoleArn=role["Role"]["Arn"],
        VpcSubnetIds=subnets,
        VpcSecurityGroupIds=[group],
        RequireTLS=True,
    )
    owner.rds.register_db_proxy_targets(DBProxyName="front", DBClusterIdentifiers=["shop"])


def make_instance(owner, group):
    owner.rds.create_db_instance(
        DBInstanceIdentifier="lone",
        Engine="postgres",
        EngineVersion="16.10",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="boss",
        MasterUserPassword=PASSWORD,
        DBSubnetGroupName="mine",
        VpcSecurityGroupIds=[group],
        DBName="shop",
        MaxAllocatedStorage=100,
    )
    owner.rds.create_db_instance_read_replica(
        DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="lone"
    )


def statuses(owner, stack):
    return [
        event["ResourceStatus"]
        for event in owner.account.events(stack)
        if event["LogicalResourceId"] == stack
    ]


@pytest.mark.parametrize("owner", ["000000000171"], indirect=True)
def test_a_stack_takes_over_a_cluster_and_its_proxy(owner, network):
    make_cluster(owner, network[1])
    make_proxy(owner, *network)
    owner.sql("shop", "CREATE TABLE kept (name VARCHAR(9)); INSERT INTO kept VALUES ('yes')")
    before = owner.described()

    owner.adopt("--cluster", "shop", "--proxy", "front")
    assert owner.described() == before
    said = owner.carry_out()

    assert "No changes to deploy" in said
    assert said.count("[]") == 1, "no drift"
    assert statuses(owner, "rdsproxy-adopted") == [
        "REVIEW_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
        "IMPORT_COMPLETE",
    ]
    assert owner.account.resources("rdsproxy-adopted") == {
        "DBClusterSubnetGroup": "mine",
        "DBClusterParameterGroup": "slow",
        "DBCluster": "shop",
        "DBInstance1": "shop-a",
        "DBInstance2": "shop-b",
        "RDSProxy": "front",
    }
    assert owner.described() == before
    assert owner.sql("shop", "SELECT name FROM kept") == [("yes",)]
    report = owner.text("report.md")
    assert "target group, which points to shop" in report
    assert "| DBCluster | DBClusterIdentifier | shop | — | replace it |" in report
    assert "| DBCluster | BackupRetentionPeriod | 1 | 7 | change it in place |" in report
    for name in ("template.yaml", "report.md", "commands.sh", "resources-to-import.json"):
        assert PASSWORD not in owner.text(name)


@pytest.mark.parametrize("owner", ["000000000174"], indirect=True)
def test_an_adopted_stack_is_deployed_without_a_change_and_then_with_one(owner, network, sam_cli):
    # RDS tells the ARN of a key; the local cloud has none of AWS's own.
    key = owner.account.client("kms").create_key()["KeyMetadata"]["Arn"]
    make_cluster(owner, network[1], KmsKeyId=key)
    make_proxy(owner, *network)
    owner.account.client("s3").create_bucket(
        Bucket="packages-174", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    programs, before = Path(sam_cli).parent, owner.described()
    owner.adopt("--cluster", "shop", "--proxy", "front")
    owner.carry_out()

    said = owner.deploy(programs)

    assert "nothing to change" in said
    assert owner.described() == before

    # The target group, made anew as the report tells.
    report = owner.text("report.md")
    (command,) = re.findall(r"```sh\n(.*?)```", report, re.DOTALL)
    (resource,) = re.findall(r"```yaml\n(.*?)```", report, re.DOTALL)
    owner.run("bash", "-c", command.replace("aws ", f"{owner.aws} "))
    settings = owner.folder / "adopted.yaml"
    # The report is a list; what is in it is two further in.
    settings.write_text(settings.read_text() + resource.replace("\n  ", "\n").removeprefix("  "))
    assert "add      RDSProxyTargetGroup" in owner.deploy(programs)
    (target, *_) = owner.rds.describe_db_proxy_targets(DBProxyName="front")["Targets"]
    assert (target["Type"], target["RdsResourceId"]) == ("TRACKED_CLUSTER", "shop")
    assert "nothing to change" in owner.deploy(programs)


@pytest.mark.parametrize("owner", ["000000000175"], indirect=True)
def test_settings_and_overrides_are_compared(owner, network, tmp_path):
    make_cluster(owner, network[1])
    settings = tmp_path / "base.yaml"
    settings.write_text("""\
rds: {engine: aurora-mysql, backup_retention_period: 1}
overrides:
  RDSStack.DBCluster: {Properties: {PreferredMaintenanceWindow: 'sun:18:00-sun:19:00'}}
""")

    owner.adopt("--cluster", "shop", "--config", str(settings))

    report = owner.text("report.md")
    assert "| DBCluster | BackupRetentionPeriod |" not in report
    (row,) = [one for one in report.splitlines() if "DBCluster | PreferredMaintenanceW" in one]
    assert "| sun:18:00-sun:19:00 | change it in place |" in row


@pytest.mark.parametrize("owner", ["000000000176"], indirect=True)
def test_settings_that_are_wrong_are_told_with_their_place(owner, network, tmp_path):
    make_cluster(owner, network[1])
    settings = tmp_path / "base.yaml"
    settings.write_text("rds: {max_capacity: 0}\n")
    said = owner.adopt("--cluster", "shop", "--config", str(settings), status=2)
    assert "base.yaml:1:7: rds.max_capacity]" in said
    settings.write_text("overrides: {RDSStack.DBClustr: {}}\n")
    said = owner.adopt("--cluster", "shop", "--config", str(settings), status=2)
    assert "base.yaml:1:13: overrides.RDSStack.DBClustr] matches no resource" in said
    assert not owner.folder.exists()


@pytest.mark.parametrize("owner", ["000000000172"], indirect=True)
def test_a_stack_takes_over_an_instance(owner, network):
    make_instance(owner, network[1])
    owner.sql("lone", "CREATE TABLE kept (name VARCHAR(9)); INSERT INTO kept VALUES ('yes')")
    before = owner.described()

    owner.adopt("--instance", "lone", "--stack-name", "taken")
    said = owner.carry_out()

    assert "No changes to deploy" in said
    assert owner.account.resources("taken") == {"DBSubnetGroup": "mine", "DBInstance": "lone"}
    assert owner.described() == before

    # Its replica, in another stack: the subnet group is the first one's.
    first = owner.folder
    owner.folder = first.parent / "replica"
    said = owner.adopt("--instance", "copy", "--stack-name", "taken", status=1)
    assert "[--stack-name taken] is a stack already, IMPORT_COMPLETE" in said
    owner.adopt("--instance", "copy", "--stack-name", "copied")
    assert "SourceDBInstanceIdentifier: lone" in owner.text("template.yaml")
    assert "`mine` belongs to the stack taken" in owner.text("report.md")
    assert "CloudFormation ignores its deletion policy" in owner.text("report.md")
    assert "No changes to deploy" in owner.carry_out()
    assert owner.account.resources("copied") == {"DBInstance": "copy"}
    assert owner.described() == before
    owner.account.client("cloudformation").delete_stack(StackName="taken")
    assert owner.described() == before
    assert owner.sql("lone", "SELECT name FROM kept") == [("yes",)]


@pytest.mark.parametrize("owner", ["000000000173"], indirect=True)
def test_what_cannot_be_adopted_is_said_at_once_and_nothing_is_written(owner, network):
    make_cluster(owner, network[1])
    member = owner.adopt("--instance", "shop-a", "--proxy", "nobody", status=1)
    assert "[--instance shop-a] is a member of a cluster" in member
    nowhere = "does not exist in account 000000000173, eu-west-1; look at the name, --region and"
    assert f"[--proxy nobody] {nowhere}" in member
    kind = owner.adopt("--cluster", "shop-a", status=1)
    assert "[--cluster shop-a] is an instance; give --instance shop-a" in kind
    assert "needs --proxy, --cluster or --instance" in owner.adopt(status=2)
    both = owner.adopt("--instance", "a", "--cluster", "b", status=2)
    assert "--cluster say nothing together" in both
    empty = owner.adopt("--cluster", "", "--proxy", " ", status=2)
    assert "[--cluster] is empty; give the name that RDS has" in empty
    assert "[--proxy] is empty" in empty
    assert not owner.folder.exists()
    owner.adopt("--cluster", "shop")
    again = owner.adopt("--cluster", "shop", status=2)
    owner.folder /= "template.yaml/deeper"
    assert "template.yaml/deeper cannot be written" in owner.adopt("--cluster", "shop", status=2)
    assert "has template.yaml, resources-to-import.json, report.md, commands.sh, " in again
    assert "stack.py, adopted.yaml already" in again
