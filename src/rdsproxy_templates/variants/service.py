"""HTTP API, function, RDS Proxy and Aurora in the subnets of a VPC that exists already."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from .. import stacks
from ..engines import ENGINES, NameRule, aurora_mysql_connections, regions
from ..errors import Problem
from ..frame import ParameterAttributes, Ports, Settings, Stack, did_you_mean, nest
from ..kinds import Command, DatabaseName, DatabaseUser, Hostname, SecurityGroupId, SubnetId, Url


class Database(Settings):
    """Names inside the database; they become the defaults of the parameters."""

    name: str = Field("blog_rds_proxy", description="Default of the parameter RDSDatabaseName.")
    master_username: str = Field("root", description="Default of the parameter RDSMasterUsername.")

    def problems(self) -> Iterator[Problem]:
        """What no engine takes; what one of them takes is judged where the engine is known."""
        engines = ENGINES.values()
        names = [e.database.problem(self.name, e.reserved_words) for e in engines]
        users = [e.user.problem(self.master_username, e.reserved_words) for e in engines]
        for field, refusals in (("name", names), ("master_username", users)):
            if refusals[0] and all(refusals):
                yield Problem(field, refusals[0])


class Config(Settings):
    """What can be chosen before rendering; every setting has a safe default."""

    regions: tuple[str, ...] = Field(
        ("us-east-1", "eu-west-1", "ap-northeast-1"),
        strict=False,
        min_length=1,
        description="Regions that the templates are checked for; they deploy to any.",
    )
    database: Database = Field(Database(), description="Names inside the database.")
    secrets: stacks.secrets.Config = Field(
        stacks.secrets.Config(), description="The master user's secret."
    )
    rds: stacks.rds.Config = Field(stacks.rds.Config(), description="Cluster and proxy.")
    sam: stacks.sam.Config = Field(stacks.sam.Config(), description="Function and HTTP API.")

    def problems(self) -> Iterator[Problem]:
        for region in self.regions:
            if region not in regions():
                similar = did_you_mean(region, regions())
                yield Problem("regions", f"must be regions of AWS, got {region!r}{similar}")
        engine = ENGINES[self.rds.engine]
        for sentence in engine.class_problems(self.rds.db_instance_class, self.regions):
            yield Problem("rds.instance_class", sentence)
        words = engine.reserved_words
        if refusal := engine.database.problem(self.database.name, words):
            yield Problem("database.name", refusal)
        if refusal := engine.user.problem(self.database.master_username, words):
            yield Problem("database.master_username", refusal)

    def warnings(self) -> Iterator[Problem]:
        yield from super().warnings()
        concurrency = self.sam.reserved_concurrent_executions
        connections = aurora_mysql_connections(self.rds.db_instance_class, self.rds.max_capacity)
        if concurrency is None or connections is None:
            return
        pooled = connections * self.rds.max_connections_percent // 100
        if concurrency > pooled:
            yield Problem(
                "sam.reserved_concurrent_executions",
                f"is {concurrency}, and the proxy has {pooled} connections to share (about "
                f"{connections} of {self.rds.db_instance_class}, "
                f"{self.rds.max_connections_percent} %): executions will wait for one",
            )


class Inputs(Ports):
    rds_master_username: DatabaseUser = Field(description="Name of the database's master user.")
    rds_database_name: DatabaseName = Field(description="Name of the first database.")
    private_subnet1_id: SubnetId = Field(description="Private subnet of the VPC.")
    private_subnet2_id: SubnetId = Field(description="The same, in another zone.")
    function_security_group_id: SecurityGroupId = Field(
        description="Group of the function; it may reach the proxy's on port 3306."
    )
    db_cluster_security_group_id: SecurityGroupId = Field(
        description="Group of the cluster; it lets the proxy's in on port 3306."
    )
    rds_proxy_security_group_id: SecurityGroupId = Field(
        description="Group of the proxy; it lets the function's in on port 3306, and may "
        "reach the cluster's."
    )


class Outputs(Ports):
    api_endpoint: Url = Field(description="Address of the HTTP API; see /initialize and /load.")
    rds_proxy_endpoint: Hostname = Field(description="Host that clients connect to.")
    get_secret_value_by_cli: Command = Field(
        description="Prints the master user's secret; needs the AWS CLI and the right to read it."
    )


def build(config: Config, given: Inputs) -> Stack[Outputs]:
    """A secret, the cluster and proxy that use it, the function that uses the proxy."""
    secrets = nest(
        "SecretsStack",
        stacks.secrets,
        config.secrets,
        stacks.secrets.Inputs(rds_master_username=given.rds_master_username),
    )
    rds = nest(
        "RDSStack",
        stacks.rds,
        config.rds,
        stacks.rds.Inputs(
            rds_database_name=given.rds_database_name,
            rds_master_user_secret_arn=secrets.outputs.rds_master_user_secret_arn,
            private_subnet1_id=given.private_subnet1_id,
            private_subnet2_id=given.private_subnet2_id,
            db_cluster_security_group_id=given.db_cluster_security_group_id,
            rds_proxy_security_group_id=given.rds_proxy_security_group_id,
        ),
    )
    sam = nest(
        "SAMStack",
        stacks.sam,
        config.sam,
        stacks.sam.Inputs(
            private_subnet1_id=given.private_subnet1_id,
            private_subnet2_id=given.private_subnet2_id,
            function_security_group_id=given.function_security_group_id,
            rds_master_username=given.rds_master_username,
            rds_database_name=given.rds_database_name,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            rds_proxy_arn=rds.outputs.rds_proxy_arn,
        ),
    )
    return Stack(
        children=[secrets, rds, sam],
        outputs=Outputs(
            api_endpoint=sam.outputs.api_endpoint,
            rds_proxy_endpoint=rds.outputs.rds_proxy_endpoint,
            get_secret_value_by_cli=secrets.outputs.get_secret_value_by_cli,
        ),
        parameters=parameters(config),
    )


def parameters(config: Config) -> dict[str, ParameterAttributes]:
    """What the root says of its parameters: the configured names, and what RDS allows."""
    engine = ENGINES[config.rds.engine]
    return {
        "rds_master_username": _named(config.database.master_username, engine.user),
        "rds_database_name": _named(config.database.name, engine.database),
    }


def _named(default: str, rule: NameRule) -> ParameterAttributes:
    return ParameterAttributes(
        default=default,
        allowed_pattern=rule.pattern,
        constraint_description=rule.sentence,
    )
