"""Aurora cluster in private subnets, and the RDS Proxy through which clients reach it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field
from troposphere import AWSHelperFn, Select, Split, iam, rds, secretsmanager

from ..engines import ENGINES
from ..errors import Problem
from ..frame import Ports, Settings, Stack, sub
from ..frame.pseudo import STACK_ID
from ..gaps import ServerlessV2ScalingConfiguration
from ..kinds import DatabaseName, Hostname, ProxyArn, SecretArn, SecurityGroupId, SubnetId
from ..policies import reads_secret, trusts

SERVERLESS = "db.serverless"


class Config(Settings):
    """The cluster and its proxy. ``max_capacity`` makes the cluster Serverless v2."""

    engine: Literal["aurora-mysql"] = Field("aurora-mysql", description="Engine of the cluster.")
    engine_version: str = Field(
        ENGINES["aurora-mysql"].default_version,
        description="Version in which the cluster is created; the default is a long-term one.",
    )
    instance_class: str | None = Field(
        None,
        description="Class of a provisioned instance. Left out: the engine's default, or "
        "`db.serverless` where `max_capacity` is given.",
    )
    min_capacity: float = Field(
        0.5, ge=0, le=256, multiple_of=0.5, description="Serverless v2: ACUs at rest, from 0.5."
    )
    max_capacity: float | None = Field(
        None, ge=1, le=256, multiple_of=0.5, description="Serverless v2: ACUs at full load."
    )
    readers: int = Field(0, ge=0, le=15, description="Instances beside the writer.")
    backup_retention_period: int = Field(7, ge=1, le=35, description="Days of backups.")
    deletion_protection: bool = Field(
        default=True, description="Refuse to delete the cluster, until an update turns this off."
    )
    extended_support: bool = Field(
        default=False,
        description="Stay on a version past its standard support, which AWS charges for, "
        "instead of being upgraded.",
    )
    idle_client_timeout: int = Field(
        1800, ge=1, le=28800, description="Seconds after which the proxy cuts an idle client."
    )
    max_connections_percent: int = Field(
        100, ge=1, le=100, description="Share of the database's connections for the proxy."
    )
    max_idle_connections_percent: int = Field(
        50, ge=0, le=100, description="Share that the proxy keeps open while idle."
    )
    connection_borrow_timeout: int = Field(
        120, ge=0, le=300, description="Seconds that a client waits for a free connection."
    )
    debug_logging: bool = Field(
        default=False, description="Log every statement in the proxy, for 24 hours; shows SQL."
    )

    @property
    def db_instance_class(self) -> str:
        """``DBInstanceClass`` of every instance."""
        if self.instance_class:
            return self.instance_class
        return SERVERLESS if self.max_capacity else ENGINES[self.engine].default_class

    def problems(self) -> Iterator[Problem]:
        engine = ENGINES[self.engine]
        if sentence := engine.version_problem(self.engine_version):
            yield Problem("engine_version", sentence)
        for sentence in engine.class_problems(self.db_instance_class, ()):
            yield Problem("instance_class", sentence)
        yield from self._capacity_problems()
        if self.max_idle_connections_percent > self.max_connections_percent:
            yield Problem(
                "max_idle_connections_percent",
                f"must be at most max_connections_percent ({self.max_connections_percent}), "
                f"got {self.max_idle_connections_percent}",
            )

    def _capacity_problems(self) -> Iterator[Problem]:
        if self.max_capacity is None:
            if self.instance_class == SERVERLESS:
                yield Problem("max_capacity", f"must be given, in ACUs, for {SERVERLESS}")
            if "min_capacity" in self.model_fields_set:
                yield Problem("min_capacity", "needs a max_capacity; without one nothing scales")
            return
        if self.db_instance_class != SERVERLESS:
            yield Problem(
                "max_capacity",
                f"is for {SERVERLESS}, and instance_class is {self.instance_class!r}, "
                "which is provisioned; give one of the two",
            )
        if self.min_capacity == 0:
            yield Problem(
                "min_capacity",
                "must be at least 0.5, got 0: a cluster behind RDS Proxy cannot pause, "
                "because the proxy keeps connections open",
            )
        if self.min_capacity > self.max_capacity:
            yield Problem(
                "min_capacity",
                f"must be at most max_capacity ({self.max_capacity:g}), got {self.min_capacity:g}",
            )

    def warnings(self) -> Iterator[Problem]:
        if not ENGINES[self.engine].behind_proxy(self.engine_version):
            yield Problem(
                "engine_version",
                f"is {self.engine_version!r}, for which AWS does not document RDS Proxy",
            )
        if not self.deletion_protection:
            yield Problem(
                "deletion_protection",
                "is off: deleting the stack deletes the cluster and leaves a snapshot",
            )
        if self.debug_logging:
            yield Problem("debug_logging", "is on: the proxy's log will show SQL statements")


class Inputs(Ports):
    rds_database_name: DatabaseName = Field(description="Name of the first database.")
    rds_master_user_secret_arn: SecretArn = Field(
        description="Secret with the username and password of the master user."
    )
    private_subnet1_id: SubnetId = Field(description="Subnet of cluster and proxy.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
    db_cluster_security_group_id: SecurityGroupId = Field(description="Group of the cluster.")
    rds_proxy_security_group_id: SecurityGroupId = Field(description="Group of the proxy.")


class Outputs(Ports):
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    rds_proxy_arn: ProxyArn = Field(description="The proxy.")


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """The proxy logs in to the cluster with the secret, and lets clients in by IAM."""
    engine = ENGINES[config.engine]
    subnets = [given.private_subnet1_id, given.private_subnet2_id]

    subnet_group = rds.DBSubnetGroup(
        "DBClusterSubnetGroup",
        DBSubnetGroupDescription="Private subnets of the database cluster",
        SubnetIds=subnets,
    )
    cluster = rds.DBCluster(
        "DBCluster",
        DeletionPolicy="Snapshot",
        UpdateReplacePolicy="Snapshot",
        Engine=config.engine,
        EngineVersion=config.engine_version,
        EngineLifecycleSupport=_lifecycle(config),
        DatabaseName=given.rds_database_name,
        MasterUsername=_from_secret(given.rds_master_user_secret_arn, "username"),
        MasterUserPassword=_from_secret(given.rds_master_user_secret_arn, "password"),
        DBSubnetGroupName=subnet_group.ref(),
        VpcSecurityGroupIds=[given.db_cluster_security_group_id],
        StorageEncrypted=True,
        BackupRetentionPeriod=config.backup_retention_period,
        CopyTagsToSnapshot=True,
        DeletionProtection=config.deletion_protection,
        EnableCloudwatchLogsExports=list(engine.log_exports),
        **_scaling(config),
    )
    instances = [
        rds.DBInstance(
            f"DBInstance{number}",
            # The cluster holds the data; its snapshot is the one that counts.
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            DBClusterIdentifier=cluster.ref(),
            Engine=config.engine,
            DBInstanceClass=config.db_instance_class,
            # A long-term version stays until it is changed here.
            AutoMinorVersionUpgrade=False,
            PubliclyAccessible=False,
        )
        for number in range(1, config.readers + 2)
    ]
    attachment = secretsmanager.SecretTargetAttachment(
        "DBClusterAttachment",
        SecretId=given.rds_master_user_secret_arn,
        TargetId=cluster.ref(),
        TargetType="AWS::RDS::DBCluster",
    )

    role = iam.Role(
        "RDSProxyRole",
        AssumeRolePolicyDocument=trusts("rds.amazonaws.com"),
        Policies=[
            iam.Policy(
                PolicyName="ReadMasterUserSecret",
                PolicyDocument=reads_secret(given.rds_master_user_secret_arn),
            )
        ],
    )
    proxy = rds.DBProxy(
        "RDSProxy",
        DBProxyName=_unique_name(subnets),
        EngineFamily=engine.family,
        RequireTLS=True,
        Auth=[
            rds.AuthFormat(
                AuthScheme="SECRETS",
                IAMAuth="REQUIRED",
                SecretArn=given.rds_master_user_secret_arn,
            )
        ],
        RoleArn=role.get_att("Arn"),
        VpcSubnetIds=subnets,
        VpcSecurityGroupIds=[given.rds_proxy_security_group_id],
        IdleClientTimeout=config.idle_client_timeout,
        DebugLogging=config.debug_logging,
    )
    target_group = rds.DBProxyTargetGroup(
        "RDSProxyTargetGroup",
        # Before there is an instance to reach, registering the cluster times out.
        DependsOn=[instance.title for instance in instances],
        DBProxyName=proxy.ref(),
        TargetGroupName="default",
        DBClusterIdentifiers=[cluster.ref()],
        ConnectionPoolConfigurationInfo=rds.ConnectionPoolConfigurationInfoFormat(
            MaxConnectionsPercent=config.max_connections_percent,
            MaxIdleConnectionsPercent=config.max_idle_connections_percent,
            ConnectionBorrowTimeout=config.connection_borrow_timeout,
        ),
    )
    return Stack(
        resources=[
            subnet_group,
            cluster,
            *instances,
            attachment,
            role,
            proxy,
            target_group,
        ],
        outputs=Outputs(
            rds_proxy_endpoint=Hostname(proxy.get_att("Endpoint")),
            rds_proxy_arn=ProxyArn(proxy.get_att("DBProxyArn")),
        ),
    )


def _lifecycle(config: Config) -> str:
    enrolled = "" if config.extended_support else "-disabled"
    return f"open-source-rds-extended-support{enrolled}"


def _scaling(config: Config) -> dict[str, Any]:
    if config.max_capacity is None:
        return {}
    return {
        "ServerlessV2ScalingConfiguration": ServerlessV2ScalingConfiguration(
            MinCapacity=config.min_capacity, MaxCapacity=config.max_capacity
        )
    }


def _from_secret(secret: SecretArn, key: str) -> AWSHelperFn:
    """A dynamic reference: CloudFormation reads the secret, the template never holds it."""
    return sub("{{resolve:secretsmanager:${secret}:SecretString:" + key + "}}", secret=secret)


def _unique_name(subnets: list[SubnetId]) -> AWSHelperFn:
    """A name of at most 63 characters, for this stack and these subnets alone.

    CloudFormation demands a name. A proxy cannot change its subnets: it is replaced, and
    while both exist the new one needs another name. So the name says which subnets.
    """
    stack = Select(0, Split("-", Select(2, Split("/", STACK_ID))))
    first, second = (Select(1, Split("-", subnet)) for subnet in subnets)
    return sub("proxy-${stack}-${first}-${second}", stack=stack, first=first, second=second)
