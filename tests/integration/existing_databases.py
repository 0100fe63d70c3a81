"""A database that somebody else made, in an account of the local cloud."""

from __future__ import annotations

import json
from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final

from deploying import Desk

from rdsproxy_templates.aws import engines

NAME: Final = "shop"
MASTER: Final = "boss"
PORTS: Final = {"mysql": 3306, "postgresql": 5432}
ENGINES: Final = {
    ("mysql", "cluster"): "aurora-mysql",
    ("postgresql", "cluster"): "aurora-postgresql",
    ("mysql", "instance"): "mysql",
    ("postgresql", "instance"): "postgres",
}


class ExistingDatabase:
    """A cluster with a group and a secret, or an instance whose secret RDS manages, by boto3."""

    def __init__(self, desk: Desk, family: str, kind: str, network: Mapping[str, str]) -> None:
        self.desk, self.kind, self.engine = desk, kind, ENGINES[family, kind]
        # Hosts of the local cloud are told apart by their identifiers only.
        self.identifier = f"old-{family}-{kind}"
        self._rds = desk.account.client("rds")
        self._subnets = [network["PrivateSubnet1Id"], network["PrivateSubnet2Id"]]
        ec2 = desk.account.client("ec2")
        (subnet, _) = ec2.describe_subnets(SubnetIds=self._subnets)["Subnets"]
        self.vpc_id = subnet["VpcId"]
        self.group = ec2.create_security_group(
            GroupName="old-database", Description="The old database", VpcId=self.vpc_id
        )["GroupId"]
        self._create(
            self._own_secret() if kind == "cluster" else {"ManageMasterUserPassword": True}
        )
        if kind == "instance":
            self.secret = self.described["MasterUserSecret"]["SecretArn"]

    @property
    def described(self) -> dict[str, Any]:
        """The database, as RDS describes it."""
        if self.kind == "cluster":
            answer = self._rds.describe_db_clusters(DBClusterIdentifier=self.identifier)[
                "DBClusters"
            ]
        else:
            answer = self._rds.describe_db_instances(DBInstanceIdentifier=self.identifier)[
                "DBInstances"
            ]
        (database,) = answer
        return {name: value for name, value in database.items() if name != "LatestRestorableTime"}

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of the variant that name it."""
        database = self.described
        is_cluster = self.kind == "cluster"
        return {
            "RDSDatabaseName": NAME,
            "PrivateSubnet1Id": self._subnets[0],
            "PrivateSubnet2Id": self._subnets[1],
            "VPCId": self.vpc_id,
            "DBIdentifier": self.identifier,
            "DBEndpoint": database["Endpoint"] if is_cluster else database["Endpoint"]["Address"],
            "DBResourceId": database["DbClusterResourceId" if is_cluster else "DbiResourceId"],
            "RDSMasterUserSecretArn": self.secret,
            "DBClusterSecurityGroupId": self.group,
        }

    @property
    def rules(self) -> list[dict[str, Any]]:
        """Rules that admit others to the database."""
        ec2 = self.desk.account.client("ec2")
        (group,) = ec2.describe_security_groups(GroupIds=[self.group])["SecurityGroups"]
        return list(group["IpPermissions"])

    def _own_secret(self) -> dict[str, Any]:
        password = token_hex(12)
        user = json.dumps({"username": MASTER, "password": password})
        secrets = self.desk.account.client("secretsmanager")
        self.secret = secrets.create_secret(Name="old-master", SecretString=user)["ARN"]
        return {"MasterUserPassword": password}

    def _create(self, login: Mapping[str, Any]) -> None:
        rds = self._rds
        rds.create_db_subnet_group(
            DBSubnetGroupName="old", DBSubnetGroupDescription="Old", SubnetIds=self._subnets
        )
        common = {
            "Engine": self.engine,
            "EngineVersion": engines.ENGINES[self.engine].default_version,
            "MasterUsername": MASTER,
            **login,
            "DBSubnetGroupName": "old",
            "VpcSecurityGroupIds": [self.group],
        }
        if self.kind == "cluster":
            rds.create_db_cluster(DBClusterIdentifier=self.identifier, DatabaseName=NAME, **common)
            rds.create_db_instance(
                DBInstanceIdentifier=f"{self.identifier}-1",
                DBClusterIdentifier=self.identifier,
                DBInstanceClass="db.r6g.large",
                Engine=self.engine,
                EngineVersion=engines.ENGINES[self.engine].default_version,
            )
        else:
            rds.create_db_instance(
                DBInstanceIdentifier=self.identifier,
                DBName=NAME,
                DBInstanceClass="db.t4g.micro",
                AllocatedStorage=20,
                **common,
            )
